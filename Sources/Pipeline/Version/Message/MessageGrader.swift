/// Says in one number what a message asks for, for walks over many commits.
public struct MessageGrader: Sendable {
    /// A bit of grades: the message could be more than one plain conventional line.
    public static let needsReading: UInt32 = 4
    /// A bit of grades: a footer may name services, which the commit then counts for whatever it changes.
    public static let namesServices: UInt32 = 8

    /// What grades say of scopes that are names of somebody.
    private var scopes: [[UInt8]: UInt32] = [:]

    public init(_ names: some Sequence<ServiceName>) {
        for name in names { scopes[Array(name.text.utf8)] = UInt32(scopes.count + 1) << 8 }
    }

    /// The grade of a message.
    public func grade(_ message: [UInt8]) -> UInt32 {
        guard let plain = CommitMessage.plain(message) else {
            return Self.needsReading | (Self.namesRelease(message) ? Self.namesServices : 0)
        }
        return UInt32(plain.level) | (plain.scope.isEmpty ? 0 : scopes[Array(plain.scope)] ?? 0)
    }

    /// The level that a plain conventional line asks for.
    public static func level(of grade: UInt32) -> Level { Level.allCases[Int(grade) & 3] }

    /// Whether a message is told by its grade to somebody: it is plain, and about nobody else in particular.
    public func isPlain(_ grade: UInt32, to name: ServiceName) -> Bool {
        guard grade & Self.needsReading == 0 else { return false }
        return grade >> 8 == 0 || grade & ~0xFF == scopes[Array(name.text.utf8)]
    }

    private static func namesRelease(_ message: [UInt8]) -> Bool {
        let word = Array("release-".utf8)
        var index = message.startIndex
        while let start = message[index...].firstIndex(where: { $0 | 0x20 == word[0] }) {
            let found = message[start...].prefix(word.count)
            if found.count == word.count, zip(found, word).allSatisfy({ $0 | 0x20 == $1 }) { return true }
            index = start + 1
        }
        return false
    }
}
