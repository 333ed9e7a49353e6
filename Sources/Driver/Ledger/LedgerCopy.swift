import Disk
public import Pipeline
public import SystemPackage

/// What a copy of a ledger holds, or what of one was taken over.
public struct LedgerCopy: Sendable {
    /// How many statements were written, or are new here.
    public var count = 0
    /// How many were here already; more signatures of some may have come.
    public var known = 0
    public var signed = 0
    /// What could not be read or was refused, each with its place: everything else was copied.
    public var refused: [String] = []
    /// Places that could not be asked.
    public var unreachable: [String] = []
}

extension Request {
    /// Writes what is looked for to a file, an envelope a line, or to a folder that is a ledger itself.
    ///
    /// A file is replaced in one step; a folder is added to.
    public func export(_ query: LedgerQuery, to target: FilePath, asFolder: Bool) async throws -> LedgerCopy {
        try await LedgerDesk.with(self) { desk in
            let listing = try await desk.find(query)
            var copy = LedgerCopy(refused: listing.damaged, unreachable: listing.unreachable)
            // The oldest first, as they were written.
            let items = Array(listing.items.reversed())
            if try asFolder || target.status(followingLinks: true)?.kind == .folder {
                for item in items {
                    try copy.put(item, in: FolderLedger(root: target), from: item.places.joined(separator: ", "))
                }
                try target.appending("records").makeFolders()
            } else {
                try target.write(items.flatMap(\.bytes), durable: true)
                copy.count = items.count
            }
            return copy
        }
    }

    /// Takes over what a copy holds: a file of envelopes, or a folder that is a ledger.
    ///
    /// It can be done again, and comes to the same; nothing that is here is replaced by something else.
    public func importLedger(_ source: FilePath) throws -> LedgerCopy {
        let target: FolderLedger
        if try FolderLedger(root: folder).isThere {
            target = FolderLedger(root: folder)
        } else {
            let ground = try LedgerGround(self)
            try ground.workspace.prepare(commonFolder: ground.commonFolder)
            target = FolderLedger(root: ground.workspace.ledger)
        }
        var copy = LedgerCopy()
        if try source.status(followingLinks: true)?.kind == .folder {
            guard try FolderLedger(root: source).isThere else { throw RecordBookError.noLedger(source.string) }
            var query = LedgerQuery()
            query.kinds = Set(LedgerContent.Kind.allCases)
            let found = try FolderLedger(root: source).find(query)
            copy.refused = found.damaged
            for item in found.items { try copy.put(item, in: target, from: "\(source)") }
        } else {
            for item in try Self.items(in: source, &copy) { try copy.put(item, in: target, from: "\(source)") }
        }
        return copy
    }

    /// The statements of a file, each with what says more of it in the lines behind it.
    private static func items(in file: FilePath, _ copy: inout LedgerCopy) throws -> [LedgerItem] {
        let bytes: [UInt8]
        do {
            bytes = try file.contents(limit: 1 << 30)
        } catch {
            throw ConfigurationError(file: file.string, line: 1, "cannot be read: \(error.reason)")
        }
        var items: [LedgerItem] = []
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.allSatisfy(\.isBlank) {
            do {
                switch try LedgerLine(parsing: Array(line), at: file.string) {
                case .item(let item): items.append(item)
                case .companion(let bytes):
                    guard !items.isEmpty else {
                        throw RecordError.malformed("it belongs to a record that is not before it")
                    }
                    items[items.count - 1].companions.append(bytes)
                }
            } catch let error as any Failure {
                copy.refused.append("\(file): line \(index + 1): \(error)")
            }
        }
        return items
    }
}

extension LedgerCopy {
    /// Puts one statement into a folder; one that is refused keeps no other from it.
    fileprivate mutating func put(_ item: LedgerItem, in ledger: FolderLedger, from place: String) throws {
        do {
            switch try ledger.put(item) {
            case .added: count += 1
            case .known: known += 1
            case .signed: (known, signed) = (known + 1, signed + 1)
            }
        } catch let error as LedgerError {
            refused.append("\(place): \(error)")
        }
    }
}
