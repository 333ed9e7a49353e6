/// The SHA-256 of some bytes, written `sha256:` and 64 lower-case hexadecimal digits as in the OCI image specification.
public struct Digest: Hashable, Comparable, Sendable {
    /// The 64 digits.
    public let hex: String

    /// Takes the 32 bytes a hash function gave.
    public init(bytes: [UInt8]) {
        hex = bytes.hexadecimal
        precondition(hex.utf8.count == 64, "a SHA-256 has 32 bytes")
    }

    /// Takes `sha256:…`; nil for anything else, other algorithms included.
    public init?(parsing text: some StringProtocol) {
        guard text.hasPrefix("sha256:") else { return nil }
        self.init(hex: text.dropFirst(7))
    }

    /// Takes the 64 digits without the algorithm.
    public init?(hex text: some StringProtocol) {
        guard text.utf8.count == 64, text.utf8.allSatisfy({ $0.hexadecimalValue != nil && !$0.isUpper }) else {
            return nil
        }
        hex = String(text)
    }

    public static func < (left: Digest, right: Digest) -> Bool { left.hex < right.hex }

    /// The twelve digits by which people call it.
    public var short: String { String(hex.prefix(12)) }
}

extension Digest: CustomStringConvertible {
    public var description: String { "sha256:" + hex }
}

extension Digest: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let digest = Digest(parsing: text) else {
            throw JSONError(place: decoder.codingPath.place, problem: "\"\(text.prefix(80))\" is no sha256 digest")
        }
        self = digest
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// SHA-256, handed in by whoever has an implementation; the rules here only say over which bytes.
public typealias HashFunction = @Sendable ([UInt8]) -> Digest
