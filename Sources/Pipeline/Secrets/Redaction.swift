/// Hides byte strings that must not be read: every place where one stands becomes `***`.
///
/// Where two overlap, both are hidden whole.
public struct Redaction: Equatable, Sendable {
    /// The strings, the longest first.
    let needles: [[UInt8]]
    let longest: Int
    /// By the first byte: which of them begin so.
    let byFirst: [[Int]]
    /// How many bytes of each decide how far a search may leap.
    let window: Int
    /// By two bytes at the end of the window: how far the next place can be at which any begins; 0 where one may.
    let leaps: [UInt8]
    /// By those two bytes: which of them may begin a window before.
    let candidates: [Int: [Int]]

    static let mark = Array("***".utf8)

    /// Hides these values, in all the forms in which they are usually written.
    ///
    /// Nil when there is nothing to hide.
    public init?(hiding values: [[UInt8]]) {
        self.init(needles: values.reduce(into: Set()) { $0.formUnion(SecretForms.all(of: $1)) })
    }

    /// The strings themselves, each of two bytes at least.
    init?(needles: Set<[UInt8]>) {
        guard let shortest = needles.map(\.count).min(), shortest >= 2 else { return nil }
        self.needles = needles.sorted { ($1.count, $0) < ($0.count, $1) }
        longest = self.needles.first?.count ?? 0
        window = min(shortest, 250)
        var byFirst = [[Int]](repeating: [], count: 256)
        var leaps = [UInt8](repeating: UInt8(window - 1), count: 1 << 16)
        var candidates: [Int: [Int]] = [:]
        for (number, needle) in self.needles.enumerated() {
            byFirst[Int(needle[0])].append(number)
            for place in 0..<window - 1 {
                let pair = Self.pair(needle[place], needle[place + 1])
                leaps[pair] = min(leaps[pair], UInt8(window - 2 - place))
            }
            candidates[Self.pair(needle[window - 2], needle[window - 1]), default: []].append(number)
        }
        (self.byFirst, self.leaps, self.candidates) = (byFirst, leaps, candidates)
    }

    static func pair(_ first: UInt8, _ second: UInt8) -> Int { Int(first) << 8 | Int(second) }

    /// A text without what must not be read.
    ///
    /// Of one that was cut off the end may be the beginning of something that must not be read: that goes as well.
    public func redacted(_ text: String, wasCut: Bool = false) -> String {
        var stream = RedactionStream(self)
        let bytes = Array(text.utf8)
        let clean = stream.feed(bytes[...]) + (wasCut ? stream.finishCut() : stream.finish())
        return clean == bytes ? text : String(decoding: clean, as: UTF8.self)
    }
}

private func < (left: (Int, [UInt8]), right: (Int, [UInt8])) -> Bool {
    left.0 == right.0 ? left.1.lexicographicallyPrecedes(right.1) : left.0 < right.0
}
