import Fixtures
import Foundation
import SystemPackage
import Testing

/// Clones as they are in CI: the same selection in each, or a sentence that says what is missing.
struct SelectionCloneTests {
    @Test func `case 33: a shallow clone with the ledger selects exactly, and fetches nothing`() async throws {
        try await withSelectionWorld { world in
            try await world.run()
            try await world.git.commit("fix: c", ["services/c/src": "2\n"])
            try await world.git.commit("fix: a", ["services/a/src": "2\n"])
            let whole = try await world.plan()
            let clone = try await world.clone("clone", ["--depth=1"], withLedger: true)
            try await world.vanish()
            let plan = try await clone.plan()
            #expect(plan.repository.shallow)
            #expect(Set(plan.selected.keys) == ["a", "c"])
            #expect(plan.keys == whole.keys)
            #expect(plan["b"]?.record == whole["b"]?.record)
            let commits = try await clone.git.git("rev-list", "--all", "--count")
            #expect(commits == "1")
        }
    }

    @Test func `case 34: a shallow clone without records builds all, and names the fix`() async throws {
        try await withSelectionWorld { world in
            try await world.git.git("tag", "a/v1.0.0")
            try await world.git.commit("fix: c", ["services/c/src": "2\n"])
            try await world.git.commit("fix: a", ["services/a/src": "2\n"])
            let clone = try await world.clone("clone", ["--depth=1"])
            let plan = try await clone.plan()
            #expect(Set(plan.selected.keys) == SelectionWorld.names)
            #expect(plan.note("history.shallow")?.contains("git fetch --unshallow --tags") == true)
            #expect(plan["a"]?.version == nil)
            let hidden = try await clone.slipway("version")
            #expect(hidden.exit == 23)
            #expect(hidden.errors.contains("git fetch --unshallow --tags"), "\(hidden.errors)")
            // The fix is one.
            try await clone.git.git("fetch", "-q", "--unshallow", "--tags")
            let version = try await clone.slipway("version", "a", "--json")
            #expect(version.exit == 0)
            #expect(version.output.contains("\"next\": \"1.0.1\""), "\(version.output)")
            let fixed = try await clone.plan()
            #expect(fixed.note("history.shallow") == nil)
            #expect(fixed.keys == plan.keys)
            try await clone.run()
            #expect(try await clone.selected() == [:])
        }
    }

    /// The objects that a clone knows of and does not have.
    private func missing(_ clone: SelectionWorld) async throws -> Int {
        let said = try await clone.git.git("rev-list", "--objects", "--all", "--missing=print")
        return said.split(separator: "\n").count { $0.hasPrefix("?") }
    }

    @Test func `case 35: in a clone without old files a plan needs none of them`() async throws {
        try await withSelectionWorld { world in
            try await world.git.git("config", "uploadpack.allowFilter", "true")
            try await world.run()
            for index in 2...4 { try await world.git.commit("fix: a", ["services/a/src": "\(index)\n"]) }
            let whole = try await world.plan()
            let clone = try await world.clone("clone", ["--filter=blob:none", "--no-checkout"], withLedger: true)
            try await clone.git.git("checkout", "-q", "main")
            try await world.vanish()
            let before = try await missing(clone)
            #expect(before == 3)
            let plan = try await clone.plan("--committed")
            #expect(plan.selected == ["a": "path"])
            #expect(plan.keys == whole.keys)
            #expect(plan["a"]?.commit == whole["a"]?.commit)
            #expect(plan["a"]?.version?.snapshot == whole["a"]?.version?.snapshot)
            let after = try await missing(clone)
            #expect(after == before)
        }
    }

    @Test func `case 36: a clone without old folders says so, never that nothing changed`() async throws {
        try await withSelectionWorld { world in
            try await world.git.git("config", "uploadpack.allowFilter", "true")
            try await world.run()
            for index in 2...4 { try await world.git.commit("fix: a", ["services/a/src": "\(index)\n"]) }
            let clone = try await world.clone("clone", ["--filter=tree:0", "--no-checkout"], withLedger: true)
            try await clone.git.git("checkout", "-q", "main")
            try await world.vanish()
            let said = try await clone.slipway("plan")
            #expect(said.exit == 23, "\(said.output)")
            #expect(said.output == "")
            #expect(said.errors.contains("left out of this clone (filter tree:0)"), "\(said.errors)")
            #expect(said.errors.contains("git fetch --refetch --filter=blob:none"), "\(said.errors)")
            // The fix is one.
            try await sh("mv '\(world.root).away' '\(world.root)'", in: world.outside)
            try await clone.git.git("fetch", "-q", "--refetch", "--filter=blob:none")
            #expect(try await clone.selected() == ["a": "path"])
        }
    }

