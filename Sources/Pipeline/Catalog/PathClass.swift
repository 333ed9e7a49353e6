/// What a changed path means to its service.
public enum PathClass: String, Codable, CaseIterable, Sendable {
    case main, test, docs, deploy, migration, interface, build, image, ci

    /// Whether the bytes of such a path go into what is built and tested.
    ///
    /// What does not, never selects a service.
    public var entersKey: Bool {
        switch self {
        case .docs, .deploy, .ci: false
        case .main, .test, .migration, .interface, .build, .image: true
        }
    }

    /// Whether a commit that changes only such paths of a service can move its version.
    public var ships: Bool {
        switch self {
        case .docs, .test, .ci: false
        case .main, .deploy, .migration, .interface, .build, .image: true
        }
    }
}

/// The rules that give a path its class: the first that matches wins, `main` is the rest.
public struct PathRules: Equatable, Sendable {
    public struct Rule: Equatable, Sendable {
        public let pathClass: PathClass
        public let glob: Glob

        public init(_ pathClass: PathClass, _ glob: Glob) {
            (self.pathClass, self.glob) = (pathClass, glob)
        }
    }

    public var rules: [Rule]

    public init(_ rules: [Rule]) {
        self.rules = rules
    }

    /// The rules of `overrides` (class name to patterns) before those of a toolchain before those for all.
    ///
    /// A source file is never taken for documentation because of the folder it lies in: that would select too little.
    public init(overrides: [String: [String]], toolchain: Toolchain) {
        let own = PathClass.allCases.flatMap { pathClass in
            (overrides[pathClass.rawValue] ?? []).map { Rule(pathClass, Glob(anywhere: $0)) }
        }
        func rules(_ pathClass: PathClass, _ patterns: [String]) -> [Rule] {
            patterns.map { Rule(pathClass, Glob(anywhere: $0)) }
        }
        self.init(
            own + rules(.migration, ["**/db/migration/**"]) + rules(.test, toolchain.testPaths)
                + rules(.main, toolchain.sources) + Self.common + rules(.build, toolchain.markers + toolchain.lockfiles)
        )
    }

    /// The class of a path given relative to the folder of its service.
    public func pathClass(of path: Path) -> PathClass {
        let components = path.components
        return rules.first { $0.glob.matches(components) }?.pathClass ?? .main
    }

    /// What holds whatever the toolchain.
    ///
    /// Folders count at the top of a service only: further down `charts/` may be what a program draws.
    public static let common: [Rule] = [
        (.docs, ["*.md", "/docs/", "LICENSE*", ".editorconfig", ".gitignore", ".mailmap"]),
        (.ci, ["Jenkinsfile", "/ci/", "/.github/"]),
        (.deploy, ["/k8s/", "/deploy/", "k8.kts", "/Chart.yaml", "/charts/"]),
        (.image, ["Dockerfile", "Dockerfile.*", "*.Dockerfile", ".dockerignore"]),
    ].flatMap { (pathClass: PathClass, patterns: [String]) in
        patterns.map { Rule(pathClass, Glob(anywhere: $0)) }
    }
}
