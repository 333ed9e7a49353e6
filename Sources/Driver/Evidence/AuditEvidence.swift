import Git
import Pipeline
import Signing

extension EvidenceQuestion {
    /// What the audit facts of the service are made from.
    func auditQuestion(_ declaration: AuditDeclaration) -> AuditQuestion {
        do {
            return try withTrees { repository, head, base in
                let file = declaration.catalogue
                let new = try head.content(of: file)
                var question = AuditQuestion(declaration, base: self.base, head: Self.reading(new, declaration))
                question.file = new.map { bytes in
                    SupportFile(
                        path: file, sha256: Digest.sha256(bytes), contents: [], released: nil, isChanged: true)
                }
                guard let base else { return question }
                let old = try base.content(of: file)
                question.before = Self.reading(old, declaration)
                // Nothing is taken up again where nothing changed.
                if old != new { question.released = try released(declaration, in: repository) }
                question.support = try support(declaration, head: head, base: base)
                return question
            }
        } catch {
            return AuditQuestion(declaration, base: base, head: .unreadable(error.sentence))
        }
    }

    private static func reading(_ bytes: [UInt8]?, _ declaration: AuditDeclaration) -> AuditQuestion.Reading {
        guard let bytes else { return .absent }
        let name = "\(declaration.catalogue)".printable
        do {
            let document = try Document(yaml: bytes, fileName: name, limits: .interface)
            return .read(try AuditCatalogue(document, fileName: name, rule: declaration))
        } catch {
            return .unreadable(error.sentence)
        }
    }

    /// The catalogues of all releases that this clone has tags of, each state of the file once, under the newest version
    /// that has it.
    ///
    /// One that cannot be read says nothing; that of the last release is asked for separately.
    private func released(
        _ declaration: AuditDeclaration, in repository: borrowing Repository
    ) throws -> [(version: SemanticVersion, catalogue: AuditCatalogue)] {
        let legacy = Dictionary(service.release.legacy.map { ($0.tag, $0.version) }) { first, _ in first }
        func version(of tag: String) -> SemanticVersion? {
            service.release.tag.version(of: tag, for: service.name) ?? legacy[tag]
        }
        let tags = try repository.tags { version(of: $0)?.isStable == true }.compactMap { tag in
            version(of: tag.name).flatMap { version in tag.commit.map { (version, $0) } }
        }
        var seen: Set<ObjectID> = []
        var found: [(version: SemanticVersion, catalogue: AuditCatalogue)] = []
        for (version, commit) in tags.sorted(by: { $1.0.precedes($0.0) }) {
            guard let id = try repository.treeIfPresent(of: commit) else { continue }
            let tree = repository.tree(id)
            guard let entry = try tree.entry(at: declaration.catalogue), seen.insert(entry.id).inserted else {
                continue
            }
            let reading = Self.reading(try tree.content(of: declaration.catalogue), declaration)
            if case .read(let catalogue) = reading { found.append((version, catalogue)) }
        }
        return found
    }

    // MARK: - Templates, pipelines, jobs

    /// Templates of all services count: each of them may be in the way of another.
    private func support(_ declaration: AuditDeclaration, head: Tree, base: Tree) throws -> AuditSupport {
        var support = AuditSupport()
        let templates = Set(survey.catalog.services.flatMap { $0.audit?.templates ?? [] }).sorted()
        support.templates = try files(templates, head, base, &support.unreadable)
        support.pipelines = try files(declaration.pipelines, head, base, &support.unreadable)
        support.reindex = try files(declaration.reindex, head, base, &support.unreadable)
        return support
    }

    private func files(
        _ places: [Path], _ head: Tree, _ base: Tree, _ unreadable: inout [Path: String]
    ) throws -> [SupportFile] {
        var found: [SupportFile] = []
        let all = Set(try places.flatMap { try head.files(below: $0) }).sorted { $0.path < $1.path }
        for file in all where file.path.isDocument {
            guard let bytes = try head.content(of: file) else { continue }
            let old = try base.content(of: file.path)
            let now = JSON.documents(in: bytes, file.path)
            if case .failure(let error) = now { unreadable[file.path] = error.description }
            guard case .success(let contents) = now else { continue }
            // What was released and cannot be read is no rival of what is there now.
            var released: [JSON]?
            if let old, case .success(let read) = JSON.documents(in: old, file.path) { released = read }
            found.append(
                SupportFile(
                    path: file.path, sha256: Digest.sha256(bytes), contents: contents, released: released,
                    isChanged: old != bytes))
        }
        return found
    }
}

extension Path {
    /// Whether its name says that it is JSON or YAML.
    fileprivate var isDocument: Bool {
        let name = String(decoding: components.last ?? [], as: UTF8.self).lowercased()
        return [".json", ".yaml", ".yml"].contains(where: name.hasSuffix)
    }
}

extension JSON {
    /// The value of a JSON file, or the documents of a YAML file; or why there are none.
    static func documents(in bytes: [UInt8], _ path: Path) -> Result<[JSON], Unreadable> {
        do {
            if bytes.first(where: { !($0 == UInt8(ascii: " ") || (9...13).contains($0)) }) == UInt8(ascii: "{") {
                return .success([try JSON(parsing: bytes, profile: .lenient)])
            }
            let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            return .success(
                try lines.split { $0.starts(with: "---".utf8) }.map { part in
                    let text = Array(part.joined(separator: [UInt8(ascii: "\n")]))
                    return JSON(try Document(yaml: text, fileName: "\(path)".printable))
                })
        } catch {
            return .failure(Unreadable(description: error.sentence))
        }
    }

    struct Unreadable: Error {
        let description: String
    }

    /// The same value without its lines.
    fileprivate init(_ document: Document) {
        switch document.content {
        case .null: self = .null
        case .bool(let flag): self = .bool(flag)
        case .integer(let number): self = .integer(number)
        case .text(let text): self = .string(text)
        case .other(let text): self = .decimal(text)
        case .list(let elements): self = .array(elements.map { JSON($0) })
        case .map(let entries):
            self = .object(Dictionary(entries.map { ($0.key, JSON($0.value)) }) { first, _ in first })
        }
    }
}
