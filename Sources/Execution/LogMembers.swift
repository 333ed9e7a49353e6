import CLibdeflate
import SystemPackage

/// Text as gzip members (RFC 1952, 2.2) that each say their own length in an extra field.
///
/// So a reader can leap to the last without unpacking the others; to every other program it is gzip.
enum LogMembers {
    /// How much text one holds at most.
    static let size = 1 << 20
    /// Up to the deflated text: the fixed header with FEXTRA, two bytes of length, and one field of eight.
    static let headSize = 20
    private static let tailSize = 8

    /// Packs a text of any length up to `size`.
    @safe
    final class Packer {
        private let compressor: OpaquePointer

        init() {
            guard let compressor = unsafe libdeflate_alloc_compressor(1) else {
                preconditionFailure("no memory for a compressor")
            }
            unsafe self.compressor = compressor
        }

        deinit { unsafe libdeflate_free_compressor(compressor) }

        func member(_ text: ArraySlice<UInt8>) -> [UInt8] {
            let bound = unsafe libdeflate_deflate_compress_bound(compressor, text.count)
            let room = headSize + bound + tailSize
            return unsafe text.withUnsafeBytes { text in
                unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                    let code = UnsafeMutableRawBufferPointer(buffer)
                    let deflated = unsafe libdeflate_deflate_compress(
                        compressor, text.baseAddress, text.count, code.baseAddress?.advanced(by: headSize), bound)
                    count = headSize + deflated + tailSize
                    unsafe code.copyBytes(from: head(ofSize: count))
                    let sum = unsafe libdeflate_crc32(0, text.baseAddress, text.count)
                    let tail = bytes(of: sum) + bytes(of: UInt32(text.count))
                    unsafe UnsafeMutableRawBufferPointer(rebasing: code[(count - tailSize)..<count]).copyBytes(
                        from: tail)
                }
            }
        }
    }

    private static func head(ofSize size: Int) -> [UInt8] {
        [0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 4, 255, 8, 0, UInt8(ascii: "S"), UInt8(ascii: "L"), 4, 0]
            + bytes(of: UInt32(size))
    }

    private static func bytes(of number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reversed().reduce(0) { $0 << 8 | Int($1) } }

    /// The whole length of the member that begins so; nil when this is none of ours.
    static func length(_ head: ArraySlice<UInt8>) -> Int? {
        guard head.count == headSize, head.prefix(16).elementsEqual(Self.head(ofSize: 0).prefix(16)) else { return nil }
        let length = number(head.suffix(4))
        return (headSize + tailSize...headSize + tailSize + 2 * size).contains(length) ? length : nil
    }

    /// The text of one member; nil when it is damaged.
    static func text(_ member: [UInt8]) -> [UInt8]? {
        guard length(member.prefix(headSize)) == member.count else { return nil }
        let count = number(member.suffix(4))
        guard count <= size, let unpacker = unsafe libdeflate_alloc_decompressor() else { return nil }
        defer { unsafe libdeflate_free_decompressor(unpacker) }
        var isWhole = false
        let text = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            let code = unsafe libdeflate_gzip_decompress(
                unpacker, member, member.count, buffer.baseAddress, count, nil)
            isWhole = code == LIBDEFLATE_SUCCESS
            filled = isWhole ? count : 0
        }
        return isWhole ? text : nil
    }
}
