/// A set of folders, asked on the way down a tree whether anything below can still matter.
public struct PathSet: Sendable {
    private var children: [[[UInt8]: Int]] = [[:]]
    private var isRoot: [Bool] = [false]

    /// Where a walk stands: above some of the folders, or inside one.
    public enum Node: Equatable, Sendable {
        case above(Int)
        case inside
    }

    public init(_ folders: some Sequence<Path>) {
        for folder in folders {
            var node = 0
            for name in folder.components {
                if let next = children[node][name] {
                    node = next
                } else {
                    children[node][name] = children.count
                    node = children.count
                    children.append([:])
                    isRoot.append(false)
                }
            }
            isRoot[node] = true
        }
    }

    public var start: Node { isRoot[0] ? .inside : .above(0) }

    /// The next step down, or nil when none of the folders lies there.
    public func step(from node: Node, to name: [UInt8]) -> Node? {
        guard case .above(let index) = node else { return .inside }
        return children[index][name].map { isRoot[$0] ? .inside : .above($0) }
    }
}
