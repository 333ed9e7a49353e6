import Disk
import Git
public import Pipeline
public import SystemPackage

/// A `slipway.yaml` for a repository that has none, from what lies in its folders.
public struct Proposal: Equatable, Sendable {
    public let text: String
    public let found: [Finding]
    /// How messages should count, and why.
    public let policy: PolicyProposal
    /// What the tags come to.
    public let adoption: AdoptionProposal
    let section: VersioningSection
    private let root: FilePath?

    /// One folder that would become a service or library.
    public struct Finding: Equatable, Sendable {
        public let name: String
        public let path: Path
        public let toolchain: String
        public let isLibrary: Bool
        public let hasImage: Bool
        public let hasTests: Bool
    }

    /// Folders that hold things, but no services of this repository.
    private static let passedOver: Set<String> = [
        "node_modules", "vendor", "third_party", "testdata", "examples", "example", "docs", "test", "tests", "Tests",
        "target", "build", "dist",
    ]
    private static let libraryFolders: Set<String> = [
        "lib", "libs", "library", "libraries", "common", "shared", "packages", "pkg",
    ]
    private static let depth = 4

    /// Looks at the files git tracks, and those it would.
    ///
    /// Throws when nothing in them looks like a service.
    public init(of folder: FilePath) throws {
        let repository = try Repository(at: folder.string)
        let dirt = try repository.workTreeState(hash: contentHash) {
            $0.components.first != Array(Workspace.folderName.utf8)
        }.dirt
        let facts = try repository.facts()
        let tree = try repository.tree(facts.tree, with: dirt)
        let found = try Self.findings(in: tree, below: .root, depth: Self.depth)
        root = repository.workTree.map { FilePath($0) }
        let name = root?.lastComponent?.string ?? "service"
        // A build file at the root that gathers several below is no service; with one folder beside it, it is.
        let whole = try found.count < 2 ? Self.finding(in: tree, at: .root, named: name) : nil
        self.found = whole.map { [$0] } ?? found
        guard !self.found.isEmpty else {
            let hint = "write slipway.yaml by hand: docs/configuration.md has every setting"
            throw ConfigurationError(
                file: ConfigurationFile.standardName, line: 1, "no folder here looks like a service", hint: hint)
        }
        let past = try VersionPast(of: repository, head: facts.head)
        let homes = self.found.filter { !$0.isLibrary }.compactMap { finding in
            ServiceName(parsing: finding.name).map { ($0, finding.path) }
        }
        policy = past.policy
        adoption = try past.proposal(for: Dictionary(homes) { first, _ in first }, in: tree)
        section = VersioningSection(adoption.versioning, policy)
        text = Self.text(for: self.found) + "\n" + section.yaml
        try check(tree)
    }

    /// Writes the file to the root of the work tree.
    ///
    /// Throws when there is one already.
    public func write() throws -> FilePath {
        guard let file = root?.appending(ConfigurationFile.standardName) else { throw RunError.bare("this repository") }
        guard try file.status() == nil else {
            throw ConfigurationError(
                file: file.string, line: 1, "is there already", hint: "slipway init --print shows what would be written"
            )
        }
        try file.create(Array(text.utf8))
        return file
    }

    /// What is proposed must be what Slipway itself reads.
    private func check(_ tree: Tree) throws {
        let name = ConfigurationFile.standardName
        let configuration = try Configuration(parsing: Array(text.utf8), fileName: name)
        _ = try Catalog(configuration.file, document: configuration.document, fileName: name) { folder in
            try tree.names(in: folder)?.map { ($0.name, $0.entry.mode == .folder) }
        }
    }

    // MARK: - Looking

    private static func findings(in tree: Tree, below folder: Path, depth: Int) throws -> [Finding] {
        guard depth > 0 else { return [] }
        let folders = try tree.names(in: folder)?.filter { $0.entry.mode == .folder }.map(\.name) ?? []
        return try folders.flatMap { name -> [Finding] in
            let path = folder.appending(name)
            guard !passedOver.contains(path.name), !path.name.hasPrefix(".") else { return [] }
            // What is found is not searched: its own folders belong to it.
            if let finding = try finding(in: tree, at: path, named: Self.name(of: path)) { return [finding] }
            return try findings(in: tree, below: path, depth: depth - 1)
        }
    }

    /// The last part of a path that says something: `billing/src` is about billing.
    private static func name(of path: Path) -> String {
        let parent = path.parent
        return ["src", "source", "app", "code"].contains(path.name) && !parent.isRoot ? parent.name : path.name
    }

