/// The name of a tag, a branch or any other ref, as far as git takes it (https://git-scm.com/docs/git-check-ref-format).
///
/// Bytes, as git compares them: two names that look alike are two names. Always UTF-8; what is not cannot be one of ours.
public struct GitRefName: Hashable, Comparable, Sendable {
    public let bytes: [UInt8]

    public init?(parsing text: some StringProtocol) {
        self.init(bytes: Array(text.utf8))
    }

    /// Takes bytes as a repository states them; nil for what git refuses, and for what is no text.
    public init?(bytes: [UInt8]) {
        guard Self.isValid(bytes), String(validating: bytes, as: UTF8.self) != nil else { return nil }
        self.bytes = bytes
    }

    private init(unchecked bytes: [UInt8]) {
        self.bytes = bytes
    }

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    public static func < (left: GitRefName, right: GitRefName) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }

    private static func isValid(_ bytes: [UInt8]) -> Bool {
        guard !bytes.isEmpty, bytes != Array("@".utf8), bytes.last != UInt8(ascii: ".") else { return false }
        let forbidden = Set(" ~^:?*[\\\u{7F}".utf8)
        guard bytes.allSatisfy({ $0 > 0x1F && !forbidden.contains($0) }) else { return false }
        for (byte, next) in zip(bytes, bytes.dropFirst()) {
            if byte == UInt8(ascii: "."), next == byte { return false }
            if byte == UInt8(ascii: "@"), next == UInt8(ascii: "{") { return false }
        }
        let components = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return components.allSatisfy { component in
            !component.isEmpty && component.first != UInt8(ascii: ".") && !component.hasSuffix(".lock")
        }
    }
}

extension ArraySlice<UInt8> {
    fileprivate func hasSuffix(_ text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}

extension GitRefName: CustomStringConvertible {
    public var description: String { text }
}

// MARK: - Places

extension GitRefName {
    private static let tags = Array("refs/tags/".utf8)
    private static let heads = Array("refs/heads/".utf8)

    /// The whole name of the tag of this name.
    public var asTag: GitRefName { GitRefName(unchecked: Self.tags + bytes) }

    /// The whole name of the branch of this name.
    public var asBranch: GitRefName { GitRefName(unchecked: Self.heads + bytes) }

    /// What people call the tag of this whole name; nil for what is no tag.
    public var tagName: GitRefName? { below(Self.tags) }

    /// What people call the branch of this whole name; nil for what is no branch.
    public var branchName: GitRefName? { below(Self.heads) }

    private func below(_ folder: [UInt8]) -> GitRefName? {
        bytes.starts(with: folder) ? GitRefName(bytes: Array(bytes.dropFirst(folder.count))) : nil
    }

    /// Whether only one of the two can be there, because a name cannot be a folder of names, too.
    public func clashes(with other: GitRefName) -> Bool {
        let (short, long) = bytes.count < other.bytes.count ? (bytes, other.bytes) : (other.bytes, bytes)
        return long.count > short.count && long[short.count] == UInt8(ascii: "/") && long.starts(with: short)
    }
}
