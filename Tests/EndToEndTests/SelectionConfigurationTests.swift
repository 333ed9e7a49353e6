import Fixtures
import Foundation
import SystemPackage
import Testing

/// What is said about services, and what lies around them: settings, variables, pins, files of nobody.
struct SelectionConfigurationTests {
    private static let names = ["a", "b", "c", "lib"]

    @Test func `case 60: a configuration that is only written otherwise selects nothing`() async throws {
        try await withSelectionWorld { world in
            try await world.run()
            let before = try await world.plan()
            let otherwise = """
                # The same, in another order and another style.
                classes: {}
                services:
                    c: {test: cat tap, build: 'true', toolchain: command, path: ./services/c/}
                    lib: {path: libs/lib, kind: "library", toolchain: command, build: "true", test: cat tap}
                    # b is b
                    b:
                        test: "cat tap"
                        needs:
                            - lib
                        build: |-
                            true
                        path: services/b
                        toolchain: command
                    a: {path: services/a, kind: service, toolchain: command, build: "true", test: cat tap, needs: [lib]}
                """
            try await world.git.commit("style: configuration", ["slipway.yaml": otherwise])
            let plan = try await world.plan()
            #expect(plan.selected == [:])
            #expect(plan.keys == before.keys)
            let other = otherwise.replacing("build: 'true'", with: "build: ':'")
            try await world.git.commit("build: configuration", ["slipway.yaml": other])
            #expect(try await world.selected() == ["c": "config"])
        }
    }

    @Test func `case 61: a variable selects the services that name it, and a new one its service`() async throws {
        let configuration = SelectionWorld.configuration(Self.names, ["a": ["environment: [X]"]])
        try await withSelectionWorld(configuration) { world in
            try await world.run()
            #expect(try await world.selected() == [:])
            #expect(try await world.selected(environment: ["Y": "1"]) == [:])
            #expect(try await world.selected(environment: ["X": "1"]) == ["a": "environment"])
            #expect(try await world.selected(environment: ["X": ""]) == ["a": "environment"], "empty is not unset")
            try await world.run(environment: ["X": "1"])
            #expect(try await world.selected(environment: ["X": "1"]) == [:])
            #expect(try await world.selected(environment: ["X": "2"]) == ["a": "environment"])
            #expect(try await world.selected() == [:])
            let more = SelectionWorld.configuration(
                Self.names, ["a": ["environment: [X]"], "b": ["environment: [X]"]])
            try await world.git.commit("build: b sees it", ["slipway.yaml": more])
            #expect(Set(try await world.selected().keys) == ["b"])
        }
    }

    @Test func `case 62: a pin of a tool selects those that use the tool`() async throws {
        let configuration = SelectionWorld.configuration(
            Self.names + ["n"], ["n": ["toolchain: node", "reports: tap"]])
        func image(_ letter: Character) -> String {
            "FROM registry.invalid/base@sha256:\(String(repeating: letter, count: 64))\nCOPY src /src\n"
        }
        let files = SelectionWorld.files(of: "n").merging(
            [
                ".nvmrc": "20\n", ".tool-versions": "jq 1.6\n", "services/n/package.json": "{}\n",
                "services/c/Dockerfile": image("a"),
            ]
        ) { $1 }
        try await withSelectionWorld(configuration, files) { world in
            let tested = ["--through", "test"]
            func selected() async throws -> [String: String] {
                let selected = try await world.selected(tested[0], tested[1])
                try await world.run(tested[0], tested[1])
                return selected
            }
            #expect(Set(try await selected().keys) == SelectionWorld.names.union(["n"]))
            try await world.git.commit("build: node", [".nvmrc": "22\n"])
            #expect(try await selected() == ["n": "toolchain"])
            try await world.git.commit("build: of a alone", ["services/a/.tool-versions": "jq 1.6\n"])
            #expect(try await selected() == ["a": "path"])
            try await world.git.commit("build: base image", ["services/c/Dockerfile": image("b")])
            #expect(try await selected() == ["c": "path"])
            // Any tool may be pinned here, so it is everybody's.
            try await world.git.commit("build: jq", [".tool-versions": "jq 1.7\n"])
            let all = try await selected()
            #expect(Set(all.keys) == SelectionWorld.names.union(["n"]))
            #expect(Set(all.values) == ["toolchain"])
        }
    }

