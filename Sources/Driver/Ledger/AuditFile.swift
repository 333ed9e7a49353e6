import Disk
import Pipeline
import Signing
import SystemPackage

/// A file that is only ever added to, each line chained to the one before: `ledger.jsonl` in a folder of its own.
struct AuditFile: Sendable {
    let file: FilePath

    static let place = "audit"
    static let name = "ledger.jsonl"

    /// Takes the folder.
    init(in folder: FilePath) {
        file = folder.appending(Self.name)
    }

    init(at file: FilePath) {
        self.file = file
    }

    /// Adds an envelope, and what was sealed with it, behind all others, whoever else is at it.
    ///
    /// A line that somebody was ended in the middle of is left as it is, and shows as damaged.
    func append(_ envelope: Envelope, with companions: [Envelope] = []) throws {
        let folder = file.removingLastComponent()
        try folder.makeFolders()
        try FileLock.holding(folder.appending(".ledger.lock")) {
            let (last, isWhole) = try lastLine()
            let end = [UInt8(ascii: "\n")]
            var (head, bytes) = (last.map { Digest.sha256($0) }, isWhole ? [] : end)
            for envelope in [envelope] + companions {
                let line = LedgerChain.line(
                    try JSON(parsing: envelope.bytes, profile: .strict.limited(to: 5 << 20)), after: head)
                bytes += line + end
                head = .sha256(line)
            }
            try file.append(bytes, durable: true)
        }
    }

    /// The last line, and whether its line feed is there; nil of an empty file.
    private func lastLine() throws -> (line: [UInt8]?, isWhole: Bool) {
        guard let size = try file.status(followingLinks: true)?.size, size > 0 else { return (nil, true) }
        var length: Int64 = 64 << 10
        while true {
            let start = max(0, size - length)
            let bytes = try file.slice(from: start, count: Int(size - start))
            let isWhole = bytes.last == UInt8(ascii: "\n")
            let body = isWhole ? bytes.dropLast() : bytes[...]
            if let feed = body.lastIndex(of: UInt8(ascii: "\n")) { return (Array(body[(feed + 1)...]), isWhole) }
            guard start > 0 else { return (Array(body), isWhole) }
            guard length <= Int64(LedgerChain.longestLine) * 2 else {
                throw LedgerError.notChained("\(file)", "its last line is longer than any that was written here")
            }
            length *= 4
        }
    }

    /// One line that was gone through.
    struct Line {
        let number: Int
        let digest: Digest?
        /// Nil where none can be read.
        let envelope: JSON?
    }

    /// Reads all lines and hands them over; the chain says what is wrong with them.
    ///
    /// Nil when there is no such file.
    func read(_ body: (Line) throws -> Void) throws -> LedgerChain? {
        guard try file.status(followingLinks: true) != nil else { return nil }
        var chain = LedgerChain()
        var rest: [UInt8] = []
        func take(_ line: [UInt8]) throws {
            let envelope = chain.take(line, hash: Digest.sha256)
            try body(Line(number: chain.count, digest: chain.head, envelope: envelope))
        }
        var offset: Int64 = 0
        while true {
            let piece = try file.slice(from: offset, count: 1 << 20)
            guard !piece.isEmpty else { break }
            offset += Int64(piece.count)
            var start = piece.startIndex
            while let feed = piece[start...].firstIndex(of: UInt8(ascii: "\n")) {
                try take(rest + piece[start..<feed])
                (rest, start) = ([], feed + 1)
            }
            rest += piece[start...]
            guard rest.count <= LedgerChain.longestLine * 2 else {
                throw LedgerError.notChained(
                    "\(file)", "line \(chain.count + 1) is longer than any that was written here")
            }
        }
        if !rest.isEmpty { try take(rest) }
        return chain
    }

    func find(_ query: LedgerQuery) throws -> LedgerFound {
        var lines = LedgerLines(at: Self.place)
        let chain = try read { line in
            guard let envelope = line.envelope else { return }
            lines.take(envelope.canonicalBytes, named: "\(file): line \(line.number)")
        }
        var found = lines.found(query)
        found.damaged += (chain?.faults ?? []).map { "\(file): line \($0.line) \($0.problem)" }
        return found
    }
}
