import CZlib
import Disk
import SystemPackage

/// Reads a layer as the tar it holds, compressed by whomever, piece by piece.
struct LayerStream {
    let file: FilePath

    /// Why a layer cannot be read.
    enum Trouble: Error, Equatable {
        /// A compression that nothing here knows.
        case unknownCompression(String)
        case damaged
    }

    /// Hands the tar over, until `body` returns false.
    func read(_ body: (ArraySlice<UInt8>) throws -> Bool) throws {
        let head = try file.slice(from: 0, count: 4)
        if head == [0x28, 0xB5, 0x2F, 0xFD] { throw Trouble.unknownCompression("zstd") }
        guard head.starts(with: [0x1F, 0x8B]) else { return try pieces(body) }
        let gzip = GzipStream()
        var isWanted = true
        try pieces { piece in
            isWanted = try gzip.inflate(piece, body)
            return isWanted
        }
        if isWanted, !gzip.isWhole { throw Trouble.damaged }
    }

    /// The file as it is.
    private func pieces(_ body: (ArraySlice<UInt8>) throws -> Bool) throws {
        var problem: (any Error)?
        try file.readChunks { piece throws(DiskError) in
            do {
                return try body(piece)
            } catch {
                problem = error
                return false
            }
        }
        if let problem { throw problem }
    }
}

/// Inflates gzip of any number of members as it comes.
@safe
private final class GzipStream {
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private var output = [UInt8](repeating: 0, count: 1 << 18)
    /// Whether what came so far ends with the end of a member.
    private(set) var isWhole = false
    private var isReady: Bool
    private var total: Int64 = 0

    /// More than any layer holds: what inflates to that was made to do harm.
    private static let limit: Int64 = 1 << 38

    init() {
        unsafe stream.initialize(to: z_stream())
        // A window of the greatest size, around it gzip.
        isReady =
            unsafe inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Inflates the next bytes; false when `body` wants no more.
    func inflate(_ input: ArraySlice<UInt8>, _ body: (ArraySlice<UInt8>) throws -> Bool) throws -> Bool {
        guard isReady else { throw LayerStream.Trouble.damaged }
        var rest = input
        while !rest.isEmpty {
            if isWhole {
                guard unsafe inflateReset(stream) == Z_OK else { throw LayerStream.Trouble.damaged }
                isWhole = false
            }
            let (taken, made, code) = step(rest)
            rest = rest.dropFirst(taken)
            total += Int64(made)
            guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR, total < Self.limit else {
                throw LayerStream.Trouble.damaged
            }
            if made > 0, try !body(output[..<made]) { return false }
            isWhole = code == Z_STREAM_END
            // Padding behind the last member.
            if isWhole, rest.allSatisfy({ $0 == 0 }) { return true }
            if taken == 0, made == 0 { throw LayerStream.Trouble.damaged }
        }
        return true
    }

    private func step(_ input: ArraySlice<UInt8>) -> (taken: Int, made: Int, code: Int32) {
        unsafe input.withUnsafeBufferPointer { from in
            unsafe output.withUnsafeMutableBufferPointer { to in
                unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: from.baseAddress)
                unsafe stream.pointee.avail_in = UInt32(from.count)
                unsafe stream.pointee.next_out = to.baseAddress
                unsafe stream.pointee.avail_out = UInt32(to.count)
                let code = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
                return unsafe (
                    from.count - Int(stream.pointee.avail_in), to.count - Int(stream.pointee.avail_out), code
                )
            }
        }
    }
}
