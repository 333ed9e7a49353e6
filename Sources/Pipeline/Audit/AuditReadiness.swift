/// Finds what makes an index ready for the changed documents of a call.
///
/// Whatever is taken for evidence is new since the last release and names the call, and a document of before and one of now
/// both go into the index that results from it.
struct AuditReadiness: Sendable {
    let support: AuditSupport
    let templates: IndexTemplates
    private let released: IndexTemplates
    /// The file that says how indices are called now.
    private let catalogue: SupportFile?
    /// Every call that was ever released, by its index.
    private let past: [String: [Released]]

    /// A call, and the version it was in.
    typealias Released = (version: SemanticVersion, call: AuditCatalogue.Call)

    init(_ support: AuditSupport, catalogue: SupportFile?, past: [String: [Released]]) {
        (self.support, self.catalogue, self.past) = (support, catalogue, past)
        templates = IndexTemplates(support.templates)
        released = IndexTemplates(
            support.templates.compactMap { file in
                file.released.map {
                    SupportFile(path: file.path, sha256: file.sha256, contents: $0, released: nil, isChanged: false)
                }
            })
    }

    /// A call whose documents are others now.
    struct Need {
        let old: AuditCatalogue.Call
        let new: AuditCatalogue.Call
    }

    /// The best evidence there is; nil when nothing holds.
    func evidence(for need: Need) -> AuditFacts.Evidence? {
        newIndex(need) ?? template(need) ?? pipeline(need) ?? reindex(need) ?? failureStore(need)
    }

    /// The same for a call that is merely called otherwise: what carries its old documents over.
    func evidenceOfRename(_ need: Need) -> AuditFacts.Evidence? { reindex(need) ?? pipeline(need, mustConvert: false) }

    // MARK: - Kinds

    private func newIndex(_ need: Need) -> AuditFacts.Evidence? {
        guard let catalogue, need.old.index != need.new.index else { return nil }
        let isTaken = past[need.new.index]?.contains { need.new.shape.isAtOdds(with: $0.call.shape) } == true
        var mapping = templates.choice(for: need.new.index)?.mapping ?? IndexMapping()
        guard !isTaken, mapping.index(need.new.shape.sample).isEmpty else { return nil }
        return AuditFacts.Evidence(kind: .newIndexName, path: catalogue.path, sha256: catalogue.sha256)
    }

    private func template(_ need: Need) -> AuditFacts.Evidence? {
        guard let choice = templates.choice(for: need.new.index), choice.template.names(need.new.index),
            let file = templates.changedFile(of: choice.template), isBumped(choice.template),
            choice.mapping.firstPathNotMade(for: need.new.shape) == nil, takesBoth(choice.mapping, need)
        else { return nil }
        return AuditFacts.Evidence(
            kind: .template, path: file.path, sha256: file.sha256,
            templateVersion: choice.template.version.flatMap { Int(exactly: $0) })
    }

    func isBumped(_ template: IndexTemplate) -> Bool {
        guard let version = template.version else { return false }
        guard let before = released[template.name] else { return true }
        return before.version.map { $0 < version } ?? true
    }

    private func pipeline(_ need: Need, mustConvert: Bool = true) -> AuditFacts.Evidence? {
        for file in support.pipelines where file.isChanged && file.names(need.new) {
            for pipeline in file.contents.compactMap(IngestPipeline.init) {
                guard !mustConvert || !pipeline.isObscure else { continue }
                var mapping = templates.choice(for: need.new.index)?.mapping ?? IndexMapping()
                let isTaken =
                    mapping.index(need.old.shape.sample).isEmpty
                    && mapping.index(pipeline.applied(to: need.new.shape.sample)).isEmpty
                if isTaken { return AuditFacts.Evidence(kind: .pipeline, path: file.path, sha256: file.sha256) }
            }
        }
        return nil
    }

    private func reindex(_ need: Need) -> AuditFacts.Evidence? {
        for file in support.reindex where file.isChanged {
            for job in file.contents.compactMap(ReindexJob.init) where job.names(need.new) || job.names(need.old) {
                let mapping = templates.choice(for: job.target(of: need.new))?.mapping ?? IndexMapping()
                var dynamic = mapping
                guard dynamic.index(need.new.shape.sample).isEmpty, takesBoth(dynamic, need) else { continue }
                return AuditFacts.Evidence(kind: .reindex, path: file.path, sha256: file.sha256)
            }
        }
        return nil
    }

    private func failureStore(_ need: Need) -> AuditFacts.Evidence? {
        guard let choice = templates.choice(for: need.new.index), choice.template.names(need.new.index),
            let file = templates.changedFile(of: choice.template),
            choice.template.acknowledged.contains(need.new.name),
            choice.template.keepsFailures || takesBoth(choice.mapping, need) && choice.mapping.ignoresMalformed
        else { return nil }
        return AuditFacts.Evidence(
            kind: .failureStore, path: file.path, sha256: file.sha256,
            templateVersion: choice.template.version.flatMap { Int(exactly: $0) })
    }

    /// The canary: whether a document of the release before and one of now go into the same index.
    private func takesBoth(_ mapping: IndexMapping, _ need: Need) -> Bool {
        var mapping = mapping
        return mapping.index(need.old.shape.sample).isEmpty && mapping.index(need.new.shape.sample).isEmpty
    }
}

extension IndexMapping {
    /// The first path of a shape that is not mapped to what the values there are.
    func firstPathNotMade(for shape: AuditShape) -> String? {
        shape.fields.keys.sorted().first { path in shape.fields[path].map { !isMade(path, for: $0) } ?? false }
    }

    private func isMade(_ path: String, for fieldClass: FieldClass) -> Bool {
        if path.split(separator: ".").contains("*") { return true }
        guard let field = fields[path] else {
            // What lies inside of a flattened object has no fields of its own.
            return path.ancestors.contains { fields[$0]?.type == "flattened" }
        }
        guard fieldClass != .any else { return field.type == "flattened" || !field.isEnabled }
        return field.isEnabled && fieldClass.fits(type: field.type)
    }
}

extension String {
    /// The paths that a path leads through.
    var ancestors: [String] {
        utf8.indices.filter { utf8[$0] == UInt8(ascii: ".") }.map { String(self[..<$0]) }
    }
}

extension SupportFile {
    /// Whether a text in it, or its own name, is about the index of a call.
    func names(_ call: AuditCatalogue.Call) -> Bool {
        let stem = call.index.stem
        return ([self.stem] + texts).contains { $0.holds(stem) || $0.holds(call.name) }
    }
}

extension String {
    /// Whether a name stands in it by itself, and not as a part of a longer word.
    func holds(_ name: String) -> Bool {
        let (text, name) = (Array(utf8), Array(name.utf8))
        guard !name.isEmpty, text.count >= name.count else { return false }
        func isWord(_ byte: UInt8) -> Bool { byte.isLetter || byte.isDigit || byte == UInt8(ascii: "_") }
        return (0...(text.count - name.count)).contains { start in
            let end = start + name.count
            return text[start..<end].elementsEqual(name) && (start == 0 || !isWord(text[start - 1]))
                && (end == text.count || !isWord(text[end]))
        }
    }
}

/// The files of a repository that index templates, pipelines and jobs are made of.
public struct AuditSupport: Equatable, Sendable {
    public var templates: [SupportFile] = []
    public var pipelines: [SupportFile] = []
    public var reindex: [SupportFile] = []
    /// Files that could not be read, with the reason.
    public var unreadable: [Path: String] = [:]

    public init() {}
}
