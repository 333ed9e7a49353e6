import CZlib
import CZstd
public import Pipeline

/// Undoes the compression of a layer as its bytes come, whichever of the three it is: gzip, zstd, none.
///
/// What the layer is follows from its first bytes: media types of old registries say gzip of everything.
@safe final class Decompressor {
    private var kind: Kind?
    private var gzip = unsafe z_stream()
    private var zstd: OpaquePointer?
    private var output = [UInt8](repeating: 0, count: 1 << 18)
    /// Whether the last member or frame is whole.
    private var isWhole = true
    private var total: Int64 = 0

    /// More than any layer holds: what expands to that was made to do harm.
    private static let limit: Int64 = 1 << 38

    enum Kind: String {
        case gzip, zstd, none
    }

    /// The kind that was found; nil before the first byte.
    var found: Kind? { kind }

    deinit {
        if kind == .gzip { unsafe inflateEnd(&gzip) }
        if let zstd = unsafe zstd { unsafe ZSTD_freeDStream(zstd) }
    }

    /// Takes some bytes, and hands on what they stand for.
    func take(_ bytes: [UInt8], _ body: (ArraySlice<UInt8>) throws -> Void) throws {
        guard !bytes.isEmpty else { return }
        func counting(_ piece: ArraySlice<UInt8>) throws {
            total += Int64(piece.count)
            guard total < Self.limit else { throw LayerError.damaged("it has no end") }
            try body(piece)
        }
        switch try kind ?? begin(bytes) {
        case .none: try counting(bytes[...])
        case .gzip: try inflate(bytes, counting)
        case .zstd: try expand(bytes, counting)
        }
    }

    /// Says that there are no more bytes.
    func finish() throws {
        guard isWhole else { throw LayerError.damaged("its compressed data ends early") }
    }

    private func begin(_ bytes: [UInt8]) throws -> Kind {
        let kind: Kind
        if bytes.starts(with: [0x1F, 0x8B]) {
            kind = .gzip
            guard unsafe slipway_inflate_gzip(&gzip) == Z_OK else { throw LayerError.memory }
        } else if bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
            kind = .zstd
            unsafe zstd = ZSTD_createDStream()
            guard unsafe zstd != nil else { throw LayerError.memory }
        } else {
            kind = .none
        }
        self.kind = kind
        return kind
    }

    private func inflate(_ bytes: [UInt8], _ body: (ArraySlice<UInt8>) throws -> Void) throws {
        var position = 0
        while position < bytes.count {
            // Padding behind the last member.
            if isWhole, position > 0 || total > 0, bytes[position...].allSatisfy({ $0 == 0 }) { return }
            // The next of several members, which one layer may be made of.
            if isWhole, unsafe inflateReset(&gzip) != Z_OK { throw LayerError.memory }
            isWhole = false
            var status = Z_OK
            let (taken, made) = unsafe bytes.withUnsafeBufferPointer { input in
                unsafe output.withUnsafeMutableBufferPointer { output in
                    unsafe gzip.next_in = UnsafeMutablePointer(mutating: input.baseAddress)?.advanced(by: position)
                    unsafe gzip.avail_in = UInt32(input.count - position)
                    unsafe gzip.next_out = output.baseAddress
                    unsafe gzip.avail_out = UInt32(output.count)
                    unsafe status = CZlib.inflate(&gzip, Z_NO_FLUSH)
                    return unsafe (
                        input.count - position - Int(gzip.avail_in), output.count - Int(gzip.avail_out)
                    )
                }
            }
            guard status == Z_OK || status == Z_STREAM_END, taken > 0 || made > 0 else {
                throw LayerError.damaged("its gzip data is damaged")
            }
            isWhole = status == Z_STREAM_END
            position += taken
            if made > 0 { try body(output[..<made]) }
        }
        try drain(body)
    }

    /// Hands on what zlib still holds when all input is taken.
    private func drain(_ body: (ArraySlice<UInt8>) throws -> Void) throws {
        while !isWhole {
            var status = Z_OK
            let made = unsafe output.withUnsafeMutableBufferPointer { output in
                unsafe gzip.next_in = nil
                unsafe gzip.avail_in = 0
                unsafe gzip.next_out = output.baseAddress
                unsafe gzip.avail_out = UInt32(output.count)
                unsafe status = CZlib.inflate(&gzip, Z_NO_FLUSH)
                return unsafe output.count - Int(gzip.avail_out)
            }
            isWhole = status == Z_STREAM_END
            if made > 0 { try body(output[..<made]) }
            if made < output.count { return }
        }
    }

    private func expand(_ bytes: [UInt8], _ body: (ArraySlice<UInt8>) throws -> Void) throws {
        var position = 0
        var isDrained = false
        while position < bytes.count || !isDrained {
            let step = unsafe bytes.withUnsafeBytes { input in
                unsafe output.withUnsafeMutableBytes { output in
                    var source = unsafe ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: position)
                    var target = unsafe ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
                    let status = unsafe ZSTD_decompressStream(zstd, &target, &source)
                    return unsafe (status: status, position: source.pos, made: target.pos)
                }
            }
            guard ZSTD_isError(step.status) == 0 else { throw LayerError.damaged("its zstd data is damaged") }
            isWhole = step.status == 0
            isDrained = step.made < output.count
            position = step.position
            if step.made > 0 { try body(output[..<step.made]) }
            if isWhole, position == bytes.count { return }
        }
    }
}

/// Why a layer cannot be read.
public enum LayerError: Failure, Equatable {
    case damaged(String)
    case memory
    /// The bytes are not those that the configuration of the image names.
    case other(expected: Pipeline.Digest, found: Pipeline.Digest)

    public var fault: Fault { self == .memory ? .environment : .unverifiable }
    public var hint: String? { nil }

    public var description: String {
        switch self {
        case .damaged(let what): "a layer cannot be read: \(what)"
        case .memory: "a layer cannot be read: no memory"
        case .other(let expected, let found): "a layer unpacks to \(found), and the configuration says \(expected)"
        }
    }
}
