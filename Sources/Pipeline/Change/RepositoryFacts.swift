/// What a clone is and where it stands; the part of a plan in which two clones of one commit may differ.
public struct RepositoryFacts: Equatable, Sendable, Codable {
    public var head: ObjectID
    /// The tree that is built: that of HEAD, or with the uncommitted work in it.
    public var tree: ObjectID
    /// The branch HEAD names; nil when it names a commit (normal under Jenkins).
    public var branch: String?
    public var dirty: Bool
    public var shallow: Bool
    public var pullRequest: String?
    /// The address of `origin`, without credentials.
    public var remote: String?

    public init(head: ObjectID, tree: ObjectID, branch: String? = nil, shallow: Bool = false, remote: String? = nil) {
        (self.head, self.tree, self.branch, self.remote) = (head, tree, branch, remote)
        self.shallow = shallow
        dirty = false
        pullRequest = nil
    }
}
