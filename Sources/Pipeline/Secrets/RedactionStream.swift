/// A text that is made clean while it comes, in pieces of any size; the result does not depend on where they were cut.
public struct RedactionStream: Sendable {
    private let redaction: Redaction
    /// What may be the beginning of something that must not be read.
    private var pending: [UInt8] = []
    /// How much of that is hidden already.
    private var hidden = 0

    public init(_ redaction: Redaction) {
        self.redaction = redaction
    }

    /// Takes a piece; returns what is clean by now.
    public mutating func feed(_ piece: ArraySlice<UInt8>) -> [UInt8] {
        pending += piece
        return settle(upTo: redaction.firstDoubt(in: pending))
    }

    /// Returns what is left, once nothing more comes.
    public mutating func finish() -> [UInt8] { settle(upTo: pending.count) }

    /// The same where the text was cut off: what may be the beginning of something is hidden.
    mutating func finishCut() -> [UInt8] {
        let hasDoubt = pending.count > hidden
        return hasDoubt ? Redaction.mark : []
    }

    /// Hides what begins before a place, and lets all before it go.
    private mutating func settle(upTo end: Int) -> [UInt8] {
        var clean: [UInt8] = []
        var (next, covered) = (0, hidden)
        var kept = hidden
        while let found = redaction.match(in: pending, from: next, before: end) {
            if found.place >= covered {
                clean += pending[kept..<found.place]
                clean += Redaction.mark
            }
            covered = max(covered, found.place + found.count)
            kept = covered
            next = found.place + 1
        }
        if kept < end { clean += pending[kept..<end] }
        hidden = max(0, covered - end)
        pending.removeFirst(end)
        return clean
    }
}

extension Redaction {
    /// The first place in a text at which something may begin that goes on beyond it.
    fileprivate func firstDoubt(in text: [UInt8]) -> Int {
        for place in max(0, text.count - longest + 1)..<max(0, text.count) {
            let rest = text[place...]
            for number in byFirst[Int(text[place])] {
                let needle = needles[number]
                // The longest come first.
                if needle.count <= rest.count { break }
                if needle.starts(with: rest) { return place }
            }
        }
        return text.count
    }

    /// The first place from one and before another at which something stands that must not be read, and how long it is.
    fileprivate func match(in text: [UInt8], from start: Int, before end: Int) -> (place: Int, count: Int)? {
        var place = start
        while true {
            place = nextCandidate(in: text, from: place)
            guard place < end else { return nil }
            let pair = Self.pair(text[place + window - 2], text[place + window - 1])
            for number in candidates[pair] ?? [] where text[place...].starts(with: needles[number]) {
                return (place, needles[number].count)
            }
            place += 1
        }
    }

    /// The first place at which a window ends as that of something that must not be read; past the text when none does.
    ///
    /// This is where the time goes: bounds are checked once here, not at every byte.
    private func nextCandidate(in text: [UInt8], from start: Int) -> Int {
        let last = text.count - window
        return unsafe text.withUnsafeBufferPointer { text in
            unsafe leaps.withUnsafeBufferPointer { leaps in
                var place = start
                while place <= last {
                    let end = place &+ window
                    let leap = unsafe leaps[Int(text[end &- 2]) << 8 | Int(text[end &- 1])]
                    if leap == 0 { return place }
                    place = place &+ Int(leap)
                }
                return .max
            }
        }
    }
}
