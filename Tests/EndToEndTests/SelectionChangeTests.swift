import Fixtures
import Foundation
import SystemPackage
import Testing

/// What a commit does to files and services, and whom that selects: exactly those.
struct SelectionChangeTests {
    @Test func `case 1: an edit selects its service`() async throws {
        try await withSelectionWorld { world in
            try await world.run()
            let head = try await world.git.commit("fix: a", ["services/a/src": "2\n"])
            let plan = try await world.plan()
            #expect(plan.selected == ["a": "path"])
            #expect(plan["a"]?.because == ["services/a/src"])
            #expect(plan["a"]?.commit == head)
            #expect(plan["b"]?.record != nil && plan["c"]?.record != nil && plan["lib"]?.record != nil)
            try await world.run()
            let verdicts = try world.verdicts()
            #expect(verdicts == ["a": "stable", "b": "reused", "c": "reused", "lib": "reused"])
            #expect(try await world.selected() == [:])
        }
    }

    @Test func `case 2: an edit of a library selects it and all that need it, in that order`() async throws {
        try await withSelectionWorld { world in
            try await world.run()
            try await world.git.commit("fix: lib", ["libs/lib/src": "2\n"])
            let plan = try await world.plan()
            #expect(plan.selected == ["lib": "path", "a": "needs", "b": "needs"])
            #expect(plan["a"]?.via == ["lib"])
            #expect(plan["b"]?.because == ["libs/lib/src"])
            let said = try await world.run()
            let story = said.errors.split(separator: "\n").map(String.init)
            let library = try #require(story.firstIndex(of: "[lib] build"))
            let first = try #require(story.firstIndex(of: "[a] build"))
            let second = try #require(story.firstIndex(of: "[b] build"))
            #expect(library < first && library < second, "\(said.errors)")
            #expect(!story.contains("[c] build"))
            #expect(try world.verdicts()["c"] == "reused")
        }
    }

    @Test func `case 3: no change since the records runs nothing and is no failure`() async throws {
        try await withSelectionWorld { world in
            #expect(try await world.selected() == SelectionWorld.all("new"))
            try await world.run()
            #expect(try await world.selected() == [:])
            let text = try await world.slipway("plan")
            #expect(text.exit == 0)
            #expect(text.output.contains("nothing to do"), "\(text.output)")
            let lines = try await world.slipway("plan", "--format", "tsv")
            #expect(lines.output.hasPrefix("#slipway-plan\t1\tsha256:"))
            #expect(lines.output.split(separator: "\n").count == 1, "\(lines.output)")
            let again = try await world.run()
            #expect(again.output == "4 reused: a record has their key\n")
            #expect(!again.errors.contains("] build"), "\(again.errors)")
        }
    }

    @Test func `case 4: a file moved between services selects both`() async throws {
        try await withSelectionWorld(SelectionWorld.configuration(), ["services/a/f": "the same bytes\n"]) { world in
            try await world.run()
            try await world.git.git("mv", "services/a/f", "services/b/f")
            try await world.git.commit("refactor: move")
            let detected = try await world.git.git("show", "-M", "--name-status", "--format=")
            #expect(detected == "R100\tservices/a/f\tservices/b/f")
            let plan = try await world.plan()
            #expect(plan.selected == ["a": "path", "b": "path"])
            #expect(plan["a"]?.because == ["services/a/f"])
            #expect(plan["b"]?.because == ["services/b/f"])
        }
    }

    @Test func `case 5: a deleted file selects its service`() async throws {
        try await withSelectionWorld(SelectionWorld.configuration(), ["services/a/more": "x\n"]) { world in
            try await world.run()
            try world.git.remove("services/a/more")
            let head = try await world.git.commit("refactor: less")
            let plan = try await world.plan()
            #expect(plan.selected == ["a": "path"])
            #expect(plan["a"]?.because == ["services/a/more"])
            #expect(plan["a"]?.commit == head)
            #expect(plan.removed == [])
        }
    }

    @Test func `case 6: a deleted service is removed, and those that need what is gone are named`() async throws {
        try await withSelectionWorld { world in
            try await world.run()
            try world.git.remove("services/a")
            try await world.git.commit(
                "feat!: no a",
                ["slipway.yaml": SelectionWorld.configuration(["b", "c", "lib"]), "services/c/src": "2\n"])
            let plan = try await world.plan()
            #expect(plan.selected == ["c": "path"])
            #expect(plan.removed == ["a"])
            try await world.run()
            let verdicts = try world.verdicts()
            #expect(verdicts == ["a": "removed", "b": "reused", "c": "stable", "lib": "reused"])

            let dangling = SelectionWorld.configuration(["b", "c"], ["b": ["needs: [lib]"]])
            try await world.git.commit("feat!: no lib", ["slipway.yaml": dangling])
            let refused = try await world.slipway("plan")
            #expect(refused.exit == 65)
            #expect(refused.errors.contains("service \"b\" needs \"lib\""), "\(refused.errors)")
            // The folder alone is gone: the configuration still promises a service.
            try world.git.remove("services/c")
            try await world.git.commit(
                "feat!: no c", ["slipway.yaml": SelectionWorld.configuration(["b", "c", "lib"])])
            let empty = try await world.slipway("plan")
            #expect(empty.exit == 65)
            #expect(empty.errors.contains("there is no folder services/c in this tree"), "\(empty.errors)")
        }
    }

