import Crypto
import Disk
import Pipeline
import SystemPackage

/// A tar archive in pieces that are compressed apart.
///
/// A large file begins a piece and ends one, so that what changes before or behind it leaves its pieces as they are.
struct TarPieces {
    private let tar: TarWriter
    private let members: [LayerMember]
    private var index = 0
    private var pending: [UInt8] = []
    private var reading: Reading?
    private var hash = SHA256()
    private var hasEnd = false

    private struct Reading {
        let file: FilePath
        let status: FileStatus
        var offset: Int64 = 0
    }

    static let largeSize: Int64 = 1 << 20

    init(_ members: [LayerMember], modified: Timestamp) {
        self.members = members
        tar = TarWriter(modified: modified.seconds)
    }

    /// The digest of all pieces that were taken.
    var digest: Pipeline.Digest { Pipeline.Digest(bytes: Array(hash.finalize())) }

    /// The next piece; nil behind the last.
    mutating func next() throws -> [UInt8]? {
        var isCut = false
        while !isCut, pending.count < GzipMembers.memberSize, !hasEnd {
            if reading != nil {
                isCut = try readOn()
            } else if index < members.count {
                isCut = try begin(members[index])
                index += 1
            } else {
                pending += TarWriter.end
                hasEnd = true
            }
        }
        guard !pending.isEmpty else { return nil }
        let piece: [UInt8]
        if pending.count <= GzipMembers.memberSize {
            piece = pending
            pending = []
        } else {
            piece = Array(pending.prefix(GzipMembers.memberSize))
            pending.removeFirst(GzipMembers.memberSize)
        }
        hash.update(data: piece)
        return piece
    }

    /// Whether the piece ends here.
    private mutating func begin(_ member: LayerMember) throws -> Bool {
        pending += tar.header(of: member.entry)
        switch member.content {
        case .none: break
        case .bytes(let bytes): pending += bytes + TarWriter.padding(after: Int64(bytes.count))
        case .layer(let content): throw ImageError.layout("\(content.path)", "was not taken out of its layer")
        case .file(let file, let status):
            reading = Reading(file: file, status: status)
            if status.size >= Self.largeSize { return true }
        }
        return false
    }

    /// Reads as much of a file as the piece has room for; whether the piece ends with it.
    ///
    /// Throws when the file is not what it was when it was listed.
    private mutating func readOn() throws -> Bool {
        guard var now = reading else { return false }
        let left = now.status.size - now.offset
        let room = max(0, GzipMembers.memberSize - pending.count)
        let bytes = try now.file.slice(from: now.offset, count: Int(min(left, Int64(room))))
        guard bytes.count == min(Int(left), room) else { throw Self.changed(now.file) }
        pending += bytes
        now.offset += Int64(bytes.count)
        guard now.offset == now.status.size else {
            reading = now
            return false
        }
        guard let status = try now.file.status(), status.size == now.status.size,
            status.modified == now.status.modified, status.changed == now.status.changed
        else { throw Self.changed(now.file) }
        pending += TarWriter.padding(after: now.status.size)
        reading = nil
        return now.status.size >= Self.largeSize
    }

    private static func changed(_ file: FilePath) -> ImageError {
        .layout(file.string, "changed while it was packed")
    }
}
