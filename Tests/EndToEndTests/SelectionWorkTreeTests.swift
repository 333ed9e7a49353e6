import Fixtures
import Foundation
import SystemPackage
import Testing

/// Work that nobody committed: the key of the commit to come, for nobody but its author.
struct SelectionWorkTreeTests {
    @Test func `case 57: uncommitted work selects its service, and CI is told`() async throws {
        try await withSelectionWorld { world in
            let branch = try await world.signing(BuildServer.branch)
            try await world.run(environment: branch)
            #expect(try await world.selected(environment: branch) == [:])
            try world.git.put("services/a/src", "2\n")
            try world.git.put("services/b/untracked", "1\n")
            let plan = try await world.plan()
            #expect(plan.selected == ["a": "path", "b": "path"])
            #expect(plan.repository.dirty)
            #expect(plan["a"]?.commit == nil)
            #expect(plan["b"]?.because == ["services/b/untracked"])
            let inCI = try await world.plan(environment: branch)
            #expect(Set(inCI.selected.keys) == ["a", "b"])
            #expect(inCI.note("dirty")?.contains("services/a/src") == true)
            try await world.run(environment: branch)
            #expect(try await world.records(of: "a").first?.scope == "local")
            #expect(try await world.records(of: "c").first?.scope == "branch")
            #expect(try await world.selected("--committed", environment: branch) == [:])
        }
    }

    @Test func `case 58: a build of uncommitted work has the key of its commit, and stays local`() async throws {
        try await withSelectionWorld { world in
            let branch = try await world.signing(BuildServer.branch)
            try await world.run(environment: branch)
            try world.git.put("services/a/src", "2\n")
            try world.git.put("services/a/new", "1\n")
            let dirty = try await world.plan()
            try await world.run()
            let record = try #require(try await world.records(of: "a").first)
            #expect(record.scope == "local")
            try await world.git.commit("fix: a")
            let plan = try await world.plan()
            #expect(plan.keys == dirty.keys)
            #expect(plan.repository.tree == dirty.repository.tree)
            #expect(plan.selected == [:])
            #expect(plan["a"]?.record == record.run.recordId)
            let inCI = try await world.plan(environment: branch)
            #expect(inCI.selected == ["a": "record-rejected"])
            #expect(inCI.note("record-rejected")?.contains("is of scope local, and branch is needed") == true)
        }
    }

    @Test func `case 59: a build that edits its own sources vouches for nothing`() async throws {
        let configuration = SelectionWorld.configuration(
            ["a", "b", "c", "lib"], ["a": ["build: echo more >> src"]])
        try await withSelectionWorld(configuration) { world in
            try await world.run(exit: 12)
            #expect(try world.verdicts() == ["a": "incomplete", "b": "stable", "c": "stable", "lib": "stable"])
            #expect(try world.reasons()["a"] == "inputs-changed")
            try await world.git.git("checkout", "-q", "services/a/src")
            let plan = try await world.plan()
            #expect(Set(plan.selected.keys) == ["a"])
            #expect(plan["a"]?.record == nil)
            #expect(plan["b"]?.record != nil)
        }
    }
}
