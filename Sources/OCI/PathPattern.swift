import Pipeline

/// A pattern for names as Go's `filepath.Match` reads it, which COPY and `.dockerignore` are written in
/// (https://pkg.go.dev/path/filepath#Match).
struct PathPattern: Equatable {
    /// One for each component; nil for `**`, where that spans any number of them.
    private let parts: [[UInt8]?]

    /// A pattern in which `**` is no more than `*`.
    init(_ text: String) {
        parts = Self.components(text)
    }

    /// A pattern in which a component `**` stands for any number of folders, none included.
    init(spanning text: String) {
        parts = Self.components(text).map { $0 == Array("**".utf8) ? nil : $0 }
    }

    private static func components(_ text: String) -> [[UInt8]] {
        text.utf8.split(separator: UInt8(ascii: "/")).map(Array.init)
    }

    /// What in it is not well formed, nil when all of it is.
    var problem: String? {
        let isBroken = parts.compactMap(\.self).contains { part in
            var rest = part[...]
            while !rest.isEmpty {
                guard let length = Self.length(rest) else { return true }
                rest = rest.dropFirst(length)
            }
            return false
        }
        return isBroken ? "is no pattern: a [ or \\ has no end" : nil
    }

    static func isPattern(_ text: String) -> Bool { text.utf8.contains { "*?[\\".utf8.contains($0) } }

    func matches(_ path: Path) -> Bool { matches(parts[...], path.components[...]) }

    /// Whether a path below a folder could match.
    func canMatch(below folder: Path) -> Bool {
        let names = folder.components
        if let many = parts.firstIndex(of: nil), many <= names.count { return true }
        guard parts.count > names.count else { return false }
        return zip(parts, names).allSatisfy { part, name in part.map { Self.matches($0[...], name[...]) } ?? true }
    }

    private func matches(_ pattern: ArraySlice<[UInt8]?>, _ path: ArraySlice<[UInt8]>) -> Bool {
        // Which prefixes of the path what was looked at of the pattern can take: no pattern takes long.
        var reach: Set<Int> = [path.startIndex]
        for part in pattern {
            if let part {
                reach = Set(
                    reach.filter { $0 < path.endIndex && Self.matches(part[...], path[$0][...]) }.map { $0 + 1 })
            } else if let first = reach.min() {
                reach = Set(first...path.endIndex)
            }
        }
        return reach.contains(path.endIndex)
    }

    // MARK: - One name

    /// How many bytes the first element of a pattern has; nil when it has no end.
    private static func length(_ pattern: ArraySlice<UInt8>) -> Int? {
        switch pattern.first {
        case UInt8(ascii: "\\"): return pattern.count > 1 ? 2 : nil
        case UInt8(ascii: "["):
            var index = pattern.startIndex + 1
            if index < pattern.endIndex, pattern[index] == UInt8(ascii: "^") { index += 1 }
            let first = index
            while index < pattern.endIndex {
                if pattern[index] == UInt8(ascii: "]") { return index > first ? index - pattern.startIndex + 1 : nil }
                index += pattern[index] == UInt8(ascii: "\\") ? 2 : 1
            }
            return nil
        default: return 1
        }
    }

    private static func matches(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        var (pattern, name) = (pattern, name)
        // Where to go on after the last star: one more character goes to the star each time.
        var resume: (pattern: ArraySlice<UInt8>, name: ArraySlice<UInt8>)?
        while true {
            if pattern.first == UInt8(ascii: "*") {
                pattern = pattern.dropFirst()
                resume = (pattern, name)
            } else if let length = length(pattern), !pattern.isEmpty, let taken = step(pattern.prefix(length), name) {
                pattern = pattern.dropFirst(length)
                name = name.dropFirst(taken)
            } else if pattern.isEmpty, name.isEmpty {
                return true
            } else if let last = resume, !last.name.isEmpty {
                (pattern, name) = (last.pattern, last.name.dropFirst())
                resume = (pattern, name)
            } else {
                return false
            }
        }
    }

    /// How many bytes of a name one element takes; nil when it takes none.
    private static func step(_ element: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Int? {
        guard let (scalar, count) = character(name) else { return nil }
        switch element.first {
        case UInt8(ascii: "?"): return count
        case UInt8(ascii: "\\"): return element.last == name.first ? 1 : nil
        case UInt8(ascii: "["):
            var set = element.dropFirst().dropLast()
            let isNegated = set.first == UInt8(ascii: "^")
            if isNegated { set = set.dropFirst() }
            return contains(set, scalar) != isNegated ? count : nil
        default: return element.first == name.first ? 1 : nil
        }
    }

    /// The first character and its length; a byte that is no UTF-8 is a character.
    private static func character(_ name: ArraySlice<UInt8>) -> (scalar: UInt32, count: Int)? {
        guard let first = name.first else { return nil }
        for count in 1...4 {
            guard let text = String(validating: name.prefix(count), as: UTF8.self) else { continue }
            let scalars = text.unicodeScalars
            if let scalar = scalars.first, scalars.count == 1 { return (scalar.value, count) }
        }
        return (UInt32(first), 1)
    }

    private static func contains(_ set: ArraySlice<UInt8>, _ scalar: UInt32) -> Bool {
        var rest = set
        func next() -> UInt32? {
            if rest.first == UInt8(ascii: "\\") { rest = rest.dropFirst() }
            guard let (scalar, count) = character(rest) else { return nil }
            rest = rest.dropFirst(count)
            return scalar
        }
        while let low = next() {
            var high = low
            if rest.first == UInt8(ascii: "-"), rest.count > 1 {
                rest = rest.dropFirst()
                high = next() ?? low
            }
            if low <= scalar, scalar <= high { return true }
        }
        return false
    }
}
