/// What was recorded, made here once more: what came out the same, what did not, and what may be behind that.
public struct Reproduction: Equatable, Sendable, Codable {
    public let schema: Int
    public let subject: Subject
    /// The folder it was made in.
    public let folder: String
    public let services: [Comparison]
    /// Why it is not quite the same experiment.
    public let caveats: [Caveat]
    public let conclusion: Conclusion

    public init(of subject: Subject, in folder: String, services: [Comparison], caveats: [Caveat]) {
        schema = 1
        (self.subject, self.folder, self.services, self.caveats) = (subject, folder, services, caveats)
        conclusion = Conclusion(ofAll: services.map(\.conclusion))
    }

    /// What is made again: a record, or what a run left.
    public struct Subject: Equatable, Sendable, Codable {
        public var kind: Kind
        /// That of the record or the run; of a plan the beginning of its digest.
        public var id: String
        public var commit: ObjectID
        public var tree: ObjectID?
        public var merge: RepositoryFacts.Merge?
        /// Paths of uncommitted work that was built as well; nil when there was none.
        public var dirtyPaths: [Path]?
        public var recordedAt: Timestamp?
        public var builder: Stability.Builder?

        public enum Kind: String, Codable, Sendable {
            case record, outcome, plan
        }

        public init(_ kind: Kind, id: String, commit: ObjectID) {
            (self.kind, self.id, self.commit) = (kind, id, commit)
        }
    }

    /// Whether two accounts of the same thing say the same.
    public enum Conclusion: String, Codable, Sendable {
        case agrees, differs
        /// One side says nothing that the other could be held against.
        case incomparable

        /// One difference is a difference; all the same is only what could be compared everywhere.
        init(ofAll parts: [Conclusion]) {
            let isSame = !parts.isEmpty && parts.allSatisfy { $0 == .agrees }
            self = parts.contains(.differs) ? .differs : isSame ? .agrees : .incomparable
        }

        /// One difference is a difference; without any, one agreement is enough.
        init(ofAny parts: [Conclusion]) {
            self = parts.contains(.differs) ? .differs : parts.contains(.agrees) ? .agrees : .incomparable
        }
    }

    /// One reason why it is not quite the same experiment.
    public struct Caveat: Equatable, Sendable, Codable {
        public let code: Code
        public let message: String

        public enum Code: String, Codable, Sendable {
            case slipwayVersion = "slipway-version"
            case platform
            case uncommittedWork = "uncommitted-work"
            case rebuiltMerge = "rebuilt-merge"
            case environment
        }

        public init(_ code: Code, _ message: String) {
            (self.code, self.message) = (code, message)
        }
    }
}

extension Reproduction.Subject {
    /// What is known to be otherwise before anything is run.
    public func caveats(here builder: Stability.Builder) -> [Reproduction.Caveat] {
        var caveats: [Reproduction.Caveat] = []
        if let recorded = self.builder, recorded.version != builder.version {
            let message = "recorded by Slipway \(recorded.version.printable), and this is \(builder.version)"
            caveats.append(.init(.slipwayVersion, message))
        }
        if let recorded = self.builder?.platform, let here = builder.platform, recorded != here {
            caveats.append(.init(.platform, "recorded on \(recorded.printable), and this is \(here)"))
        }
        if let dirtyPaths {
            let message =
                "uncommitted work was built there and is left out here: \(Self.list(dirtyPaths.map(\.description)))"
            caveats.append(.init(.uncommittedWork, message))
        }
        return caveats
    }

    /// The first few of some names, and how many more there are.
    public static func list(_ names: [String], limit: Int = 5) -> String {
        let more = names.count > limit ? " and \(names.count - limit) more" : ""
        return names.isEmpty ? "(unknown)" : names.prefix(limit).joined(separator: ", ").printable + more
    }
}
