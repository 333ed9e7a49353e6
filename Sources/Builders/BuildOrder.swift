public import OCI
public import Pipeline
public import SystemPackage

/// One build, as any builder is told it.
public struct BuildOrder: Sendable {
    /// Whose it is: the labels by which what it leaves is found again.
    public var mark: BuildMark
    public var dockerfile: String
    /// The files it sees; nil: none.
    public var context: ContextFiles?
    /// The images it stands on, by the names they have in the Dockerfile.
    public var bases: [String: TarStream]
    /// Values of ARG.
    public var arguments: [String: String] = [:]
    /// By the ids under which RUN lines mount them.
    public var secrets: [String: String] = [:]
    public var modified: Timestamp
    /// A folder for what is only needed meanwhile.
    public var scratch: FilePath
    /// Where what it says goes, what is hidden in that, and how long it may take.
    public var story: Story

    public struct Story: Sendable {
        public var log: FilePath
        public var redaction: Redaction?
        public var timeout: Seconds

        public init(log: FilePath, redaction: Redaction?, timeout: Seconds) {
            (self.log, self.redaction, self.timeout) = (log, redaction, timeout)
        }
    }

    public init(
        _ mark: BuildMark, dockerfile: String, bases: [String: TarStream], modified: Timestamp, scratch: FilePath,
        story: Story
    ) {
        (self.mark, self.dockerfile, self.bases) = (mark, dockerfile, bases)
        (self.modified, self.scratch, self.story) = (modified, scratch, story)
    }
}

/// By what the images of a build are known in an engine: those of one checkout, and of one build in it.
public struct BuildMark: Equatable, Sendable {
    /// Stands for a checkout on a machine: 64 hexadecimal digits.
    public let root: String
    /// Of one build; random.
    public let build: String

    public init(root: String, build: String) {
        (self.root, self.build) = (root, build)
    }

    public var labels: [String: String] { [Self.rootLabel: root, Self.buildLabel: build] }
    /// The beginning of all names that images of the checkout have: no such host exists, so that nobody asks it.
    static func prefix(of root: String) -> String { "slipway.invalid/\(root.prefix(16))/" }
    /// What is built.
    public var image: String { "\(Self.prefix(of: root))image:\(build)" }
    /// What it stands on, by number.
    public func base(_ number: Int) -> String { "\(Self.prefix(of: root))base\(number):\(build)" }

    static let rootLabel = "slipway.build.root"
    static let buildLabel = "slipway.build.id"
}

/// What a builder made: the archive of its image, taken apart.
public struct BuiltArchive: Sendable {
    /// As the builder wrote it, less our own labels.
    public var configuration: JSON
    /// The layers above the base, each a file: a plain archive, or, where that is said, packed already.
    public var layers: [Layer]

    public struct Layer: Sendable {
        public var diffID: Digest
        public var file: FilePath
        /// Of a file that is packed; nil for a plain archive.
        public var packed: Descriptor?
    }
}

/// Builds images out of what a Dockerfile says; does not publish, name or check them.
public protocol ImageMaker: Sendable {
    /// With its version, and how it is used.
    var name: String { get }

    /// Builds, and hands over what is new; what it leaves in the builder is removed, also when the task is cancelled.
    func build(_ order: BuildOrder, above base: [Digest]) async throws -> BuiltArchive
}
