/// An annotated tag as git keeps it.
public struct TagObject: Equatable, Sendable {
    public let id: ObjectID
    public let target: ObjectID
    /// Whether it is about a commit, and not about a tree, a file or another tag.
    public let isOfCommit: Bool
    /// What it calls itself; a ref of another name may lead to it.
    public let name: GitRefName
    /// Name and mail; nil in tags of git's first years.
    public let tagger: String?
    /// Without a signature.
    public let message: [UInt8]
    public let isSigned: Bool

    /// The largest that is read, in bytes.
    public static let limit = 1 << 20
    /// What the first line of every kind of signature begins with.
    static let armour = "-----BEGIN "
    private static let signatures = ["PGP SIGNATURE", "PGP MESSAGE", "SSH SIGNATURE", "SIGNED MESSAGE"].map {
        Array((armour + $0 + "-----").utf8)
    }

    public init(parsing bytes: [UInt8], id: ObjectID) throws(ReleaseTagError) {
        guard bytes.count <= Self.limit else { throw .malformed("it is larger than \(Self.limit) bytes") }
        var rest = bytes[...]
        func value(_ key: String) -> ArraySlice<UInt8>? {
            guard rest.starts(with: Array((key + " ").utf8)) else { return nil }
            let line = rest.prefix { $0 != UInt8(ascii: "\n") }
            rest = rest.dropFirst(line.count + 1)
            return line.dropFirst(key.utf8.count + 1)
        }
        guard let target = value("object").flatMap({ ObjectID(parsing: String(decoding: $0, as: UTF8.self)) }),
            let kind = value("type"), let name = value("tag").flatMap({ GitRefName(bytes: Array($0)) })
        else { throw .malformed("it does not begin as git's tags do") }
        (self.id, self.target, self.name) = (id, target, name)
        isOfCommit = kind.elementsEqual("commit".utf8)
        tagger = value("tagger").map(Self.person)
        let message = Self.message(rest)
        let end = Self.signature(in: message)
        self.message = Array(message[..<(end ?? message.endIndex)])
        isSigned = end != nil
    }

    /// What is said behind the empty line, whatever further headers there are before it.
    private static func message(_ rest: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = rest
        while let first = rest.first, first != UInt8(ascii: "\n") {
            rest = rest.drop { $0 != UInt8(ascii: "\n") }.dropFirst()
        }
        return rest.dropFirst()
    }

    /// Where the signature begins: git takes the last line that looks like a beginning.
    private static func signature(in message: ArraySlice<UInt8>) -> Int? {
        var start: Int?
        var index = message.startIndex
        while index < message.endIndex {
            let line = message[index...].prefix { $0 != UInt8(ascii: "\n") }
            if signatures.contains(where: { line.starts(with: $0) }) { start = index }
            index = line.endIndex + 1
        }
        return start
    }

    /// `Ada <ada@example.org> 1700000000 +0000` without the moment.
    private static func person(_ line: ArraySlice<UInt8>) -> String {
        let end = line.lastIndex(of: UInt8(ascii: ">")).map { $0 + 1 } ?? line.endIndex
        return String(decoding: line[..<end], as: UTF8.self).printable
    }

    /// The release that this tag states; throws for a tag that something else than Slipway made.
    public func release() throws(ReleaseTagError) -> TagMessage {
        try TagMessage(parsing: message)
    }
}
