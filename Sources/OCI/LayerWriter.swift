import CLibdeflate
import Crypto
import Disk
import Pipeline
import SystemPackage

/// Gzip of fixed-size pieces, each a member of its own (RFC 1952, 2.2), so that pieces can be made apart and the bytes do
/// not depend on how.
@safe
final class GzipMembers {
    private let compressor: OpaquePointer
    static let memberSize = 4 << 20
    private static let level: Int32 = 6

    init() {
        guard let compressor = unsafe libdeflate_alloc_compressor(Self.level) else {
            preconditionFailure("no memory for a compressor")
        }
        unsafe self.compressor = compressor
    }

    deinit { unsafe libdeflate_free_compressor(compressor) }

    func member(_ bytes: [UInt8]) -> [UInt8] {
        let bound = unsafe libdeflate_gzip_compress_bound(compressor, bytes.count)
        return unsafe [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            unsafe count = libdeflate_gzip_compress(compressor, bytes, bytes.count, buffer.baseAddress, bound)
        }
    }
}

/// A layer as it is written: tar into gzip into a file, both digests taken on the way, nothing held whole.
struct LayerWriter {
    private let tar: TarWriter
    private let file: FilePath
    private let gzip = GzipMembers()
    private var pending: [UInt8] = []
    private var content = SHA256()
    private var compressed = SHA256()
    private var size: Int64 = 0

    struct Layer {
        let descriptor: Descriptor
        /// The digest of the uncompressed layer: its identity, whatever the compressor.
        let diffID: Pipeline.Digest
    }

    init(to file: FilePath, modified: Timestamp) throws {
        (self.file, tar) = (file, TarWriter(modified: modified.seconds))
        try file.create([])
    }

    mutating func add(_ entry: TarEntry) throws { try write(tar.header(of: entry)) }

    /// Adds a file with its content.
    ///
    /// Throws when the file is not what it was when it was listed.
    mutating func add(_ entry: TarEntry, from source: FilePath, status: FileStatus) throws {
        try add(entry)
        var written: Int64 = 0
        try source.readChunks { chunk throws(DiskError) in
            written += Int64(chunk.count)
            if written <= status.size { try write(Array(chunk)) }
            return written <= status.size
        }
        guard written == status.size, try source.status()?.modified == status.modified else {
            throw ImageError.layout(source.string, "changed while it was packed")
        }
        try write(TarWriter.padding(after: status.size))
    }

    private mutating func write(_ bytes: [UInt8]) throws(DiskError) {
        content.update(data: bytes)
        pending += bytes
        while pending.count >= GzipMembers.memberSize {
            try flush(Array(pending.prefix(GzipMembers.memberSize)))
            pending.removeFirst(GzipMembers.memberSize)
        }
    }

    private mutating func flush(_ bytes: [UInt8]) throws(DiskError) {
        let member = gzip.member(bytes)
        compressed.update(data: member)
        size += Int64(member.count)
        try file.append(member)
    }

    mutating func finish() throws -> Layer {
        try write(TarWriter.end)
        if !pending.isEmpty { try flush(pending) }
        let digest = Pipeline.Digest(bytes: Array(compressed.finalize()))
        let descriptor = Descriptor(mediaType: MediaType.layer, digest: digest, size: size)
        return Layer(descriptor: descriptor, diffID: Pipeline.Digest(bytes: Array(content.finalize())))
    }
}
