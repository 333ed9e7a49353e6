import Pipeline
import Testing

struct ModuleGraphGoTests {
    @Test func `a replacement counts when what it replaces is required`() throws {
        let graph = try GraphOfTexts([
            "a/go.mod": """
            module example.org/a // the module
            require example.org/b v1.0.0
            require (
                example.org/c v1.0.0 // indirect
                // example.org/d v1.0.0
                example.org/e v1.0.0
            )
            replace example.org/b => ../b
            replace (
                example.org/c v1.0.0 => ../c
                example.org/d => ../d
                example.org/e v2.0.0 => ../e
                example.org/f => example.org/b v1.0.0
                example.org/g => ../gone
            )
            """,
            "b/go.mod": "module example.org/b", "c/go.mod": "module example.org/c", "d/go.mod": "module example.org/d",
            "e/go.mod": "module example.org/e",
        ])
        #expect(graph.edges == ["a -> b build a/go.mod:2", "a -> c build a/go.mod:4"])
        #expect(graph.dangling == ["a ! ../gone a/go.mod:14"])
        #expect(graph.modules.first == "a go example.org/a")
    }

    @Test func `modules of a workspace are taken from the tree`() throws {
        let graph = try GraphOfTexts([
            "go.work": "go 1.22\n\nuse ./a\nuse (\n\t./b\n\t\"./gone\"\n)\n",
            "a/go.mod": "module x/a\nrequire (\n\tx/b v1.0.0\n\tx/c v1.0.0\n)\n", "b/go.mod": "module x/b",
            "c/go.mod": "module x/c\nrequire x/a v1.0.0",
        ])
        #expect(graph.edges == ["a -> b build a/go.mod:3"])
        #expect(graph.inputs == ["a <- go.work go.work:1", "b <- go.work go.work:1"])
        #expect(graph.dangling == [". ! ./gone go.work:6"])
    }
}

struct ModuleGraphCargoTests {
    private func crate(_ name: String) -> String { "[package]\nname = \"\(name)\"\n" }

    @Test(arguments: [
        ("[dependencies]\nb = { path = \"../b\" }", "build", 4),
        ("[dependencies]\nb.path = \"../b\"\nb.features = []", "build", 4),
        ("[dependencies.b]\nversion = \"1\"\npath = \"../b\"", "build", 3),
        ("[dev-dependencies]\nother = { package = \"b\", path = '../b' }", "test", 4),
        ("[build-dependencies]\nb = { features = [\n  \"x\", # no\n], path = \"../b\" }", "build", 4),
        ("[target.'cfg(unix)'.dependencies]\nb = { path = \"../b\" }", "build", 4),
        ("[target.'cfg(unix)'.dev-dependencies.b]\npath = \"../b\"", "test", 3),
        ("[dependencies]\nb = { workspace = true }", "build", 4),
        ("[dependencies]\nb.workspace = true", "build", 4),
        ("[dependencies]\npatched = \"1\"", "build", 4),
        ("dependencies = { b = { path = \"../b\" } }", nil, 3),
    ])
    func `a crate names another by its path`(text: String, kind: String?, line: Int) throws {
        let graph = try GraphOfTexts([
            "Cargo.toml": """
            [workspace]
            members = ["a", "b*"]
            [workspace.dependencies]
            b = { path = "b" }
            [patch.crates-io]
            patched = { path = "b" }
            """,
            ".cargo/config.toml": "", "a/Cargo.toml": crate("a") + text, "b/Cargo.toml": crate("b"),
        ])
        #expect(graph.edges == (kind.map { ["a -> b \($0) a/Cargo.toml:\(line)"] } ?? []))
        #expect(graph.dangling == [])
        #expect(
            graph.inputs.prefix(2) == [
                "a <- .cargo/config.toml a/Cargo.toml:1", "a <- Cargo.toml a/Cargo.toml:1",
            ])
        #expect(graph.modules == ["a cargo a", "b cargo b"])
    }

    @Test(arguments: [
        "[dependencies]\n# b = { path = \"../b\" }", "[dependencies]\nb = \"1\"", "[features]\nb = [\"path\"]",
        "description = \"\"\"\n[dependencies]\nb = { path = '../b' }\n\"\"\"", "[lib]\npath = \"../b\"",
    ])
    func `other words make no edge`(text: String) throws {
        let graph = try GraphOfTexts(["a/Cargo.toml": crate("a") + text, "b/Cargo.toml": crate("b")])
        #expect(graph.edges == [])
        #expect(graph.dangling == [])
    }

    @Test func `members and paths that are not there dangle, an excluded crate has no workspace`() throws {
        let graph = try GraphOfTexts([
            "Cargo.toml": "[workspace]\nmembers = [\n  \"gone\",\n]\nexclude = [\"out\"]\n",
            "out/a/Cargo.toml": crate("a") + "[dependencies]\nx = { path = \"../x\" }\n",
        ])
        #expect(graph.dangling == [". ! gone Cargo.toml:3", "out/a ! ../x out/a/Cargo.toml:4"])
        #expect(graph.inputs == [])
    }
}

