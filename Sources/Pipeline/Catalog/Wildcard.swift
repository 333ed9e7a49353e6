/// A pattern for names of tests, in which `*` takes any letters and nothing else means anything but itself.
///
/// Names of tests have brackets and question marks of their own.
public struct Wildcard: Hashable, Sendable {
    private let pattern: [UInt8]

    public init(_ pattern: String) {
        self.pattern = Array(pattern.utf8)
    }

    /// Whether it takes every name there is.
    public var takesAll: Bool { pattern.allSatisfy { $0 == UInt8(ascii: "*") } }

    public func matches(_ name: String) -> Bool {
        let name = Array(name.utf8)
        var (at, taken) = (0, 0)
        // Where to go on after the last star: one more byte goes to the star each time.
        var resume: (at: Int, taken: Int)?
        while taken < name.count {
            if at < pattern.count, pattern[at] == UInt8(ascii: "*") {
                at += 1
                resume = (at, taken)
            } else if at < pattern.count, pattern[at] == name[taken] {
                (at, taken) = (at + 1, taken + 1)
            } else if let last = resume {
                (at, taken) = (last.at, last.taken + 1)
                resume = (at, taken)
            } else {
                return false
            }
        }
        return pattern[at...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
