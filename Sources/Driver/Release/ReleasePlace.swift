import Disk
import Git
import Pipeline
import SystemPackage

/// Where tags of releases are: the remote, or where there is none the clone itself.
struct ReleasePlace: Sendable {
    let remote: GitRemote
    /// What people call it; nil for the clone itself.
    let name: String?

    private static let usual = "origin"

    init(_ request: Request, _ wish: ReleaseWish, _ workspace: Workspace, commonFolder: FilePath) async throws {
        let git = GitProgram(at: request.folder, environment: request.environment, scratch: workspace.root)
        do {
            remote = try await GitRemote(wish.remote ?? Self.usual, of: git)
            name = wish.remote ?? Self.usual
        } catch GitCommandError.noSuchRemote where wish.remote == nil {
            // A repository that nobody pushes anywhere is its own remote.
            remote = try await GitRemote(commonFolder.string, of: git)
            name = nil
        }
    }

    /// Every tag there is, as the remote knows it now.
    func tags() async throws -> [GitRemote.Ref] { try await remote.refs(matching: ["refs/tags/"]) }

    static func known(_ refs: [GitRemote.Ref]) -> [KnownTag] {
        refs.compactMap { ref in ref.name.tagName.map { KnownTag(name: $0.text, commit: ref.commit) } }
    }
}
