/// What inference sees of a tree.
public struct BuildTree {
    /// Every path in the tree whose name `BuildFiles.isRead(_:)` says is read, in any order.
    public let files: [Path]
    /// The bytes of a file, or nil when it is not there or too large.
    public let content: (Path) throws -> [UInt8]?
    /// The names in a folder, and whether each is a folder; nil when there is no such folder.
    public let names: (Path) throws -> [(name: [UInt8], isFolder: Bool)]?

    public init(
        files: [Path], content: @escaping (Path) throws -> [UInt8]?,
        names: @escaping (Path) throws -> [(name: [UInt8], isFolder: Bool)]?
    ) {
        (self.files, self.content, self.names) = (files, content, names)
    }
}
