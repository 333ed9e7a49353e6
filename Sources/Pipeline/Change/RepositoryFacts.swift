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
    /// What HEAD was made of when it is a merge: one that a build server made is in no other clone.
    public var merge: Merge?

    public struct Merge: Equatable, Sendable, Codable {
        public var parents: [ObjectID]
        /// When it was committed.
        public var time: Timestamp

        public init(parents: [ObjectID], time: Timestamp) {
            (self.parents, self.time) = (parents, time)
        }
    }

    public init(head: ObjectID, tree: ObjectID, branch: String? = nil, shallow: Bool = false, remote: String? = nil) {
        (self.head, self.tree, self.branch, self.remote) = (head, tree, branch, remote)
        self.shallow = shallow
        dirty = false
        (pullRequest, merge) = (nil, nil)
    }
}

extension RepositoryFacts {
    private enum CodingKeys: String, CodingKey {
        case head, tree, branch, dirty, shallow, pullRequest, remote, merge
    }

    /// A merge is left out where there is none, so that plans of other commits are what they were before it was known.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(head, forKey: .head)
        try container.encode(tree, forKey: .tree)
        try container.encodeIfPresent(branch, forKey: .branch)
        try container.encode(dirty, forKey: .dirty)
        try container.encode(shallow, forKey: .shallow)
        try container.encodeIfPresent(pullRequest, forKey: .pullRequest)
        try container.encodeIfPresent(remote, forKey: .remote)
        if let merge { try container.encode(merge, forKey: .merge) }
    }
}
