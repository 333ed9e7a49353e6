/// A composable index template, or a component of such, as a file of the repository has it.
struct IndexTemplate: Equatable, Sendable {
    let name: String
    let file: SupportFile
    let mapping: IndexMapping
    private let body: JSON

    /// Takes the body of `PUT _index_template/NAME` or `PUT _component_template/NAME`, also as it is got back.
    init?(_ body: JSON, name: String, file: SupportFile) {
        guard let template = body["template"], template.object != nil else { return nil }
        (self.name, self.file, self.body) = (name, file, body)
        var mapping = template["mappings"].map { IndexMapping($0) } ?? IndexMapping()
        let settings = template["settings"]
        let malformed =
            settings?["index"]?["mapping"]?["ignore_malformed"] ?? settings?["index.mapping.ignore_malformed"]
        mapping.ignoresMalformed = malformed?.settingText == "true"
        self.mapping = mapping
    }

    /// None for a component.
    var patterns: [String] { body.texts(of: "index_patterns") }
    var priority: Int64 { body["priority"]?.integer ?? 0 }
    var version: Int64? { body["version"]?.integer }
    var components: [String] { body.texts(of: "composed_of") }

    /// Calls of which somebody says that losing what does not fit is meant.
    var acknowledged: [String] { body["_meta"]?.texts(of: "slipway-ack") ?? [] }

    /// Whether documents that do not fit are kept apart instead of being lost.
    var keepsFailures: Bool {
        body["template"]?["data_stream_options"]?["failure_store"]?["enabled"]?.settingText == "true"
    }

    func matches(_ index: String) -> Bool { patterns.contains { Wildcard($0).matches(index) } }

    /// Whether it is about this index and not about all there are: a pattern holds its name.
    func names(_ index: String) -> Bool {
        patterns.contains { Wildcard($0).matches(index.sampleIndex) && $0.contains(index.stem) }
    }
}

/// The templates of a repository, as a cluster would choose among them.
struct IndexTemplates: Sendable {
    let all: [IndexTemplate]

    init(_ files: [SupportFile]) {
        all = files.flatMap { file in
            file.contents.flatMap { content -> [IndexTemplate] in
                // As `GET _index_template` answers, several at once.
                if let list = content["index_templates"]?.array {
                    return list.compactMap { entry in
                        guard let name = entry["name"]?.string, let body = entry["index_template"] else { return nil }
                        return IndexTemplate(body, name: name, file: file)
                    }
                }
                return IndexTemplate(content, name: file.stem, file: file).map { [$0] } ?? []
            }
        }
    }

    /// Which template an index is made by, and the mapping it gets.
    struct Choice {
        let template: IndexTemplate
        let mapping: IndexMapping
    }

    /// The one of the highest priority that matches; nil when none does, when two of one priority do, which a cluster
    /// refuses, or when a component is not there.
    func choice(for index: String) -> Choice? {
        let matching = all.filter { $0.matches(index.sampleIndex) }
        guard let best = matching.max(by: { $0.priority < $1.priority }),
            matching.filter({ $0.priority == best.priority }).count == 1
        else { return nil }
        var mapping = IndexMapping()
        for name in best.components {
            guard let part = all.first(where: { $0.name == name && $0.patterns.isEmpty }) else { return nil }
            mapping = mapping.overlaid(with: part.mapping)
        }
        return Choice(template: best, mapping: mapping.overlaid(with: best.mapping))
    }

    /// The template that stands in the way of another.
    func rival(of template: IndexTemplate, for index: String) -> IndexTemplate? {
        all.filter { $0 != template && $0.priority >= template.priority && $0.matches(index.sampleIndex) }
            .max { $0.priority < $1.priority }
    }

    /// The file of a template or of one of its components that is new in the range.
    func changedFile(of template: IndexTemplate) -> SupportFile? {
        if template.file.isChanged { return template.file }
        return all.first { template.components.contains($0.name) && $0.file.isChanged }?.file
    }

    subscript(_ name: String) -> IndexTemplate? { all.first { $0.name == name } }
}

/// A file that makes the index ready for something: a template, a pipeline or a job.
public struct SupportFile: Equatable, Sendable {
    public let path: Path
    public let sha256: Digest
    /// What it holds: one value, or the documents of a YAML file.
    public let contents: [JSON]
    /// The same at the last release; nil when it was not there, and then all of it is new.
    public let released: [JSON]?
    /// Whether it is another than at the last release.
    public let isChanged: Bool

    public init(path: Path, sha256: Digest, contents: [JSON], released: [JSON]?, isChanged: Bool) {
        (self.path, self.sha256, self.contents) = (path, sha256, contents)
        (self.released, self.isChanged) = (released, isChanged)
    }

    /// The name of the file without its ending, by which it is put into a cluster.
    var stem: String {
        let name = path.components.last.map { String(decoding: $0, as: UTF8.self) } ?? ""
        return name.utf8.lastIndex(of: UInt8(ascii: ".")).map { String(name[..<$0]) } ?? name
    }

    /// The texts in it, keys included.
    var texts: [String] { contents.flatMap(\.texts) }
}

extension JSON {
    /// A member that is one text or a list of them.
    fileprivate func texts(of key: String) -> [String] {
        self[key]?.array?.compactMap(\.string) ?? self[key]?.string.map { [$0] } ?? []
    }

    /// All texts in a value, keys included.
    var texts: [String] {
        switch self {
        case .string(let text): [text]
        case .array(let elements): elements.flatMap(\.texts)
        case .object(let members): members.flatMap { [$0.key] + $0.value.texts }
        case .null, .bool, .integer, .decimal: []
        }
    }
}

extension String {
    /// The name an index has on some day.
    var sampleIndex: String { replacing("*", with: "2026.01.31") }

    /// The name of an index without the day and what parts that from it.
    var stem: String {
        let part = split(separator: "*").max { $0.utf8.count < $1.utf8.count } ?? ""
        func isJoint(_ character: Character) -> Bool { "-_.".contains(character) }
        return String(part.drop(while: isJoint).reversed().drop(while: isJoint).reversed())
    }
}
