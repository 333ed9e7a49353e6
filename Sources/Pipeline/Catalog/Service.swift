/// A deployable, or a library that deployables need: what it is made of and what is run for it.
public struct Service: Equatable, Sendable {
    public let name: ServiceName
    public var kind: Kind
    /// Its folders; commands run in the first.
    public var paths: [Path]
    /// Folders it lay in before: what was changed there is part of its history.
    public var earlier: [Path] = []
    public var inputs: Inputs
    public var recipe: Recipe
    public var conditions = Conditions()
    /// Where its images come from, the one it is called after first; none for a library.
    public var images: [ImageSource] = []
    /// Which Jenkins agents may take it.
    public var label: String?
    public var release: Release
    /// What its commands take up while they run.
    public var demand = Demand()
    /// What others rely on, as far as it is described.
    public var interface: InterfaceDeclaration?
    /// A tool that compares what is described otherwise.
    public var adapter: InterfaceAdapter?
    /// What it writes into the audit index.
    public var audit: AuditDeclaration?
    /// The folder of its migrations; nil: each `db/migration` in its folders.
    public var migrations: Path?
    /// The folder of the manifests that deploy it; nil where none is declared.
    public var manifests: Path?
    /// How new ones are tried on a database of their own; nil: not at all.
    public var trial: MigrationTrial?

    public enum Kind: String, Codable, Sendable {
        case service, library
    }

    /// What goes into its key besides its own folders.
    public struct Inputs: Equatable, Sendable {
        /// What must be built before it.
        public var needs: [ServiceName]
        /// The needs that its entry states.
        public var declared: [Need]
        /// Needs that are not to be read from build files: names, or folders of modules.
        public var suppressed: [String]
        public var paths: [Path]
        /// Names of variables.
        public var environment: [String]
        /// Overrides of the path classes: globs by class.
        public var classes: [String: [String]]

        public init(
            needs: [Need], suppressed: [String] = [], paths: [Path], environment: [String],
            classes: [String: [String]]
        ) {
            (declared, self.suppressed, self.paths) = (needs, suppressed, paths)
            (self.environment, self.classes) = (environment, classes)
            self.needs = needs.filter { $0.kind == .build }.map(\.name)
        }
    }

    /// One need, and the line that states it.
    public struct Need: Equatable, Sendable {
        public let name: ServiceName
        public let kind: ModuleGraph.Kind
        public let line: Int
        /// What a change of it does to the version here, if that is stated.
        public let propagation: VersionPolicy.Propagation?

        public init(
            _ name: ServiceName, _ kind: ModuleGraph.Kind = .build, line: Int = 1,
            propagation: VersionPolicy.Propagation? = nil
        ) {
            (self.name, self.kind, self.line, self.propagation) = (name, kind, line, propagation)
        }
    }

    /// What is run for it.
    public struct Recipe: Equatable, Sendable, Codable {
        public var toolchain: String
        public var build: Command?
        /// Nil declares it test-less.
        public var test: Command?
        public var evidence: Evidence
        /// Suites that may be empty.
        public var allowEmpty: [String]
        public var timeout: Seconds
        /// What its commands run in; nil: this machine.
        public var container: Container?
        public var demands = TestDemands()
        /// Who builds its image where that cannot be assembled natively; nil: the first that works.
        public var builder: BuilderChoice?
    }

    /// Under what conditions its commands run.
    public struct Conditions: Equatable, Sendable {
        /// How long a command may say nothing.
        public var idle: Seconds?
        /// Whether home and temporary folder are its own, empty at the start of each run.
        public var hasScratchHome = false
        public var secrets: [Secret] = []

        public init() {}

        /// What of this enters the key, where it is set: never the value of a secret.
        var keyConfiguration: [String: JSON] {
            var parts: [String: JSON] = [:]
            if hasScratchHome { parts["scratchHome"] = .bool(true) }
            if !secrets.isEmpty { parts["secrets"] = .array(secrets.map(\.name).sorted().map(JSON.string)) }
            return parts
        }
    }

    /// Where one of its images comes from.
    public struct ImageSource: Equatable, Sendable, Codable {
        /// The last part of the repository name.
        public var name: String
        public var dockerfile: Path
        public var context: Path
        /// Nil for the usual one alone.
        public var platforms: [String]?
        /// Values for `ARG`.
        public var arguments: [String: String]?
        /// The stage that is made; nil for the last.
        public var target: String?
    }

