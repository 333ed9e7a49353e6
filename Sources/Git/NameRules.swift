import Glibc
import Pipeline

/// The rules of a sieve, ready to be asked of every file of a big tree on the way down.
struct NameRules {
    /// Rules about a name wherever it is, with their place in the order.
    private var names: [(order: Int, name: NamePattern)] = []
    /// Rules about a folder's name wherever it is: all below follows them.
    private var folders: [(order: Int, name: NamePattern)] = []
    /// All others, followed component by component.
    private var others: [(order: Int, components: [Component])] = []
    private let parts: [Sieve.Parts]
    private let rest: Sieve.Parts

    private enum Component {
        case anyFolders
        case name(NamePattern)
    }

    /// Where a walk stands.
    struct State {
        /// The first rule that holds for all below.
        fileprivate var inherited: Int
        /// For each of the others, how many of its components are matched, a bit each.
        fileprivate var progress: [UInt64]
    }

    init(_ sieve: Sieve) {
        parts = sieve.rules.map(\.parts)
        rest = sieve.rest
        for (order, rule) in sieve.rules.enumerated() {
            let components = rule.glob.components
            if components.count == 2, components[0] == .anyFolders, let name = NamePattern(components[1]) {
                names.append((order, name))
            } else if components.count == 3, components[0] == .anyFolders, components[2] == .anyFolders,
                let name = NamePattern(components[1])
            {
                folders.append((order, name))
            } else if components.count < 63 {
                others.append((order, components.map { NamePattern($0).map(Component.name) ?? .anyFolders }))
            }
        }
    }

    var start: State {
        State(inherited: .max, progress: others.map { $0.components.isEmpty ? 0 : 1 })
    }

    func parts(of name: UnsafeBufferPointer<UInt8>, in state: State) -> Sieve.Parts {
        var best = state.inherited
        for (order, pattern) in names {
            if order >= best { break }
            if pattern.matches(name) { best = order }
        }
        for (index, other) in others.enumerated() where other.order < best && state.progress[index] != 0 {
            if Self.step(other.components, state.progress[index], name).isMatch { best = other.order }
        }
        return best == .max ? rest : parts[best]
    }

    func entering(_ name: UnsafeBufferPointer<UInt8>, from state: State) -> State {
        var next = state
        for (order, pattern) in folders where order < next.inherited {
            if pattern.matches(name) { next.inherited = order }
        }
        for (index, other) in others.enumerated() where state.progress[index] != 0 {
            let step = Self.step(other.components, state.progress[index], name)
            next.progress[index] = step.progress
            let last = other.components.count - 1
            if case .anyFolders = other.components[last], step.progress >> UInt64(last) & 1 != 0 {
                next.inherited = min(next.inherited, other.order)
            }
        }
        return next
    }

    /// One name further: which numbers of components are matched now, and whether all are.
    private static func step(
        _ components: [Component], _ progress: UInt64, _ name: UnsafeBufferPointer<UInt8>
    ) -> (progress: UInt64, isMatch: Bool) {
        var next: UInt64 = 0
        var isMatch = false
        var open = progress
        for index in components.indices where open >> UInt64(index) & 1 != 0 {
            let isLast = index == components.count - 1
            switch components[index] {
            case .anyFolders:
                next |= 1 << UInt64(index)
                // None at all is some folders, too, unless nothing follows.
                if isLast { isMatch = true } else { open |= 1 << UInt64(index + 1) }
            case .name(let pattern):
                guard pattern.matches(name) else { continue }
                if isLast { isMatch = true } else { next |= 1 << UInt64(index + 1) }
            }
        }
        return (next, isMatch)
    }
}

/// One component of a pattern, compared where the name lies.
struct NamePattern {
    private enum Kind {
        case literal, prefix, suffix
        case other(Glob.Component)
    }
    private let kind: Kind
    private let bytes: [UInt8]

    /// Nil for any number of folders, which is no name.
    init?(_ component: Glob.Component) {
        switch component {
        case .anyFolders: return nil
        case .literal(let bytes): (kind, self.bytes) = (.literal, bytes)
        case .prefix(let bytes): (kind, self.bytes) = (.prefix, bytes)
        case .suffix(let bytes): (kind, self.bytes) = (.suffix, bytes)
        case .name: (kind, bytes) = (.other(component), [])
        }
    }

    func matches(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        let count = bytes.count
        switch kind {
        case .literal: return name.count == count && isEqual(name, at: 0)
        case .prefix: return name.count >= count && isEqual(name, at: 0)
        case .suffix: return name.count >= count && isEqual(name, at: name.count - count)
        case .other(let component): return component.matches(Array(name))
        }
    }

    private func isEqual(_ name: UnsafeBufferPointer<UInt8>, at offset: Int) -> Bool {
        guard let start = name.baseAddress else { return bytes.isEmpty }
        return bytes.withUnsafeBufferPointer { own in
            own.baseAddress.map { memcmp(start + offset, $0, own.count) == 0 } ?? true
        }
    }
}
