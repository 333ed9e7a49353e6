/// A path pattern in the one dialect of `slipway.yaml`.
///
/// `*` and `?` stay within a component, `**` spans any number of them, `[a-z]` and `[!a]` are sets, `\` takes the next
/// character as it is. Names beginning with a dot are matched like all others, and case counts.
public struct Glob: Hashable, Sendable {
    public let pattern: String
    private let components: [Component]

    private enum Component: Hashable, Sendable {
        case anyFolders
        /// A name as it is: most patterns have nothing else, and are asked of every file.
        case literal([UInt8])
        case name([UInt8])
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
            return name.contains { "*?[\\".utf8.contains($0) } ? .name(name) : .literal(name)
        }
    }

    public func matches(_ path: Path) -> Bool {
        matches(components[...], path.components[...])
    }

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
        case .name(let pattern): matches(pattern[...], name[...])
        }
    }

    private static func matches(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        var pattern = pattern
        var name = name
        // Where to resume after the last star: one more byte goes to the star each time.
        var resume: (pattern: ArraySlice<UInt8>, name: ArraySlice<UInt8>)?
        while true {
            if pattern.first == UInt8(ascii: "*") {
                pattern = pattern.dropFirst()
                resume = (pattern, name)
            } else if let byte = name.first, let rest = Self.step(pattern, over: byte) {
                pattern = rest
                name = name.dropFirst()
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

    /// What is left of the pattern when its first element takes `byte`, or nil when it does not.
    private static func step(_ pattern: ArraySlice<UInt8>, over byte: UInt8) -> ArraySlice<UInt8>? {
        guard let first = pattern.first else { return nil }
        let rest = pattern.dropFirst()
        switch first {
        case UInt8(ascii: "?"): return rest
        case UInt8(ascii: "\\") where rest.first == byte: return rest.dropFirst()
        case UInt8(ascii: "["):
            guard let end = rest.dropFirst().firstIndex(of: UInt8(ascii: "]")) else {
                return byte == first ? rest : nil
            }
            var set = rest[..<end]
            let isNegated = set.first == UInt8(ascii: "!") || set.first == UInt8(ascii: "^")
            if isNegated { set = set.dropFirst() }
            return Self.contains(set, byte) != isNegated ? pattern[(end + 1)...] : nil
        default: return first == byte ? rest : nil
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
