/// A path pattern in the one dialect of `slipway.yaml`.
///
/// `*` and `?` stay within a component, `**` spans any number of them, `[a-z]` and `[!a]` are sets, `\` takes the next
/// character as it is. Names beginning with a dot are matched like all others, and case counts.
public struct Glob: Hashable, Sendable {
    public let pattern: String
    /// What it is made of, for those who match names as they walk.
    public let components: [Component]

    /// What one part of a path is compared with.
    public enum Component: Hashable, Sendable {
        case anyFolders
        /// A name as it is: most patterns have nothing else, and are asked of every file.
        case literal([UInt8])
        /// One star at the end, or at the beginning.
        case prefix([UInt8])
        case suffix([UInt8])
        case name([UInt8])

        public func matches(_ name: [UInt8]) -> Bool { Glob.matches(self, name) }
    }

    /// A pattern for whole paths: `*.xml` takes files at the base only.
    public init(anchored pattern: String) {
        self.init(pattern, components: Self.components(of: pattern))
    }

    /// A pattern as in a gitignore file: without a slash it takes a name at any depth, with one at its end all that lies
    /// in a folder of that name.
    public init(anywhere pattern: String) {
        var components = Self.components(of: pattern)
        if !pattern.dropLast().contains("/") { components.insert(.anyFolders, at: 0) }
        if pattern.hasSuffix("/") { components.append(.anyFolders) }
        self.init(pattern, components: components)
    }

    private init(_ pattern: String, components: [Component]) {
        (self.pattern, self.components) = (pattern, components)
    }

    private static func components(of pattern: String) -> [Component] {
        pattern.utf8.split(separator: UInt8(ascii: "/")).map(Array.init).filter { $0 != Array(".".utf8) }.map { name in
            if name == Array("**".utf8) { return .anyFolders }
            func isPlain(_ part: ArraySlice<UInt8>) -> Bool { !part.contains { "*?[\\".utf8.contains($0) } }
            if isPlain(name[...]) { return .literal(name) }
            if name.last == UInt8(ascii: "*"), isPlain(name.dropLast()) { return .prefix(name.dropLast()) }
            if name.first == UInt8(ascii: "*"), isPlain(name.dropFirst()) { return .suffix(Array(name.dropFirst())) }
            return .name(name)
        }
    }

    public func matches(_ path: Path) -> Bool { matches(path.components) }

    /// The same for a path that was parted before, because many patterns are asked.
    func matches(_ path: [[UInt8]]) -> Bool { matches(components[...], path[...]) }

    /// Whether a path below `folder` could match; folders that cannot need not be listed.
    public func canMatch(below folder: Path) -> Bool {
        var pattern = components[...]
        for name in folder.components {
            guard let first = pattern.first else { return false }
            if first == .anyFolders { return true }
            guard Self.matches(first, name) else { return false }
            pattern = pattern.dropFirst()
        }
        return !pattern.isEmpty
    }

    private func matches(_ pattern: ArraySlice<Component>, _ path: ArraySlice<[UInt8]>) -> Bool {
        guard let first = pattern.first else { return path.isEmpty }
        let rest = pattern.dropFirst()
        guard first == .anyFolders else {
            guard let name = path.first, Self.matches(first, name) else { return false }
            return matches(rest, path.dropFirst())
        }
        guard let next = rest.first else { return !path.isEmpty }
        // One name behind `**` can only be the last.
        if rest.count == 1, next != .anyFolders { return path.last.map { Self.matches(next, $0) } ?? false }
        return path.indices.contains { matches(rest, path[$0...]) }
    }

    private static func matches(_ component: Component, _ name: [UInt8]) -> Bool {
        switch component {
        case .anyFolders: true
        case .literal(let literal): literal == name
        case .prefix(let prefix): name.starts(with: prefix)
        case .suffix(let suffix):
            name.count >= suffix.count && name[(name.count - suffix.count)...].elementsEqual(suffix)
        case .name(let pattern): matches(pattern, name)
        }
    }

    private static func matches(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
        var (at, taken) = (0, 0)
        // Where to resume after the last star: one more byte goes to the star each time.
        var resume: (at: Int, taken: Int)?
        while true {
            if at < pattern.count, pattern[at] == UInt8(ascii: "*") {
                at += 1
                resume = (at, taken)
            } else if taken < name.count, let next = Self.step(pattern, at, over: name[taken]) {
                at = next
                taken += 1
            } else if at == pattern.count, taken == name.count {
                return true
            } else if let last = resume, last.taken < name.count {
                (at, taken) = (last.at, last.taken + 1)
                resume = (at, taken)
            } else {
                return false
            }
        }
    }

    /// What follows in the pattern when its element at an index takes `byte`; nil when it does not.
    private static func step(_ pattern: [UInt8], _ at: Int, over byte: UInt8) -> Int? {
        guard at < pattern.count else { return nil }
        switch pattern[at] {
        case UInt8(ascii: "?"): return at + 1
        case UInt8(ascii: "\\") where at + 1 < pattern.count && pattern[at + 1] == byte: return at + 2
        case UInt8(ascii: "["):
            guard let end = pattern.dropFirst(at + 2).firstIndex(of: UInt8(ascii: "]")) else {
                return byte == pattern[at] ? at + 1 : nil
            }
            var set = pattern[(at + 1)..<end]
            let isNegated = set.first == UInt8(ascii: "!") || set.first == UInt8(ascii: "^")
            if isNegated { set = set.dropFirst() }
            return Self.contains(set, byte) != isNegated ? end + 1 : nil
        case let literal: return literal == byte ? at + 1 : nil
        }
    }

    private static func contains(_ set: ArraySlice<UInt8>, _ byte: UInt8) -> Bool {
        var set = set
        while let low = set.first {
            if set.count >= 3, set[set.startIndex + 1] == UInt8(ascii: "-") {
                if low <= byte, byte <= set[set.startIndex + 2] { return true }
                set = set.dropFirst(3)
            } else {
                if low == byte { return true }
                set = set.dropFirst()
            }
        }
        return false
    }
}

extension Glob: Codable {
    public init(from decoder: any Decoder) throws {
        self.init(anchored: try decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(pattern)
    }
}
