public import Pipeline
import Signing

/// What a look into all places came to.
public struct LedgerListing: Sendable {
    /// The newest first.
    public private(set) var rows: [Row] = []
    /// What is there and cannot be read, or is not what was written.
    public private(set) var damaged: [String] = []
    /// Places that could not be asked, and why: what only they have is missing.
    public private(set) var unreachable: [String] = []
    var items: [LedgerItem] = []

    /// One statement, and where it is.
    public struct Row: Sendable {
        public let content: LedgerContent
        /// What it is worth here: no more than its signatures are.
        public let worth: Scope
        public let places: [String]
        /// How many have signed it, whoever they are.
        public let signatures: Int

        /// The predicate with what is said of it here.
        public var json: JSON {
            get throws {
                var members = try content.json.object ?? [:]
                members["kind"] = .string(content.kind.rawValue)
                members["places"] = .array(places.map(JSON.string))
                if content.record != nil { members["worth"] = .string(worth.rawValue) }
                return .object(members)
            }
        }
    }

    /// Asks one place; one that fails is noted, and the others are asked all the same.
    mutating func asking(_ place: String, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as any Failure {
            unreachable.append("\(place): \(error)")
        }
    }

    /// Notes that a place was not asked.
    mutating func miss(_ place: String, _ reason: String) { unreachable.append("\(place): \(reason)") }

    /// Takes over what was found, as far as it is worth enough.
    mutating func take(_ found: LedgerFound, _ query: LedgerQuery, trusting trust: Trust) {
        damaged += found.damaged
        for item in found.items {
            guard let worth = item.worth(trusting: trust) else {
                let places = item.places.joined(separator: ", ")
                damaged.append("\(item.content.kind.rawValue) \(item.id) (\(places)): was changed after it was signed")
                continue
            }
            if let scope = query.scope, item.content.record != nil, worth < scope { continue }
            items.append(item)
            rows.append(
                Row(
                    content: item.content, worth: worth, places: item.places,
                    signatures: item.envelope.signatures.count))
        }
    }
}

/// How the writing of one statement to several places went.
struct LedgerKeeping {
    private let subject: String
    private var kept: [String] = []
    private var failed: [(place: String, error: any Failure)] = []

    init(_ subject: String) {
        self.subject = subject
    }

    var isKept: Bool { !kept.isEmpty }

    /// Writes to one place; what fails keeps it from no other.
    mutating func place(_ name: String, _ body: () async throws -> Void) async throws {
        do {
            try await body()
            kept.append(name)
        } catch let error as any Failure {
            failed.append((name, error))
        }
    }

    /// What could not be done.
    ///
    /// Throws when nothing could.
    func sentences() throws -> [String] {
        if kept.isEmpty, let first = failed.first { throw first.error }
        return failed.map { place, error in
            "\(subject) is not in the \(place) ledger, only in \(kept.joined(separator: " and ")): \(error)"
        }
    }
}

extension Request {
    /// Looks a statement up in all places of the repository.
    ///
    /// `image` names the repository to ask in a registry.
    public func look(for query: LedgerQuery, of image: ImageReference? = nil) async throws -> LedgerListing {
        try await LedgerDesk.with(self) { try await $0.find(query, of: image) }
    }
}
