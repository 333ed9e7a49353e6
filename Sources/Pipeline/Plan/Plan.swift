/// The frozen answer to "what will be done and why": byte-identical for the same inputs.
public struct Plan: Equatable, Sendable, Codable {
    public let schema: Int
    /// Covers everything else in the plan.
    public internal(set) var digest: Digest
    public let repository: RepositoryFacts
    /// All services and libraries of the catalog, by name.
    public let services: [Entry]
    /// Services that records know and the catalog no longer does.
    public let removed: [ServiceName]
    public let notes: [Note]
    /// What it will take; nil when there is nothing to do.
    public let forecast: Forecast?

    public static let currentSchema = 1

    /// One service: whether anything is done for it, what, and why.
    public struct Entry: Equatable, Sendable, Codable {
        public let name: ServiceName
        public let kind: Service.Kind
        public let path: Path
        public let selected: Bool
        public let reason: Reason?
        /// The changed paths the reason rests on, at most `pathLimit`.
        public let because: [Path]
        /// The services, libraries and modules between those paths and this one, nearest to the paths first.
        public let via: [Wiring.Node]
        /// The newest commit that changed the first of these paths, and who made it.
        public let commit: ObjectID?
        public let author: String?
        public let key: Digest
        public let base: Base?
        public let version: VersionSummary?
        public let steps: [Step.Kind]
        public let needs: [ServiceName]
        public let label: String?
        /// Expected seconds.
        public let weight: Int64
        /// The record that makes building it again unnecessary.
        public let record: String?
        /// The record whose image stands for what is built, because only what tests see has changed.
        public let imageRecord: String?

        public static let pathLimit = 5

        var work: Schedule.Work { Schedule.Work(name: name, steps: steps, needs: needs, weight: weight) }
    }

    /// Why a service is selected.
    public enum Reason: String, Codable, Sendable {
        case forced, new, path, needs, config, toolchain, environment, lockfile, uncertain
        case baseImage = "base-image"
        case unownedPath = "unowned-path"
        case recordRejected = "record-rejected"
    }

    /// What a service is compared with to say why; never what decides.
    public struct Base: Equatable, Sendable, Codable {
        public let commit: ObjectID
        public let from: Origin

        public enum Origin: String, Codable, Sendable {
            case option, record, tag
            /// Where a pull request left the line it is to be merged into.
            case pullRequest = "pull-request"
            /// What Jenkins calls the commit of the last successful build.
            case previousBuild = "previous-build"
        }

        public init(commit: ObjectID, from: Origin) {
            (self.commit, self.from) = (commit, from)
        }
    }

    public struct VersionSummary: Equatable, Sendable, Codable {
        public let current: SemanticVersion?
        public let next: SemanticVersion?
        public let bump: VersionAnswer.Bump
        public let snapshot: SemanticVersion
    }

    /// Something worth knowing that changes nothing.
    public struct Note: Hashable, Sendable, Codable {
        public let code: Code
        public let message: String

        public enum Code: String, Codable, Sendable {
            case historyShallow = "history.shallow"
            case ledgerUnreachable = "ledger-unreachable"
            case ledgerCorrupt = "ledger-corrupt"
            case recordRejected = "record-rejected"
            case unownedPath = "unowned-path"
            case countsAsMain = "counts-as-main"
            case baseImage = "base-image"
            case dirty
            case noTags = "no-tags"
            case neededBuild = "needed-build"
            case noImage = "no-image"
            case needsBuilder = "needs-builder"
            case danglingNeed = "dangling-need"
            case suppressedNeed = "suppressed-need"
            case staleTarget = "stale-target"
            case containerTag = "container-tag"
            case versionFileDisagrees = "version-file.disagrees"
            case versionFileAmbiguous = "version-file.ambiguous"
            case versionFileUnreadable = "version-file.unreadable"
        }

        public init(_ code: Code, _ message: String) {
            (self.code, self.message) = (code, message)
        }
    }

    public subscript(_ name: ServiceName) -> Entry? { services.first { $0.name == name } }

    /// What a run has to do: the selected services and the builds they need.
    public var work: [Schedule.Work] {
        services.filter { !$0.steps.isEmpty }.map(\.work)
    }

    /// What has to be done for some of the selected services: their steps, and the builds they need.
    public func work(of names: [ServiceName], in catalog: Catalog) -> [Schedule.Work] {
        let wanted = Set(names).intersection(selected.map(\.name))
        let helpers = Set(catalog.closure(of: wanted)).subtracting(wanted)
        return services.compactMap { entry in
            let builds = catalog[entry.name]?.recipe.build == nil ? [] : [Step.Kind.build]
            let steps = wanted.contains(entry.name) ? entry.steps : helpers.contains(entry.name) ? builds : []
            guard !steps.isEmpty else { return nil }
            return Schedule.Work(name: entry.name, steps: steps, needs: entry.needs, weight: entry.weight)
        }
    }

    public var selected: [Entry] { services.filter(\.selected) }
}

// MARK: - Files

extension Plan {
    /// The plan as JSON; members that have no value are null.
    public var json: JSON {
        get throws { try JSON(encoding: self, absence: .null) }
    }

    /// The same plan with its digest filled in.
    func sealed(hash: HashFunction) throws -> Plan {
        var copy = self
        copy.digest = hash(try withoutDigest.canonicalBytes)
        return copy
    }

    private var withoutDigest: JSON {
        get throws {
            guard case .object(var members) = try json else { return .null }
            members["digest"] = nil
            return .object(members)
        }
    }

    /// Reads a plan file.
    ///
    /// Throws when it is of another format, or was changed after it was made.
    public init(parsing bytes: [UInt8], hash: HashFunction) throws {
        let json = try JSON(parsing: bytes, profile: .strict.limited(to: 32 << 20))
        guard json["schema"] == .integer(Int64(Self.currentSchema)) else {
            throw JSONError(
                place: "schema", problem: "this version of Slipway reads plans of schema \(Self.currentSchema)")
        }
        try self.init(json: json)
        guard digest == hash(try withoutDigest.canonicalBytes) else {
            throw JSONError(place: "digest", problem: "is not that of this plan: it was changed after it was made")
        }
    }

    /// One line a selected service behind a header, for readers that can only split lines (a Jenkins sandbox).
    public var tabSeparated: String {
        let header = "#slipway-plan\t\(schema)\t\(digest)\n"
        return selected.reduce(into: header) { text, entry in
            let steps = entry.steps.map(\.rawValue).joined(separator: ",")
            let fields = [
                entry.name.text, entry.label ?? "", "\(entry.weight)", steps, entry.key.short,
                entry.version.map { "\($0.snapshot)" } ?? "", entry.reason?.rawValue ?? "",
            ]
            text += fields.map { $0.printable }.joined(separator: "\t") + "\n"
        }
    }
}
