extension Document.Content {
    /// What a plain scalar of YAML 1.1 stands for (https://yaml.org/type/).
    ///
    /// Numbers that are no decimal integers, dates and the like are told from text, but not read.
    public init(plain text: String) {
        switch text {
        case "", "~", "null", "Null", "NULL": self = .null
        case "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON": self = .bool(true)
        case "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF": self = .bool(false)
        case "<<", "=": self = .other(text)
        default:
            let bytes = Array(text.utf8)
            guard let first = bytes.first, first.isDigit || "+-.".utf8.contains(first) else {
                self = .text(text)
                return
            }
            let digits = bytes.drop { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
            if bytes.count - digits.count <= 1, digits.first != UInt8(ascii: "0") || digits.count == 1,
                digits.allSatisfy(\.isDigit), let number = Int64(text)
            {
                self = .integer(number)
            } else {
                self = PlainNumber(bytes).isOne ? .other(text) : .text(text)
            }
        }
    }
}

/// The forms of numbers, times and dates in YAML 1.1.
private struct PlainNumber {
    private let bytes: [UInt8]
    private let isSigned: Bool

    init(_ text: [UInt8]) {
        isSigned = text.first == UInt8(ascii: "+") || text.first == UInt8(ascii: "-")
        bytes = isSigned ? Array(text.dropFirst()) : text
    }

    var isOne: Bool { isPrefixed || isFloat || isSexagesimal || (!isSigned && isDate) || isNamed }

    private static func isDigitOrGap(_ byte: UInt8) -> Bool { byte.isDigit || byte == UInt8(ascii: "_") }

    /// `0b1`, `0o7`, `0xF`.
    private var isPrefixed: Bool {
        guard bytes.count > 2, bytes[0] == UInt8(ascii: "0") else { return false }
        let rest = bytes[2...].filter { $0 != UInt8(ascii: "_") }
        switch bytes[1] {
        case UInt8(ascii: "b"): return rest.allSatisfy { $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: "1") }
        case UInt8(ascii: "o"): return rest.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }
        case UInt8(ascii: "x"): return rest.allSatisfy { $0.isDigit || (0x61...0x66).contains($0 | 0x20) }
        default: return false
        }
    }

    /// `1_000`, `1.5`, `.5`, `1e9`.
    private var isFloat: Bool {
        var rest = bytes[...]
        let whole = rest.prefix(while: Self.isDigitOrGap)
        rest = rest.dropFirst(whole.count)
        guard whole.isEmpty || whole.first?.isDigit == true else { return false }
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix(while: Self.isDigitOrGap)
            rest = rest.dropFirst(1 + fraction.count)
            guard !whole.isEmpty || (!isSigned && !fraction.isEmpty) else { return false }
        } else if whole.isEmpty {
            return false
        }
        guard let letter = rest.first else { return true }
        guard letter == UInt8(ascii: "e") || letter == UInt8(ascii: "E") else { return false }
        rest = rest.dropFirst()
        if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        return !rest.isEmpty && rest.allSatisfy(\.isDigit)
    }

    /// `1:30`, `1:30:59.5`: numbers to the base of sixty.
    private var isSexagesimal: Bool {
        let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count > 1, let last = parts.last else { return false }
        let seconds = last.prefix(while: \.isDigit)
        let fraction = last.dropFirst(seconds.count)
        func isPart(_ part: ArraySlice<UInt8>) -> Bool {
            (1...2).contains(part.count) && part.allSatisfy(\.isDigit)
                && (part.count == 1 || (part.first ?? 0) < UInt8(ascii: "6"))
        }
        let isFraction =
            fraction.isEmpty || (fraction.first == UInt8(ascii: ".") && fraction.dropFirst().allSatisfy(\.isDigit))
        return parts[0].first?.isDigit == true && parts[0].allSatisfy(Self.isDigitOrGap)
            && parts[1..<(parts.count - 1)].allSatisfy(isPart) && isPart(seconds) && isFraction
    }

    /// `2027-01-31`, with or without a time.
    private var isDate: Bool {
        let parts = bytes.prefix { $0.isDigit || $0 == UInt8(ascii: "-") }
            .split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count == 4, parts[1...].allSatisfy({ (1...2).contains($0.count) }) else {
            return false
        }
        let length = parts.reduce(2) { $0 + $1.count }
        guard let next = bytes.dropFirst(length).first else { return parts[1].count == 2 && parts[2].count == 2 }
        return "Tt \t".utf8.contains(next) && bytes.dropFirst(length).contains(UInt8(ascii: ":"))
            && bytes.dropFirst(length).allSatisfy { $0.isDigit || "Tt \t:.Z+-".utf8.contains($0) }
    }

    /// `.inf` and `.nan`.
    private var isNamed: Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        return [".inf", ".Inf", ".INF"].contains(text) || (!isSigned && [".nan", ".NaN", ".NAN"].contains(text))
    }
}
