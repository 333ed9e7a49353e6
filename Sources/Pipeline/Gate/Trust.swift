/// Which keys may sign what.
///
/// Never taken from the tree of a candidate.
public struct Trust: Equatable, Sendable, Codable {
    /// Grows with every change, so that nobody can bring back an older file.
    public var version: Int64
    public var keys: [Key]
    public var prevented: [Digest]

    /// One key, and what its signatures are good for.
    public struct Key: Equatable, Sendable, Codable {
        public var id: String
        /// SubjectPublicKeyInfo in base64.
        public var spki: String
        public var role: Role
        /// What its holder is, such as `lead`: policies say who may waive.
        public var title: String?
        /// The highest scope its records may claim.
        public var scope: Scope
        public var builderIds: [String]
        public var services: [String]
        public var branches: [String]
        /// Globs over the addresses of the repositories that records may come from.
        public var repositories: [String]
        /// Where its waivers, decisions and deployments count.
        public var environments: [String]
        public var notBefore: Timestamp?
        public var notAfter: Timestamp?
        public var revokedFromSequence: Int64?

        public enum Role: String, Codable, CaseIterable, Sendable {
            case build, waiver, decision, deploy
        }

        /// A key that may sign everything of its role.
        public init(id: String, spki: String, role: Role) {
            (self.id, self.spki, self.role, scope) = (id, spki, role, .release)
            (builderIds, services, branches) = ([], ["*"], ["*"])
            (repositories, environments) = (["*"], ["*"])
        }

        /// A key somebody holds here and now: it may sign anything a build may.
        public init(held spki: String) { self.init(id: "own", spki: spki, role: .build) }
    }

    public init(keys: [Key], prevented: [Digest] = []) {
        (version, self.keys, self.prevented) = (1, keys, prevented)
    }
}

// MARK: - What a signature is good for

extension Trust.Key {
    /// Why this key's signature under this record does not count; nil when it does.
    ///
    /// The record may be taken for less than it claims, by naming the scope.
    public func objection(to record: Stability, as claimed: Scope? = nil) -> String? {
        mandateObjection(to: record, as: claimed) ?? validityObjection(to: record)
    }

    /// Whether it may sign for who wrote the record, what it is about and where that comes from.
    func mandateObjection(to record: Stability, as claimed: Scope? = nil) -> String? {
        if role != .build { return "key \(id) may sign as \(role.rawValue), not builds" }
        if !services.matchesAny(record.service.name.text) { return "key \(id) may not sign for \(record.service.name)" }
        if let branch = record.source.branch {
            if !branches.matchesAny(branch) { return "key \(id) may not sign for branch \(branch.printable)" }
        } else if !branches.contains("*") {
            return "key \(id) may sign for some branches only, and the record names none"
        }
        if let uri = record.source.uri {
            if !repositories.matchesAny(uri) { return "key \(id) may not sign for repository \(uri.printable)" }
        } else if !repositories.contains("*") {
            return "key \(id) may sign for some repositories only, and the record names none"
        }
        if !builderIds.isEmpty, !builderIds.contains(record.builder.id) {
            return "key \(id) may not sign for builder \(record.builder.id.printable)"
        }
        let claimed = claimed ?? record.scope
        return scope < claimed ? "key \(id) may claim scope \(scope.rawValue), not \(claimed.rawValue)" : nil
    }

    /// Whether it was valid when the record was sealed, and is not revoked for records so late.
    func validityObjection(to record: Stability) -> String? {
        if let objection = objection(toSigningAt: record.run.sealedAt) { return objection }
        if let revokedFromSequence, record.run.sequence >= revokedFromSequence { return "key \(id) is revoked" }
        return nil
    }

    private func objection(toSigningAt moment: Timestamp) -> String? {
        if let notBefore, moment < notBefore { return "key \(id) was not yet valid" }
        if let notAfter, notAfter < moment { return "key \(id) was no longer valid" }
        return nil
    }

