import OCI
import Pipeline
import Registry

extension ReleaseDesk {
    /// Puts the moving names of images where the tags in git say they belong: after a push by hand, or a rollback that was
    /// forgotten.
    func repair() async throws -> ReleaseOutcome {
        try await withView { view in
            var services: [ServiceRelease] = []
            for answer in view.answers {
                var release = ServiceRelease(answer)
                (release.state, release.changelog, release.because) = (.nothing, Changelog([]), [])
                if let service = view.survey.catalog[answer.name] { try await repair(&release, service, view) }
                if release.images.isEmpty, release.because.isEmpty {
                    release.because = [.init("in-order", "every moving name is where it belongs")]
                }
                services.append(release)
            }
            return ReleaseOutcome(commit: view.head, remote: place.name, isReal: wish.isReal, services: services)
        }
    }

    private func repair(_ release: inout ServiceRelease, _ service: Service, _ view: View) async throws {
        let desired = FloatingTags.desired(versions: view.versions(of: service))
        let byVersion = Dictionary(grouping: desired.keys) { desired[$0] ?? .first }
        for (version, names) in byVersion.sorted(by: { $0.key.precedes($1.key) }) {
            let tag = service.release.tag.prefix(for: service.name) + "\(version)"
            guard let trailer = try await trailer(of: tag, view) else {
                release.because.append(.init("tag.foreign", "\(tag) does not say which image it is about"))
                continue
            }
            for image in trailer.images {
                guard let place = repository(of: image.name, view), let exact = ImageTag(version) else { continue }
                let wrong = try await misplaced(names.sorted(), than: image.digest, place)
                guard !wrong.isEmpty else { continue }
                release.images.append(
                    .init(name: image.name, digest: image.digest, tags: wrong.map(\.tag), moved: wrong))
                release.state = wish.isReal ? .released : .planned
                guard wish.isReal else { continue }
                let moving = wrong.compactMap { ImageTag(parsing: $0.tag) }
                _ = try await place.client.promote(
                    .init(image: image.digest, exact: exact, moving: moving), in: place.repository)
            }
        }
    }

    private typealias ImagePlace = (client: RegistryClient, repository: RepositoryName)

    private func repository(of name: String, _ view: View) -> ImagePlace? {
        guard let client = view.yard.images.registry?.client, name.hasPrefix(client.host + "/") else { return nil }
        return RepositoryName(parsing: name.dropFirst(client.host.count + 1)).map { (client, $0) }
    }

    /// The names that stand for something else than an image, each with what that is.
    private func misplaced(_ names: [ImageTag], than image: Digest, _ place: ImagePlace) async throws -> [MovedTag] {
        var wrong: [MovedTag] = []
        for name in names {
            let found = try await place.client.digest(of: name.text, in: place.repository)
            if found != image { wrong.append(MovedTag(tag: name.text, from: found)) }
        }
        return wrong
    }
}
