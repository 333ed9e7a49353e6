/// What one environment demands of a record.
public struct Policy: Equatable, Sendable, Decodable {
    public var mode: Mode
    public var allowUnsigned: Bool
    /// Globs over branch names.
    public var branches: [String]
    /// Whether records of uncommitted work are refused.
    public var clean: Bool
    public var tests: Tests
    /// How old a record may be; nil: any age.
    public var maximumAge: Seconds?
    /// How long a decision holds.
    public var decisionHolds: Seconds

    public enum Mode: String, Codable, Sendable {
        case advisory, enforced
    }

    public struct Tests: Equatable, Sendable {
        public var minimum: Verdict.State
        /// The weakest evidence that will do; nil: any, and none for a service declared test-less.
        public var evidence: TestReport.Kind?
        /// How many failing tests may be in quarantine; nil: any number.
        public var quarantineMax: Int?
    }

    private enum CodingKeys: String, CodingKey {
        case mode, allowUnsigned, branches, clean, checks, maxAge
    }

    private struct Checks: Decodable {
        var tests: TestEntry?
    }

    private struct TestEntry: Decodable {
        var min: Verdict.State?
        var evidence: TestReport.Kind?
        var quarantineMax: Int?
    }

    private struct Ages: Decodable {
        var record: Seconds?
        var decision: Seconds?
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        mode = try container.decodeIfPresent(Mode.self, forKey: .mode) ?? .enforced
        allowUnsigned = try container.decodeIfPresent(Bool.self, forKey: .allowUnsigned) ?? false
        branches = try container.decodeIfPresent([String].self, forKey: .branches) ?? ["*"]
        clean = try container.decodeIfPresent(Bool.self, forKey: .clean) ?? true
        let tests = try container.decodeIfPresent(Checks.self, forKey: .checks)?.tests
        self.tests = Tests(
            minimum: tests?.min ?? .stable, evidence: tests?.evidence, quarantineMax: tests?.quarantineMax)
        let ages = try container.decodeIfPresent(Ages.self, forKey: .maxAge)
        maximumAge = ages?.record
        decisionHolds = ages?.decision ?? Seconds(3600)
    }
}

/// A policy file: environments by name.
public struct PolicyFile: Equatable, Sendable, Decodable {
    public let environments: [String: Policy]
}

/// Which keys may sign what.
///
/// Never taken from the tree of a candidate.
public struct Trust: Equatable, Sendable, Decodable {
    public let version: Int64
    public let keys: [Key]
    public let prevented: [Digest]

    public struct Key: Equatable, Sendable, Decodable {
        public let id: String
        /// SubjectPublicKeyInfo in base64.
        public let spki: String
        public let role: Role
        /// The highest scope its records may claim.
        public let scope: Scope
        public let builderIds: [String]
        public let services: [String]
        public let branches: [String]
        public let notBefore: Timestamp?
        public let notAfter: Timestamp?
        public let revokedFromSequence: Int64?

        public enum Role: String, Codable, Sendable {
            case build, waiver, decision, deploy
        }

        private enum CodingKeys: String, CodingKey {
            case id, spki, role, scope, builderIds, services, branches, notBefore, notAfter, revokedFromSequence
        }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            spki = try container.decode(String.self, forKey: .spki)
            id = try container.decodeIfPresent(String.self, forKey: .id) ?? String(spki.suffix(12))
            role = try container.decodeIfPresent(Role.self, forKey: .role) ?? .build
            scope = try container.decodeIfPresent(Scope.self, forKey: .scope) ?? .release
            builderIds = try container.decodeIfPresent([String].self, forKey: .builderIds) ?? []
            services = try container.decodeIfPresent([String].self, forKey: .services) ?? ["*"]
            branches = try container.decodeIfPresent([String].self, forKey: .branches) ?? ["*"]
            notBefore = try container.decodeIfPresent(Timestamp.self, forKey: .notBefore)
            notAfter = try container.decodeIfPresent(Timestamp.self, forKey: .notAfter)
            revokedFromSequence = try container.decodeIfPresent(Int64.self, forKey: .revokedFromSequence)
        }

        /// A key somebody holds here and now: it may sign anything a build may.
        public init(held spki: String) {
            (id, self.spki, role, scope) = ("own", spki, .build, .release)
            (builderIds, services, branches) = ([], ["*"], ["*"])
            (notBefore, notAfter, revokedFromSequence) = (nil, nil, nil)
        }

        /// Why this key's signature under this record does not count; nil when it does.
        ///
        /// The record may be taken for less than it claims, by naming the scope.
        public func objection(to record: Stability, as claimed: Scope? = nil) -> String? {
            if role != .build { return "key \(id) may sign as \(role.rawValue), not builds" }
            if !services.matchesAny(record.service.name.text) {
                return "key \(id) may not sign for \(record.service.name)"
            }
            if let branch = record.source.branch {
                if !branches.matchesAny(branch) { return "key \(id) may not sign for branch \(branch.printable)" }
            } else if !branches.contains("*") {
                return "key \(id) may sign for some branches only, and the record names none"
            }
            if !builderIds.isEmpty, !builderIds.contains(record.builder.id) {
                return "key \(id) may not sign for builder \(record.builder.id.printable)"
            }
            if let notBefore, record.run.sealedAt < notBefore { return "key \(id) was not yet valid" }
            if let notAfter, notAfter < record.run.sealedAt { return "key \(id) was no longer valid" }
            if let revokedFromSequence, record.run.sequence >= revokedFromSequence { return "key \(id) is revoked" }
            let claimed = claimed ?? record.scope
            if scope < claimed {
                return "key \(id) may claim scope \(scope.rawValue), not \(claimed.rawValue)"
            }
            return nil
        }
    }

    public init(keys: [Key], prevented: [Digest] = []) {
        (version, self.keys, self.prevented) = (1, keys, prevented)
    }

    private enum CodingKeys: String, CodingKey {
        case version, keys, prevented
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        version = try container.decodeIfPresent(Int64.self, forKey: .version) ?? 1
        keys = try container.decodeIfPresent([Key].self, forKey: .keys) ?? []
        prevented = try container.decodeIfPresent([Digest].self, forKey: .prevented) ?? []
    }
}

extension [String] {
    /// Whether one of these globs takes the name, branch names with slashes included.
    func matchesAny(_ name: String) -> Bool {
        contains { $0 == "*" || Glob(anchored: $0).matches(Path(bytes: [UInt8](name.utf8))) }
    }
}
