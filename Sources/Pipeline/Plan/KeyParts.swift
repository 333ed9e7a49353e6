/// The digests a key is made of, one a kind of input, so that a later plan can say which of them changed.
///
/// There are two: `image` is made of all that what is built and packed depends on, `key` of that and of what only tests
/// see. Where the first is unchanged, what was built is.
public struct KeyParts: Equatable, Sendable, Codable {
    public static let algorithm = "slipway-key/2"

    public let algorithm: String
    public let configuration: Digest
    /// Versions of tools, as files above the service pin them.
    public let toolchain: Digest
    public let environment: Digest
    /// Own folders and declared inputs.
    public let paths: Digest
    /// What of the own folders only tests see.
    public let tests: Digest?
    /// Files that no service owns and no rule names.
    public let unowned: Digest
    public let needs: [ServiceName: Digest]
    /// Modules it needs that are no whole service, by folder.
    public let modules: [Named]?
    /// What only its tests need: services by name, modules by folder.
    public let testNeeds: [Named]?
    /// Shared lockfiles, by path: what of them this service resolves to, or all of it where that cannot be told.
    public let lockfiles: [Named]?
    public let bases: [BaseImage]
    /// How many files the own folders and declared inputs hold.
    public let files: Int
    public let image: Digest?
    public let key: Digest

    /// Something with a digest; a list of these instead of a map, because paths are no names of members.
    public struct Named: Equatable, Sendable, Codable {
        public let name: String
        public let digest: Digest

        /// Nil for none, sorted by name.
        static func list(_ named: [String: Digest]) -> [Named]? {
            named.isEmpty ? nil : named.sorted { $0.key < $1.key }.map { Named(name: $0.key, digest: $0.value) }
        }
    }

    /// What a key is made from.
    public struct Material: Sendable {
        /// As far as it decides what is built, and as far as it decides only how that is tested.
        public var configuration: (build: JSON, test: JSON)
        public var pins: [TreeFile] = []
        /// Names and values; unset is not the same as empty.
        public var environment: [(name: String, value: String?)] = []
        /// The trees and files that are built.
        public var build: [TreeFile] = []
        /// The trees that only tests see.
        public var test: [TreeFile] = []
        /// What nobody owns, as the tree it would be.
        public var unowned: ObjectID?
        public var needs: [ServiceName: Digest] = [:]
        public var modules: [String: Digest] = [:]
        public var testNeeds: [String: Digest] = [:]
        public var lockfiles: [String: Digest] = [:]
        public var bases: [BaseImage] = []
        public var files = 0

        public init(configuration: (build: JSON, test: JSON)) {
            self.configuration = configuration
        }
    }

    public init(_ material: Material, hash: HashFunction) {
        algorithm = Self.algorithm
        configuration = hash(Fields(material.configuration).bytes)
        toolchain = hash(Fields(files: material.pins).bytes)
        environment = hash(Fields(variables: material.environment).bytes)
        paths = hash(Fields(files: material.build).bytes)
        tests = hash(Fields(files: material.test).bytes)
        unowned = hash(material.unowned?.bytes ?? [])
        (needs, bases, files) = (material.needs, material.bases, material.files)
        modules = Named.list(material.modules)
        testNeeds = Named.list(material.testNeeds)
        lockfiles = Named.list(material.lockfiles)
        var fields = Fields()
        fields.append(algorithm.utf8)
        fields.append(hash(material.configuration.build.canonicalBytes).hex.utf8)
        for digest in [toolchain, environment, paths, unowned] { fields.append(digest.hex.utf8) }
        fields.append(material.needs.map { ($0.key.text, $0.value) })
        fields.append(material.modules.map { ($0.key, $0.value) })
        fields.append(material.lockfiles.map { ($0.key, $0.value) })
        fields.append(material.bases.map { ($0.ref, $0.digest) }, sorted: false)
        let image = hash(fields.bytes)
        self.image = image
        var whole = Fields()
        for digest in [image, configuration, hash(Fields(files: material.test).bytes)] { whole.append(digest.hex.utf8) }
        whole.append(material.testNeeds.map { ($0.key, $0.value) })
        key = hash(whole.bytes)
    }
}

/// Length-prefixed byte strings, so that (`ab`, `c`) is not (`a`, `bc`).
struct Fields {
    var bytes: [UInt8] = []

    init() {}

    init(_ configuration: (build: JSON, test: JSON)) {
        append(configuration.build.canonicalBytes)
        append(configuration.test.canonicalBytes)
    }

    init(files: [TreeFile]) {
        for file in files.sorted(by: { $0.path < $1.path }) {
            append(file.path.bytes)
            append(String(file.entry.mode.rawValue, radix: 8).utf8)
            append(file.entry.id.bytes)
        }
    }

    init(variables: [(name: String, value: String?)]) {
        for (name, value) in variables.sorted(by: { $0.name < $1.name }) {
            append(name.utf8)
            append(value == nil ? [] : [1])
            append((value ?? "").utf8)
        }
    }

    mutating func append(_ field: some Collection<UInt8>) {
        let length = UInt64(field.count)
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: length >> shift))
        }
        bytes += field
    }

    /// How many there are, and each.
    mutating func append(_ named: [(name: String, digest: Digest)], sorted: Bool = true) {
        append("\(named.count)".utf8)
        for (name, digest) in sorted ? named.sorted(by: { $0.name < $1.name }) : named {
            append(name.utf8)
            append(digest.hex.utf8)
        }
    }
}
