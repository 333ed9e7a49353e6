import Disk
public import Pipeline
import Signing
public import SystemPackage

/// Parts from wherever they are: files of lines, files that a merge wrote, folders of such.
public struct PartCollection: Sendable {
    /// What was passed over, and why that is no error.
    public private(set) var notes: [String] = []
    private var parts: [(part: Part, place: String)] = []
    private var roster: (Roster, place: String)?
    /// Whether the plan was named, and what else lies about counts no more.
    private let isBound: Bool

    private static let depthLimit = 12
    private static let lines = ".jsonl"

    /// Without a plan its services are known from a `plan.json` beside the parts, or from a file that a merge wrote.
    public init(of plan: FilePath?) throws {
        isBound = plan != nil
        if let plan { roster = (Roster(try Request.plan(in: plan.string)), plan.string) }
    }

    /// Adds what a file or folder holds.
    public mutating func add(_ path: FilePath) throws {
        switch try path.status(followingLinks: true)?.kind {
        case .folder: try add(folder: path, depth: 0)
        case .file: try add(file: path, isStrict: path.extension != "jsonl")
        default: throw PartsError.notAFile(path.string)
        }
    }

    /// The union of all that was added.
    public func merged() throws -> Merge {
        guard let roster else { throw PartsError.noPlan("a merge") }
        do {
            return try Merge(roster.0, parts.map(\.part))
        } catch {
            guard let part = error.part, let place = parts.first(where: { $0.part == part })?.place else { throw error }
            throw PartsError.inFile(place, error)
        }
    }

    // MARK: - Folders

    private mutating func add(folder: FilePath, depth: Int) throws {
        guard depth < Self.depthLimit else { throw PartsError.unreadable(folder.string, "it lies too deep") }
        if depth == 0, let own = roster.map({ folder.appending($0.0.plan.hex) }), try own.status()?.kind == .folder {
            return try add(folder: own, depth: 1)
        }
        for name in try folder.names() {
            let path = folder.appending(name)
            switch try path.status()?.kind {
            case .folder: try add(folder: path, depth: depth + 1)
            // The journal of a run beside the parts of its plan tells the same again.
            case .file where name.string.hasSuffix(Self.lines) && name.string != "journal.jsonl":
                try add(file: path, isStrict: false)
            case .file where name.string == "plan.json" && !isBound:
                try know(Roster(try Request.plan(in: path.string)), from: path.string)
            default: continue
            }
        }
    }

    // MARK: - Files

    private mutating func add(file: FilePath, isStrict: Bool) throws {
        let place = file.string
        let bytes = try file.contents(limit: 256 << 20)
        if let merge = try Self.document(bytes, place) {
            try know(merge.roster, from: place)
            parts += merge.parts.map { ($0, place) }
            return
        }
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // What is behind the last line break was being written when its writer ended: that try is lost.
        let rest = lines.popLast() ?? []
        if !rest.isEmpty || lines.isEmpty {
            guard !isStrict else { throw PartsError.unreadable(place, "it is cut, or something else") }
            notes.append("\(place.printable): its last line is cut; what its writer was about to say is lost")
        }
        for line in lines where !line.isEmpty { parts.append((try Self.part(Array(line), place), place)) }
    }

    private mutating func know(_ other: Roster, from place: String) throws {
        guard let known = roster else {
            roster = (other, place)
            return
        }
        guard known.0 == other else { throw PartsError.twoPlans(known.place, place) }
    }

    /// What a merge wrote; nil for anything else.
    private static func document(_ bytes: [UInt8], _ place: String) throws -> Merge? {
        let json: JSON
        do { json = try JSON(parsing: bytes, profile: .strict.limited(to: 256 << 20)) } catch { return nil }
        guard json["merged"] != nil else { return nil }
        return try understood(place) { try Merge(json: json, hash: Digest.sha256) }
    }

    private static func part(_ line: [UInt8], _ place: String) throws -> Part {
        try understood(place) {
            try Part(json: JSON(parsing: line, profile: .strict.limited(to: 32 << 20)), hash: Digest.sha256)
        }
    }

    private static func understood<Value>(_ place: String, _ read: () throws -> Value) throws -> Value {
        do {
            return try read()
        } catch let error as JSONError {
            throw PartsError.unreadable(place, "\(error)")
        } catch let error as any Failure {
            throw PartsError.inFile(place, error)
        } catch is DecodingError {
            throw PartsError.unreadable(place, "a word in it means nothing to this version")
        }
    }
}
