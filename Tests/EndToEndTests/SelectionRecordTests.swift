import Fixtures
import Foundation
import SystemPackage
import Testing

/// Builds that went wrong, were cut short or came twice: each service has records of its own.
struct SelectionRecordTests {
    private static let red = "1..1\nnot ok 1 - works\n"

    @Test func `case 50: what failed in one build is selected in the next, which touches something else`() async throws
    {
        try await withSelectionWorld { world in
            try await world.run()
            try await world.git.commit("fix: a", ["services/a/tap": Self.red])
            try await world.run(exit: 10)
            try await world.git.commit("fix: b", ["services/b/src": "2\n"])
            #expect(try await world.selected() == ["a": "record-rejected", "b": "path"])
            try await world.run(exit: 10)
            #expect(try world.verdicts() == ["a": "unstable", "b": "stable", "c": "reused", "lib": "reused"])
            #expect(try await world.selected() == ["a": "record-rejected"])
            try await world.git.commit("fix: a", ["services/a/tap": SelectionWorld.tap + "# mended\n"])
            try await world.run()
            #expect(try await world.selected() == [:])
        }
    }

    @Test func `case 51: the base of one service advances while the tests of another waver`() async throws {
        let configuration = SelectionWorld.configuration(
            ["a", "b", "c", "lib"], ["a": ["test: cat ../../../weather"]])
        try await withSelectionWorld(configuration) { world in
            let weather = world.outside.appending("weather")
            try weather.put(SelectionWorld.tap)
            try await world.run()
            for build in 1...10 {
                let previous = try await world.git.head()
                try await world.git.commit(
                    "fix: \(build)", ["services/a/src": "\(build)\n", "services/b/src": "\(build)\n"])
                let plan = try await world.plan()
                #expect(Set(plan.selected.keys) == ["a", "b"], "\(build)")
                #expect(plan["b"]?.base == PlanAnswer.Base(previous, from: "record"), "\(build)")
                let isGood = build.isMultiple(of: 2)
                try weather.put(isGood ? SelectionWorld.tap : Self.red)
                try await world.run(exit: isGood ? 0 : 10)
                #expect(try world.verdicts()["b"] == "stable", "\(build)")
            }
            try await world.git.commit("fix: c", ["services/c/src": "2\n"])
            #expect(try await world.selected() == ["c": "path"])
        }
    }

    @Test func `case 52: what was green in an unstable build counts`() async throws {
        try await withSelectionWorld { world in
            try await world.run()
            try await world.git.commit("fix: both", ["services/a/tap": Self.red, "services/b/src": "2\n"])
            try await world.run(exit: 10)
            let plan = try await world.plan()
            #expect(plan.selected == ["a": "record-rejected"])
            let record = try #require(try await world.records(of: "b").first)
            #expect(record.verdict.state == "stable")
            #expect(record.source.commit == plan.repository.head)
            #expect(plan["b"]?.record == record.run.recordId)
        }
    }

    @Test func `case 53: what was finished keeps its record, the others are selected next time`() async throws {
        try await withSelectionWorld { world in
            try await world.run()
            try await world.git.commit(
                "fix: all", ["services/a/src": "2\n", "services/b/src": "2\n", "services/c/src": "2\n"])
            try await world.run("a")
            let plan = try await world.plan()
            #expect(plan.selected == ["b": "path", "c": "path"])
            let newest = try await world.records(of: "a").first
            #expect(plan["a"]?.record == newest?.run.recordId)
            try await world.run("c")
            #expect(try await world.selected() == ["b": "path"])
            try await world.run()
            #expect(try await world.selected() == [:])
        }
    }

    @Test func `case 54: all commits of a push count`() async throws {
        try await withSelectionWorld { world in
            try await world.run()
            let first = try await world.git.commit("fix: a", ["services/a/one": "1\n"])
            try await world.git.commit("docs: x", ["README.md": "# y\n"])
            let third = try await world.git.commit("fix: c", ["services/c/src": "2\n"])
            try await world.git.commit("fix: a", ["services/a/two": "1\n"])
            try await world.git.commit("chore: nothing")
            let plan = try await world.plan()
            #expect(plan.selected == ["a": "path", "c": "path"])
            #expect(plan["a"]?.because == ["services/a/one", "services/a/two"])
            #expect(plan["a"]?.commit == first, "the one that changed the first of the paths")
            #expect(plan["c"]?.commit == third)
        }
    }

    @Test func `case 55: without tags no version is guessed in silence`() async throws {
        try await withSelectionWorld { world in
            try await world.git.git("tag", "a/v1.4.0")
            try await world.git.commit("fix(a): a", ["services/a/src": "2\n"])
            let clone = try await world.clone("clone", ["--no-tags"])
            let plan = try await clone.plan()
            #expect(plan.note("no-tags")?.contains("git fetch --tags") == true, "\(plan.notes)")
            let version = try await clone.slipway("version")
            #expect(version.exit == 23 || version.errors.contains("git fetch --tags"), "\(version.output)")
            try await clone.git.git("fetch", "-q", "--tags")
            let tagged = try await clone.plan()
            #expect(tagged.note("no-tags") == nil)
            #expect(tagged["a"]?.version?.next == "1.4.1")
            #expect(tagged.keys == plan.keys)
        }
    }

    @Test func `case 56: the same commit again is reused, and force rebuilds a service and its dependents`()
        async throws
    {
        try await withSelectionWorld { world in
            try await world.run()
            let records = try await world.records(of: "c").count
            let again = try await world.run()
            #expect(again.output == "4 reused: a record has their key\n")
            #expect(try await world.records(of: "c").count == records)

            #expect(try await world.selected("--force", "a") == ["a": "forced"])
            let alone = try await world.run("--force", "a")
            #expect(alone.errors.contains("[a] test"))
            #expect(!alone.errors.contains("[b]") && !alone.errors.contains("[c]"), "\(alone.errors)")
            #expect(
                try await world.selected("--force", "lib") == ["a": "forced", "b": "forced", "lib": "forced"])
            let library = try await world.run("--force", "lib")
            #expect(library.errors.contains("[a] test") && library.errors.contains("[b] test"))
            #expect(!library.errors.contains("[c]"), "\(library.errors)")
            #expect(try await world.records(of: "c").count == records)
            #expect(try await world.selected() == [:])
        }
    }
}