    @Test func `case 37: what a sparse checkout leaves out is not deleted`() async throws {
        try await withSelectionWorld { world in
            try await world.run()
            let before = try await world.plan()
            try await world.git.git("sparse-checkout", "set", "services/a")
            #expect(!world.root.appending("services/b/src").isThere)
            let sparse = try await world.plan()
            #expect(sparse.selected == [:])
            #expect(!sparse.repository.dirty)
            #expect(sparse.keys == before.keys)
            try world.git.remove("services/a/src")
            let plan = try await world.plan()
            #expect(plan.selected == ["a": "path"])
            #expect(plan["a"]?.because == ["services/a/src"])
        }
    }

    @Test func `case 38: linked, bare, or asked from a folder inside: the same selection`() async throws {
        try await withSelectionWorld { world in
            try await world.run()
            try await world.git.commit("fix: a", ["services/a/src": "2\n"])
            let whole = try await world.plan()
            #expect(whole.selected == ["a": "path"])
            let inside = try await world.plan("--repo", "services/b")
            #expect(inside.selected == whole.selected)
            #expect(inside.keys == whole.keys)

            try await world.git.git("worktree", "add", "-q", "--detach", world.outside.appending("linked").string)
            let linked = SelectionWorld(existing: GitFixture(existing: world.outside.appending("linked")))
            try await world.lendLedger(to: linked)
            let bare = try await world.clone("bare", ["--bare"])
            try await world.lendLedger(to: bare)
            for other in [linked, bare] {
                let plan = try await other.plan()
                #expect(plan.selected == whole.selected, "\(other.root)")
                #expect(plan.keys == whole.keys)
                #expect(plan["b"]?.record == whole["b"]?.record)
                #expect(plan["a"]?.base == whole["a"]?.base)
            }
            let named = try await world.plan("--repo", "../bare")
            #expect(named.selected == whole.selected)
        }
    }

    @Test func `case 39: a clone of another user is read like any other`() async throws {
        try await withSelectionWorld { world in
            try await world.run()
            try await world.git.commit("fix: a", ["services/a/src": "2\n"])
            let whole = try await world.plan()
            let given = try await run("chown", ["-R", "12345:12345", world.root.string])
            // Only root gives away.
            guard given.exit == 0 else {
                print("NOT RUN: a clone of another user (chown: \(given.errors))")
                return
            }
            let git = try await run("git", ["status"], in: world.root, environment: GitFixture.environment)
            #expect(git.errors.contains("dubious ownership"), "\(git.errors)")
            let plan = try await world.plan()
            #expect(plan.selected == ["a": "path"])
            #expect(plan.keys == whole.keys)
            try await world.run()
            #expect(try await world.selected() == [:])
        }
    }

    @Test func `case 40: a repository of SHA-256 is refused with a sentence and a fix`() async throws {
        try await withTemporaryFolder { folder in
            let root = folder.appending("sha256")
            try await sh("git init -q -b main --object-format=sha256 '\(root)'", in: folder)
            let git = GitFixture(existing: root)
            try await git.commit(
                "feat: begin",
                SelectionWorld.files(of: "c").merging(["slipway.yaml": SelectionWorld.configuration(["c"])]) { $1 })
            #expect(try await git.head().utf8.count == 64)
            for command in ["plan", "run", "version"] {
                let said = try await slipway(command, in: root)
                #expect(said.exit == 65, "\(command): \(said.errors)")
                #expect(said.output == "")
                #expect(said.errors.contains("SHA-256"), "\(said.errors)")
                #expect(said.errors.contains("SHA-1 clone"), "\(said.errors)")
            }
        }
    }
}
