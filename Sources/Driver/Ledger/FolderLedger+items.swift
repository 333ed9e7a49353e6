import Disk
import Pipeline
import Signing
import SystemPackage

/// Records, waivers and deployments of a folder, as people look for them and as they are put in.
///
///     waivers/<id>.jsonl   deployments/<id>.jsonl
extension FolderLedger {
    static let place = "folder"

    private func folder(of kind: LedgerContent.Kind) -> FilePath {
        switch kind {
        case .record: records
        case .waiver: root.appending("waivers")
        case .deployment: root.appending("deployments")
        }
    }

    func file(of kind: LedgerContent.Kind, _ id: String) -> FilePath {
        folder(of: kind).appending(id + ".jsonl")
    }

    /// Whether something of this form is there.
    var isThere: Bool {
        get throws { try LedgerContent.Kind.allCases.contains { try folder(of: $0).status()?.kind == .folder } }
    }

    func find(_ query: LedgerQuery) throws -> LedgerFound {
        var found = LedgerFound()
        for kind in LedgerContent.Kind.allCases where query.kinds.contains(kind) {
            for id in try ids(of: kind, query) {
                guard RecordID.isWellFormed(id) else {
                    found.damaged.append(
                        "\(folder(of: kind)): names \(String(id.prefix(80)).printable), which is no id")
                    continue
                }
                let file = file(of: kind, id)
                guard let bytes = try file.contentsIfPresent(limit: 8 << 20) else {
                    found.damaged.append("\(file): named by the index and not there")
                    continue
                }
                found.take(bytes, at: Self.place, named: "\(file)", query)
            }
        }
        return found
    }

    /// Those an index names where there is one for the question, else all.
    private func ids(of kind: LedgerContent.Kind, _ query: LedgerQuery) throws -> [String] {
        var seen: Set<String> = []
        let named: [String]
        if kind == .record, let key = query.key {
            named = try lines("by-key", key.hex)
        } else if kind == .record, let image = query.image {
            named = try lines("by-digest", image.hex)
        } else if kind == .record, let service = query.service {
            named = try entries(of: service).map(\.id)
        } else {
            guard try folder(of: kind).status() != nil else { return [] }
            named = try folder(of: kind).names().map(\.string)
                .filter { $0.hasSuffix(".jsonl") && !$0.hasPrefix(".") }.map { String($0.dropLast(6)) }
        }
        return named.filter { seen.insert($0).inserted }
    }

    /// What became of something that was put in.
    enum Putting: Equatable {
        case added
        /// It was there already, all of it.
        case known
        /// It was there, and has more signatures now.
        case signed
    }

    /// Puts a statement in, whatever of it is there already.
    ///
    /// What is there under an id stays: only signatures are added to it. Throws when that is something else.
    @discardableResult
    func put(_ item: LedgerItem) throws -> Putting {
        let file = file(of: item.content.kind, item.id)
        try file.removingLastComponent().makeFolders()
        return try FileLock.holding(root.appending(".lock")) {
            guard let bytes = try file.contentsIfPresent(limit: 8 << 20) else {
                try file.write(item.bytes, durable: true)
                if let record = item.content.record { try enter(record, as: item.id) }
                return .added
            }
            var known: LedgerItem
            do {
                known = try LedgerItem(parsing: bytes, at: Self.place)
            } catch {
                throw LedgerError.damaged("\(file)", "\(error)")
            }
            guard let envelope = known.envelope.united(with: item.envelope) else {
                throw LedgerError.otherContent(item.content.kind, item.id, "\(file)")
            }
            let isMore = known.companions.isEmpty && !item.companions.isEmpty
            guard envelope != known.envelope || isMore else { return .known }
            if isMore { known.companions = item.companions }
            known.envelope = envelope
            try file.write(known.bytes, durable: true)
            return .signed
        }
    }
}

/// What keeps a statement from being written to a ledger.
enum LedgerError: Failure, Equatable {
    case otherContent(LedgerContent.Kind, String, String)
    case damaged(String, String)
    case noPlace(String)
    case notChained(String, String)
    case otherRegistry(String, String)

    var fault: Fault {
        switch self {
        case .otherContent, .notChained: .unverifiable
        case .damaged: .environment
        case .noPlace: .usage
        case .otherRegistry: .input
        }
    }

    var hint: String? {
        switch self {
        case .otherContent: "one of the two is not what was written: compare both with another place of the ledger"
        case .damaged: "remove the file, then bring the statement back: slipway record import COPY"
        case .noPlace(let folder):
            "run it in a repository, or make a ledger of it: mkdir -p \(folder.printable)/records"
        case .notChained, .otherRegistry: nil
        }
    }

    var description: String {
        switch self {
        case .otherContent(let kind, let id, let file):
            "\(file.printable): there is a \(kind.rawValue) \(id) with another content, and it stays"
        case .damaged(let file, let problem): "\(file.printable): is there and cannot be read: \(problem)"
        case .noPlace(let folder): "\(folder.printable): is no ledger, and lies in no repository"
        case .otherRegistry(let image, let host): "\(image.printable): is not in the configured registry, \(host)"
        case .notChained(let file, let problem): "\(file.printable): \(problem)"
        }
    }
}
