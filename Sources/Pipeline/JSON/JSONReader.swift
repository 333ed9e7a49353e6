/// Which JSON texts a reader takes.
///
/// `strict` is the profile of signed documents: integers up to 2^53-1 only, ASCII keys, no duplicate key. `lenient` takes
/// any RFC 8259 text (registry manifests, tool output) but still refuses duplicate keys, because two readers would see
/// two documents.
public struct JSONProfile: Sendable {
    public var allowsDecimals: Bool
    public var requiresPlainKeys: Bool
    public var maximumBytes: Int
    public var maximumDepth: Int
    /// Whether a member may stand twice, of which the last counts: only for reading what others take so.
    var allowsRepeatedKeys = false

    public static let strict = JSONProfile(
        allowsDecimals: false, requiresPlainKeys: true, maximumBytes: 1 << 20, maximumDepth: 64)
    public static let lenient = JSONProfile(
        allowsDecimals: true, requiresPlainKeys: false, maximumBytes: 8 << 20, maximumDepth: 64)

    /// The same profile for documents of another size.
    public func limited(to bytes: Int) -> JSONProfile {
        var copy = self
        copy.maximumBytes = bytes
        return copy
    }
}

extension JSON {
    /// Reads one JSON text: UTF-8 without byte order mark, nothing before or after it but white space.
    public init(parsing bytes: [UInt8], profile: JSONProfile = .strict) throws(JSONError) {
        guard bytes.count <= profile.maximumBytes else {
            throw JSONError(place: "document", problem: "larger than \(profile.maximumBytes) bytes")
        }
        var reader = JSONReader(bytes: bytes, profile: profile)
        self = try reader.document()
    }

    public init(parsing text: String, profile: JSONProfile = .strict) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), profile: profile)
    }
}

private struct JSONReader {
    let bytes: [UInt8]
    let profile: JSONProfile
    var position = 0
    var depth = 0

    init(bytes: [UInt8], profile: JSONProfile) {
        (self.bytes, self.profile) = (bytes, profile)
    }

    func problem(_ text: String) -> JSONError {
        JSONError(place: "byte \(position)", problem: text)
    }

    var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func document() throws(JSONError) -> JSON {
        let value = try value()
        skipSpace()
        guard position == bytes.count else { throw problem("text after the end of the document") }
        return value
    }

    mutating func skipSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    mutating func value() throws(JSONError) -> JSON {
        skipSpace()
        switch current {
        case UInt8(ascii: "{"): return try nested { reader throws(JSONError) in try reader.object() }
        case UInt8(ascii: "["): return try nested { reader throws(JSONError) in try reader.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case nil: throw problem("the document ends where a value should be")
        case .some(let byte) where byte.isDigit || byte == UInt8(ascii: "-"): return try number()
        default: throw problem("no value begins with this byte")
        }
    }

    mutating func nested(_ body: (inout JSONReader) throws(JSONError) -> JSON) throws(JSONError) -> JSON {
        depth += 1
        guard depth <= profile.maximumDepth else { throw problem("nested deeper than \(profile.maximumDepth)") }
        position += 1
        let value = try body(&self)
        depth -= 1
        return value
    }

    mutating func literal(_ text: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        for byte in "\(text)".utf8 {
            guard current == byte else { throw problem("expected \(text)") }
            position += 1
        }
        return value
    }

    mutating func object() throws(JSONError) -> JSON {
        var members: [String: JSON] = [:]
        skipSpace()
        if take("}") { return .object(members) }
        while true {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw problem("expected a member name") }
            let start = position
            let key = try string()
            if profile.requiresPlainKeys, !key.utf8.allSatisfy(\.isPlainKeyByte) || key.isEmpty {
                position = start
                throw problem("a member name may hold only letters, digits, '.', '_' and '-'")
            }
            skipSpace()
            guard take(":") else { throw problem("expected ':'") }
            guard members.updateValue(try value(), forKey: key) == nil || profile.allowsRepeatedKeys else {
                position = start
                throw problem("member \"\(key)\" stands twice")
            }
            skipSpace()
            if take("}") { return .object(members) }
            guard take(",") else { throw problem("expected ',' or '}'") }
        }
    }

    mutating func array() throws(JSONError) -> JSON {
        var elements: [JSON] = []
        skipSpace()
        if take("]") { return .array(elements) }
        while true {
            elements.append(try value())
            skipSpace()
            if take("]") { return .array(elements) }
            guard take(",") else { throw problem("expected ',' or ']'") }
        }
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard current == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    mutating func number() throws(JSONError) -> JSON {
        let start = position
        let isNegative = take("-")
        let digits = takeDigits()
        guard digits > 0 else { throw problem("expected a digit") }
        let first = bytes[start + (isNegative ? 1 : 0)]
        guard digits == 1 || first != UInt8(ascii: "0") else { throw problem("a number may not begin with 0") }
        var isDecimal = false
        if take(".") {
            isDecimal = true
            guard takeDigits() > 0 else { throw problem("expected a digit after '.'") }
        }
        if take("e") || take("E") {
            isDecimal = true
            _ = take("+") || take("-")
            guard takeDigits() > 0 else { throw problem("expected a digit in the exponent") }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if !isDecimal, let integer = Int64(text), integer.magnitude < 1 << 53, text != "-0" { return .integer(integer) }
        guard profile.allowsDecimals else {
            throw problem("only integers up to 2^53-1 are taken here, not \(text.prefix(40))")
        }
        return .decimal(text)
    }

    mutating func takeDigits() -> Int {
        let start = position
        while let byte = current, byte.isDigit { position += 1 }
        return position - start
    }
}

// MARK: - Texts

extension JSONReader {
    mutating func string() throws(JSONError) -> String {
        position += 1
        var scalars: [UInt8] = []
        while let byte = current {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: scalars, as: UTF8.self) else { throw problem("text is not UTF-8") }
                return text
            case UInt8(ascii: "\\"): try escape(into: &scalars)
            case 0..<0x20: throw problem("control character in a text")
            default: scalars.append(byte)
            }
        }
        throw problem("the document ends inside a text")
    }

    mutating func escape(into scalars: inout [UInt8]) throws(JSONError) {
        guard let byte = current else { throw problem("the document ends inside a text") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): scalars.append(byte)
        case UInt8(ascii: "b"): scalars.append(0x08)
        case UInt8(ascii: "f"): scalars.append(0x0C)
        case UInt8(ascii: "n"): scalars.append(0x0A)
        case UInt8(ascii: "r"): scalars.append(0x0D)
        case UInt8(ascii: "t"): scalars.append(0x09)
        case UInt8(ascii: "u"): scalars.append(contentsOf: UTF8.encode(try escapedScalar()).map(Array.init) ?? [])
        default: throw problem("no escape begins with this byte")
        }
    }

    mutating func escapedScalar() throws(JSONError) -> Unicode.Scalar {
        var code = try codeUnit()
        if (0xD800...0xDBFF).contains(code) {
            guard take("\\"), take("u") else { throw problem("half of a surrogate pair") }
            let low = try codeUnit()
            guard (0xDC00...0xDFFF).contains(low) else { throw problem("half of a surrogate pair") }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard code != 0 else { throw problem("NUL in a text") }
        guard let scalar = Unicode.Scalar(code) else { throw problem("half of a surrogate pair") }
        return scalar
    }

    mutating func codeUnit() throws(JSONError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = byte.hexadecimalValue else {
                throw problem("expected four hexadecimal digits")
            }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }
}
