/// The digests a key is made of, one a kind of input, so that a later plan can say which of them changed.
public struct KeyParts: Equatable, Sendable, Codable {
    public static let algorithm = "slipway-key/1"

    public let algorithm: String
    public let configuration: Digest
    /// Versions of tools, as files above the service pin them.
    public let toolchain: Digest
    public let environment: Digest
    /// Own folders and declared inputs.
    public let paths: Digest
    /// Files that no service owns and no rule names.
    public let unowned: Digest
    public let needs: [ServiceName: Digest]
    public let bases: [BaseImage]
    /// How many files the own folders and declared inputs hold.
    public let files: Int
    public let key: Digest

    /// What a key is made from.
    public struct Material: Sendable {
        public var configuration: JSON
        public var pins: [TreeFile]
        /// Names and values; unset is not the same as empty.
        public var environment: [(name: String, value: String?)]
        /// The files of own folders and declared inputs that enter.
        public var files: [TreeFile]
        public var unowned: [TreeFile]
        public var needs: [ServiceName: Digest]
        public var bases: [BaseImage]

        public init(
            configuration: JSON, pins: [TreeFile], environment: [(name: String, value: String?)], files: [TreeFile],
            unowned: [TreeFile], needs: [ServiceName: Digest], bases: [BaseImage]
        ) {
            (self.configuration, self.pins, self.environment) = (configuration, pins, environment)
            (self.files, self.unowned, self.needs, self.bases) = (files, unowned, needs, bases)
        }
    }

    public init(_ material: Material, hash: HashFunction) {
        algorithm = Self.algorithm
        configuration = hash(material.configuration.canonicalBytes)
        toolchain = hash(Fields(files: material.pins).bytes)
        var variables = Fields()
        for (name, value) in material.environment.sorted(by: { $0.name < $1.name }) {
            variables.append(name.utf8)
            variables.append(value == nil ? [] : [1])
            variables.append((value ?? "").utf8)
        }
        environment = hash(variables.bytes)
        (paths, files) = (hash(Fields(files: material.files).bytes), material.files.count)
        unowned = hash(Fields(files: material.unowned).bytes)
        needs = material.needs
        bases = material.bases
        var fields = Fields()
        fields.append(algorithm.utf8)
        for digest in [configuration, toolchain, environment, paths, unowned] { fields.append(digest.hex.utf8) }
        for (name, key) in needs.sorted(by: { $0.key < $1.key }) {
            fields.append(name.text.utf8)
            fields.append(key.hex.utf8)
        }
        for base in bases {
            fields.append(base.ref.utf8)
            fields.append(base.digest.hex.utf8)
        }
        key = hash(fields.bytes)
    }

    /// Length-prefixed byte strings, so that (`ab`, `c`) is not (`a`, `bc`).
    private struct Fields {
        var bytes: [UInt8] = []

        init() {}

        init(files: [TreeFile]) {
            for file in files.sorted(by: { $0.path < $1.path }) {
                append(file.path.bytes)
                append(String(file.entry.mode.rawValue, radix: 8).utf8)
                append(file.entry.id.bytes)
            }
        }

        mutating func append(_ field: some Collection<UInt8>) {
            let length = UInt64(field.count)
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: length >> (56 - 8 * UInt64($0))) }
            bytes += field
        }
    }
}
