/// In what one image differs from another.
public struct ImageComparison: Equatable, Sendable, Codable {
    public var schema = 1
    public var left: Side
    public var right: Side
    public var verdict: Verdict
    public var files: [FileChange]
    public var settings: [SettingChange]
    public var base: BaseChange?
    /// Layers of the same content that were compressed in another way.
    public var recompressed: Int

    public struct Side: Equatable, Sendable, Codable {
        public var name: String
        public var digest: Digest
        public var layers: Int

        public init(name: String, digest: Digest, layers: Int) {
            (self.name, self.digest, self.layers) = (name, digest, layers)
        }
    }

    /// The most that is the same.
    public enum Verdict: String, Codable, Sendable {
        /// One digest.
        case identical
        /// The same content and configuration, stored in another way: no new version.
        case compressor
        /// The same files, cut into layers differently or named by another configuration.
        case settings
        case content
    }

    public struct FileChange: Equatable, Sendable, Codable {
        public var path: String
        public var change: Change
        /// What is not the same, of a path that both have.
        public var what: [Aspect]
        public var left: ImageFile?
        public var right: ImageFile?

        public enum Change: String, Codable, Sendable {
            case added, removed, changed
        }

        public enum Aspect: String, Codable, Sendable, CaseIterable {
            case kind, mode, owner, size, content, target
        }
    }

    public struct SettingChange: Equatable, Sendable, Codable {
        /// As the configuration calls it; `label NAME`, `variable NAME` and `annotation NAME` one by one.
        public var name: String
        public var left: String?
        public var right: String?
    }

    public struct BaseChange: Equatable, Sendable, Codable {
        public var left: String?
        public var right: String?
    }
}

/// One of two images that are compared: what is known without its files.
public struct ComparedImage: Equatable, Sendable {
    public var side: ImageComparison.Side
    public var settings: [String: JSON]
    public var base: String?
    /// Each layer as it is stored, and as it unpacks.
    public var layers: [(stored: Digest, plain: Digest)]

    public init(
        side: ImageComparison.Side, settings: [String: JSON], base: String?, layers: [(stored: Digest, plain: Digest)]
    ) {
        (self.side, self.settings, self.base, self.layers) = (side, settings, base, layers)
    }

    public static func == (left: ComparedImage, right: ComparedImage) -> Bool {
        left.side == right.side && left.settings == right.settings && left.base == right.base
            && left.layers.elementsEqual(right.layers) { $0.stored == $1.stored && $0.plain == $1.plain }
    }

    /// How many of the lowest layers two images share: what both stand on needs no reading.
    public static func shared(_ left: ComparedImage, _ right: ComparedImage) -> Int {
        zip(left.layers, right.layers).prefix { $0.plain == $1.plain }.count
    }
}

extension ImageComparison {
    /// Compares two images, given what the layers above the shared ones hold.
    ///
    /// `below` is what both stand on; it may be left out where `needsBelow` allows it.
    public init(_ left: ComparedImage, _ right: ComparedImage, below: [LayerFiles], _ own: [[LayerFiles]]) {
        (self.left, self.right) = (left.side, right.side)
        files = Self.changes(from: ImageTree(below + own[0]), to: ImageTree(below + own[1]))
        settings = Set(left.settings.keys).union(right.settings.keys).sorted().compactMap { name in
            let (one, other) = (left.settings[name], right.settings[name])
            return one == other ? nil : SettingChange(name: name, left: one?.plainText, right: other?.plainText)
        }
        base = left.base == right.base ? nil : BaseChange(left: left.base, right: right.base)
        recompressed = zip(left.layers, right.layers).count { $0.plain == $1.plain && $0.stored != $1.stored }
        let isSameContent = left.layers.map(\.plain) == right.layers.map(\.plain)
        if left.side.digest == right.side.digest {
            verdict = .identical
        } else if !files.isEmpty {
            verdict = .content
        } else {
            verdict = isSameContent && settings.isEmpty ? .compressor : .settings
        }
    }

    /// Whether what both stand on has to be read: only when their own layers do not speak of the same paths.
    public static func needsBelow(_ own: [[LayerFiles]]) -> Bool {
        let touched = own.map { $0.reduce(into: Set<String>()) { $0.formUnion($1.touched) } }
        let removes = own.joined().contains { !$0.removed.isEmpty || !$0.emptied.isEmpty }
        let links = own.joined().contains { $0.files.values.contains { $0.kind == .hardLink } }
        return removes || links || touched[0] != touched[1]
    }

    private static func changes(from left: ImageTree, to right: ImageTree) -> [FileChange] {
        Set(left.files.keys).union(right.files.keys).sorted().compactMap { path in
            let (one, other) = (left.files[path], right.files[path])
            guard one != other else { return nil }
            guard let one else { return FileChange(path: path, change: .added, what: [], right: other) }
            guard let other else { return FileChange(path: path, change: .removed, what: [], left: one) }
            return FileChange(
                path: path, change: .changed, what: aspects(one, other), left: one, right: other)
        }
    }

    private static func aspects(_ one: ImageFile, _ other: ImageFile) -> [FileChange.Aspect] {
        var aspects: [FileChange.Aspect] = []
        if one.kind != other.kind { aspects.append(.kind) }
        if one.mode != other.mode { aspects.append(.mode) }
        if (one.user, one.group) != (other.user, other.group) { aspects.append(.owner) }
        if one.size != other.size { aspects.append(.size) }
        if one.content != other.content { aspects.append(.content) }
        if one.target != other.target { aspects.append(.target) }
        return aspects
    }
}

/// What a configuration and a manifest say, one by one.
public enum ImageSettings {
    /// The history and the layers tell of nothing that is not seen elsewhere; names that Docker leaves empty say nothing.
    public static func flattened(_ configuration: JSON, annotations: [String: String]) -> [String: JSON] {
        var settings = configuration.object ?? [:]
        for key in ["config", "container_config", "history", "rootfs"] { settings[key] = nil }
        for (key, value) in configuration["config"]?.object ?? [:] where !isEmpty(value) {
            switch key {
            case "Labels": for (name, label) in value.object ?? [:] { settings["label \(name)"] = label }
            case "Env":
                for entry in (value.array ?? []).compactMap(\.string) {
                    let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    settings["variable \(parts[0])"] = .string(parts.count == 2 ? String(parts[1]) : "")
                }
            default: settings[key] = value
            }
        }
        for (name, value) in annotations { settings["annotation \(name)"] = .string(value) }
        return settings.filter { !isEmpty($0.value) }
    }

    private static func isEmpty(_ value: JSON) -> Bool {
        switch value {
        case .null, .string(""), .bool(false), .array([]), .object([:]): true
        default: false
        }
    }
}

extension JSON {
    /// A text as it is, anything else as JSON.
    fileprivate var plainText: String { string ?? canonicalText }
}
