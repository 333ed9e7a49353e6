import Pipeline
import Signing

/// One signed statement of a ledger, opened, and where it was found.
struct LedgerItem: Sendable {
    var envelope: Envelope
    let content: LedgerContent
    /// Envelopes that came in the same file and say more of the same, such as provenance.
    var companions: [[UInt8]] = []
    /// What people call the places that have it.
    var places: [String]

    var id: String { content.id }

    /// By this, two that say the same are one.
    var payloadDigest: Digest { .sha256(envelope.payload) }

    /// All of it, an envelope a line.
    var bytes: [UInt8] { envelope.bytes + companions.flatMap(\.self) }

    /// Reads a file of envelopes, of which one is the statement.
    ///
    /// Throws when it has none or several, or one whose id cannot be the name of a file.
    init(parsing bytes: [UInt8], at place: String) throws {
        var found: LedgerItem?
        var companions: [[UInt8]] = []
        for line in bytes.split(separator: UInt8(ascii: "\n")) where !line.allSatisfy(\.isBlank) {
            switch try LedgerLine(parsing: Array(line), at: place) {
            case .companion(let bytes): companions.append(bytes)
            case .item(let item):
                guard found == nil else { throw RecordError.malformed("it holds several records") }
                found = item
            }
        }
        guard let found else { throw RecordError.malformed("there is none in it") }
        self = found
        self.companions = companions
    }

    init<Content: Predicate>(_ sealed: Sealed<Content>, _ content: LedgerContent, at places: [String]) throws {
        guard RecordID.isWellFormed(content.id) else {
            throw RecordError.malformed("its id is \"\(content.id.prefix(80).description.printable)\"")
        }
        (envelope, self.content, self.places) = (sealed.envelope, content, places)
    }

    /// What it is worth to somebody who trusts some keys; nil where it was changed after it was signed.
    func worth(trusting trust: Trust) -> Scope? {
        let claimed = content.record?.scope ?? .local
        switch envelope.worth(trusting: trust) {
        case .broken: return nil
        case .none, .unknown: return min(claimed, .pr)
        case .by(let keys):
            guard let record = content.record else { return claimed }
            let usable = keys.filter { $0.objection(to: record, as: min($0.scope, record.scope)) == nil }
            return min(record.scope, usable.map(\.scope).max() ?? .pr)
        }
    }
}

/// One line of a file of envelopes.
enum LedgerLine {
    case item(LedgerItem)
    /// An envelope that says more of a record and is none by itself.
    case companion([UInt8])

    /// The predicates of companions.
    private static let companions = [
        Provenance.predicateType, TestResult.predicateType, VerificationSummary.predicateType,
    ]

    init(parsing line: [UInt8], at place: String) throws {
        let type: String
        do {
            let sealed = try SealedRecord(parsing: line)
            self = .item(try LedgerItem(sealed, .record(sealed.record), at: [place]))
            return
        } catch let error as RecordError {
            guard case .otherFormat(let found, _) = error else { throw error }
            type = found
        }
        switch type {
        case Waiver.predicateType:
            let sealed = try Sealed<Waiver>(parsing: line)
            self = .item(try LedgerItem(sealed, .waiver(sealed.record), at: [place]))
        case Deployment.predicateType:
            let sealed = try Sealed<Deployment>(parsing: line)
            self = .item(try LedgerItem(sealed, .deployment(sealed.record), at: [place]))
        case _ where Self.companions.contains(type): self = .companion(line + [UInt8(ascii: "\n")])
        default: throw RecordError.otherFormat(type, wanted: "a record, a waiver or a deployment")
        }
    }
}

extension UInt8 {
    /// Whether it is a space, a tab or the end of a line of another system.
    var isBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0D }
}

/// What a look into ledgers found, and what was there and could not be read.
struct LedgerFound: Sendable {
    var items: [LedgerItem] = []
    var damaged: [String] = []

    static func + (left: LedgerFound, right: LedgerFound) -> LedgerFound {
        LedgerFound(items: left.items + right.items, damaged: left.damaged + right.damaged)
    }

    /// Adds what can be read of some bytes when it is looked for, else what is wrong with them.
    mutating func take(_ bytes: [UInt8], at place: String, named name: String, _ query: LedgerQuery) {
        do {
            let item = try LedgerItem(parsing: bytes, at: place)
            if query.takes(item.content) { items.append(item) }
        } catch {
            damaged.append("\(name): \(error)")
        }
    }

    /// The same with each statement once, the newest first, with the signatures and the places of all that have it.
    ///
    /// Two that have one id and say different things both stay, and are named.
    var united: LedgerFound {
        var order: [Digest] = []
        var known: [Digest: LedgerItem] = [:]
        for item in items {
            let digest = item.payloadDigest
            guard var first = known[digest] else {
                order.append(digest)
                known[digest] = item
                continue
            }
            first.envelope = first.envelope.united(with: item.envelope) ?? first.envelope
            first.places += item.places.filter { !first.places.contains($0) }
            if first.companions.isEmpty { first.companions = item.companions }
            known[digest] = first
        }
        let unique = order.compactMap { known[$0] }
        let clashes = Dictionary(grouping: unique) { "\($0.content.kind.rawValue) \($0.id)" }
            .filter { $0.value.count > 1 }.sorted { $0.key < $1.key }
            .map { name, items in
                let places = items.map { $0.places.joined(separator: " and ") }.joined(separator: ", another in ")
                return "\(name): has several contents, one in \(places)"
            }
        return LedgerFound(
            items: unique.sorted { $1.content.isOlder(than: $0.content) }, damaged: damaged + clashes)
    }
}
