extension CommitMessage {
    /// A bit of grades: a footer may name services, which the commit then counts for whatever it changes.
    public static let namesServices: UInt8 = 8

    /// The grade of a message, with that bit.
    public static func graded(_ message: [UInt8]) -> UInt8 {
        let grade = grade(message)
        guard grade & needsReading != 0, namesRelease(message) else { return grade }
        return grade | namesServices
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
