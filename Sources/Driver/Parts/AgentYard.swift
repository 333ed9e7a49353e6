import Disk
import Git
import Pipeline
import SystemPackage

/// Clean checkouts of one commit for runs beside each other, and the way back from them.
///
/// Each is a linked work tree with a lock of its own; ledger, images and runs are those of the checkout they belong to.
struct AgentYard: Sendable {
    let workspace: Workspace
    /// What all work trees of the repository share.
    let commonFolder: FilePath
    let git: GitProgram

    private var root: FilePath { workspace.root.appending("agents") }

    func checkout(_ number: Int) -> FilePath { root.appending("agent-\(number)") }

    /// The lock of a run in that checkout.
    func lock(of number: Int) -> FilePath { inner(number).lock }

    private func inner(_ number: Int) -> Workspace {
        Workspace(root: checkout(number).appending(Workspace.folderName))
    }

    /// The numbers of checkouts that are there.
    func standing() throws -> [Int] {
        guard try root.status() != nil else { return [] }
        return try root.names().compactMap { name in
            name.string.hasPrefix("agent-") ? Int(name.string.dropFirst(6)) : nil
        }
    }

    /// Makes the checkouts.
    ///
    /// No hook runs: what is checked out is not anybody's work. What git still knows of one that was deleted is no hindrance.
    func make(_ count: Int, of commit: ObjectID) async throws {
        try root.makeFolders()
        for folder in [workspace.ledger, workspace.images, workspace.runs] { try folder.makeFolders() }
        for number in 1...count {
            let folder = checkout(number)
            _ = try await git.output(
                of: .init(
                    [
                        "-c", "core.hooksPath=/dev/null", "-c", "submodule.recurse=false", "worktree", "add", "--quiet",
                        "--force",
                        "--detach", folder.string, "\(commit)",
                    ]))
            let own = inner(number)
            try own.root.makeFolders()
            try own.ledger.link(to: workspace.ledger)
            try own.images.link(to: workspace.images)
            try own.runs.link(to: workspace.runs)
        }
    }

    /// Removes a checkout and what git knows of it; what was linked into it stays, and so do all other work trees.
    func remove(_ number: Int) throws {
        let folder = checkout(number)
        let pointer = folder.appending(".git")
        let bytes = try pointer.status()?.kind == .file ? pointer.contents(limit: 1 << 14) : []
        let text = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first ?? ""
        try folder.remove()
        guard text.hasPrefix("gitdir: ") else { return }
        let known = FilePath(String(text.dropFirst("gitdir: ".count))).resolvingLinks()
        guard known.removingLastComponent() == commonFolder.appending("worktrees").resolvingLinks() else { return }
        try known.remove()
    }
}