struct ModuleGraphPythonTests {
    @Test func `a source of uv counts for what is listed`() throws {
        let graph = try GraphOfTexts([
            "pyproject.toml":
                "[project]\nname = \"root\"\n[tool.uv.workspace]\nmembers = [\"libs/*\"]\n[tool.uv.sources]\nfrom-root = { workspace = true }\n",
            "libs/a/pyproject.toml": """
            [project]
            name = "a"
            dependencies = [
              "My_Lib[x]>=1; python_version > '3'",
              "other",
              "from.root",
            ]
            [dependency-groups]
            dev = ["tools", {include-group = "x"}]
            [tool.uv.sources]
            my-lib = { workspace = true }
            unused = { path = "../gone" }
            other = [{ path = "../../other", marker = "x" }]
            tools.path = "../../tools"
            """,
            "libs/my/pyproject.toml": "[project]\nname = \"my.lib\"\n",
            "libs/r/pyproject.toml": "[project]\nname = \"from_root\"",
            "other/setup.py": "", "tools/pyproject.toml": "[tool.poetry]\nname = \"tools\"",
            "lint/pyproject.toml": "[tool.ruff]\n",
        ])
        #expect(
            graph.edges == [
                "libs/a -> libs/my build libs/a/pyproject.toml:4", "libs/a -> libs/r build libs/a/pyproject.toml:6",
                "libs/a -> other build libs/a/pyproject.toml:5", "libs/a -> tools test libs/a/pyproject.toml:9",
            ])
        #expect(graph.inputs.contains("libs/a <- pyproject.toml libs/a/pyproject.toml:1"))
        #expect(graph.dangling == [])
        #expect(!graph.modules.contains { $0.hasPrefix("lint") })
    }

    @Test func `Poetry and plain projects name folders`() throws {
        let graph = try GraphOfTexts([
            "a/pyproject.toml": """
            [tool.poetry.dependencies]
            b = { path = "../b", develop = true }
            x = "^1"
            [tool.poetry.group.dev.dependencies]
            c = { path = "../c" }
            [project]
            dependencies = ["d @ file:../d", "e @ file:///${PROJECT_ROOT}/../e", "gone @ file:../gone"]
            """,
            "b/pyproject.toml": "[project]", "c/setup.py": "", "d/setup.py": "", "e/setup.py": "",
        ])
        #expect(
            graph.edges == [
                "a -> b build a/pyproject.toml:2", "a -> c test a/pyproject.toml:5", "a -> d build a/pyproject.toml:7",
                "a -> e build a/pyproject.toml:7",
            ])
        #expect(graph.dangling == ["a ! ../gone a/pyproject.toml:7"])
    }

    @Test func `requirements name folders and other files`() throws {
        let graph = try GraphOfTexts([
            "a/requirements.txt":
                "# ../no\nflask==1.0\n-e ../b[x]  # ours\n-r ../base.txt\n./../c\nd @ file:../d\n--editable=../gone\n-r https://x.org/y.txt\n",
            "a/requirements-test.txt": "../b\n", "base.txt": "", "b/setup.py": "", "c/setup.py": "", "d/setup.py": "",
            "no/setup.py": "",
        ])
        #expect(
            graph.edges == [
                "a -> b build a/requirements.txt:3", "a -> b test a/requirements-test.txt:1",
                "a -> c build a/requirements.txt:5", "a -> d build a/requirements.txt:6",
            ])
        #expect(graph.inputs == ["a <- base.txt a/requirements.txt:4"])
        #expect(graph.dangling == ["a ! ../gone a/requirements.txt:7"])
    }
}
