import OCI
import Pipeline

/// An image of this repository on which another stands.
enum OwnBase: Sendable, Equatable {
    /// One that this run makes, by its name in the local layout.
    case made(String)
    /// One that an earlier run made.
    case recorded(Stability.ImageFacts)
}

extension Survey {
    /// The service whose image a Dockerfile means; nil for an image of somebody else.
    ///
    /// A digest says which one is meant, whoever else makes one of that name.
    func owner(of base: Stage.Base, for name: ServiceName) -> ServiceName? {
        guard case .registry(let reference) = base, reference.digest == nil else { return nil }
        let whole = "\(reference.host)/\(reference.repository.text)"
        let short = reference.repository.text.split(separator: "/").last.map(String.init) ?? ""
        let isPlain = reference.host == "docker.io" && reference.repository.text == "library/\(short)"
        return catalog.services.first { service in
            guard service.name != name, let image = service.image else { return false }
            let own = configuration.repositoryText(of: image.name)
            if own == whole { return true }
            return isPlain || configuration.registryName == nil ? image.name == short || own == short : false
        }?.name
    }

    /// The services on whose images that of another one stands, or from which it copies.
    func owners(ofBasesOf name: ServiceName) -> [ServiceName] {
        Set((services[name]?.bases ?? []).compactMap { owner(of: $0, for: name) }).sorted()
    }
}

extension Run {
    /// The images of this repository that one stands on, by what its Dockerfile calls them.
    func ownBases(of name: ServiceName) throws -> [String: OwnBase] {
        var own: [String: OwnBase] = [:]
        for base in survey.services[name]?.bases ?? [] {
            guard let owner = survey.owner(of: base, for: name) else { continue }
            own[base.text] = try ownBase(owner, as: base.text)
        }
        return own
    }

    private func ownBase(_ owner: ServiceName, as text: String) throws -> OwnBase {
        if work.contains(where: { $0.name == owner && $0.steps.contains(.image) }), let source = service(owner).image {
            return .made("\(source.name):\(ImageTag(of: commit.id))")
        }
        let record = prepared.ledger.accepted[owner] ?? prepared.ledger.images[owner]
        guard let facts = record?.record.image else {
            throw RunError.baseUnknown(
                text, "it is the image of \(owner), which this run does not make and no record has")
        }
        return .recorded(facts)
    }
}