    @Test func `case 63: a file of nobody selects everything, until a line says what it is`() async throws {
        try await withSelectionWorld { world in
            try await world.run()
            try await world.git.commit("chore: tool", ["tool.conf": "1\n"])
            let plan = try await world.plan()
            #expect(plan.selected == SelectionWorld.all("unowned-path"))
            let line = "classes: {docs: [\"tool.conf\"]}"
            #expect(plan.note("unowned-path")?.contains(line) == true, "\(plan.notes)")
            let settled = SelectionWorld.configuration() + line + "\n"
            try await world.git.commit("chore: it is nothing", ["slipway.yaml": settled])
            let after = try await world.plan()
            #expect(after.selected == [:])
            try await world.git.commit("chore: tool", ["tool.conf": "2\n"])
            #expect(try await world.selected() == [:])
            try await world.git.commit("chore: another", ["other.conf": "1\n"])
            #expect(try await world.selected() == SelectionWorld.all("unowned-path"))
        }
    }

    @Test func `case 64: a configuration that is wrong here stops everything, one that was wrong before nothing`()
        async throws
    {
        let configuration = SelectionWorld.configuration(Self.names, ["c": ["build: touch ../../../built"]])
        try await withSelectionWorld(configuration) { world in
            try await world.run()
            let built = world.outside.appending("built")
            #expect(built.isThere)
            try FileManager.default.removeItem(atPath: built.string)
            let wrong = configuration.replacing("kind: library", with: "kind: libary")
            let bad = try await world.git.commit("fix: oops", ["slipway.yaml": wrong, "services/c/src": "2\n"])
            for command in ["plan", "run"] {
                let said = try await world.slipway(command)
                #expect(said.exit == 65)
                #expect(said.output == "")
                #expect(said.errors.contains("slipway.yaml:"), "\(said.errors)")
            }
            #expect(!built.isThere)
            try await world.git.commit("fix: config", ["slipway.yaml": configuration, "services/a/src": "2\n"])
            #expect(try await world.selected() == ["a": "path", "c": "path"])
            let compared = try await world.plan("--base", bad)
            #expect(Set(compared.selected.keys) == ["a", "c"])
            #expect(compared["a"]?.base == PlanAnswer.Base(bad, from: "option"))
            try await world.run()
            #expect(built.isThere)
        }
    }

    @Test func `case 66: a generated file and its generator select both their owners`() async throws {
        let configuration = SelectionWorld.configuration(Self.names, ["c": ["inputs: [services/b/api]"]])
        let files = ["services/b/api": "call 1\n", "services/c/generated": "// call 1\n"]
        try await withSelectionWorld(configuration, files) { world in
            try await world.run()
            try await world.git.commit(
                "feat: call", ["services/b/api": "call 2\n", "services/c/generated": "// call 2\n"])
            let both = try await world.plan()
            #expect(both.selected == ["b": "path", "c": "path"])
            #expect(both["b"]?.because == ["services/b/api"])
            #expect(both["c"]?.because == ["services/b/api", "services/c/generated"])
            try await world.run()
            // Generated by hand, or forgotten to be generated.
            try await world.git.commit("style: call", ["services/c/generated": "/* call 2 */\n"])
            #expect(try await world.selected() == ["c": "path"])
            try await world.run()
            try await world.git.commit("feat: call", ["services/b/api": "call 3\n"])
            #expect(try await world.selected() == ["b": "path", "c": "path"])
        }
    }
}
