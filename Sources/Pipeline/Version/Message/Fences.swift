/// Which lines of a message lie between fences of backticks or tildes, as in Markdown.
///
/// A fence that nobody closes is none: what follows it would go unread.
struct Fences {
    private struct Fence {
        let mark: UInt8
        let length: Int
        /// Whether nothing follows the marks.
        let isBare: Bool

        init?(_ line: MessageBytes) {
            let text = line.trimmed
            guard let mark = text.first, mark == UInt8(ascii: "`") || mark == UInt8(ascii: "~"),
                !MessageLines.isIndented(line)
            else { return nil }
            let length = text.prefix { $0 == mark }.count
            let rest = text.dropFirst(length)
            guard length >= 3, mark == UInt8(ascii: "~") || !rest.contains(mark) else { return nil }
            (self.mark, self.length, isBare) = (mark, length, rest.isEmpty)
        }

        var isOfBackticks: Bool { mark == UInt8(ascii: "`") }

        func closes(_ other: Fence) -> Bool { isBare && mark == other.mark && length >= other.length }
    }

    private var fences: [Int: Fence] = [:]
    /// The lengths of the longest bare fences below a line that is a fence.
    private var longestBelow: [Int: (backticks: Int, tildes: Int)] = [:]
    private var open: Fence?

    init(_ lines: [MessageBytes]) {
        for (index, line) in lines.enumerated() {
            if let fence = Fence(line) { fences[index] = fence }
        }
        var longest = (backticks: 0, tildes: 0)
        for index in fences.keys.sorted(by: >) {
            longestBelow[index] = longest
            guard let fence = fences[index], fence.isBare else { continue }
            if fence.isOfBackticks {
                longest.backticks = max(longest.backticks, fence.length)
            } else {
                longest.tildes = max(longest.tildes, fence.length)
            }
        }
    }

    /// Whether a line is a fence or behind one; asked for each line in order.
    mutating func hides(_ index: Int) -> Bool {
        guard let fence = fences[index] else { return open != nil }
        if let open {
            if fence.closes(open) { self.open = nil }
            return true
        }
        let below = longestBelow[index] ?? (0, 0)
        guard fence.length <= (fence.isOfBackticks ? below.backticks : below.tildes) else { return false }
        open = fence
        return true
    }

    /// A message that was taken over ends, and its fences with it.
    mutating func close() { open = nil }
}
