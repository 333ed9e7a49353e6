import Git
import Pipeline
import Signing

extension EvidenceQuestion {
    /// The surface of a document that is compared here.
    func surface(_ declaration: InterfaceDeclaration) -> InterfaceFacts.Surface {
        let tool = InterfaceFacts.Tool(name: "slipway", version: Builder.own.version)
        do {
            return try withTrees { _, head, base in
                let new = try head.content(of: declaration.path)
                let old = try base?.content(of: declaration.path)
                let comparison = Self.comparison(of: declaration, from: old, to: new, isReleased: base != nil)
                var surface = InterfaceFacts.Surface(
                    declaration, by: tool, since: self.base, comparison, hash: Digest.sha256)
                (surface.baseDigest, surface.headDigest) = (old.map(Digest.sha256), new.map(Digest.sha256))
                return surface
            }
        } catch {
            let difference = InterfaceDifference(changes: [])
            let comparison = InterfaceComparison(difference, examined: 0, problem: error.sentence)
            return InterfaceFacts.Surface(declaration, by: tool, since: base, comparison, hash: Digest.sha256)
        }
    }

    private static func comparison(
        of declaration: InterfaceDeclaration, from old: [UInt8]?, to new: [UInt8]?, isReleased: Bool
    ) -> InterfaceComparison {
        let none = InterfaceDifference(changes: [])
        do {
            let head = try document(new, declaration.path)
            let titles = try head.map { try declaration.titles(in: $0) } ?? []
            guard isReleased, old != new else { return InterfaceComparison(none, examined: titles.count) }
            let base: Document
            do {
                guard let read = try document(old, declaration.path) else {
                    let difference = try InterfaceDifference(of: declaration, from: nil, to: head)
                    return InterfaceComparison(difference, examined: titles.count)
                }
                base = read
            } catch {
                let difference = InterfaceDifference(unreadableBaseOf: declaration)
                return InterfaceComparison(difference, examined: titles.count, problem: error.sentence)
            }
            let difference = try InterfaceDifference(of: declaration, from: base, to: head)
            let former = difference.isComparable ? try declaration.titles(in: base) : []
            return InterfaceComparison(
                difference, examined: titles.union(former).count, problem: difference.problem)
        } catch {
            return InterfaceComparison(none, examined: 0, problem: error.sentence)
        }
    }

    private static func document(_ bytes: [UInt8]?, _ file: Path) throws(ConfigurationError) -> Document? {
        guard let bytes else { return nil }
        return try Document(yaml: bytes, fileName: "\(file)".printable, limits: .interface)
    }
}

extension InterfaceDifference {
    /// Why not all of it could be compared.
    fileprivate var problem: String? {
        changes.first { $0.kind == .unknown }.map { "\($0.place) \($0.text)" }
    }
}

extension Error {
    /// What went wrong, in a line.
    var sentence: String {
        let text = (self as? any Failure)?.description ?? "\(self)"
        return text.split(separator: "\n").first.map { String($0).printable } ?? "it failed"
    }
}
