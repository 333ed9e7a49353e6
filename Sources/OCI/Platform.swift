/// Reads and compares platforms as images and Dockerfiles write them (`linux/arm/v7`).
extension Descriptor.Platform {
    /// What is built for unless something else is asked for.
    public static let standard = Descriptor.Platform(os: "linux", architecture: "amd64")

    public init(os: String, architecture: String, variant: String? = nil) {
        (self.os, self.architecture, self.variant) = (os, architecture, variant)
    }

    /// Reads `os/architecture[/variant]`, other names of the same included; nil for anything else.
    public init?(parsing text: some StringProtocol) {
        let parts = text.lowercased().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let isPlain = parts.allSatisfy { part in
            !part.isEmpty && part.utf8.allSatisfy { $0.isPlainPlatformByte }
        }
        guard parts.count == 2 || parts.count == 3, isPlain else { return nil }
        var (architecture, variant) = (parts[1], parts.count == 3 ? parts[2] : nil)
        switch architecture {
        case "x86_64", "x86-64": architecture = "amd64"
        case "aarch64": architecture = "arm64"
        case "armhf": (architecture, variant) = ("arm", variant ?? "v7")
        case "armel": (architecture, variant) = ("arm", variant ?? "v6")
        case "i386": architecture = "386"
        default: break
        }
        // What a name alone means.
        if architecture == "arm", variant == nil { variant = "v7" }
        if architecture == "arm64", variant == "v8" { variant = nil }
        if architecture == "amd64", variant == "v1" { variant = nil }
        self.init(os: parts[0], architecture: architecture, variant: variant)
    }

    /// The same platform, as it is written when nothing is left to defaults.
    var normalized: Descriptor.Platform {
        Descriptor.Platform(parsing: "\(self)") ?? self
    }

    /// As part of a tag: `linux-arm-v7`.
    public var tagText: String { description.split(separator: "/").joined(separator: "-") }
}

extension Descriptor.Platform: CustomStringConvertible {
    public var description: String { "\(os)/\(architecture)" + (variant.map { "/\($0)" } ?? "") }
}

extension Index {
    /// The manifest for a platform: of its own variant, or of the next lower one that it runs as well.
    ///
    /// What is no platform of an image (`unknown/unknown`, which is how builders list what they say about one) is passed
    /// over.
    public func manifest(for wanted: Descriptor.Platform) -> Descriptor? {
        let wanted = wanted.normalized
        let fitting = manifests.filter { entry in
            guard let platform = entry.platform?.normalized else { return false }
            return platform.os == wanted.os && platform.architecture == wanted.architecture
        }
        if let exact = fitting.first(where: { $0.platform?.normalized.variant == wanted.variant }) { return exact }
        let lower = fitting.filter { ($0.platform?.normalized.variant ?? "") < (wanted.variant ?? "") }
        return lower.max { ($0.platform?.normalized.variant ?? "") < ($1.platform?.normalized.variant ?? "") }
    }

    /// What it is there for, for a message.
    public var platforms: [String] {
        manifests.compactMap(\.platform).filter { $0.os != "unknown" && $0.architecture != "unknown" }.map {
            "\($0)"
        }
    }
}

extension UInt8 {
    fileprivate var isPlainPlatformByte: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
            || self == UInt8(ascii: ".") || self == UInt8(ascii: "_") || self == UInt8(ascii: "-")
    }
}
