import Git
import Pipeline

/// What tags and commits tell of how a repository was versioned so far.
struct VersionPast: Sendable {
    let tags: [Adoption.Tag]
    let policy: PolicyProposal

    /// How many subjects are looked at, the newest.
    private static let sample = 1000

    init(of repository: borrowing Repository, head: ObjectID) throws {
        tags = try repository.tags { _ in true }.compactMap { tag in
            guard let commit = tag.commit else { return nil }
            return Adoption.Tag(tag.name, commit, time: try repository.text(of: commit).time)
        }
        let graph = try CommitGraph(from: head, in: repository)
        policy = PolicyProposal(
            subjects: try graph.newest(Self.sample).map { id in
                let text = try repository.text(of: id)
                return CommitMessage(bytes: text.message, encoding: text.encoding).subject
            })
    }

    /// What is proposed for services that lie in these folders.
    func proposal(
        for services: [ServiceName: Path], settings: Adoption.Settings = .init(), in tree: Tree
    ) throws -> AdoptionProposal {
        let stated = try services.compactMapValues { try Self.stated(in: $0, of: tree) }
        return Adoption.propose(tags: tags, services: services.keys.sorted(), settings: settings, stated: stated)
    }

    /// The version that the first file in a folder states which can be read.
    private static func stated(in folder: Path, of tree: Tree) throws -> SemanticVersion? {
        for name in VersionFile.names {
            let path = folder.appending(name)
            guard let file = VersionFile(path: path), let bytes = try tree.content(of: path),
                case .stated(let statement) = file.reading(of: bytes), let version = statement.version
            else { continue }
            return SemanticVersion(parsing: "\(version.major).\(version.minor).\(version.patch)")
        }
        return nil
    }
}
