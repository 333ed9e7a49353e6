/// One place in a file that says, or should say, what the version is.
struct VersionMention {
    enum Kind: Equatable {
        case text(String)
        /// What stands there instead of a text.
        case computed(String)
        /// Why it cannot be read.
        case broken(String)
    }

    /// The bytes of the text; of anything else, where it begins.
    var range: Range<Int>
    let kind: Kind
    /// Other places that repeat the text.
    var echoes: [Range<Int>] = []

    init(_ kind: Kind, at range: Range<Int>) {
        (self.kind, self.range) = (kind, range)
    }

    /// The same in a file with so many bytes more before it.
    func moved(by offset: Int) -> VersionMention {
        func moved(_ range: Range<Int>) -> Range<Int> { range.lowerBound + offset..<range.upperBound + offset }
        var copy = self
        (copy.range, copy.echoes) = (moved(range), echoes.map(moved))
        return copy
    }

    /// One that computes, told by the rest of its line.
    static func computed(at offset: Int, in bytes: [UInt8]) -> VersionMention {
        let line = bytes[offset...].prefix(80).prefix { $0 != 0x0A && $0 != 0x0D }
        return VersionMention(.computed(String(decoding: line, as: UTF8.self)), at: offset..<offset + line.count)
    }

    /// A text with white space around it that does not count; nil when there is nothing else.
    static func trimmed(_ slice: ArraySlice<UInt8>) -> VersionMention? {
        guard let first = slice.firstIndex(where: { $0 > 0x20 }), let last = slice.lastIndex(where: { $0 > 0x20 })
        else { return nil }
        let range = first..<last + 1
        return VersionMention(.text(String(decoding: slice[range], as: UTF8.self)), at: range)
    }
}
