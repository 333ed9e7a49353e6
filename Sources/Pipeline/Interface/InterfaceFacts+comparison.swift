extension InterfaceFacts.Surface {
    /// One interface that is compared here.
    ///
    /// Without a release before there is nothing to compare with, and a document that can be read is enough.
    public init(
        _ declaration: InterfaceDeclaration, by tool: InterfaceFacts.Tool, since base: ReleasedBase?,
        _ comparison: InterfaceComparison, hash: HashFunction
    ) {
        let kind: Kind =
            switch declaration {
            case .openapi: .openapi
            case .calls: .calls
            }
        self.init(kind: kind, path: declaration.path, tool: tool, base: base, state: .compared)
        examined = comparison.examined
        problem = comparison.problem
        if comparison.problem != nil || !comparison.difference.isComparable { state = .unknown }
        let all = comparison.difference.changes
        changeCount = all.count
        changes = all.sorted { $0.level > $1.level }.prefix(200).map { change in
            InterfaceFacts.Change(id: change.code, level: change.level, place: change.place, hash: hash)
        }
    }
}

/// What a comparison of two documents found, and how much it looked at.
public struct InterfaceComparison: Equatable, Sendable {
    public var difference: InterfaceDifference
    /// Operations or calls, of both documents together.
    public var examined: Int
    /// Why nothing could be told.
    public var problem: String?

    public init(_ difference: InterfaceDifference, examined: Int, problem: String? = nil) {
        (self.difference, self.examined, self.problem) = (difference, examined, problem)
    }
}

extension InterfaceDeclaration {
    /// What can be called according to a document, by name.
    public func titles(in document: Document) throws(ConfigurationError) -> Set<String> {
        let file = path.description.printable
        switch self {
        case .openapi: return Set(try OpenAPI(document, fileName: file).operations.keys)
        case .calls: return Set(try CallCatalogue(document, fileName: file).calls.keys)
        }
    }
}
