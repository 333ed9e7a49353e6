import Pipeline
import Testing

/// The graph of files that are given as texts, told in lines.
struct GraphOfTexts {
    let graph: ModuleGraph

    init(
        _ texts: [String: String], images: [String: String] = [:], contexts: [String: String] = [:]
    ) throws {
        try self.init(
            Dictionary(uniqueKeysWithValues: texts.map { ($0.key, Array($0.value.utf8)) }), images: images,
            contexts: contexts)
    }

    init(_ files: [String: [UInt8]], images: [String: String], contexts: [String: String]) throws {
        let contents = Dictionary(uniqueKeysWithValues: try files.map { (try Path(parsing: $0.key), $0.value) })
        var listings: [Path: [[UInt8]: Bool]] = [.root: [:]]
        for path in contents.keys {
            var (child, isFolder) = (path, false)
            while !child.isRoot {
                listings[child.parent, default: [:]][child.components.last ?? []] = isFolder
                (child, isFolder) = (child.parent, true)
            }
        }
        let tree = BuildTree(
            files: contents.keys.filter { BuildFiles.isRead($0.components.last ?? []) },
            content: { contents[$0] },
            names: { listings[$0]?.map { (name: $0.key, isFolder: $0.value) } })
        graph = try ModuleGraph(
            reading: tree, images: try images.mapValues { try Path(parsing: $0) },
            contexts: Dictionary(
                uniqueKeysWithValues: try contexts.map { (try Path(parsing: $0.key), try Path(parsing: $0.value)) }))
    }

    /// `a -> b build a/build.gradle:3`; the root is a dot.
    var edges: [String] {
        graph.edges.map { "\(shown($0.from)) -> \(shown($0.to)) \($0.kind) \($0.file):\($0.line)" }
    }

    var inputs: [String] { graph.inputs.map { "\(shown($0.module)) <- \(shown($0.path)) \($0.file):\($0.line)" } }

    var dangling: [String] { graph.dangling.map { "\(shown($0.module)) ! \($0.text) \($0.file):\($0.line)" } }

    var modules: [String] { graph.modules.map { "\(shown($0.folder)) \($0.toolchain) \($0.name)" } }

    private func shown(_ path: Path) -> String { path.isRoot ? "." : "\(path)" }
}

struct ModuleGraphTests {
    @Test(arguments: [
        "build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts", "pom.xml", "Package.swift",
        "package.json", "pnpm-workspace.yaml", "go.mod", "go.work", "Cargo.toml", "pyproject.toml", "setup.py",
        "Dockerfile", "Dockerfile.api", "api.Dockerfile", "requirements.txt", "requirements-dev.txt",
    ])
    func `a build file is read`(name: String) {
        #expect(BuildFiles.isRead(name.utf8))
    }

    @Test(arguments: [
        "", "pom", "xpom.xml", "Dockerfile.dockerignore", "Dockerfile.", "Dockerfiles", "dockerfile", "go.sum",
        "Cargo.lock", "package-lock.json", "requirements.in", "build.gradle.ktx", "Package.resolved", "main.swift",
    ])
    func `other files are not read`(name: String) {
        #expect(!BuildFiles.isRead(name.utf8))
    }

    @Test func `a graph survives its JSON and does not hang on the order of files`() throws {
        let texts = [
            "a/package.json": #"{"name": "a", "dependencies": {"b": "file:../b"}}"#,
            "b/package.json": #"{"name": "b"}"#, "b/Dockerfile": "FROM scratch\n",
        ]
        let graph = try GraphOfTexts(texts)
        #expect(try ModuleGraph(json: JSON(encoding: graph.graph)) == graph.graph)
        #expect(try (0..<20).allSatisfy { _ in try GraphOfTexts(texts).graph == graph.graph })
        #expect(graph.modules == ["a node a", "b docker b", "b node b"])
    }

    @Test func `what a package manager laid down is no module`() throws {
        let graph = try GraphOfTexts([
            "a/package.json": "{}", "a/node_modules/b/package.json": "{}", "node_modules/c/package.json": "{}",
        ])
        #expect(graph.modules == ["a node a"])
    }
}

// MARK: - Cycles

struct ModuleGraphCycleTests {
    private func edge(_ from: String, _ to: String, _ kind: ModuleGraph.Kind = .build) throws -> ModuleGraph.Edge {
        let from = try Path(parsing: from)
        return .init(from: from, to: try Path(parsing: to), kind: kind, file: from.appending("pom.xml"), line: 1)
    }

    private func graph(_ edges: [ModuleGraph.Edge]) -> ModuleGraph {
        ModuleGraph(modules: [], edges: edges.sorted(), inputs: [], dangling: [])
    }

    @Test func `a cycle is told by its edges in order, from its first module on`() throws {
        let graph = graph([
            try edge("z", "b"), try edge("b", "c"), try edge("c", "a"), try edge("a", "b"), try edge("a", "d"),
        ])
        let cycle = try #require(graph.cycle { $0.kind == .build })
        #expect(cycle.map { "\($0.from) -> \($0.to)" } == ["a -> b", "b -> c", "c -> a"])
    }

    @Test func `an edge that does not count closes no cycle`() throws {
        let back = try edge("c", "a", .test)
        let graph = graph([try edge("a", "b"), try edge("b", "c"), back])
        #expect(graph.cycle { $0.kind == .build } == nil)
        #expect(graph.cycle { _ in true }?.count == 3)
        #expect(graph.cycle { $0 != back } == nil)
    }

    @Test func `two ways to one module are no cycle`() throws {
        let graph = graph([try edge("a", "b"), try edge("a", "c"), try edge("b", "d"), try edge("c", "d")])
        #expect(graph.cycle { _ in true } == nil)
    }

    @Test func `a chain may be very long`() throws {
        let edges = try (0..<50_000).map { try edge("m\(100_000 + $0)", "m\(100_001 + $0)") }
        #expect(graph(edges).cycle { _ in true } == nil)
        #expect(graph(edges + [try edge("m150000", "m100000")]).cycle { _ in true }?.count == 50_001)
    }
}
