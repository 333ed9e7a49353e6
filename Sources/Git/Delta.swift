import Glibc

/// What git wrote of an object that resembles another: which parts to copy from that, and what to put between them.
///
/// https://git-scm.com/docs/gitformat-pack, "Deltified representation".
struct Delta {
    /// How long the base and the result are.
    let baseSize: Int
    let size: Int
    private let code: UnsafePointer<UInt8>
    private let end: Int
    private let start: Int

    /// Nil when the sizes at its beginning cannot be read.
    init?(_ code: UnsafePointer<UInt8>, count: Int) {
        var position = 0
        func number() -> Int? {
            var number = 0
            var shift = 0
            while position < count, shift < 50 {
                let byte = code[position]
                position += 1
                number |= Int(byte & 0x7F) << shift
                guard byte & 0x80 != 0 else { return number }
                shift += 7
            }
            return nil
        }
        guard let baseSize = number(), let size = number() else { return nil }
        (self.baseSize, self.size, self.code, self.start, end) = (baseSize, size, code, position, count)
    }

    /// Makes the object of its base; false when the instructions are damaged.
    ///
    /// The base must have `baseSize` bytes and the result room for `size`.
    func apply(to base: UnsafePointer<UInt8>, into result: UnsafeMutablePointer<UInt8>) -> Bool {
        var position = start
        var written = 0
        while position < end {
            let instruction = code[position]
            position += 1
            if instruction & 0x80 != 0 {
                guard position + (instruction & 0x7F).nonzeroBitCount <= end else { return false }
                let offset = number(instruction & 0x0F, &position)
                let length = number(instruction >> 4 & 0x07, &position)
                let count = length == 0 ? 0x10000 : length
                guard offset <= baseSize - count, count <= size - written else { return false }
                memcpy(result + written, base + offset, count)
                written += count
            } else {
                let count = Int(instruction)
                guard count > 0, count <= end - position, count <= size - written else { return false }
                memcpy(result + written, code + position, count)
                position += count
                written += count
            }
        }
        return written == size
    }

    /// The bytes of a number, the lowest first, of which those are written that a bit stands for.
    @inline(__always)
    private func number(_ bits: UInt8, _ position: inout Int) -> Int {
        var number = 0
        for index in 0..<4 where bits & 1 << index != 0 {
            number |= Int(code[position]) << (8 * index)
            position += 1
        }
        return number
    }
}