    /// Why its signature under a waiver, a decision or a deployment does not count; nil when it does.
    public func objection(
        toSigningAs wanted: Role, for service: ServiceName, in environment: String, at moment: Timestamp
    ) -> String? {
        if role != wanted { return "key \(id) may sign as \(role.rawValue), not as \(wanted.rawValue)" }
        if !services.matchesAny(service.text) { return "key \(id) may not sign for \(service)" }
        if !environments.matchesAny(environment) { return "key \(id) may not sign for \(environment.printable)" }
        // Such statements have no sequence of their own: a revoked key signs none of them any more.
        if revokedFromSequence != nil { return "key \(id) is revoked" }
        return objection(toSigningAt: moment)
    }
}

// MARK: - JSON

extension Trust.Key {
    private enum CodingKeys: String, CodingKey {
        case id, spki, role, title, scope, builderIds, services, branches, repositories, environments
        case notBefore, notAfter, revokedFromSequence
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func list(_ key: CodingKeys) throws -> [String]? { try container.decodeIfPresent([String].self, forKey: key) }
        let spki = try container.decode(String.self, forKey: .spki)
        self.init(
            id: try container.decodeIfPresent(String.self, forKey: .id) ?? String(spki.suffix(12)), spki: spki,
            role: try container.decodeIfPresent(Role.self, forKey: .role) ?? .build)
        title = try container.decodeIfPresent(String.self, forKey: .title)
        scope = try container.decodeIfPresent(Scope.self, forKey: .scope) ?? scope
        builderIds = try list(.builderIds) ?? builderIds
        services = try list(.services) ?? services
        branches = try list(.branches) ?? branches
        repositories = try list(.repositories) ?? repositories
        environments = try list(.environments) ?? environments
        notBefore = try container.decodeIfPresent(Timestamp.self, forKey: .notBefore)
        notAfter = try container.decodeIfPresent(Timestamp.self, forKey: .notAfter)
        revokedFromSequence = try container.decodeIfPresent(Int64.self, forKey: .revokedFromSequence)
    }

    /// Writes what differs from what holds when it is left out.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        let usual = Trust.Key(id: id, spki: spki, role: role)
        func write(_ list: [String], unless standard: [String], _ key: CodingKeys) throws {
            if list != standard { try container.encode(list, forKey: key) }
        }
        try container.encode(id, forKey: .id)
        try container.encode(spki, forKey: .spki)
        try container.encode(role, forKey: .role)
        try container.encodeIfPresent(title, forKey: .title)
        if scope != usual.scope { try container.encode(scope, forKey: .scope) }
        try write(builderIds, unless: usual.builderIds, .builderIds)
        try write(services, unless: usual.services, .services)
        try write(branches, unless: usual.branches, .branches)
        try write(repositories, unless: usual.repositories, .repositories)
        try write(environments, unless: usual.environments, .environments)
        try container.encodeIfPresent(notBefore, forKey: .notBefore)
        try container.encodeIfPresent(notAfter, forKey: .notAfter)
        try container.encodeIfPresent(revokedFromSequence, forKey: .revokedFromSequence)
    }
}

extension Trust {
    private enum CodingKeys: String, CodingKey {
        case version, keys, prevented
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        version = try container.decodeIfPresent(Int64.self, forKey: .version) ?? 1
        keys = try container.decodeIfPresent([Key].self, forKey: .keys) ?? []
        prevented = try container.decodeIfPresent([Digest].self, forKey: .prevented) ?? []
    }

    /// Writes the file as it is edited and signed.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(version, forKey: .version)
        try container.encode(keys, forKey: .keys)
        if !prevented.isEmpty { try container.encode(prevented, forKey: .prevented) }
    }
}

extension [String] {
    /// Whether one of these globs takes the name, branch names with slashes included.
    func matchesAny(_ name: String) -> Bool {
        contains { $0 == "*" || Glob(anchored: $0).matches(Path(bytes: [UInt8](name.utf8))) }
    }
}
