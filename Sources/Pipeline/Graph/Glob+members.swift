extension Glob {
    /// The pattern of members of a workspace, or nil for one that nobody writes.
    ///
    /// Time to match grows with every `**`, so there may be a few.
    init?(members pattern: some StringProtocol) {
        let components = pattern.utf8.split(separator: UInt8(ascii: "/"))
        guard pattern.utf8.count <= Path.limit, components.count <= 64,
            components.filter({ $0.elementsEqual("**".utf8) }).count <= 4
        else { return nil }
        self.init(anchored: String(pattern))
    }
}
