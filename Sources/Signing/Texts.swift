import Crypto
import FoundationEssentials
public import Pipeline

extension Pipeline.Digest {
    /// The SHA-256 of what comes in pieces.
    public static func sha256(
        ofPieces feed: (_ take: (ArraySlice<UInt8>) -> Void) throws -> Void
    ) rethrows -> Pipeline.Digest {
        var hash = SHA256()
        try feed { hash.update(data: $0) }
        return Pipeline.Digest(bytes: Array(hash.finalize()))
    }

    /// SHA-256 (FIPS 180-4).
    @Sendable public static func sha256(_ bytes: [UInt8]) -> Pipeline.Digest {
        Pipeline.Digest(bytes: Array(SHA256.hash(data: bytes)))
    }
}

/// Textual encoding of keys (RFC 7468).
enum PEM {
    static func text(of der: [UInt8], label: String) -> String {
        let base64 = Array(der.base64)
        let lines = stride(from: 0, to: base64.count, by: 64).map { String(base64[$0..<min($0 + 64, base64.count)]) }
        return "-----BEGIN \(label)-----\n" + lines.joined(separator: "\n") + "\n-----END \(label)-----\n"
    }

    /// What stands between the first pair of lines with this label.
    static func der(in text: String, label: String) -> [UInt8]? {
        guard let begin = text.firstRange(of: "-----BEGIN \(label)-----"),
            let end = text[begin.upperBound...].firstRange(of: "-----END \(label)-----")
        else { return nil }
        return [UInt8](base64: text[begin.upperBound..<end.lowerBound].filter { !$0.isWhitespace })
    }
}

extension [UInt8] {
    var base64: String { Data(self).base64EncodedString() }

    /// Base64 in the standard or the URL-safe alphabet (RFC 4648), padded or not.
    init?(base64 text: String) {
        var standard = Data(
            text.utf8.map { byte in
                switch byte {
                case UInt8(ascii: "-"): UInt8(ascii: "+")
                case UInt8(ascii: "_"): UInt8(ascii: "/")
                default: byte
                }
            })
        standard.append(contentsOf: repeatElement(UInt8(ascii: "="), count: (4 - standard.count % 4) % 4))
        guard let data = Data(base64Encoded: standard) else { return nil }
        self.init(data)
    }
}
