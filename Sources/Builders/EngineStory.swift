import Pipeline

/// What an engine tells while it builds: a stream of JSON objects, in which errors come, too, though the answer is a 200.
struct EngineStory {
    /// The id of what was built.
    private(set) var image: String?
    private(set) var error: String?
    private var pending: [UInt8] = []
    private var told: Set<String> = []

    /// Takes the next bytes; returns what a person is to read.
    mutating func feed(_ bytes: [UInt8]) -> String {
        pending += bytes
        var text = ""
        while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
            text += line(Array(pending[..<end]))
            pending.removeFirst(end + 1)
        }
        // No line of an engine is that long.
        if pending.count > 16 << 20 { pending = [] }
        return text
    }

    /// Returns what is left, once nothing more comes.
    mutating func finish() -> String {
        defer { pending = [] }
        return line(pending)
    }

    private mutating func line(_ bytes: [UInt8]) -> String {
        let plain = bytes.last == UInt8(ascii: "\r") ? Array(bytes.dropLast()) : bytes
        guard !plain.isEmpty else { return "" }
        let json: JSON
        do {
            json = try JSON(parsing: plain, profile: .lenient.limited(to: 16 << 20))
        } catch {
            return String(decoding: plain, as: UTF8.self) + "\n"
        }
        if let message = json["errorDetail"]?["message"]?.string ?? json["error"]?.string {
            error = message
            return message + "\n"
        }
        if let id = json["aux"]?["ID"]?.string { image = id }
        if json["id"]?.string == "moby.buildkit.trace", let text = json["aux"]?.string {
            return trace(Base64.bytes(of: text))
        }
        if let text = json["stream"]?.string { return text }
        // Progress of a download is drawn over itself, and is left out.
        guard let status = json["status"]?.string, json["progress"] == nil else { return "" }
        return status + "\n"
    }

    // MARK: - BuildKit

    /// A message of BuildKit (moby.buildkit.v1.StatusResponse): what steps begin, and what they print.
    private mutating func trace(_ bytes: [UInt8]) -> String {
        var text = ""
        for field in ProtocolFields(bytes) {
            if field.number == 1 { text += step(ProtocolFields(field.bytes)) }
            if field.number == 3 {
                for part in ProtocolFields(field.bytes) where part.number == 4 {
                    text += String(decoding: part.bytes, as: UTF8.self)
                }
            }
        }
        return text
    }

    private mutating func step(_ fields: ProtocolFields) -> String {
        var (id, name, isCached) = ("", "", false)
        for field in fields {
            switch field.number {
            case 1: id = String(decoding: field.bytes, as: UTF8.self)
            case 3: name = String(decoding: field.bytes, as: UTF8.self)
            case 4: isCached = field.value != 0
            default: break
            }
        }
        guard !name.isEmpty, told.insert(id + (isCached ? "+" : "")).inserted else { return "" }
        return isCached ? "cached: \(name)\n" : "\(name)\n"
    }
}

/// The fields of a message in the wire form of protocol buffers (https://protobuf.dev/programming-guides/encoding/).
struct ProtocolFields: Sequence, IteratorProtocol {
    struct Field {
        let number: UInt64
        var value: UInt64 = 0
        var bytes: [UInt8] = []
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    /// The next field; nil at the end, and from where on it is damaged.
    mutating func next() -> Field? {
        guard let key = varint() else { return nil }
        var field = Field(number: key >> 3)
        switch key & 7 {
        case 0:
            guard let value = varint() else { return nil }
            field.value = value
        case 1: rest = rest.dropFirst(8)
        case 5: rest = rest.dropFirst(4)
        case 2:
            guard let count = varint(), count <= UInt64(rest.count) else { return nil }
            field.bytes = Array(rest.prefix(Int(count)))
            rest = rest.dropFirst(Int(count))
        default: return nil
        }
        return field
    }

    private mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = rest.popFirst() {
            guard shift < 64 else { return nil }
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
        return nil
    }
}

/// Base64 (RFC 4648), read leniently.
enum Base64 {
    static func bytes(of text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var (bits, count): (UInt32, Int) = (0, 0)
        for character in text.utf8 {
            guard let value = value(of: character) else { continue }
            bits = bits << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }

    private static func value(of character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - 65)
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - 71)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character + 4)
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
