import Git
import Pipeline

/// What the declared interfaces of services lost or gained since their last releases.
struct InterfaceEvidence: Sendable {
    private let found: [ServiceName: [VersionEvidence]]

    /// Of services that declare none.
    static let none = InterfaceEvidence(found: [:])

    private init(found: [ServiceName: [VersionEvidence]]) {
        self.found = found
    }

    /// Compares the documents at two commits: the last release of each service, and HEAD.
    ///
    /// A document that did not change is not read. Of a service that was never released it must be one, and that is all.
    init(of catalog: Catalog, since releases: Releases, in repository: borrowing Repository, head: Tree) throws {
        var found: [ServiceName: [VersionEvidence]] = [:]
        for service in catalog.services where service.kind == .service {
            guard let declaration = service.interface else { continue }
            let file = declaration.path
            guard let base = releases[service.name], let old = try repository.treeIfPresent(of: base.commit) else {
                let document = try Self.document(try head.content(of: file), file)
                _ = try InterfaceDifference(of: declaration, from: document, to: document)
                continue
            }
            let tree = repository.tree(old)
            let (before, after) = (try tree.entry(at: file), try head.entry(at: file))
            if before != nil, before == after { continue }
            let difference = try Self.difference(
                of: declaration, from: try tree.content(of: file), to: try head.content(of: file))
            found[service.name] = difference.versionEvidence
        }
        self.found = found
    }

    subscript(_ name: ServiceName) -> [VersionEvidence] { found[name] ?? [] }

    private static func difference(
        of declaration: InterfaceDeclaration, from old: [UInt8]?, to new: [UInt8]?
    ) throws -> InterfaceDifference {
        let head = try document(new, declaration.path)
        let base: Document?
        do {
            base = try document(old, declaration.path)
        } catch {
            // What is at HEAD must be one all the same.
            _ = try InterfaceDifference(of: declaration, from: head, to: head)
            return InterfaceDifference(unreadableBaseOf: declaration)
        }
        return try InterfaceDifference(of: declaration, from: base, to: head)
    }

    private static func document(_ bytes: [UInt8]?, _ file: Path) throws(ConfigurationError) -> Document? {
        guard let bytes else { return nil }
        return try Document(yaml: bytes, fileName: "\(file)".printable, limits: .interface)
    }
}

extension Document.Limits {
    /// For descriptions of interfaces, which programs write.
    static let interface = Document.Limits(bytes: 16 << 20, values: 2_000_000)
}
