import Fixtures
import Foundation
import SystemPackage
import Testing

/// Branches that were rewritten, and what a service is compared with then.
struct SelectionBaseTests {
    /// Records a change of `a` that the branch does not lead to, and goes on with another: returns both commits.
    private func leave(_ world: SelectionWorld) async throws -> (begin: String, left: String) {
        let begin = try await world.git.head()
        try await world.run()
        let left = try await world.git.commit("fix: a", ["services/a/src": "2\n"])
        try await world.run()
        let newest = try await world.records(of: "a").first
        #expect(newest?.source.commit == left)
        try await world.git.git("reset", "-q", "--hard", begin)
        return (begin, left)
    }

    @Test func `case 41: after a forced push the selection is exact, although the recorded commit is gone`()
        async throws
    {
        try await withSelectionWorld { world in
            let (begin, left) = try await leave(world)
            try await sh("git reflog expire --expire=now --all && git gc -q --prune=now", in: world.root)
            let gone = try await run(
                "git", ["cat-file", "-e", left], in: world.root, environment: GitFixture.environment)
            #expect(gone.exit != 0)

            try await world.git.commit("fix: b", ["services/b/src": "2\n"])
            #expect(try await world.selected() == ["b": "path"])
            let head = try await world.git.commit("fix: a otherwise", ["services/a/src": "3\n"])
            let plan = try await world.plan()
            #expect(plan.selected == ["a": "path", "b": "path"])
            #expect(plan["a"]?.base == PlanAnswer.Base(begin, from: "record"))
            #expect(plan["a"]?.commit == head)
            // What was recorded before the push is as good as ever.
            try await world.git.commit("fix: a after all", ["services/a/src": "2\n", "services/b/src": "b 1\n"])
            #expect(try await world.selected() == [:])
        }
    }

    @Test func `case 42: a recorded commit that does not lead here is passed over`() async throws {
        try await withSelectionWorld { world in
            let (begin, left) = try await leave(world)
            try await world.git.git("branch", "topic", left)
            let head = try await world.git.commit("fix: a otherwise", ["services/a/src": "3\n"])
            let plan = try await world.plan()
            #expect(plan.selected == ["a": "path"])
            #expect(plan["a"]?.base == PlanAnswer.Base(begin, from: "record"))
            #expect(plan["a"]?.commit == head)
            try await world.git.git("checkout", "-q", "topic")
            #expect(try await world.selected() == [:])
            try await world.git.commit("fix: a again", ["services/a/src": "4\n"])
            let topic = try await world.plan()
            #expect(topic.selected == ["a": "path"])
            #expect(topic["a"]?.base == PlanAnswer.Base(left, from: "record"))
        }
    }

    // MARK: - Pull requests that arrive as other commits

    /// Two commits on `topic`, recorded there by a pull request, while `main` goes on with `c`.
    private func topic(_ world: SelectionWorld, branch: [String: String], pull: [String: String]) async throws {
        try await world.run(environment: branch)
        try await world.git.git("checkout", "-q", "-b", "topic")
        try await world.git.commit("fix: a", ["services/a/src": "2\n"])
        try await world.git.commit("fix: a more", ["services/a/more": "2\n"])
        try await world.run(environment: pull)
        try await world.git.git("checkout", "-q", "main")
        try await world.git.commit("fix: c", ["services/c/src": "2\n"])
        try await world.run(environment: branch)
    }

