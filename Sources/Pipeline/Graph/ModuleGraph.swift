/// The modules of a repository and what each of them reads of the others, as its build files say.
///
/// A module is a folder with a build file. Files are read, never run: what a script computes is not known. All lists
/// are sorted and hold nothing twice, so the same tree gives the same graph.
public struct ModuleGraph: Equatable, Sendable, Codable {
    /// One entry for each toolchain of a folder.
    public let modules: [Module]
    public let edges: [Edge]
    public let inputs: [Input]
    public let dangling: [Dangling]

    public init(modules: [Module], edges: [Edge], inputs: [Input], dangling: [Dangling]) {
        (self.modules, self.edges, self.inputs, self.dangling) = (modules, edges, inputs, dangling)
    }

    /// A folder as one toolchain sees it.
    public struct Module: Hashable, Sendable, Codable {
        public let folder: Path
        /// As its toolchain calls it: `:x:api`, `dk.sdu:auth-api`, `@acme/ui`, `github.com/a/b`.
        public let name: String
        /// One of gradle, maven, swiftpm, node, go, cargo, python and docker.
        public let toolchain: String

        public init(folder: Path, name: String, toolchain: String) {
            (self.folder, self.name, self.toolchain) = (folder, name, toolchain)
        }
    }

    /// What an edge is needed for.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        case build
        case test
        case runtime
    }

    /// One module folder needs another, because a line of a file says so.
    public struct Edge: Hashable, Sendable, Codable {
        public let from: Path
        public let to: Path
        public let kind: Kind
        public let file: Path
        /// Counted from 1.
        public let line: Int

        public init(from: Path, to: Path, kind: Kind, file: Path, line: Int) {
            (self.from, self.to, self.kind, self.file, self.line) = (from, to, kind, file, line)
        }
    }

    /// A file or folder outside the folder of a module that its build reads, and that is no module.
    public struct Input: Hashable, Sendable, Codable {
        public let module: Path
        public let path: Path
        public let file: Path
        public let line: Int

        public init(module: Path, path: Path, file: Path, line: Int) {
            (self.module, self.path, self.file, self.line) = (module, path, file, line)
        }
    }

    /// A reference to something that is not there.
    public struct Dangling: Hashable, Sendable, Codable {
        public let module: Path
        public let file: Path
        public let line: Int
        /// As it is written: `:nope:api`, `../gone`.
        public let text: String

        public init(module: Path, file: Path, line: Int, text: String) {
            (self.module, self.file, self.line, self.text) = (module, file, line, text)
        }
    }
}

// MARK: - Order

extension ModuleGraph.Module: Comparable {
    public static func < (left: Self, right: Self) -> Bool {
        if left.folder != right.folder { return left.folder < right.folder }
        return (left.toolchain, left.name) < (right.toolchain, right.name)
    }
}

extension ModuleGraph.Kind: Comparable {
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension ModuleGraph.Edge: Comparable {
    public static func < (left: Self, right: Self) -> Bool {
        if left.from != right.from { return left.from < right.from }
        if left.to != right.to { return left.to < right.to }
        if left.kind != right.kind { return left.kind < right.kind }
        if left.file != right.file { return left.file < right.file }
        return left.line < right.line
    }
}

extension ModuleGraph.Input: Comparable {
    public static func < (left: Self, right: Self) -> Bool {
        if left.module != right.module { return left.module < right.module }
        if left.path != right.path { return left.path < right.path }
        if left.file != right.file { return left.file < right.file }
        return left.line < right.line
    }
}

extension ModuleGraph.Dangling: Comparable {
    public static func < (left: Self, right: Self) -> Bool {
        if left.module != right.module { return left.module < right.module }
        if left.file != right.file { return left.file < right.file }
        return (left.line, left.text) < (right.line, right.text)
    }
}
