/// How the bytes of a commit message stand for characters.
///
/// Git keeps messages as they were given, with a name beside them; most have none and are UTF-8.
enum MessageEncoding {
    case utf8, ascii, latin1, latin9, windows1252

    /// Takes names as they are in use; all that is unknown is tried as UTF-8.
    init(named name: String?) {
        let plain = (name ?? "").utf8.prefix(40).filter { $0.isLetter || $0.isDigit }
        self =
            switch String(decoding: plain, as: UTF8.self).lowercased() {
            case "usascii", "ascii", "ansix341968": .ascii
            case "iso88591", "latin1", "l1", "cp819": .latin1
            case "iso885915", "latin9", "l9": .latin9
            case "windows1252", "cp1252": .windows1252
            default: .utf8
            }
    }

    /// The message as UTF-8, which may still be broken where it came so.
    func utf8(_ bytes: some Collection<UInt8>) -> [UInt8] {
        if self == .utf8 || !bytes.contains(where: { $0 >= 0x80 }) { return Array(bytes) }
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count + bytes.count / 8)
        for byte in bytes {
            let scalar = scalar(byte)
            switch scalar {
            case ..<0x80: text.append(byte)
            case ..<0x800: text += [0xC0 | UInt8(scalar >> 6), continuation(scalar)]
            default: text += [0xE0 | UInt8(scalar >> 12), continuation(scalar >> 6), continuation(scalar)]
            }
        }
        return text
    }

    private func continuation(_ scalar: UInt32) -> UInt8 { 0x80 | UInt8(scalar & 0x3F) }

    private func scalar(_ byte: UInt8) -> UInt32 {
        guard byte >= 0x80 else { return UInt32(byte) }
        switch self {
        case .utf8, .latin1: return UInt32(byte)
        case .ascii: return 0xFFFD
        case .latin9: return Self.changesOfLatin9[byte] ?? UInt32(byte)
        case .windows1252: return byte < 0xA0 ? Self.upperWindows1252[Int(byte) - 0x80] : UInt32(byte)
        }
    }

    /// Where ISO 8859-15 differs from ISO 8859-1.
    private static let changesOfLatin9: [UInt8: UInt32] = [
        0xA4: 0x20AC, 0xA6: 0x160, 0xA8: 0x161, 0xB4: 0x17D, 0xB8: 0x17E, 0xBC: 0x152, 0xBD: 0x153, 0xBE: 0x178,
    ]

    /// 0x80 to 0x9F; five of them stand for nothing.
    private static let upperWindows1252: [UInt32] = [
        0x20AC, 0xFFFD, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021, 0x2C6, 0x2030, 0x160, 0x2039, 0x152, 0xFFFD,
        0x17D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x2DC, 0x2122, 0x161, 0x203A,
        0x153, 0xFFFD, 0x17E, 0x178,
    ]
}
