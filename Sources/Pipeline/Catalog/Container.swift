/// The container that the commands of a service run in, and what runs beside it.
public struct Container: Equatable, Sendable, Codable {
    public var image: String
    /// By host name.
    public var sidecars: [Sidecar]
    /// The steps that have the sidecars beside them.
    public var accompanied: [Step.Kind]

    public init(image: String, sidecars: [Sidecar] = [], accompanied: [Step.Kind] = [.test]) {
        (self.image, self.accompanied) = (image, accompanied)
        self.sidecars = sidecars.sorted { $0.name < $1.name }
    }

    /// A container that runs beside the commands, in one network with them.
    public struct Sidecar: Equatable, Sendable, Codable {
        /// The host name it is reached by.
        public var name: String
        public var image: String
        public var environment: [String: String]
        /// The arguments of its image's entry point; nil: those of the image.
        public var command: [String]?
        /// What ends with zero in it when it is ready; nil: the health check of its image.
        public var health: Command?
        public var readyWithin: Seconds

        public init(name: String, image: String) {
            (self.name, self.image, environment, command) = (name, image, [:], nil)
            (health, readyWithin) = (nil, Self.patience)
        }

        /// How long a sidecar may take to become ready, unless the configuration says.
        public static let patience = Seconds(60)
    }

    /// Those that stand beside a step.
    public func sidecars(beside step: Step.Kind) -> [Sidecar] { accompanied.contains(step) ? sidecars : [] }
}

// MARK: - What of it counts

extension Container {
    /// What of it decides what is built, and what of it only how that is tested, as members of a key's texts.
    ///
    /// A reference counts as it is written: what a tag points to today is in no key.
    var keyMembers: (build: [String: JSON], test: [String: JSON]) {
        let beside = JSON.array(sidecars.map(\.key))
        var (build, test) = (["container": JSON.string(image)], [String: JSON]())
        guard !sidecars.isEmpty else { return (build, test) }
        if accompanied.contains(.build) { build["sidecars"] = beside }
        if accompanied.contains(.test) { test["sidecars"] = beside }
        return (build, test)
    }

    /// A note for all images of a catalog that are named without a digest; none when there is none.
    static func notes(on catalog: Catalog) -> [Plan.Note] {
        let containers = catalog.services.compactMap(\.recipe.container)
        let images = Set(containers.flatMap { [$0.image] + $0.sidecars.map(\.image) })
        let loose = images.filter { ImageReference(parsing: $0)?.digest == nil }.sorted()
        guard let first = loose.first else { return [] }
        let message =
            "\(loose.joined(separator: ", ")): what a tag of a container image points to is part of no key; "
            + "\(first)@sha256:… would pin it"
        return [Plan.Note(.containerTag, message)]
    }
}

extension Container.Sidecar {
    fileprivate var key: JSON {
        var members: [String: JSON] = ["name": .string(name), "image": .string(image)]
        if !environment.isEmpty { members["environment"] = .object(environment.mapValues(JSON.string)) }
        if let command { members["command"] = .array(command.map(JSON.string)) }
        return .object(members)
    }
}

// MARK: - Names

extension Container {
    /// Whether a text can stand for an image on the command line of an engine.
    static func isImage(_ text: String) -> Bool {
        let plain = text.utf8.allSatisfy { $0.isLetter || $0.isDigit || "/._-:@".utf8.contains($0) }
        return plain && ImageReference(parsing: text) != nil
    }

    /// Whether a text is one label of a host name (RFC 1123), in lower case.
    static func isHostName(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last, bytes.count <= 63, text != "localhost" else {
            return false
        }
        func isAlphanumeric(_ byte: UInt8) -> Bool { byte.isLower || byte.isDigit }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && bytes.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }

    /// Whether a text can name a variable.
    static func isVariable(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 != UInt8(ascii: "=") && $0 > 0x20 && $0 < 0x7F }
    }
}