    @Test func `case 7: a service that moves stays itself, and is built where it is now`() async throws {
        try await withSelectionWorld { world in
            try await world.run()
            try await world.git.git("tag", "a/v1.0.0")
            try await world.git.commit("feat(a): more", ["services/a/src": "2\n"])
            try await world.run()
            let before = try await world.plan()
            try await world.git.git("mv", "services/a", "services/a2")
            let moved = SelectionWorld.configuration(
                ["a", "b", "c", "lib"], ["a": ["path: services/a2", "earlier: [services/a]"]])
            try await world.git.commit("chore: move", ["slipway.yaml": moved])
            let plan = try await world.plan()
            #expect(Set(plan.selected.keys) == ["a"])
            #expect(["path", "config"].contains(plan.selected["a"]), "\(plan.selected)")
            #expect(plan.removed == [])
            #expect(plan["a"]?.key != before["a"]?.key)
            #expect(plan["c"]?.key == before["c"]?.key)
            #expect(plan["a"]?.base?.from == "record")
            // The feature was committed under the old path.
            #expect(plan["a"]?.version?.next == "1.1.0")
        }
    }

    @Test func `case 8: a new service selects itself alone, although the configuration changed`() async throws {
        try await withSelectionWorld { world in
            try await world.run()
            let before = try await world.plan()
            try await world.git.commit(
                "feat: d",
                SelectionWorld.files(of: "d").merging(
                    ["slipway.yaml": SelectionWorld.configuration(["a", "b", "c", "lib", "d"])]
                ) { $1 })
            let plan = try await world.plan()
            #expect(plan.selected == ["d": "new"])
            #expect(plan["d"]?.base == nil)
            #expect(plan.keys.filter { $0.key != "d" } == before.keys)
        }
    }

    @Test func `case 9: a file that becomes executable selects its service`() async throws {
        try await withSelectionWorld(SelectionWorld.configuration(), ["services/a/run.sh": "true\n"]) { world in
            try await world.run()
            let before = try await world.git.git("rev-parse", "HEAD:services/a/run.sh")
            try await sh("chmod +x services/a/run.sh", in: world.root)
            try await world.git.commit("fix: mode")
            let after = try await world.git.git("rev-parse", "HEAD:services/a/run.sh")
            #expect(before == after, "the bytes are the same")
            let plan = try await world.plan()
            #expect(plan.selected == ["a": "path"])
            #expect(plan["a"]?.because == ["services/a/run.sh"])
        }
    }

    @Test func `case 10: a file that becomes a link of the same bytes selects its service`() async throws {
        try await withSelectionWorld(SelectionWorld.configuration(), ["services/a/link": "src"]) { world in
            try await world.run()
            let before = try await world.git.git("rev-parse", "HEAD:services/a/link")
            try await sh("rm services/a/link && ln -s src services/a/link", in: world.root)
            try await world.git.commit("refactor: link")
            let after = try await world.git.git("rev-parse", "HEAD:services/a/link")
            #expect(before == after, "the bytes are the same")
            let plan = try await world.plan()
            #expect(plan.selected == ["a": "path"])
            #expect(plan["a"]?.because == ["services/a/link"])
        }
    }

    @Test func `case 11: what a link leads to is an input of the service that has the link`() async throws {
        try await withSelectionWorld { world in
            try await sh("ln -s ../b/src services/c/link", in: world.root)
            try await world.git.commit("feat: link")
            try await world.run()
            try await world.git.commit("fix: beside it", ["services/b/more": "x\n"])
            #expect(try await world.selected() == ["b": "path"])
            try await world.run()
            try await world.git.commit("fix: b", ["services/b/src": "2\n"])
            let plan = try await world.plan()
            #expect(plan.selected == ["b": "path", "c": "path"])
            #expect(plan["c"]?.because == ["services/b/src"])
        }
    }

    @Test func `case 12: a rename of case alone selects its service`() async throws {
        try await withSelectionWorld(SelectionWorld.configuration(), ["services/a/F": "x\n"]) { world in
            try await world.run()
            let before = try await world.plan()
            try await world.git.git("mv", "services/a/F", "services/a/f")
            try await world.git.commit("refactor: case")
            let plan = try await world.plan()
            #expect(plan.selected == ["a": "path"])
            #expect(plan["a"]?.because == ["services/a/F", "services/a/f"])
            try await world.git.git("mv", "services/a/f", "services/a/F")
            try await world.git.commit("refactor: back")
            let back = try await world.plan()
            #expect(back.keys == before.keys)
        }
    }
}
