/// What one run of a plan leaves of one service: that it began with it, or what became of it.
///
/// Parts are what machines that carry out one plan hand over; `Merge` unites them. Each names the plan, and is named by a
/// digest of all it says.
public struct Part: Equatable, Sendable, Codable {
    public let schema: Int
    public let origin: Origin
    /// Nil when a shard says that it was there at all.
    public let service: ServiceName?
    /// Nil when it began and nobody knows yet what became of it.
    public let end: End?
    /// Covers everything else in the part.
    public private(set) var digest: Digest

    public static let currentSchema = 1

    /// Which run left it.
    public struct Origin: Equatable, Sendable, Codable {
        public let plan: Digest
        /// Which try it was, from 1 on.
        public let attempt: Int
        public let shard: Shard?
        /// The run on that machine, whose folder has the logs.
        public let run: String
        /// The machine.
        public let node: String?
        public let builder: Stability.Builder
        public let startedAt: Timestamp

        public init(
            plan: Digest, attempt: Int, shard: Shard?, run: String, node: String?, startedAt: Timestamp,
            by builder: Stability.Builder
        ) {
            (self.plan, self.attempt, self.shard, self.run) = (plan, attempt, shard, run)
            (self.node, self.startedAt, self.builder) = (node, startedAt, builder)
        }
    }

    /// What became of the service, and when that was known.
    public struct End: Equatable, Sendable, Codable {
        public let outcome: ServiceOutcome
        public let at: Timestamp

        public init(_ outcome: ServiceOutcome, at: Timestamp) {
            (self.outcome, self.at) = (outcome, at)
        }
    }

    public init(_ origin: Origin, of service: ServiceName?, end: End?, hash: HashFunction) throws {
        schema = Self.currentSchema
        (self.origin, self.service, self.end) = (origin, service, end)
        digest = hash([])
        digest = hash(try withoutDigest.canonicalBytes)
    }

    private var withoutDigest: JSON {
        get throws {
            guard case .object(var members) = try JSON(encoding: self) else { return .null }
            members["digest"] = nil
            return .object(members)
        }
    }

    /// Whether both tell of the same try at the same service by the same run.
    func isTwin(of other: Part) -> Bool {
        service == other.service && origin.attempt == other.origin.attempt && origin.run == other.origin.run
    }
}

// MARK: - Lines

extension Part {
    /// The part as one line of a file.
    public var line: [UInt8] {
        get throws { try JSON(encoding: self).canonicalBytes + [0x0A] }
    }

    /// Reads what a line says.
    ///
    /// Throws when it is no part, or was changed after it was written.
    public init(json: JSON, hash: HashFunction) throws {
        guard json["schema"] == .integer(Int64(Self.currentSchema)) else {
            throw PartError.otherFormat
        }
        try self.init(json: json)
        guard digest == hash(try withoutDigest.canonicalBytes) else { throw PartError.changed }
        guard (1...1_000_000).contains(origin.attempt), end.map({ $0.outcome.name == service }) ?? true else {
            throw PartError.contradictsItself
        }
        // A log is looked for where this says: in the folder of its run, and nowhere else.
        let logs = end?.outcome.steps.compactMap(\.log) ?? []
        guard Self.isName(origin.run), logs.allSatisfy({ $0.hasPrefix("logs/") && Self.isName($0.dropFirst(5)) }) else {
            throw PartError.contradictsItself
        }
    }

    private static func isName(_ text: some StringProtocol) -> Bool {
        (1...200).contains(text.utf8.count) && text.utf8.allSatisfy(\.isPlainKeyByte) && !text.hasPrefix(".")
    }
}

/// Why something is no part.
public enum PartError: Failure, Equatable {
    case otherFormat
    case changed
    case contradictsItself

    public var fault: Fault { self == .otherFormat ? .input : .unverifiable }

    public var hint: String? {
        self == .otherFormat
            ? "use one version of Slipway on all machines" : "copy it anew from the machine that wrote it"
    }

    public var description: String {
        switch self {
        case .otherFormat: "no part that this version of Slipway reads"
        case .changed: "the part was changed after it was written: its digest does not fit"
        case .contradictsItself: "the part contradicts itself"
        }
    }
}
