/// One commit, as far as versions and explanations need it.
public struct Commit: Equatable, Sendable, Codable {
    public let id: ObjectID
    public let tree: ObjectID
    public let parents: [ObjectID]
    /// Name and address as the commit gives them.
    public let author: String
    public let time: Timestamp
    /// The whole message; bytes that are no UTF-8 are replaced.
    public let message: String

    public init(
        id: ObjectID, tree: ObjectID, parents: [ObjectID], author: String, time: Timestamp, message: String
    ) {
        (self.id, self.tree, self.parents) = (id, tree, parents)
        (self.author, self.time, self.message) = (author, time, message)
    }

    public var subject: String { String(message.drop(while: \.isNewline).prefix { !$0.isNewline }) }
}

/// One name in a git tree.
public struct TreeEntry: Equatable, Hashable, Sendable {
    public let id: ObjectID
    public let mode: Mode

    /// The modes git writes into trees.
    public enum Mode: UInt32, Sendable {
        case folder = 0o040000
        case file = 0o100644
        case executable = 0o100755
        case symbolicLink = 0o120000
        case submodule = 0o160000
    }

    public init(id: ObjectID, mode: Mode) {
        (self.id, self.mode) = (id, mode)
    }
}

/// A file (or link, or submodule) at its place in a tree.
public struct TreeFile: Hashable, Sendable {
    public let path: Path
    public let entry: TreeEntry

    public init(path: Path, entry: TreeEntry) {
        (self.path, self.entry) = (path, entry)
    }
}

/// A path that differs between two trees: added when there was nothing, deleted when nothing is left.
public struct TreeChange: Equatable, Sendable {
    public let path: Path
    public let old: TreeEntry?
    public let new: TreeEntry?

    public init(path: Path, old: TreeEntry?, new: TreeEntry?) {
        (self.path, self.old, self.new) = (path, old, new)
    }
}

/// A tag, whatever it names.
public struct Tag: Equatable, Sendable {
    /// Without `refs/tags/`.
    public let name: String
    /// The commit it leads to, or nil when it names a tree or a blob.
    public let commit: ObjectID?
    public let isAnnotated: Bool

    public init(name: String, commit: ObjectID?, isAnnotated: Bool) {
        (self.name, self.commit, self.isAnnotated) = (name, commit, isAnnotated)
    }
}
