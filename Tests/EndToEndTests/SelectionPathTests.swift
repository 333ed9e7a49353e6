import Fixtures
import Foundation
import SystemPackage
import Testing

/// Which paths belong to whom, however they are spelled, and which count.
struct SelectionPathTests {
    @Test func `case 13: services/ab is not services/a`() async throws {
        let configuration = SelectionWorld.configuration(["a", "ab", "b", "c", "lib"])
        try await withSelectionWorld(configuration, SelectionWorld.files(of: "ab")) { world in
            try await world.run()
            try await world.git.commit("fix: ab", ["services/ab/x": "1\n"])
            let plan = try await world.plan()
            #expect(plan.selected == ["ab": "path"])
            #expect(plan["ab"]?.because == ["services/ab/x"])
            try await world.run()
            try await world.git.commit("fix: a", ["services/a/b/x": "1\n"])
            #expect(try await world.selected() == ["a": "path"])
        }
    }

    /// A path as `printf` writes it, and as JSON gives it back.
    private static let strange: [(written: String, said: String)] = [
        ("with space", "with space"), ("new\\nline", "new\nline"), ("quo\\042te", "quo\"te"),
        ("\\303\\251", "\u{e9}"), ("e\\314\\201", "e\u{301}"), ("in\\377valid", "in\\xffvalid"),
        ("back\\134slash", "back\\\\slash"), ("tab\\tbed", "tab\tbed"), ("-dash", "-dash"),
    ]

    @Test func `case 14: any name is of the right service, and JSON gives it back without loss`() async throws {
        try await withSelectionWorld { world in
            try await world.run("--jobs", "2")
            // One service has all of them at once: names that only look the same are two files.
            for (index, name) in Self.strange.enumerated() {
                let script = "f=$(printf 'services/c/\(name.written)'); echo \(index) > \"$f\""
                try await sh(script, in: world.root)
                let base = try await world.git.head()
                try await world.git.commit("feat: \(index)")
                let plan = try await world.plan("--base", base)
                #expect(plan.selected == ["c": "path"], "\(name)")
                let because = plan["c"]?.because.map { Array($0.utf8) }
                #expect(because == [Array("services/c/\(name.said)".utf8)], "\(plan["c"]?.because ?? [])")
            }
            let count = try await sh(
                "git ls-tree -z --name-only HEAD services/c/ | tr -dc '\\000' | wc -c", in: world.root)
            #expect(count.trimmingCharacters(in: .whitespacesAndNewlines) == "\(Self.strange.count + 2)")
            // Whatever a name holds, a line of the plan for people stays a line.
            let text = try await world.slipway("plan")
            #expect(!text.output.contains("new\nline"), "\(text.output)")
            try await world.run()
            #expect(try await world.selected() == [:])
        }
    }

    @Test func `case 15: a dotfile is a file`() async throws {
        try await withSelectionWorld(SelectionWorld.configuration(), ["services/a/.env.example": "X=1\n"]) { world in
            try await world.run()
            try await world.git.commit("fix: a", ["services/a/.env.example": "X=2\n"])
            let plan = try await world.plan()
            #expect(plan.selected == ["a": "path"])
            #expect(plan["a"]?.because == ["services/a/.env.example"])
            try await world.run()
            try await world.git.commit("fix: a", ["services/a/.config/deep/.rc": "1\n"])
            #expect(try await world.selected() == ["a": "path"])
        }
    }

    @Test func `case 16: documentation selects nothing, unless the service says that it matters`() async throws {
        try await withSelectionWorld { world in
            try await world.run()
            let before = try await world.plan()
            try await world.git.commit("docs: a", ["services/a/README.md": "1\n", "services/b/README.md": "1\n"])
            let documented = try await world.plan()
            #expect(documented.selected == [:])
            #expect(documented.keys == before.keys)

            let matters = SelectionWorld.configuration(
                ["a", "b", "c", "lib"], ["a": ["classes: {main: [\"*.md\"]}"]])
            try await world.git.commit("feat: it matters", ["slipway.yaml": matters])
            #expect(Set(try await world.selected().keys) == ["a"])
            try await world.run()
            try await world.git.commit("docs: again", ["services/a/README.md": "2\n", "services/b/README.md": "2\n"])
            let plan = try await world.plan()
            #expect(plan.selected == ["a": "path"])
            #expect(plan["a"]?.because == ["services/a/README.md"])
        }
    }

    @Test func `case 17: what git ignores has no effect`() async throws {
        try await withSelectionWorld { world in
            try await world.run()
            let before = try await world.plan()
            try world.git.put("services/a/out/x", "1\n")
            try world.git.put("services/b/build.log", "1\n")
            try world.git.put("debug.log", "1\n")
            let ignored = try await world.plan()
            #expect(ignored.selected == [:])
            #expect(!ignored.repository.dirty)
            #expect(ignored.keys == before.keys)
            // Its neighbour is not ignored.
            try world.git.put("services/b/build.txt", "1\n")
            let plan = try await world.plan()
            #expect(plan.selected == ["b": "path"])
            #expect(plan.repository.dirty)
            #expect(plan["b"]?.because == ["services/b/build.txt"])
        }
    }

