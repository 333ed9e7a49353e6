/// A path inside a repository: bytes as git keeps them, components parted by `/`, no leading or trailing slash.
///
/// Bytes, not `String`: git knows no encoding, and Swift compares texts by canonical equivalence, which would make two
/// files one.
public struct Path: Hashable, Comparable, Sendable {
    public let bytes: [UInt8]

    /// The root of the repository.
    public static let root = Path(bytes: [])

    /// Takes bytes as they come from git.
    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Takes a path as a person writes it, relative to `base`: `.` and empty components vanish, `..` goes up.
    ///
    /// Throws when the path is absolute, holds a NUL, or leaves the repository.
    public init(parsing text: String, in base: Path = .root) throws(PathError) {
        guard !text.hasPrefix("/"), !text.utf8.contains(0) else { throw PathError(text: text) }
        var components = base.components
        for component in text.utf8.split(separator: UInt8(ascii: "/")) {
            switch Array(component) {
            case Array(".".utf8): continue
            case Array("..".utf8):
                guard components.popLast() != nil else { throw PathError(text: text) }
            case let name: components.append(name)
            }
        }
        bytes = Array(components.joined(separator: [UInt8(ascii: "/")]))
    }

    public static func < (left: Path, right: Path) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }

    public var isRoot: Bool { bytes.isEmpty }

    public var components: [[UInt8]] { bytes.split(separator: UInt8(ascii: "/")).map(Array.init) }

    /// The last component, as far as it is text.
    public var name: String { String(decoding: components.last ?? [], as: UTF8.self) }

    /// The folder this path lies in; the root for a path of one component.
    public var parent: Path {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return .root }
        return Path(bytes: Array(bytes[..<slash]))
    }

    public func appending(_ name: [UInt8]) -> Path {
        isRoot ? Path(bytes: name) : Path(bytes: bytes + [UInt8(ascii: "/")] + name)
    }

    public func appending(_ name: String) -> Path { appending(Array(name.utf8)) }

    /// Whether this path is `folder` or lies in it.
    ///
    /// By component: `svc/ab` does not lie in `svc/a`.
    public func lies(in folder: Path) -> Bool {
        guard !folder.isRoot else { return true }
        guard bytes.starts(with: folder.bytes) else { return false }
        return bytes.count == folder.bytes.count || bytes[folder.bytes.count] == UInt8(ascii: "/")
    }

    /// What is left of this path below `folder`, or nil when it does not lie there.
    public func relative(to folder: Path) -> Path? {
        guard lies(in: folder) else { return nil }
        guard !folder.isRoot else { return self }
        return Path(bytes: Array(bytes.dropFirst(folder.bytes.count + 1)))
    }
}

/// A path that cannot stand in a repository.
public struct PathError: Error, Equatable {
    public let text: String
}

extension Path: CustomStringConvertible {
    /// The path as text without loss: bytes that are no UTF-8 as `\xFF`, a backslash as `\\`.
    public var description: String {
        let backslash = UInt8(ascii: "\\")
        if !bytes.contains(backslash), let text = String(validating: bytes, as: UTF8.self) { return text }
        var text = ""
        var rest = bytes[...]
        while let first = rest.first {
            if first == backslash {
                text += "\\\\"
                rest = rest.dropFirst()
                continue
            }
            let length = (1...4).first { String(validating: rest.prefix($0), as: UTF8.self)?.unicodeScalars.count == 1 }
            if let length {
                text += String(decoding: rest.prefix(length), as: UTF8.self)
            } else {
                text += "\\x" + [first].hexadecimal
            }
            rest = rest.dropFirst(length ?? 1)
        }
        return text
    }
}

extension Path: Codable {
    public init(from decoder: any Decoder) throws {
        let text = Array(try decoder.singleValueContainer().decode(String.self).utf8)
        var bytes: [UInt8] = []
        var index = 0
        while index < text.count {
            let byte = text[index]
            let following = text[(index + 1)...].prefix(3)
            if byte == UInt8(ascii: "\\"), following.first == UInt8(ascii: "x"),
                let escaped = [UInt8](hexadecimal: String(decoding: following.dropFirst(), as: UTF8.self)),
                escaped.count == 1
            {
                bytes.append(escaped[0])
                index += 4
            } else {
                bytes.append(byte)
                index += byte == UInt8(ascii: "\\") && following.first == byte ? 2 : 1
            }
        }
        self.init(bytes: bytes)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
