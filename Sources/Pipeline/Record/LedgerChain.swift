/// A file that is only ever added to: each line holds an envelope and the SHA-256 of the line before it.
///
/// A line that was changed, removed, moved or put in contradicts the one after it. That the last lines are gone shows
/// only to whoever kept the digest of the last one.
public struct LedgerChain: Equatable, Sendable {
    /// How many lines were taken.
    public private(set) var count = 0
    /// The digest of the last line; nil before the first.
    public private(set) var head: Digest?
    public private(set) var faults: [Fault] = []

    /// What is wrong with a line, counted from 1.
    public struct Fault: Equatable, Sendable, Codable {
        public let line: Int
        public let problem: String

        public init(line: Int, problem: String) {
            (self.line, self.problem) = (line, problem)
        }
    }

    /// The most bytes that a line may have.
    public static let longestLine = 6 << 20

    public init() {}

    /// Takes the next line, without its line feed.
    ///
    /// Returns the envelope in it; nil where none can be read.
    public mutating func take(_ line: [UInt8], hash: HashFunction) -> JSON? {
        let before = head
        (count, head) = (count + 1, hash(line))
        let entry: JSON
        do {
            entry = try JSON(parsing: line, profile: .strict.limited(to: Self.longestLine))
        } catch {
            add("cannot be read: \(error)")
            return nil
        }
        guard case .object(let members) = entry, let envelope = members["envelope"],
            members.keys.allSatisfy({ $0 == "envelope" || $0 == "prev" })
        else {
            add("is no envelope with the digest of the line before")
            return nil
        }
        switch (before, entry["prev"]) {
        case (nil, nil): break
        case (nil, .some): add("is the first and names one before it: what was before it is gone")
        case (.some, nil): add("names no line before it: it was put in, or the file begins anew here")
        case (.some(let digest), .some(let named)):
            if named.string != "\(digest)" {
                add("was not written after the line before it: one was changed, removed, moved or put in")
            }
        }
        return envelope
    }

    private mutating func add(_ problem: String) { faults.append(Fault(line: count, problem: problem)) }

    /// The line for an envelope that follows another one; without a line feed.
    public static func line(_ envelope: JSON, after head: Digest?) -> [UInt8] {
        var members = ["envelope": envelope]
        if let head { members["prev"] = .string("\(head)") }
        return JSON.object(members).canonicalBytes
    }
}