    @Test func `case 18: what git would ignore and tracks all the same counts`() async throws {
        try await withSelectionWorld { world in
            try world.git.put("services/a/kept.log", "1\n")
            try await world.git.git("add", "-f", "services/a/kept.log")
            try await world.git.commit("feat: keep it")
            try await world.run()
            try world.git.put("services/a/kept.log", "2\n")
            try world.git.put("services/b/dropped.log", "2\n")
            let dirty = try await world.plan()
            #expect(dirty.selected == ["a": "path"])
            #expect(dirty.repository.dirty)
            try await world.git.commit("fix: it")
            let plan = try await world.plan()
            #expect(plan.selected == ["a": "path"])
            #expect(plan["a"]?.because == ["services/a/kept.log"])
            #expect(plan.keys == dirty.keys)
        }
    }

    // MARK: - What git keeps elsewhere

    /// A world with a repository as submodule `services/a/sub`.
    private func withSubmodule(_ body: (SelectionWorld, GitFixture) async throws -> Void) async throws {
        try await withSelectionWorld { world in
            let other = try await GitFixture(at: world.outside.appending("other"))
            try await other.commit("feat: one", ["x": "1\n"])
            try await sh(
                "git -c protocol.file.allow=always submodule --quiet add '\(other.root)' services/a/sub",
                in: world.root)
            try await world.git.commit("feat: submodule")
            try await world.run()
            try await body(world, GitFixture(existing: world.root.appending("services/a/sub")))
        }
    }

    @Test func `case 19: another commit of a submodule selects its service, checked out or not`() async throws {
        try await withSubmodule { world, submodule in
            #expect(try await world.selected() == [:])
            let absent = try await world.clone("clone", withLedger: true)
            #expect(try absent.root.appending("services/a/sub").children == [])
            #expect(try await absent.selected() == [:])

            try await submodule.commit("feat: two", ["x": "2\n"])
            try await world.git.commit("feat: newer submodule")
            let plan = try await world.plan()
            #expect(plan.selected == ["a": "path"])
            #expect(plan["a"]?.because == ["services/a/sub"])
            #expect(!plan.repository.dirty)
            try await absent.git.git("pull", "-q")
            let same = try await absent.plan()
            #expect(same.selected == ["a": "path"])
            #expect(same.keys == plan.keys)
        }
    }

    @Test func `case 20: uncommitted work in a submodule is uncommitted work of its service`() async throws {
        try await withSubmodule { world, submodule in
            let before = try await world.plan()
            #expect(!before.repository.dirty)
            try submodule.put("x", "2\n")
            let plan = try await world.plan()
            #expect(plan.selected == ["a": "path"])
            #expect(plan.repository.dirty)
            #expect(plan["a"]?.key != before["a"]?.key)
            #expect(plan["b"]?.key == before["b"]?.key)
            #expect(try await world.selected("--committed") == [:])
        }
    }

    /// What git-lfs does with a file that is committed.
    private static let clean = """
        #!/bin/sh
        cd "${0%/*}" && touch ran && cat > content
        printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:%s\\nsize %s\\n' \\
            "$(sha256sum < content | cut -c1-64)" "$(wc -c < content)"

        """

    @Test func `case 21: another pointer of a large file selects its service, and no filter runs`() async throws {
        try await withSelectionWorld { world in
            let filter = world.outside.appending("clean")
            try filter.put(Self.clean, executable: true)
            try await world.git.git("config", "filter.lfs.clean", filter.string)
            try await world.git.commit(
                "feat: big",
                [
                    ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n", "services/a/big.bin": "large 1\n",
                    "services/b/big.bin": "large 1\n",
                ])
            let ran = world.outside.appending("ran")
            #expect(ran.isThere, "git itself runs it")
            let pointer = try await world.git.git("show", "HEAD:services/a/big.bin")
            #expect(pointer.hasPrefix("version https://git-lfs.github.com/spec/v1\noid sha256:"))
            try await world.run()
            // A clone without git-lfs has the pointers alone.
            let pointers = try await world.clone("clone", withLedger: true)
            #expect(try pointers.root.appending("services/a/big.bin").text == pointer + "\n")
            #expect(try await pointers.selected() == [:])

            try await world.git.commit("feat: bigger", ["services/a/big.bin": "large 2\n"])
            try FileManager.default.removeItem(atPath: ran.string)
            try await sh("touch services/a/big.bin services/b/big.bin", in: world.root)
            let plan = try await world.plan()
            #expect(plan.selected == ["a": "path"])
            #expect(plan["a"]?.because == ["services/a/big.bin"])
            #expect(!plan.repository.dirty)
            try await pointers.git.git("pull", "-q")
            let same = try await pointers.plan()
            #expect(same.selected == ["a": "path"])
            #expect(same.keys == plan.keys)
            let unbuilt = try await pointers.slipway("run")
            #expect(unbuilt.exit == 65)
            #expect(unbuilt.errors.contains("git lfs pull"), "\(unbuilt.errors)")
            #expect(!ran.isThere)
        }
    }

    @Test func `case 22: attributes at the root may change every file, those of a folder only its own`() async throws {
        try await withSelectionWorld(SelectionWorld.configuration(), [".gitattributes": "*.txt text\n"]) { world in
            try await world.run()
            try await world.git.commit("chore: here", ["services/a/.gitattributes": "*.txt text eol=lf\n"])
            #expect(try await world.selected() == ["a": "path"])
            try await world.run()
            try await world.git.commit("chore: everywhere", [".gitattributes": "*.txt text eol=crlf\n"])
            let plan = try await world.plan()
            #expect(plan.selected == SelectionWorld.all("unowned-path"))
            #expect(plan["c"]?.because == [".gitattributes"])
        }
    }
}
