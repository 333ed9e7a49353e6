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
        return catalog.services.first { service in
            service.name != name && service.images.contains { isMeant($0, by: reference) }
        }?.name
    }

    private func isMeant(_ image: Service.ImageSource, by reference: ImageReference) -> Bool {
        let whole = "\(reference.host)/\(reference.repository.text)"
        let short = reference.repository.text.split(separator: "/").last.map(String.init) ?? ""
        let isPlain = reference.host == "docker.io" && reference.repository.text == "library/\(short)"
        let own = configuration.repositoryText(of: image.name)
        if own == whole { return true }
        return isPlain || configuration.registryName == nil ? image.name == short || own == short : false
    }

    /// Which image of a service a Dockerfile means.
    func number(of base: Stage.Base, among service: Service) -> Int? {
        guard case .registry(let reference) = base else { return nil }
        return service.images.firstIndex { isMeant($0, by: reference) }
    }

    /// The services on whose images that of another one stands, or from which it copies.
    func owners(ofBasesOf name: ServiceName) -> [ServiceName] {
        Set((services[name]?.bases ?? []).compactMap { owner(of: $0.base, for: name) }).sorted()
    }
}

extension Run {
    /// The images of this repository that one of a service stands on, by what its Dockerfile calls them.
    func ownBases(of image: SurveyedImage, in name: ServiceName) throws -> [String: OwnBase] {
        var own: [String: OwnBase] = [:]
        for named in image.bases {
            guard let owner = survey.owner(of: named.base, for: name) else { continue }
            own[named.base.text] = try ownBase(service(owner), as: named.base)
        }
        return own
    }

    private func ownBase(_ owner: Service, as base: Stage.Base) throws -> OwnBase {
        let number = survey.number(of: base, among: owner) ?? 0
        if work.contains(where: { $0.name == owner.name && $0.steps.contains(.image) }) {
            return .made("\(owner.images[number].name):\(ImageTag(of: commit.id))")
        }
        let images = (prepared.ledger.accepted[owner.name] ?? prepared.ledger.images[owner.name])?.record.images ?? []
        guard images.indices.contains(number) else {
            throw RunError.baseUnknown(
                base.text, "it is an image of \(owner.name), which this run does not make and no record has")
        }
        return .recorded(images[number])
    }
}
