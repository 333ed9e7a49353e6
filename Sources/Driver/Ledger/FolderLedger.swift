import Disk
import Pipeline
import Signing
import SystemPackage

/// Records in a folder: each a file of its own, named by its id, with indexes that say which of them to read.
///
///     records/<id>.jsonl   by-key/<hex>   by-digest/<hex>   by-service/<name>
///
/// An index is lines of ids, each behind a line feed, so that a line that was cut spoils no other; those of services have
/// the sequence before the id. The record is there before any index names it, so a run that is killed in between leaves
/// nothing half-known.
struct FolderLedger: Sendable {
    let root: FilePath

    var records: FilePath { root.appending("records") }

    private func file(of id: String) -> FilePath { records.appending(id + ".jsonl") }

    /// What a look-up found, and what was there but could not be read.
    struct Found: Sendable {
        var records: [SealedRecord] = []
        var damaged: [String] = []

        static func + (left: Found, right: Found) -> Found {
            Found(records: left.records + right.records, damaged: left.damaged + right.damaged)
        }
    }

    func append(_ sealed: SealedRecord) throws {
        let record = sealed.record
        try Self.inFolder(of: file(of: sealed.id)) { file throws(DiskError) in try file.write(sealed.bytes) }
        try enter(record, as: sealed.id)
    }

    /// Lets a record that is there be found.
    func enter(_ record: Stability, as id: String) throws {
        try index("by-key", record.inputs.key.hex, id)
        for image in record.images { try index("by-digest", image.digest.hex, id) }
        try index("by-service", record.service.name.text, "\(record.run.sequence) \(id)")
    }

    private func index(_ kind: String, _ value: String, _ line: String) throws {
        try Self.inFolder(of: root.appending(kind).appending(value)) { file throws(DiskError) in
            try file.append(Array("\n\(line)".utf8))
        }
    }

    /// Does something to a file, and makes its folder only when it is missing.
    private static func inFolder(
        of file: FilePath, _ write: (FilePath) throws(DiskError) -> Void
    ) throws(DiskError) {
        do {
            try write(file)
        } catch {
            guard error.isAbsence else { throw error }
            try file.removingLastComponent().makeFolders()
            try write(file)
        }
    }

    func records(withKey key: Digest) throws -> Found { try read("by-key", key.hex) }

    /// Envelopes that an index says are about an image, as they lie there: a gate judges also what cannot be read.
    ///
    /// One that the index names and that is not there is no evidence, and is shown as such.
    func envelopes(about image: Digest) throws -> [(origin: String, id: String?, bytes: [UInt8])] {
        try lines("by-digest", image.hex).map { id in
            guard RecordID.isWellFormed(id) else { return (root.appending("by-digest").string, nil, []) }
            return (file(of: id).string, id, try file(of: id).contentsIfPresent(limit: 4 << 20) ?? [])
        }
    }

    /// The newest records of a service, the newest first.
    func newest(of service: ServiceName, limit: Int) throws -> Found {
        try newest(of: [service], limit: limit)
    }

    /// What the index of a service says of its records.
    func entries(of service: ServiceName) throws -> [(sequence: Int64, id: String)] {
        try lines("by-service", service.text).map { line in
            let parts = line.split(separator: " ", maxSplits: 1)
            return (parts.first.flatMap { Int64($0) } ?? 0, String(parts.last ?? ""))
        }
    }

    /// The services that have records.
    func services() throws -> [ServiceName] {
        let folder = root.appending("by-service")
        guard try folder.status() != nil else { return [] }
        return try folder.names().compactMap { ServiceName(parsing: $0.string) }
    }

    /// Every record there is, the newest first.
    func all() throws -> Found {
        guard try records.status() != nil else { return Found() }
        let found = try records.names().map(\.string).filter { $0.hasSuffix(".jsonl") }.map { name in
            try read(id: String(name.dropLast(".jsonl".count)))
        }.reduce(Found(), +)
        let sorted = found.records.sorted { left, right in
            let (one, other) = (left.record.run, right.record.run)
            return (one.sealedAt, one.sequence, left.id) > (other.sealedAt, other.sequence, right.id)
        }
        return Found(records: sorted, damaged: found.damaged)
    }

    func record(id: String) throws -> SealedRecord? { try read(id: id).records.first }

    func lines(_ kind: String, _ value: String) throws -> [String] {
        let bytes = try root.appending(kind).appending(value).contentsIfPresent(limit: 64 << 20) ?? []
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func read(_ kind: String, _ value: String) throws -> Found {
        try lines(kind, value).map(read(id:)).reduce(Found(), +)
    }

    /// A record that cannot be read is no record; whoever looks is told.
    func read(id: String) throws -> Found {
        guard RecordID.isWellFormed(id) else {
            return Found(damaged: ["\(root): an index names \(String(id.prefix(80)).printable), which is no id"])
        }
        let file = file(of: id)
        guard let bytes = try file.contentsIfPresent(limit: 4 << 20) else {
            return Found(damaged: ["\(file): named by the index and not there"])
        }
        do {
            return Found(records: [try SealedRecord(parsing: bytes)])
        } catch {
            return Found(damaged: ["\(file): \(error)"])
        }
    }
}
