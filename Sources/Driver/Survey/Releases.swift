import Git
import Pipeline

/// The last release of each service that leads to HEAD.
struct Releases: Sendable {
    struct Release: Sendable {
        let version: SemanticVersion
        let tag: String
        let commit: ObjectID
    }

    private var latest: [ServiceName: Release] = [:]

    /// The highest version, not the newest tag: a backport that is tagged later succeeds nothing.
    init(of catalog: Catalog, on graph: CommitGraph, in repository: borrowing Repository) throws {
        let services = catalog.services.filter { $0.kind == .service }
        let byPrefix = Dictionary(grouping: services) { Array($0.release.tag.prefix(for: $0.name).utf8) }
        // Few lengths, many tags: each tag is looked up by its beginnings instead of being tried on every service.
        let lengths = Set(byPrefix.keys.map(\.count))
        func candidates(_ tag: String) -> [Service] {
            lengths.flatMap { byPrefix[Array(tag.utf8.prefix($0))] ?? [] }
        }
        var found: [ServiceName: [Release]] = [:]
        for tag in try repository.tags(where: { !candidates($0).isEmpty }) {
            guard let commit = tag.commit else { continue }
            for service in candidates(tag.name) {
                guard let version = service.release.tag.version(of: tag.name, for: service.name), version.isStable
                else { continue }
                found[service.name, default: []].append(Release(version: version, tag: tag.name, commit: commit))
            }
        }
        for (name, releases) in found {
            // Of one version under two tags the first tag, as they come sorted.
            let sorted = releases.sorted { $1.version.precedes($0.version) }
            latest[name] = try sorted.first { try graph.contains($0.commit) }
        }
    }

    var isEmpty: Bool { latest.isEmpty }

    subscript(_ name: ServiceName) -> Release? { latest[name] }
}
