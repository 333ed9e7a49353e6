import Disk
import Pipeline
import Signing
import SystemPackage

/// What one ledger folder holds for a gate: the records of a service as far as they are chained, and decisions.
struct GateShelf: Sendable {
    let ledger: FolderLedger

    init(_ folder: FilePath) {
        ledger = FolderLedger(root: folder)
    }

    // MARK: - Records

    /// Every record of a service, read only as far as chains go: signatures are not looked at.
    ///
    /// One that cannot be read is left out, so that it is missed by whoever names it.
    func past(of service: ServiceName) throws -> [PastRecord] {
        var seen: Set<String> = []
        return try ledger.entries(of: service).compactMap { entry in
            guard seen.insert(entry.id).inserted else { return nil }
            return try bytes(of: entry.id).flatMap { Self.past(in: $0, of: service) }
        }
    }

    /// The file of a record; nil when it is gone.
    func bytes(of id: String) throws -> [UInt8]? {
        guard RecordID.isWellFormed(id) else { return nil }
        return try ledger.root.appending("records").appending(id + ".jsonl").contentsIfPresent(limit: 4 << 20)
    }

    /// What a file of a record says of how it is chained; nil when it is no record of the service.
    static func past(in bytes: [UInt8], of service: ServiceName) -> PastRecord? {
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            do {
                let payload = try Envelope(parsing: Array(line)).payload
                let json = try JSON(parsing: payload)
                guard json["predicateType"]?.string == Stability.predicateType, let predicate = json["predicate"] else {
                    continue
                }
                guard predicate["service"]?["name"]?.string == service.text else { return nil }
                return PastRecord(payload: .sha256(payload), predicate: predicate)
            } catch {
                return nil
            }
        }
        return nil
    }

    // MARK: - Decisions

    private var decisions: FilePath { ledger.root.appending("decisions") }

    /// The decisions about a service, or about all, by the names of their files; one that is none is none of ours.
    fileprivate func named(of service: ServiceName?) throws -> [String: Decision] {
        guard try decisions.status()?.kind == .folder else { return [:] }
        var found: [String: Decision] = [:]
        for name in try decisions.names().map(\.string) {
            guard name.hasSuffix(".json"), service.map({ name.hasPrefix("\($0).") }) ?? true else { continue }
            let bytes = try decisions.appending(name).contents(limit: 8 << 20)
            do {
                found[name] = try Decision(json: JSON(parsing: bytes, profile: .lenient))
            } catch {
                continue
            }
        }
        return found
    }

    /// Keeps a decision, and its signed line beside it.
    func keep(_ decision: Decision, signed line: [UInt8]?) throws {
        let bytes = try decision.file
        let file = decisions.appending("\(decision.service).\(Digest.sha256(bytes).short).json")
        try decisions.makeFolders()
        try file.write(bytes, durable: !decision.waived.isEmpty)
        if let line { try DecisionFile.signed(beside: file).write(line) }
    }

    /// Does something while no other gate counts how often a waiver was used.
    func alone<Value>(_ body: () throws -> Value) throws -> Value {
        try decisions.makeFolders()
        return try FileLock.holding(decisions.appending(".lock"), body)
    }
}

extension [GateShelf] {
    /// The decisions that lie in any of the folders; one that was copied is one.
    func kept(of service: ServiceName?) throws -> [Decision] {
        var found: [String: Decision] = [:]
        for shelf in self { found.merge(try shelf.named(of: service)) { first, _ in first } }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }
}

extension PastRecord {
    fileprivate init(payload: Digest, predicate: JSON) {
        let run = predicate["run"]
        let id = run?["recordId"]?.string ?? ""
        let prev = (run?["prev"]?.array ?? []).compactMap { $0.string.flatMap { Digest(parsing: $0) } }
        self.init(id: id, payload: payload, sequence: run?["sequence"]?.integer ?? 0, prev: prev)
        branch = predicate["source"]?["branch"]?.string
        images = ([predicate["image"]].compactMap(\.self) + (predicate["otherImages"]?.array ?? [])).compactMap {
            $0["digest"]?.string.flatMap { Digest(parsing: $0) }
        }
        release = predicate["release"]?["version"]?.string.flatMap { SemanticVersion(parsing: $0) }
    }
}

extension Decision {
    /// The bytes by which it is kept and handed on.
    var file: [UInt8] {
        get throws { Array(try JSON(encoding: self, absence: .null).prettyText.utf8) }
    }
}
