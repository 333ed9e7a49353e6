/// Sixteen bytes that stand for the name of one test, so that a million names need not be held.
///
/// SipHash-2-4 with 128 bits and a key of zeros (https://www.aumasson.jp/siphash/siphash.pdf) over the suite, a zero byte
/// and the normalised name. Nobody gains by a collision: who writes reports can write better ones.
struct TestIdentity: Hashable, Sendable {
    let high: UInt64
    let low: UInt64

    init(_ bytes: [UInt8]) {
        var state = SipState()
        let whole = bytes.count & ~7
        var index = 0
        while index < whole {
            state.take(Self.word(bytes, at: index, count: 8))
            index += 8
        }
        state.take(Self.word(bytes, at: whole, count: bytes.count - whole) | UInt64(bytes.count & 0xff) << 56)
        (high, low) = state.finish()
    }

    private static func word(_ bytes: [UInt8], at start: Int, count: Int) -> UInt64 {
        var word: UInt64 = 0
        for index in 0..<count { word |= UInt64(bytes[start + index]) << UInt64(8 * index) }
        return word
    }

    func precedes(_ other: TestIdentity) -> Bool { high == other.high ? low < other.low : high < other.high }

    var text: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes.hexadecimal
    }

    /// As they are hashed: the high half first, each with its highest byte first.
    func append(to bytes: inout [UInt8]) {
        for index in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: high >> UInt64(56 - 8 * index))) }
        for index in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: low >> UInt64(56 - 8 * index))) }
    }
}

/// The four words that SipHash stirs.
private struct SipState {
    var a: UInt64 = 0x736f_6d65_7073_6575
    var b: UInt64 = 0x646f_7261_6e64_6f6d ^ 0xee
    var c: UInt64 = 0x6c79_6765_6e65_7261
    var d: UInt64 = 0x7465_6462_7974_6573

    mutating func take(_ word: UInt64) {
        d ^= word
        round()
        round()
        a ^= word
    }

    mutating func finish() -> (UInt64, UInt64) {
        c ^= 0xee
        for _ in 0..<4 { round() }
        let first = a ^ b ^ c ^ d
        b ^= 0xdd
        for _ in 0..<4 { round() }
        return (first, a ^ b ^ c ^ d)
    }

    private mutating func round() {
        a = a &+ b
        b = turn(b, 13) ^ a
        a = turn(a, 32)
        c = c &+ d
        d = turn(d, 16) ^ c
        a = a &+ d
        d = turn(d, 21) ^ a
        c = c &+ b
        b = turn(b, 17) ^ c
        c = turn(c, 32)
    }

    private func turn(_ word: UInt64, _ count: UInt64) -> UInt64 { word << count | word >> (64 - count) }
}
