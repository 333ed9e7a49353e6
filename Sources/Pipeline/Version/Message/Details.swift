/// Which lines of a message lie in `<details>`, where bots that update dependencies put the release notes of those.
///
/// What nobody closes is not open: all below it would go unread.
struct Details {
    private var depth = 0
    private var closersBelow: Int

    init(_ lines: [MessageBytes]) {
        closersBelow = lines.count(where: Self.closes)
    }

    private static func closes(_ line: MessageBytes) -> Bool { line.after("</details>") != nil }

    /// Whether a line lies inside; asked for each line in order.
    mutating func hold(_ line: MessageBytes) -> Bool {
        if Self.closes(line) {
            closersBelow -= 1
            depth = max(0, depth - 1)
        } else if line.after("<details") != nil, closersBelow > depth {
            depth += 1
        }
        return depth > 0
    }
}
