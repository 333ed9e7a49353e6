import Pipeline

/// Which of some commits lead to which: what is new since each of them.
///
/// One bit a commit and mark; a mark that is nil, or leads nowhere near, hides nothing.
struct Marks {
    private let words: Int
    private let all: [UInt64]
    private var bits: [UInt64]
    private var isOutOfOrder = false

    /// Reads a history as far back as something in it is new since one of the marks.
    init(_ marks: [ObjectID?], on graph: CommitGraph) throws(GitError) {
        words = max(1, (marks.count + 63) / 64)
        var all = [UInt64](repeating: 0, count: words)
        for index in marks.indices { all[index / 64] |= 1 << UInt64(index % 64) }
        self.all = all
        var slots: [Int?] = []
        for mark in marks { slots.append(try mark.flatMap { id throws(GitError) in try graph.slot(of: id) }) }
        bits = [UInt64](repeating: 0, count: graph.nodes.count * words)
        for (index, slot) in slots.enumerated() {
            if let slot { bits[slot * words + index / 64] |= 1 << UInt64(index % 64) }
        }
        settle(graph)
        try readOn(graph)
    }

    func isHidden(_ slot: Int, from mark: Int) -> Bool {
        bits[slot * words + mark / 64] >> UInt64(mark % 64) & 1 != 0
    }

    /// Whether every mark leads to a commit.
    func isHidden(_ slot: Int) -> Bool {
        for word in 0..<words where bits[slot * words + word] != all[word] { return false }
        return true
    }

    private mutating func readOn(_ graph: CommitGraph) throws(GitError) {
        var oldestNew: Int64?
        for slot in graph.order where !isHidden(slot) { oldestNew = min(oldestNew ?? .max, graph.nodes[slot].time) }
        while true {
            if !graph.waiting.contains(where: { !isHidden($0.slot) }), graph.isBehind(oldestNew ?? .max) { break }
            guard let slot = try graph.read() else { break }
            bits.append(contentsOf: repeatElement(0, count: graph.nodes.count * words - bits.count))
            if !isHidden(slot) { oldestNew = min(oldestNew ?? .max, graph.nodes[slot].time) }
            hand(on: slot, graph)
        }
        if isOutOfOrder { settle(graph) }
    }

    /// Hands what hides a commit on to its parents.
    private mutating func hand(on slot: Int, _ graph: CommitGraph) {
        for parent in graph.parents(of: graph.nodes[slot]) {
            for word in 0..<words {
                let missing = bits[slot * words + word] & ~bits[parent * words + word]
                guard missing != 0 else { continue }
                bits[parent * words + word] |= missing
                // A parent that was read before its child: a clock was wrong, and it has handed on too little.
                if let parentAt = graph.nodes[parent].readAt, let at = graph.nodes[slot].readAt, parentAt < at {
                    isOutOfOrder = true
                }
            }
        }
    }

    /// Once over all that was read; again as long as something was out of order.
    private mutating func settle(_ graph: CommitGraph) {
        repeat {
            isOutOfOrder = false
            for slot in graph.order { hand(on: slot, graph) }
        } while isOutOfOrder
    }
}
