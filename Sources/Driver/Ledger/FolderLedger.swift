import Disk
import Pipeline
import Signing
import SystemPackage

/// Records in a folder: each a file of its own, named by its id, with empty index files that say which of them to read.
///
///     records/<id>.jsonl   by-key/<hex>/<id>   by-digest/<hex>/<id>   by-service/<name>/<sequence>-<id>
///
/// The record is there before any index names it, so a run that is killed in between leaves nothing half-known.
struct FolderLedger: Sendable {
    let root: FilePath

    private var records: FilePath { root.appending("records") }

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
        try records.makeFolders()
        try file(of: sealed.id).write(sealed.envelope.bytes)
        try index("by-key", record.inputs.key.hex, sealed.id)
        if let image = record.image { try index("by-digest", image.digest.hex, sealed.id) }
        try index("by-service", record.service.name.text, "\(Self.padded(record.run.sequence))-\(sealed.id)")
    }

    private func index(_ kind: String, _ value: String, _ name: String) throws {
        let folder = root.appending(kind).appending(value)
        try folder.makeFolders()
        try folder.appending(name).append([])
    }

    private static func padded(_ sequence: Int64) -> String {
        let digits = "\(sequence)"
        return String(repeating: "0", count: max(0, 12 - digits.count)) + digits
    }

    func records(withKey key: Digest) throws -> Found { try read("by-key", key.hex) }

    /// Envelopes that an index says are about an image, as they lie there: a gate judges also what cannot be read.
    func envelopes(about image: Digest) throws -> [(origin: String, bytes: [UInt8])] {
        try names("by-digest", image.hex).compactMap { id in
            try file(of: id).contentsIfPresent(limit: 4 << 20).map { (file(of: id).string, $0) }
        }
    }

    /// The newest records of a service, the newest first.
    func newest(of service: ServiceName, limit: Int) throws -> Found {
        try names("by-service", service.text).suffix(limit).reversed().map { name in
            try read(id: String(name.drop { $0 != "-" }.dropFirst()))
        }.reduce(Found(), +)
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
        let sorted = found.records.sorted { ($0.record.run.sealedAt, $0.id) > ($1.record.run.sealedAt, $1.id) }
        return Found(records: sorted, damaged: found.damaged)
    }

    func record(id: String) throws -> SealedRecord? { try read(id: id).records.first }

    private func names(_ kind: String, _ value: String) throws -> [String] {
        let folder = root.appending(kind).appending(value)
        guard try folder.status() != nil else { return [] }
        return try folder.names().map(\.string).filter { !$0.hasPrefix(".") }
    }

    private func read(_ kind: String, _ value: String) throws -> Found {
        try names(kind, value).map(read(id:)).reduce(Found(), +)
    }

    /// A record that cannot be read is no record; whoever looks is told.
    private func read(id: String) throws -> Found {
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
