import CLibdeflate
import Crypto
import Disk
import Pipeline
import SystemPackage

/// Gzip of pieces, each a member of its own (RFC 1952, 2.2), so that pieces can be made apart and the bytes do not depend
/// on how.
@safe
struct GzipMembers {
    static let memberSize = 4 << 20
    private static let level: Int32 = 6

    /// What else decides the bytes.
    static let version = "libdeflate-\(LIBDEFLATE_VERSION_STRING)-\(level)"

    static func member(_ bytes: [UInt8]) throws -> [UInt8] {
        guard let compressor = unsafe libdeflate_alloc_compressor(level) else {
            throw ImageError.layout("gzip", "has no memory to compress with")
        }
        defer { unsafe libdeflate_free_compressor(compressor) }
        let bound = unsafe libdeflate_gzip_compress_bound(compressor, bytes.count)
        return unsafe [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            unsafe count = libdeflate_gzip_compress(compressor, bytes, bytes.count, buffer.baseAddress, bound)
        }
    }
}

/// Where pieces lie that were compressed before: in blobs of the layout, so that nothing is kept twice.
struct MemberCache: Sendable {
    let layout: Layout

    /// A compressed piece.
    struct Member: Sendable {
        let piece: Pipeline.Digest
        let bytes: [UInt8]
        let digest: Pipeline.Digest
        /// Whether it was compressed now.
        let isFresh: Bool
    }

    /// Where in a new blob a piece lies.
    struct Fresh {
        let piece: Pipeline.Digest
        let offset: Int64
        let length: Int
        let digest: Pipeline.Digest
    }

    /// Another compressor makes other bytes, and has a folder of its own.
    static let folderName = "members-1-\(GzipMembers.version)"

    private func place(of piece: Pipeline.Digest) -> FilePath {
        layout.root.appending(Self.folderName).appending(String(piece.hex.prefix(2))).appending(piece.hex)
    }

    func member(of piece: [UInt8]) throws -> Member {
        let digest = Self.digest(of: piece)
        if let known = try known(digest) { return known }
        let bytes = try GzipMembers.member(piece)
        return Member(piece: digest, bytes: bytes, digest: Self.digest(of: bytes), isFresh: true)
    }

    private static func digest(of bytes: [UInt8]) -> Pipeline.Digest {
        Pipeline.Digest(bytes: Array(SHA256.hash(data: bytes)))
    }

    /// A piece that lies in a blob; nil when nothing there says where, or it is not what it should be.
    private func known(_ piece: Pipeline.Digest) throws -> Member? {
        guard let note = try place(of: piece).contentsIfPresent(limit: 1 << 10) else { return nil }
        let words = String(decoding: note, as: UTF8.self).split(separator: " ")
        guard words.count == 4, let blob = Pipeline.Digest(hex: words[0]), let offset = Int64(words[1]), offset >= 0,
            let length = Int(words[2]), (1...(2 * GzipMembers.memberSize)).contains(length),
            let digest = Pipeline.Digest(hex: words[3]), try layout.contains(blob)
        else { return nil }
        let bytes = try layout.file(of: blob).slice(from: offset, count: length)
        guard Self.digest(of: bytes) == digest else { return nil }
        return Member(piece: piece, bytes: bytes, digest: digest, isFresh: false)
    }

    /// Writes down where the pieces of a new blob lie.
    func remember(_ members: [Fresh], in blob: Pipeline.Digest) throws {
        for member in members {
            let place = place(of: member.piece)
            try place.removingLastComponent().makeFolders()
            try place.write(Array("\(blob.hex) \(member.offset) \(member.length) \(member.digest.hex)".utf8))
        }
    }
}

extension Layout {
    var members: MemberCache { MemberCache(layout: self) }

    /// Removes what is remembered about blobs that are there no more, or was remembered by another version.
    public func forgetRemovedBlobs() throws {
        guard try root.status() != nil else { return }
        for name in try root.names() {
            let folder = root.appending(name)
            if name.string.hasPrefix("members-") {
                if name.string == MemberCache.folderName { try forgetMembers(in: folder) } else { try folder.remove() }
            }
            guard name.string.hasPrefix("trees-") else { continue }
            for tree in try folder.names() {
                let blob = Pipeline.Digest(hex: tree.string)
                if try name.string != LayerIndex.folderName || blob.map({ try !contains($0) }) ?? true {
                    try folder.appending(tree).remove()
                }
            }
        }
    }

    private func forgetMembers(in folder: FilePath) throws {
        for part in try folder.names() {
            for name in try folder.appending(part).names() {
                let note = folder.appending(part).appending(name)
                let text = String(decoding: try note.contents(limit: 1 << 12).prefix(64), as: UTF8.self)
                if try Pipeline.Digest(hex: text).map({ try !contains($0) }) ?? true { try note.remove() }
            }
        }
    }
}
