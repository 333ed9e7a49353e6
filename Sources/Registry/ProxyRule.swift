import Pipeline

/// Which proxy leads to a host, by the variables that other tools go by as well: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`
/// and `NO_PROXY`, in capitals or not.
struct ProxyRule: Equatable, Sendable {
    private let plain: Proxy?
    private let secure: Proxy?
    private let exceptions: [String]

    /// A proxy, and what it is told of who asks.
    struct Proxy: Hashable, Sendable {
        let host: String
        let port: Int
        let user: String?
        let password: String?
    }

    init(environment: [String: String]) throws {
        func value(_ name: String) -> (name: String, text: String)? {
            for key in [name.lowercased(), name] {
                if let text = environment[key], !text.isEmpty { return (key, text) }
            }
            return nil
        }
        func proxy(_ name: String) throws -> Proxy? {
            try (value(name) ?? value("ALL_PROXY")).map { try Proxy(parsing: $0.text, of: $0.name) }
        }
        plain = try proxy("HTTP_PROXY")
        secure = try proxy("HTTPS_PROXY")
        exceptions = (value("NO_PROXY")?.text ?? "").split { $0 == "," || $0 == " " }.map { $0.lowercased() }
    }

    /// The proxy for an origin; nil when it is asked directly, as this machine always is.
    func proxy(for origin: Origin) -> Proxy? {
        guard !origin.isOnThisMachine, !exceptions.contains(where: { Self.covers($0, origin) }) else { return nil }
        return origin.isPlain ? plain : secure
    }

    /// Whether an exception names a host: `*`, a name, a suffix with or without a dot, an address, a block of addresses;
    /// any of them with a port.
    private static func covers(_ exception: String, _ origin: Origin) -> Bool {
        if exception == "*" { return true }
        let bare = origin.name.filter { $0 != "[" && $0 != "]" }
        if let block = AddressBlock(parsing: exception) { return block.contains(bare) }
        let (name, port) = Origin.split(exception)
        if let port, port != origin.port { return false }
        let suffix = name.hasPrefix("*.") ? name.dropFirst(2) : name.hasPrefix(".") ? name.dropFirst() : name[...]
        guard !suffix.isEmpty else { return false }
        return bare == suffix.filter { $0 != "[" && $0 != "]" } || bare.hasSuffix("." + suffix)
    }
}

extension ProxyRule.Proxy {
    /// Reads `http://user:password@host:port`; the scheme and the user may be missing.
    init(parsing text: String, of variable: String) throws {
        let scheme = text.split(separator: "://", maxSplits: 1).first.map { $0.lowercased() } ?? ""
        let rest = text.contains("://") ? text.drop { $0 != ":" }.dropFirst(3) : text[...]
        let authority = rest.prefix { $0 != "/" }
        let parts = authority.split(separator: "@", omittingEmptySubsequences: false)
        let (name, port) = Origin.split(String(parts.last ?? ""))
        guard !name.isEmpty, !text.contains("://") || scheme == "http" else {
            throw RegistryError.unusable(variable, reason: "is no proxy that is spoken to by http: http://host:port")
        }
        let person = parts.count > 1 ? parts.dropLast().joined(separator: "@") : nil
        let words = person?.split(separator: ":", maxSplits: 1).map(Self.decoded)
        self.init(
            host: name, port: port ?? 80, user: words?.first, password: words.map { $0.count > 1 ? $0[1] : "" })
    }
}

extension ProxyRule.Proxy {
    /// What `%40` and the like stand for; anything else stays as it is.
    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A block of addresses as `10.0.0.0/8` or `fd00::/8` names it, or one address.
struct AddressBlock: Equatable {
    private let bytes: [UInt8]
    private let bits: Int

    init?(parsing text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, let bytes = Self.bytes(parts[0]) else { return nil }
        let bits = parts.count == 2 ? Int(parts[1]) : bytes.count * 8
        guard let bits, (0...bytes.count * 8).contains(bits) else { return nil }
        (self.bytes, self.bits) = (bytes, bits)
    }

    func contains(_ address: String) -> Bool {
        guard let other = Self.bytes(address), other.count == bytes.count else { return false }
        return zip(bytes, other).enumerated().allSatisfy { index, pair in
            let covered = min(max(bits - index * 8, 0), 8)
            let mask = covered == 0 ? 0 : UInt8(truncatingIfNeeded: 0xFF << (8 - covered))
            return pair.0 & mask == pair.1 & mask
        }
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        if !text.contains(":") {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
            return parts.count == 4 && !parts.contains(nil) ? parts.compactMap(\.self) : nil
        }
        let halves = text.split(separator: "::", omittingEmptySubsequences: false)
        let groups = halves.map { $0.split(separator: ":").map { UInt16($0, radix: 16) } }
        let known = groups.reduce(0) { $0 + $1.count }
        guard halves.count <= 2, !groups.joined().contains(nil), halves.count == 2 ? known < 8 : known == 8 else {
            return nil
        }
        let gap = [UInt16?](repeating: 0, count: 8 - known)
        let all = groups[0] + gap + (groups.count == 2 ? groups[1] : [])
        return all.compactMap(\.self).flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    }
}
