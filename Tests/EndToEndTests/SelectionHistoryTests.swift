import Fixtures
import Foundation
import SystemPackage
import Testing

/// Histories of every shape: what they explain, and that they never decide.
struct SelectionHistoryTests {
    @Test func `case 23: a revert has the key of before, and is reused`() async throws {
        try await withSelectionWorld { world in
            try await world.run()
            let before = try await world.plan()
            let record = try #require(before["a"]?.record)
            try await world.git.commit("fix: a", ["services/a/src": "2\n"])
            #expect(try await world.selected() == ["a": "path"])
            try await world.run()
            let between = try await world.plan()
            #expect(between["a"]?.record != record)
            try await world.git.git("revert", "--no-edit", "HEAD")
            let plan = try await world.plan()
            #expect(plan.selected == [:])
            #expect(plan.keys == before.keys)
            #expect(plan["a"]?.record == record)
            let again = try await world.run()
            #expect(again.output == "4 reused: a record has their key\n")
        }
    }

    @Test func `case 24: a change and its revert select nothing, and both are told`() async throws {
        try await withSelectionWorld { world in
            try await world.run()
            try await world.git.git("tag", "a/v1.0.0")
            let change = try await world.git.commit("feat(a): more", ["services/a/src": "2\n"])
            #expect(try await world.selected() == ["a": "path"])
            try await world.git.git("revert", "--no-edit", "HEAD")
            let revert = try await world.git.head()
            #expect(try await world.selected() == [:])
            let version = try await world.slipway("version", "a", "--json")
            #expect(version.output.contains(change) && version.output.contains(revert), "\(version.output)")
            let other = try await world.slipway("version", "b", "--json")
            #expect(!other.output.contains(change), "\(other.output)")
        }
    }

    @Test func `case 25: a commit without content, and another message, select nothing`() async throws {
        try await withSelectionWorld { world in
            try await world.run()
            let before = try await world.plan()
            try await world.git.commit("chore: nothing")
            #expect(try await world.selected() == [:])
            try await world.git.git("commit", "-q", "--amend", "--allow-empty", "-m", "feat(a)!: a message alone")
            let plan = try await world.plan()
            #expect(plan.repository.head != before.repository.head)
            #expect(plan.selected == [:])
            #expect(plan.keys == before.keys)
            try await world.git.git("commit", "-q", "--amend", "--allow-empty", "-m", "x")
            try await world.git.commit("fix: a", ["services/a/src": "2\n"])
            #expect(try await world.selected() == ["a": "path"])
        }
    }

    @Test func `case 26: what main did meanwhile is not charged to the branch`() async throws {
        try await withSelectionWorld { world in
            try await world.run()
            try await world.git.git("checkout", "-q", "-b", "topic")
            let own = try await world.git.commit("feat: a", ["services/a/src": "2\n"])
            try await world.git.git("checkout", "-q", "main")
            try await world.git.commit("feat: b and lib", ["services/b/src": "2\n", "libs/lib/src": "2\n"])
            try await world.run()

            try await world.git.git("checkout", "-q", "topic")
            for arguments in [[], ["--base", "main"]] {
                let said = try await world.slipway(["plan", "--json"] + arguments)
                let plan = try PlanAnswer(said.output)
                #expect(plan.selected == ["a": "path"], "\(arguments)")
                #expect(plan["a"]?.because == ["services/a/src"])
                #expect(plan["a"]?.via == [])
                #expect(plan["a"]?.commit == own)
            }
            try await world.git.git("merge", "-q", "--no-edit", "main")
            let merged = try await world.plan()
            #expect(merged.selected == ["a": "path"])
            #expect(merged["a"]?.because == ["services/a/src"])
            #expect(merged["a"]?.commit == own)
        }
    }

    @Test func `case 27: with several merge bases the union counts, in the same way each time`() async throws {
        try await withSelectionWorld { world in
            try await world.run(environment: BuildServer.branch)
            try await world.git.git("branch", "topic")
            let left = try await world.git.commit("fix: a", ["services/a/src": "2\n"])
            try await world.git.git("checkout", "-q", "topic")
            let right = try await world.git.commit("fix: b", ["services/b/src": "2\n"])
            try await world.git.git("merge", "-q", "--no-edit", left)
            try await world.git.git("checkout", "-q", "main")
            try await world.git.git("merge", "-q", "--no-edit", right)
            try await world.git.git("update-ref", "refs/remotes/origin/main", "HEAD")
            try await world.git.git("checkout", "-q", "topic")
            try await world.git.commit("fix: c", ["services/c/src": "2\n"])
            try await world.git.commit("docs: x", ["README.md": "# y\n"])
            let bases = try await world.git.git("merge-base", "--all", "HEAD", "main")
            #expect(Set(bases.split(separator: "\n").map(String.init)) == [left, right])

            let expected = ["a": "path", "b": "path", "c": "path"]
            #expect(try await world.selected(environment: BuildServer.pullRequest) == expected)
            let first = try await world.slipway("plan", "--json", environment: BuildServer.pullRequest)
            let second = try await world.slipway("plan", "--json", environment: BuildServer.pullRequest)
            #expect(first.output == second.output)
        }
    }

