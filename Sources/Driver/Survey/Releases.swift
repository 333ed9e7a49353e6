import Git
import Pipeline

/// A tag as somebody who may be asked knows it: the clone, or the remote.
struct KnownTag: Equatable, Sendable {
    let name: String
    /// The commit it leads to; nil when it leads to something else.
    let commit: ObjectID?
}

/// What tags say of the versions of each service.
struct Releases: Sendable {
    /// All versions of a service from its base on, wherever they lead; without a base all there are.
    private(set) var tags: [ServiceName: [TaggedVersion]] = [:]
    private(set) var lints: [ServiceName: [VersionHistory.TagLint]] = [:]
    private var bases: [ServiceName: TaggedVersion] = [:]

    /// Reads the tags of the clone, or takes those of the remote, and finds out which of them lead to HEAD.
    ///
    /// The highest version is the base, not the newest tag: a backport that is tagged later succeeds nothing.
    init(
        of catalog: Catalog, on graph: CommitGraph, in repository: borrowing Repository, remote: [KnownTag]? = nil
    ) throws {
        let names = TagNames(catalog.services.filter { $0.kind == .service })
        let local = try repository.tags { names.isKnown($0) }
        var found: [ServiceName: [(version: SemanticVersion, tag: String, commit: ObjectID)]] = [:]
        for tag in remote ?? local.map({ KnownTag(name: $0.name, commit: $0.commit) }) {
            for (service, version) in names.claims(on: tag.name) {
                guard let version else {
                    lints[service, default: []].append(.init(.tagInvalidSemver, tag: tag.name))
                    continue
                }
                guard let commit = tag.commit, try remote == nil || repository.mayBeCommit(commit) else {
                    lints[service, default: []].append(.init(.tagNotACommit, tag: tag.name))
                    continue
                }
                found[service, default: []].append((version, tag.name, commit))
            }
        }
        if let remote { note(local, without: remote, names) }
        for (name, versions) in found { try settle(name, versions, graph) }
    }

    /// Tags that only this clone has are left over from a push that failed, or were never pushed.
    private mutating func note(_ local: [Tag], without remote: [KnownTag], _ names: TagNames) {
        let known = Dictionary(remote.map { ($0.name, $0.commit) }) { first, _ in first }
        for tag in local {
            for (service, version) in names.claims(on: tag.name) where version != nil {
                guard let commit = known[tag.name] else {
                    lints[service, default: []].append(.init(.tagLocalOnlyIgnored, tag: tag.name))
                    continue
                }
                if commit != tag.commit { lints[service, default: []].append(.init(.tagMoved, tag: tag.name)) }
            }
        }
    }

    private mutating func settle(
        _ name: ServiceName, _ versions: [(version: SemanticVersion, tag: String, commit: ObjectID)],
        _ graph: CommitGraph
    ) throws {
        // Of one version under two tags the first tag, as they come sorted.
        for found in versions.sorted(by: { $1.version.precedes($0.version) }) {
            let tagged = TaggedVersion(
                version: found.version, tag: found.tag, commit: found.commit,
                leadsToHead: try graph.contains(found.commit))
            tags[name, default: []].append(tagged)
            guard tagged.leadsToHead, tagged.version.isStable else { continue }
            bases[name] = tagged
            break
        }
    }

    var isEmpty: Bool { bases.isEmpty }

    /// The last release that leads to HEAD.
    subscript(_ name: ServiceName) -> TaggedVersion? { bases[name] }

    /// Pre-releases since the base that lead to HEAD.
    func candidates(of name: ServiceName) -> [TaggedVersion] {
        (tags[name] ?? []).filter { $0.leadsToHead && $0.version.isCandidate }
    }
}

/// Whose a tag is, and which version it states.
private struct TagNames {
    private struct Series {
        let prefix: String
        var services: [ServiceName]
    }

    private var byPrefix: [[UInt8]: Series] = [:]
    /// Few lengths, many tags: each tag is looked up by its beginnings instead of being tried on every service.
    private let lengths: Set<Int>
    private let legacy: [String: [(ServiceName, SemanticVersion)]]

    init(_ services: [Service]) {
        for service in services {
            let prefix = service.release.tag.prefix(for: service.name)
            byPrefix[Array(prefix.utf8), default: Series(prefix: prefix, services: [])].services.append(service.name)
        }
        lengths = Set(byPrefix.keys.map(\.count))
        var legacy: [String: [(ServiceName, SemanticVersion)]] = [:]
        for service in services {
            for old in service.release.legacy where !old.isForAll || services.count == 1 || service.isNamed(by: old.tag)
            {
                legacy[old.tag, default: []].append((service.name, old.version))
            }
        }
        self.legacy = legacy
    }

    private func series(of tag: String) -> [Series] { lengths.compactMap { byPrefix[Array(tag.utf8.prefix($0))] } }

    func isKnown(_ tag: String) -> Bool { legacy[tag] != nil || !series(of: tag).isEmpty }

    /// The services with whose prefix a tag begins, each with the version behind it, if it is one.
    func claims(on tag: String) -> [(ServiceName, SemanticVersion?)] {
        if let old = legacy[tag] { return old.map { ($0.0, $0.1) } }
        return series(of: tag).flatMap { series in
            let version = TagName.version(of: tag, behind: series.prefix)
            return series.services.map { ($0, version) }
        }
    }
}

extension Service {
    /// Whether a tag begins with the name, as a word.
    fileprivate func isNamed(by tag: String) -> Bool {
        guard tag.hasPrefix(name.text), let next = tag.dropFirst(name.text.count).first else { return false }
        return "-_/@.".contains(next)
    }
}
