extension CommitMessage {
    /// What a plain conventional line asks for, as the place of its level among `Level.allCases`, and its scope, which is
    /// empty where there is none.
    ///
    /// Nil for every message that could be more; all others are worth that level under any policy without mappings, with
    /// no lints, reverts or footers that count.
    static func plain(_ message: [UInt8]) -> (level: UInt8, scope: ArraySlice<UInt8>)? {
        var index = 0
        // Up to eight letters fit in a number.
        var type: UInt64 = 0
        while index < message.count, message[index].isLower, index < 8 {
            type = type << 8 | UInt64(message[index])
            index += 1
        }
        let scope = plainScope(of: message, from: index)
        if !scope.isEmpty { index = scope.endIndex + 1 }
        guard index + 2 < message.count, message[index] == UInt8(ascii: ":"), message[index + 1] == 0x20,
            let level = level(packed: type)
        else { return nil }
        index += 2
        // The text must not begin like a marker of breaks.
        let first = message[index] | 0x20
        guard first.isLower || first.isDigit, first != UInt8(ascii: "b") else { return nil }
        guard let end = plainEnd(of: message, from: index), hasPlainBody(message, from: end) else { return nil }
        return (level, scope)
    }

    /// What stands in parentheses, if that is one word of the safest letters.
    private static func plainScope(of message: [UInt8], from start: Int) -> ArraySlice<UInt8> {
        guard start < message.count, message[start] == UInt8(ascii: "(") else { return [] }
        let rest = message[(start + 1)...]
        let end = rest.firstIndex { !$0.isLower && !$0.isDigit && $0 != UInt8(ascii: "-") } ?? rest.endIndex
        guard end < message.count, message[end] == UInt8(ascii: ")") else { return [] }
        return rest[..<end]
    }

    /// Of known types, each being the number its letters make; a revert is told from its body.
    private static func level(packed type: UInt64) -> UInt8? {
        switch type {
        // feat, feature
        case 0x6665_6174, 0x66_6561_7475_7265: 2
        // fix, perf, security
        case 0x66_6978, 0x7065_7266, 0x7365_6375_7269_7479: 1
        // docs, doc, style, refactor
        case 0x646F_6373, 0x64_6F63, 0x73_7479_6C65, 0x7265_6661_6374_6F72: 0
        // test, tests, build, ci
        case 0x7465_7374, 0x74_6573_7473, 0x62_7569_6C64, 0x6369: 0
        // chore, deps, wip
        case 0x63_686F_7265, 0x6465_7073, 0x77_6970: 0
        default: nil
        }
    }

    /// Where a line ends that holds neither control characters nor `[`; nil when it does.
    private static func plainEnd(of message: [UInt8], from start: Int) -> Int? {
        var index = start
        while index < message.count {
            let byte = message[index]
            if byte == 0x0A { return index }
            if byte < 0x20 || byte == UInt8(ascii: "[") { return nil }
            index += 1
        }
        return index
    }

    /// Whether a blank line follows, and then only lines that begin as neither bullets, samples nor footers do that count.
    private static func hasPlainBody(_ message: [UInt8], from end: Int) -> Bool {
        var index = end + 1
        guard index >= message.count || message[index] == 0x0A else { return false }
        while index < message.count {
            guard startsPlain(message, at: index), let end = plainEnd(of: message, from: index) else { return false }
            index = end + 1
        }
        return true
    }

    private static func startsPlain(_ message: [UInt8], at index: Int) -> Bool {
        if message[index] == 0x0A { return true }
        let first = message[index] | 0x20
        if first.isDigit { return !startsNumbered(message, at: index) }
        guard first.isLower else { return false }
        // No footer is this short.
        guard index + 5 < message.count else { return true }
        let (second, third) = (message[index + 1] | 0x20, message[index + 2] | 0x20)
        switch first {
        // Breaking, Skip-Release and Squashed.
        case UInt8(ascii: "b"): return second != UInt8(ascii: "r")
        case UInt8(ascii: "s"): return second != UInt8(ascii: "k") && second != UInt8(ascii: "q")
        // Release-As, Release-Service and Reverts.
        case UInt8(ascii: "r"):
            guard second == UInt8(ascii: "e") else { return true }
            if third == UInt8(ascii: "v") { return message[index + 3] | 0x20 != UInt8(ascii: "e") }
            return third != UInt8(ascii: "l")
        // This reverts commit.
        case UInt8(ascii: "t"): return second != UInt8(ascii: "h") || message[index + 5] | 0x20 != UInt8(ascii: "r")
        default: return true
        }
    }

    private static func startsNumbered(_ message: [UInt8], at start: Int) -> Bool {
        guard let end = message[start...].firstIndex(where: { !$0.isDigit }) else { return false }
        return message[end] == UInt8(ascii: ".") || message[end] == UInt8(ascii: ")")
    }
}
