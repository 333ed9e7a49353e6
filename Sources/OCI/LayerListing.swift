import CLibdeflate
import Crypto
import Disk
import Pipeline
import SystemPackage

/// What a layer holds that Slipway wrote: each path with a digest of its kind, mode, owner and content, its time left out.
struct LayerListing {
    private(set) var files: [String: Pipeline.Digest] = [:]
    private var pending: [UInt8] = []
    private var entry: Entry?
    /// What the next member cannot say in its own header.
    private var records: [UInt8] = []

    /// A member of the archive while its content is read.
    private struct Entry {
        let path: [UInt8]
        let type: UInt8
        var left: Int
        var padding: Int
        var hash = SHA256()
        /// Content, of a member that is about the next one.
        var records: [UInt8] = []
    }

    /// Reads a layer; nil when it is not as Slipway writes them.
    init?(of file: FilePath) throws {
        guard let decompressor = unsafe libdeflate_alloc_decompressor() else { return nil }
        defer { unsafe libdeflate_free_decompressor(decompressor) }
        var input: [UInt8] = []
        var isReadable = true
        var output = [UInt8](repeating: 0, count: GzipMembers.memberSize)
        // Members are small: one is whole after a few chunks at most.
        try file.readChunks { chunk in
            input += chunk
            while !input.isEmpty {
                var (taken, made) = (0, 0)
                let result = unsafe libdeflate_gzip_decompress_ex(
                    decompressor, input, input.count, &output, GzipMembers.memberSize, &taken, &made)
                guard result == LIBDEFLATE_SUCCESS else {
                    isReadable = input.count < 2 * GzipMembers.memberSize
                    break
                }
                input.removeFirst(taken)
                isReadable = take(output[..<made])
                if !isReadable { break }
            }
            return isReadable
        }
        guard isReadable, input.isEmpty, entry == nil else { return nil }
    }

    /// Takes the next bytes of the archive; false when they are none.
    private mutating func take(_ bytes: ArraySlice<UInt8>) -> Bool {
        pending += bytes
        var position = 0
        while position < pending.count {
            if entry != nil {
                position = takeContent(from: position)
            } else {
                guard position + TarWriter.blockSize <= pending.count else { break }
                let block = Array(pending[position..<(position + TarWriter.blockSize)])
                position += TarWriter.blockSize
                if block.allSatisfy({ $0 == 0 }) { continue }
                guard begin(block) else { return false }
            }
        }
        pending.removeFirst(position)
        return true
    }

    private mutating func takeContent(from position: Int) -> Int {
        guard var current = entry else { return position }
        let content = pending[position..<min(pending.count, position + current.left)]
        current.hash.update(data: content)
        if current.type == UInt8(ascii: "x") { current.records += content }
        current.left -= content.count
        let padding = current.left == 0 ? min(current.padding, pending.count - content.endIndex) : 0
        current.padding -= padding
        entry = current
        if current.left == 0, current.padding == 0 { finish(current) }
        return content.endIndex + padding
    }

    /// Begins a member with its header.
    private mutating func begin(_ block: [UInt8]) -> Bool {
        guard block[257..<262].elementsEqual("ustar".utf8) else { return false }
        func field(_ range: Range<Int>) -> [UInt8] { Array(block[range].prefix { $0 != 0 }) }
        let octal = String(decoding: field(124..<136), as: UTF8.self)
        guard let size = Int(octal, radix: 8), size >= 0 else { return false }
        let prefix = field(345..<500)
        let plain = (prefix.isEmpty ? [] : prefix + [UInt8(ascii: "/")]) + field(0..<100)
        var started = Entry(
            path: Self.path(in: records) ?? plain, type: block[156], left: size,
            padding: TarWriter.padding(after: Int64(size)).count)
        var header = block
        // When it was changed, and the sum over that.
        for index in Array(136..<156) { header[index] = 0 }
        started.hash.update(data: header + records)
        records = []
        entry = started
        if size == 0 { finish(started) }
        return true
    }

    private mutating func finish(_ done: Entry) {
        entry = nil
        if done.type == UInt8(ascii: "x") {
            records = done.records
        } else {
            files[String(decoding: done.path, as: UTF8.self)] = Pipeline.Digest(bytes: Array(done.hash.finalize()))
        }
    }

    /// The path that pax records state (`LENGTH path=VALUE`), if they do.
    private static func path(in records: [UInt8]) -> [UInt8]? {
        var rest = records[...]
        while let space = rest.firstIndex(of: UInt8(ascii: " ")) {
            guard let length = Int(String(decoding: rest[..<space], as: UTF8.self)), length > space - rest.startIndex,
                length <= rest.count
            else { return nil }
            let record = rest[(space + 1)..<(rest.startIndex + length)].dropLast()
            if record.starts(with: "path=".utf8) { return Array(record.dropFirst(5)) }
            rest = rest[(rest.startIndex + length)...]
        }
        return nil
    }
}
