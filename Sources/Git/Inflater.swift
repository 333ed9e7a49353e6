import CLibdeflate

/// Inflates what zlib deflated, when the length of the result is known.
final class Inflater {
    private let general: OpaquePointer
    /// Only for the short streams that use the code that deflate itself defines.
    ///
    /// libdeflate keeps the tables of that code until another one comes; building them takes longer than most deltas.
    private let fixed: OpaquePointer

    init?() {
        guard let general = libdeflate_alloc_decompressor() else { return nil }
        guard let fixed = libdeflate_alloc_decompressor() else {
            libdeflate_free_decompressor(general)
            return nil
        }
        (self.general, self.fixed) = (general, fixed)
    }

    deinit {
        libdeflate_free_decompressor(general)
        libdeflate_free_decompressor(fixed)
    }

    /// Inflates to exactly as many bytes; false when that is not what comes out.
    func inflate(
        _ deflated: UnsafeRawBufferPointer, into bytes: UnsafeMutablePointer<UInt8>, _ count: Int
    ) -> Bool {
        // Behind the two bytes of zlib's header one bit says "last block", and two say by which code.
        let isFixed = deflated.count > 2 && deflated[2] & 0b110 == 0b010
        return libdeflate_zlib_decompress(
            isFixed ? fixed : general, deflated.baseAddress, deflated.count, bytes, count, nil) == LIBDEFLATE_SUCCESS
    }
}