    private static func finding(in tree: Tree, at path: Path, named text: String) throws -> Finding? {
        guard let entries = try tree.names(in: path) else { return nil }
        let names = Set(entries.map { String(decoding: $0.name, as: UTF8.self) })
        let toolchain = Toolchain.recognised(among: names)
        let hasImage = names.contains("Dockerfile")
        guard toolchain != nil || hasImage else { return nil }
        let name = ServiceName(parsing: text)?.text ?? sanitised(text)
        let tests = (toolchain?.testPaths ?? []).map { Glob(anywhere: $0) }
        let hasTests = try tree.files(below: path).contains { file in
            file.path.relative(to: path).map { inner in tests.contains { $0.matches(inner) } } ?? false
        }
        let hasTarget = try toolchain?.name == "make" && hasTestTarget(in: tree, at: path, names)
        let isLibrary =
            !hasImage
            && path.components.dropLast().contains { component in
                libraryFolders.contains(String(decoding: component, as: UTF8.self))
            }
        return Finding(
            name: name, path: path, toolchain: toolchain?.name ?? "command", isLibrary: isLibrary, hasImage: hasImage,
            hasTests: toolchain?.name == "make" ? hasTarget : hasTests)
    }

    private static func hasTestTarget(in tree: Tree, at path: Path, _ names: Set<String>) throws -> Bool {
        let file = ["GNUmakefile", "makefile", "Makefile"].first(where: names.contains) ?? "Makefile"
        let text = String(decoding: try tree.content(of: path.appending(file)) ?? [], as: UTF8.self)
        return text.split(separator: "\n").contains { line in
            line.prefix { $0 != ":" && $0 != "=" }.split(separator: " ").contains("test") && line.contains(":")
        }
    }

    private static func sanitised(_ text: String) -> String {
        let plain = text.unicodeScalars.map {
            $0.isASCII && $0.properties.isAlphabetic || ("0"..."9").contains($0) ? Character($0) : "-"
        }
        let words = String(plain).split(separator: "-").joined(separator: "-")
        return words.isEmpty ? "service" : words
    }

    // MARK: - Writing

    private static func text(for found: [Finding]) -> String {
        var lines = [
            "# How this repository is built, tested and versioned. Every setting: docs/configuration.md of Slipway.",
            "# registry: registry.example/acme     # without one, images stay in .slipway/images",
            "",
        ]
        let plain = found.filter { isPlain($0) && ServiceName(parsing: $0.path.name)?.text == $0.name }
        let groups = Dictionary(grouping: plain) { $0.path.parent }
        let patterns = groups.sorted { $0.key < $1.key }.flatMap { parent, members -> [String] in
            let isWhole = members.count > 1 && found.filter { $0.path.parent == parent }.count == members.count
            return isWhole && !parent.isRoot ? ["\(parent)/*"] : members.map { "\($0.path)" }.sorted()
        }
        if !patterns.isEmpty { lines += ["discover:"] + patterns.map { "  - \(quoted($0))" } + [""] }
        let rest = found.filter { !plain.contains($0) }
        if !rest.isEmpty { lines.append("services:") }
        for finding in rest.sorted(by: { $0.path < $1.path }) { lines += entry(finding) }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Whether discovery alone gets it right.
    private static func isPlain(_ finding: Finding) -> Bool {
        !finding.isLibrary && finding.toolchain != "make" && finding.toolchain != "command" && finding.hasTests
            && !finding.path.isRoot
    }

    private static func entry(_ finding: Finding) -> [String] {
        var lines = [
            "  \(quoted(finding.name)):", "    path: \(quoted(finding.path.isRoot ? "." : "\(finding.path)"))",
        ]
        if finding.isLibrary { lines.append("    kind: library") }
        switch finding.toolchain {
        case "make" where finding.hasTests:
            lines.append("    # reports: exit-code   # if its tests print no TAP, a green exit is all that is known")
        case "make":
            lines.append("    test: false            # no target called test; its records say so")
        case "command":
            lines.append("    build: false           # no toolchain is recognised: say how it is built and tested")
            lines.append("    test: false            # test-less, and its records say so")
        default: break
        }
        if !finding.hasTests, finding.toolchain != "command", finding.toolchain != "make" {
            lines.append(
                "    # test: false          # no tests were found: without any its builds fail; this declares it")
        }
        return lines
    }

    private static func quoted(_ text: String) -> String { JSON.string(text).canonicalText }
}