    @Test func `case 28: what a merge commit itself edits is selected`() async throws {
        try await withSelectionWorld { world in
            try await world.run()
            try await world.git.git("checkout", "-q", "-b", "topic")
            try await world.git.commit("fix: b", ["services/b/src": "2\n"])
            try await world.run()
            try await world.git.git("checkout", "-q", "main")
            try await world.git.commit("fix: a", ["services/a/src": "2\n"])
            try await world.run()
            try await world.git.git("merge", "-q", "--no-commit", "topic")
            try world.git.put("services/c/src", "slipped in\n")
            try await world.git.git("add", "-A")
            try await world.git.git("commit", "-q", "-m", "Merge branch 'topic'")
            let plan = try await world.plan()
            #expect(plan.selected == ["c": "path"])
            #expect(plan["c"]?.because == ["services/c/src"])
            #expect(plan["c"]?.commit == plan.repository.head)
        }
    }

    @Test func `case 29: a merge of many selects what each of them touched`() async throws {
        try await withSelectionWorld { world in
            try await world.run()
            let branches = [("x", "services/a/src"), ("y", "services/b/src"), ("z", "docs/z")]
            for (name, path) in branches {
                try await world.git.git("checkout", "-q", "-b", name, "main")
                try await world.git.commit("fix: \(name)", [path: "\(name)\n"])
            }
            try await world.git.git("checkout", "-q", "main")
            try await world.git.commit("chore: nothing")
            try await world.git.git("merge", "-q", "--no-edit", "x", "y", "z")
            let parents = try await world.git.git("show", "-s", "--format=%P")
            #expect(parents.split(separator: " ").count == 4)
            let plan = try await world.plan()
            #expect(plan.selected == ["a": "path", "b": "path"])
            let commits = try await [world.git.git("rev-parse", "x"), world.git.git("rev-parse", "y")]
            #expect([plan["a"]?.commit, plan["b"]?.commit] == commits)
        }
    }

    @Test func `case 30: a merge that changes nothing selects nothing`() async throws {
        try await withSelectionWorld { world in
            try await world.run()
            try await world.git.git("checkout", "-q", "-b", "topic")
            try await world.git.commit("fix: b", ["services/b/src": "2\n"])
            try await world.git.git("checkout", "-q", "main")
            try await world.git.git("merge", "-q", "--no-edit", "-s", "ours", "topic")
            let plan = try await world.plan()
            #expect(plan.selected == [:])
            #expect(plan["b"]?.record != nil)
            try await world.git.git("reset", "-q", "--hard", "HEAD^1")
            try await world.git.git("merge", "-q", "--no-edit", "--no-ff", "topic")
            #expect(try await world.selected() == ["b": "path"])
        }
    }

    @Test func `case 31: the first commit of all selects everything`() async throws {
        try await withSelectionWorld { world in
            let parents = try await world.git.git("show", "-s", "--format=%P")
            #expect(parents == "")
            let plan = try await world.plan()
            #expect(plan.selected == SelectionWorld.all("new"))
            #expect(plan.services.allSatisfy { $0.base == nil && $0.record == nil })
            try await world.run()
            #expect(try await world.selected() == [:])
        }
    }

    @Test func `case 32: a history that shares nothing is compared with nothing, and selected by content`() async throws
    {
        try await withSelectionWorld { world in
            try await world.run()
            try await world.git.git("checkout", "-q", "--orphan", "other")
            try await world.git.commit("feat: begin again", ["services/a/src": "2\n"])
            let related = try await run(
                "git", ["merge-base", "HEAD", "main"], in: world.root, environment: GitFixture.environment)
            #expect(related.exit == 1)
            let plan = try await world.plan()
            #expect(Set(plan.selected.keys) == ["a"])
            #expect(plan["a"]?.base == nil)
            #expect(plan["b"]?.record != nil && plan["c"]?.record != nil && plan["lib"]?.record != nil)
            #expect(plan.removed == [])
            let explained = try await world.slipway("plan", "--base", "main", "--why", "a")
            #expect(explained.exit == 0, "\(explained.errors)")
            #expect(explained.output.contains("services/a/src"), "\(explained.output)")
            try await world.run()
            #expect(try await world.selected() == [:])
        }
    }
}
