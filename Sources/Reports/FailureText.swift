import Pipeline

/// What a failure says, as it streams by: its first line that tells something, and where it happened.
struct FailureText {
    private var line: [UInt8] = []
    private(set) var firstLine: String?
    private var seen = 0

    private static let lineLimit = 1000
    /// Nobody reads on for longer.
    private static let textLimit = 1 << 16

    /// Takes a piece; lines may go on in the next one.
    mutating func read(_ text: XMLText, of suite: String, into place: inout SourcePlace) {
        guard seen < Self.textLimit, firstLine == nil || !place.isSettled else { return }
        seen += text.count
        text.eachLine { part, isEnd in
            part.append(to: &line, limit: Self.lineLimit)
            if isEnd { finishLine(of: suite, into: &place) }
        }
    }

    mutating func finishLine(of suite: String, into place: inout SourcePlace) {
        defer { line.removeAll(keepingCapacity: true) }
        guard line.contains(where: { $0 > 0x20 }) else { return }
        let isPlace = !place.isSettled && SourcePlace.mayBe(in: line, suite: suite)
        guard firstLine == nil || isPlace else { return }
        let text = String(decoding: line, as: UTF8.self)
        if firstLine == nil { firstLine = Self.first(of: text) }
        if isPlace { place.read(text[...], suite: suite) }
    }

    /// The first line that tells something.
    static func first(of text: String) -> String? {
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.drop(while: \.isWhitespace)
            if line.isEmpty || hollow.contains(where: line.hasPrefix) { continue }
            return empty.contains(line.lowercased()) ? nil : String(line.prefix(300))
        }
        return nil
    }

    /// What runners write where there is nothing to say.
    private static let empty: Set<String> = ["failure", "failed", "error", "none", "null", "false", "true"]
    /// What `go test` prints around a test.
    private static let hollow = ["=== RUN", "=== PAUSE", "=== CONT", "=== NAME"]
}
