import CLibdeflate
import Crypto
import Disk
public import Pipeline
import SystemPackage

/// One member of a layer, and where its content is.
struct LayerMember: Equatable {
    var entry: TarEntry
    var content = Content.none

    enum Content: Equatable {
        case none
        case bytes([UInt8])
        /// A file as it was when it was listed.
        case file(FilePath, FileStatus)
        /// A file of another image, to be taken out of its layer first.
        case layer(FileTree.Content)
    }
}

/// A layer that was written.
public struct WrittenLayer: Equatable, Sendable {
    public let descriptor: Descriptor
    /// The digest of the uncompressed layer: its identity, whatever the compressor.
    public let diffID: Pipeline.Digest
}

/// Writes layers: tar into gzip into a blob, both digests taken on the way.
///
/// Several pieces are compressed at once, and pieces that were compressed before are taken from where they are; a few
/// pieces are all that is ever held.
struct LayerWriter {
    let layout: Layout
    let modified: Timestamp

    /// How many pieces are compressed at once; each takes eight megabytes while it is.
    private static let width = 3

    func write(_ members: [LayerMember]) async throws -> WrittenLayer {
        let file = layout.temporaryFile()
        do {
            try file.create([])
            let (layer, fresh) = try await press(TarPieces(members, modified: modified), to: file)
            try layout.adopt(file, as: layer.descriptor.digest)
            try layout.members.remember(fresh, in: layer.descriptor.digest)
            return layer
        } catch {
            file.removeQuietly()
            throw error
        }
    }

    /// The fourth task group there is: unlike `concurrentMap` it begins while pieces are still being read, and holds no
    /// more of them than fit its window.
    private func press(
        _ source: TarPieces, to file: FilePath
    ) async throws -> (WrittenLayer, fresh: [MemberCache.Fresh]) {
        let cache = layout.members
        return try await withThrowingTaskGroup(of: (number: Int, member: MemberCache.Member).self) { group in
            var source = source
            var assembly = try MemberAssembly(file)
            var running = 0
            var count = 0
            while let piece = try source.next() {
                let number = count
                while running >= Self.width || number - assembly.written >= Self.width + 1,
                    let done = try await group.next()
                {
                    running -= 1
                    try assembly.take(done.member, number: done.number)
                }
                group.addTask { (number, try cache.member(of: piece)) }
                (running, count) = (running + 1, count + 1)
            }
            while let done = try await group.next() { try assembly.take(done.member, number: done.number) }
            return assembly.finish(diffID: source.digest)
        }
    }
}

/// Puts compressed pieces into a file in their order, as they come.
private struct MemberAssembly {
    private let file: OpenFile
    private var waiting: [Int: MemberCache.Member] = [:]
    private(set) var written = 0
    private var hash = SHA256()
    private var size: Int64 = 0
    private var fresh: [MemberCache.Fresh] = []

    init(_ path: FilePath) throws {
        file = try OpenFile(appendingTo: path)
    }

    mutating func take(_ member: MemberCache.Member, number: Int) throws {
        waiting[number] = member
        while let next = waiting.removeValue(forKey: written) {
            try file.write(next.bytes)
            hash.update(data: next.bytes)
            if next.isFresh {
                fresh.append(.init(piece: next.piece, offset: size, length: next.bytes.count, digest: next.digest))
            }
            size += Int64(next.bytes.count)
            written += 1
        }
    }

    func finish(diffID: Pipeline.Digest) -> (WrittenLayer, fresh: [MemberCache.Fresh]) {
        let digest = Pipeline.Digest(bytes: Array(hash.finalize()))
        let descriptor = Descriptor(mediaType: MediaType.layer, digest: digest, size: size)
        return (WrittenLayer(descriptor: descriptor, diffID: diffID), fresh)
    }
}