    /// What a laptop recorded is good for itself; what a pull request recorded is not good for a branch, and says so.
    private func arrive(_ bringIn: (SelectionWorld) async throws -> Void) async throws {
        try await withSelectionWorld { world in
            try await topic(world, branch: [:], pull: [:])
            let record = try #require(try await world.records(of: "a").first)
            try await bringIn(world)
            let plan = try await world.plan()
            #expect(plan.repository.head != record.source.commit)
            #expect(plan.selected == [:])
            #expect(plan["a"]?.record == record.run.recordId)
            let why = try await world.slipway("plan", "--why-not", "a")
            #expect(
                why.output.hasPrefix("a is not selected: record \(record.run.recordId) has its key"), "\(why.output)")
        }
        try await withSelectionWorld { world in
            let branch = try await world.signing(BuildServer.branch)
            let pull = try await world.signing(BuildServer.pullRequest)
            try await topic(world, branch: branch, pull: pull)
            let record = try #require(try await world.records(of: "a").first)
            #expect(record.scope == "pr")
            try await bringIn(world)
            let plan = try await world.plan(environment: branch)
            #expect(plan.selected == ["a": "record-rejected"])
            let said = "a: record \(record.run.recordId) is of scope pr, and branch is needed"
            #expect(plan.note("record-rejected") == said)
            #expect(try await world.selected(environment: pull) == [:])
        }
    }

    @Test func `case 43: a squashed pull request is taken over where its record suffices`() async throws {
        try await arrive { world in
            try await world.git.git("merge", "-q", "--squash", "topic")
            try await world.git.git("commit", "-q", "-m", "fix: a (#7)")
            let parents = try await world.git.git("show", "-s", "--format=%P")
            #expect(!parents.contains(" "))
        }
    }

    @Test func `case 44: a rebased pull request is taken over where its record suffices`() async throws {
        try await arrive { world in
            try await world.git.git("checkout", "-q", "topic")
            let before = try await world.git.head()
            try await world.git.git("rebase", "-q", "main")
            #expect(try await world.git.head() != before)
            try await world.git.git("checkout", "-q", "main")
            try await world.git.git("merge", "-q", "--ff-only", "topic")
        }
    }

    // MARK: - What a server says of earlier builds

    @Test func `case 49: the last successful build explains only where it leads here`() async throws {
        try await withSelectionWorld { world in
            let begin = try await world.git.head()
            try await world.git.git("tag", "a/v1.0.0")
            let earlier = try await world.git.commit("fix: a", ["services/a/src": "2\n"])
            try await world.git.git("checkout", "-q", "-b", "other")
            let other = try await world.git.commit("fix: elsewhere", ["services/b/src": "2\n"])
            try await world.git.git("checkout", "-q", "--detach", "main")
            try await world.git.git("merge", "-q", "--no-ff", "--no-edit", "other")
            let merge = try await world.git.head()
            try await world.git.git("checkout", "-q", "main")
            try await world.git.commit("fix: c", ["services/c/src": "2\n"])
            func plan(_ previous: String?) async throws -> PlanAnswer {
                var environment = BuildServer.branch
                environment["GIT_PREVIOUS_SUCCESSFUL_COMMIT"] = previous
                return try await world.plan(environment: environment)
            }
            let absent = String(repeating: "d", count: 40)
            for useless in [nil, "", "garbage", absent, String(repeating: "0", count: 40), other, merge] {
                let plan = try await plan(useless)
                #expect(Set(plan.selected.keys) == SelectionWorld.names, "\(useless ?? "unset")")
                #expect(plan["a"]?.base == PlanAnswer.Base(begin, from: "tag"), "\(useless ?? "unset")")
                #expect(plan["c"]?.base == nil, "\(useless ?? "unset")")
                #expect(plan["a"]?.because == ["services/a/src"])
            }
            let useful = try await plan(earlier)
            #expect(Set(useful.selected.keys) == SelectionWorld.names)
            #expect(useful["a"]?.base == PlanAnswer.Base(earlier, from: "previous-build"))
            #expect(useful["c"]?.base == PlanAnswer.Base(earlier, from: "previous-build"))
            #expect(useful["c"]?.because == ["services/c/src"])

            // A record of the service itself says more than a build of everything.
            try await world.run(environment: BuildServer.branch)
            let recorded = try await world.git.head()
            try await world.git.commit("fix: a again", ["services/a/src": "3\n"])
            let after = try await plan(earlier)
            #expect(after["a"]?.base == PlanAnswer.Base(recorded, from: "record"))
        }
    }
}
