import Pipeline
import Testing

struct ModuleGraphNodeTests {
    /// A workspace with `@acme/ui` of version 1.2.3, and a package that refers to it.
    private func app(_ spec: String, key: String = "dependencies") throws -> GraphOfTexts {
        try GraphOfTexts([
            "package.json": #"{"private": true, "workspaces": ["packages/*", "!packages/old"]}"#,
            "packages/ui/package.json": #"{"name": "@acme/ui", "version": "1.2.3"}"#,
            "packages/old/package.json": #"{"name": "@acme/old"}"#,
            "packages/app/package.json": """
            {
              "name": "@acme/app", "scripts": { "name": "@acme/ui" },
              "\(key)": {
                "@acme/ui": "\(spec)", "@acme/old": "^1.0.0"
              }
            }
            """,
        ])
    }

    @Test(arguments: [
        "workspace:*", "workspace:^", "*", "^1.0.0", "1.2.3", "file:../ui", "link:../ui", "portal:../ui", "latest",
        ">=1 <3",
    ])
    func `a member of the workspace is needed`(spec: String) throws {
        let graph = try app(spec)
        #expect(graph.edges == ["packages/app -> packages/ui build packages/app/package.json:4"])
        #expect(graph.inputs.contains("packages/app <- package.json packages/app/package.json:1"))
        #expect(graph.dangling == [])
    }

    @Test(arguments: [
        "1.2.4", "npm:other@1.0.0", "git+https://example.org/ui.git", "https://example.org/ui.tgz", "acme/ui",
    ])
    func `a spec that cannot be met by the tree makes no edge`(spec: String) throws {
        #expect(try app(spec).edges == [])
    }

    @Test(arguments: ["devDependencies", "peerDependencies", "optionalDependencies"])
    func `all lists of dependencies count for the build`(key: String) throws {
        #expect(
            try app("workspace:*", key: key).edges == ["packages/app -> packages/ui build packages/app/package.json:4"])
    }

    @Test func `other lists do not`() throws {
        #expect(try app("workspace:*", key: "bundled").edges == [])
    }

    @Test(arguments: [
        "packages:\n  - 'packages/**' # all\n  - \"!packages/b\"\ncatalog:\n  x: 1\n",
        "packages: ['packages/*', '!packages/b']\n",
        "packages:\n- packages/*\n- '!packages/b'\n",
    ])
    func `pnpm lists packages in its own file`(text: String) throws {
        let graph = try GraphOfTexts([
            "pnpm-workspace.yaml": text, "package.json": "{}", ".npmrc": "",
            "packages/a/package.json": #"{"dependencies": {"b": "workspace:*", "c": "workspace:*"}}"#,
            "packages/b/package.json": #"{"name": "b"}"#, "packages/c/package.json": #"{"name": "c"}"#,
        ])
        #expect(graph.edges == ["packages/a -> packages/c build packages/a/package.json:1"])
        #expect(graph.dangling == ["packages/a ! b@workspace:* packages/a/package.json:1"])
        #expect(
            graph.inputs.filter { $0.hasPrefix("packages/a") } == [
                "packages/a <- .npmrc packages/a/package.json:1",
                "packages/a <- package.json packages/a/package.json:1",
                "packages/a <- pnpm-workspace.yaml packages/a/package.json:1",
            ])
    }

    @Test func `yarn lists packages in an object, a folder may be named outside of workspaces`() throws {
        let graph = try GraphOfTexts([
            "web/package.json":
                #"{"workspaces": {"nohoist": ["x"], "packages": ["a", "b"]}, "dependencies": {"gone": "file:../gone", "lib": "file:../lib"}}"#,
            "web/a/package.json": #"{"name": "a", "dependencies": {"b": "1.0.0"}}"#,
            "web/b/package.json": #"{"name": "b"}"#, "lib/package.json": "{}",
        ])
        #expect(graph.edges == ["web -> lib build web/package.json:1", "web/a -> web/b build web/a/package.json:1"])
        #expect(graph.dangling == ["web ! ../gone web/package.json:1"])
    }
}

struct ModuleGraphSwiftTests {
    @Test func `a package names another by its path`() throws {
        let graph = try GraphOfTexts([
            "a/Package.swift": ##"""
            import PackageDescription
            // .package(path: "../no")
            /* .package(path: "../no") */
            let text = #".package(path: "../no")"# + "\(x(".package(path: \"../no\")"))"
            let package = Package(name: "a", dependencies: [
                .package(path: "../b"), .package(url: "https://example.org/x", from: "1.0.0"),
                .package(name: "c", path: "../c"),
                .package(path: "../gone"),
                .package(path: "\(folder)/x"),
            ], targets: [.target(name: "a", path: "../no")])
            """##,
            "b/Package.swift": "", "c/Package.swift": "", "no/Package.swift": "",
        ])
        #expect(graph.edges == ["a -> b build a/Package.swift:6", "a -> c build a/Package.swift:7"])
        #expect(graph.dangling == ["a ! ../gone a/Package.swift:8"])
        #expect(graph.modules.first == "a swiftpm a")
    }
}