    /// How its releases come about, and how they are called.
    public struct Release: Equatable, Sendable {
        public var initial: SemanticVersion
        public var tag: TagName
        public var policy = VersionPolicy()
        /// Files that state the version, relative to its folder.
        public var files: [String] = []
        /// The file that tells of releases, relative to its folder; nil where none does.
        public var changelog: String?
        public var legacy: [LegacyTag] = []
        /// The commit before which history is not read: an id, a tag or a branch.
        public var horizon: String?
        public var signing = TagSigning.none
        /// How builds that are no release are called.
        public var snapshot = SnapshotTemplate.standard

        public init(initial: SemanticVersion = .first, tag: TagName = .standard) {
            (self.initial, self.tag) = (initial, tag)
        }
    }

    /// A tag of former times, and the version it stands for.
    public struct LegacyTag: Equatable, Sendable {
        public let tag: String
        public let version: SemanticVersion
        /// Whether it was written for all services, so that the name of the tag must say whose it is.
        public let isForAll: Bool

        public init(tag: String, version: SemanticVersion, isForAll: Bool) {
            (self.tag, self.version, self.isForAll) = (tag, version, isForAll)
        }
    }

    /// The files that state its version.
    public var versionFiles: [VersionFile] {
        release.files.compactMap { text in
            guard let path = try? Path(parsing: text, in: home) else { return nil }
            return VersionFile(path: path)
        }
    }

    /// The folder its commands run in.
    public var home: Path { paths.first ?? .root }

    public var rules: PathRules {
        PathRules(
            overrides: inputs.classes, toolchain: Toolchain.named(recipe.toolchain) ?? Toolchain(name: recipe.toolchain)
        )
    }

    /// Where files above it may pin versions of its tools.
    public var pinPlaces: [Path] {
        let names = [".tool-versions"] + (Toolchain.named(recipe.toolchain)?.paths.pins ?? [])
        var places: [Path] = []
        var folder = home
        while !folder.isRoot {
            folder = folder.parent
            places += names.map { name in name.split(separator: "/").reduce(folder) { $0.appending(String($1)) } }
        }
        return places
    }

    /// The image that it is called after.
    public var image: ImageSource? { images.first }

    /// The steps of a full run.
    public func steps(pushing: Bool, through last: Step.Kind = .push) -> [Step.Kind] {
        var steps: [Step.Kind] = []
        if recipe.build != nil { steps.append(.build) }
        if recipe.test != nil { steps.append(.test) }
        if !images.isEmpty { steps += pushing ? [.image, .push] : [.image] }
        return steps.filter { $0 <= last }
    }

    /// What of the configuration decides what is built, and what of it only how that is tested, as texts that enter the
    /// key: not where it runs, how long it may take, or how it is called when released.
    public var keyConfiguration: (build: JSON, test: JSON) {
        get throws {
            var build: [String: JSON] = [
                "paths": try JSON(encoding: paths),
                "toolchain": .string(recipe.toolchain),
                "inputs": try JSON(encoding: inputs.paths),
                "environment": try JSON(encoding: inputs.environment.sorted()),
                "classes": try JSON(encoding: inputs.classes),
                "build": try recipe.build.map { try JSON(encoding: $0) } ?? .bool(false),
                "image": try image.map { try JSON(encoding: $0) } ?? .bool(false),
            ]
            var test: [String: JSON] = [
                "reports": try JSON(encoding: recipe.evidence),
                "allowEmpty": try JSON(encoding: recipe.allowEmpty),
                "test": try recipe.test.map { try JSON(encoding: $0) } ?? .bool(false),
            ]
            if let container = recipe.container?.keyMembers {
                build.merge(container.build) { $1 }
                test.merge(container.test) { $1 }
            }
            if images.count > 1 { build["otherImages"] = try JSON(encoding: Array(images.dropFirst())) }
            if let builder = recipe.builder, builder != .native { build["builder"] = .string(builder.rawValue) }
            // Which tests count decides the verdict; who mends them, and until when, does not.
            let quarantined = Set(recipe.demands.quarantine.map(\.test)).sorted()
            if !quarantined.isEmpty { test["quarantine"] = try JSON(encoding: quarantined) }
            test.merge(try evidenceConfiguration) { $1 }
            if !recipe.demands.suites.isEmpty { test["suites"] = try JSON(encoding: recipe.demands.suites) }
            return (.object(build.merging(conditions.keyConfiguration) { own, _ in own }), .object(test))
        }
    }
}
