/// The calls of a service as the audit index knows them: what each is called there, and what it writes.
public struct AuditCatalogue: Equatable, Sendable {
    /// By name and version.
    public internal(set) var calls: [String: Call]

    /// One call.
    public struct Call: Equatable, Sendable {
        public var title: String
        public var name: String
        /// The index it writes into, `*` in place of the day.
        public var index: String
        public var shape: AuditShape
        /// Whether it writes something else than its request.
        public var hasOwnShape: Bool
        /// How it is called over HTTP, as far as that is said: what stays when a call is renamed.
        public var address: String?
    }

    public init(calls: [String: Call]) {
        self.calls = calls
    }

    /// Reads a call catalogue.
    ///
    /// Throws all that is not of its form.
    public init(_ document: Document, fileName: String, rule: AuditDeclaration) throws(ConfigurationError) {
        let catalogue = try CallCatalogue(document, fileName: fileName)
        let source = catalogue.source
        calls = [:]
        for (title, call) in catalogue.calls {
            var reader = AuditShapeReader(source)
            let own = source.member("audit", of: call.node)
            if let node = own ?? source.member("request", of: call.node) { reader.read(node, at: rule.payload) }
            let name = source.text("name", of: call.node) ?? title
            var version: Int64 = 1
            if let node = source.member("version", of: call.node),
                case .scalar(.integer(let number)) = source.nodes[node].content
            {
                version = number
            }
            let stem = source.text("index", of: call.node) ?? name
            calls[title] = Call(
                title: title, name: name, index: rule.index.name(of: stem, version: version), shape: reader.shape,
                hasOwnShape: own != nil, address: call.method.flatMap { method in call.path.map { "\(method) \($0)" } })
        }
    }
}

/// How the indices of a service are called.
public struct IndexRule: Equatable, Sendable {
    /// With `{call}`, and `{version}` and `{date}` where the name has them.
    public let template: String

    /// Nil unless it names the call, and nothing that is not known.
    public init?(parsing template: String) {
        var rest = template
        for name in Self.placeholders { rest = rest.replacing(name, with: "") }
        guard template.contains("{call}"), !rest.contains("{"), !rest.contains("}") else { return nil }
        self.template = template
    }

    static let placeholders = ["{call}", "{version}", "{date}"]

    /// The index of a call, `*` in place of the day: in lower case, as an index takes no other.
    public func name(of stem: String, version: Int64) -> String {
        template.replacing("{call}", with: stem).replacing("{version}", with: "\(version)")
            .replacing("{date}", with: "*").lowercased()
    }

    /// What of a name an index refuses, as the rest of a sentence; nil when it takes it.
    static func objection(to name: String) -> String? {
        let sample = name.replacing("*", with: "2026.01.31")
        if let first = sample.first, "-_+".contains(first) { return "begins with \(first)" }
        if let wrong = sample.unicodeScalars.first(where: { "\\/*?\"<>| ,#:".unicodeScalars.contains($0) }) {
            return wrong == " " ? "has a space in it" : "has \(Character(wrong)) in it"
        }
        if let wrong = sample.unicodeScalars.first(where: { $0.value < 0x20 }) {
            return "has the control character \(wrong.value) in it"
        }
        if name.split(separator: "*", omittingEmptySubsequences: false).count > 2 { return "has * in it" }
        return sample.utf8.count > 255 ? "has more than 255 bytes" : nil
    }
}

/// Where a service says what it writes into the audit index: the `audit` of its entry in slipway.yaml.
public struct AuditDeclaration: Equatable, Sendable {
    /// A call catalogue.
    public var catalogue: Path
    public var index: IndexRule
    /// Where in a document the values of the call are; empty when they are the document.
    public var payload = ""
    /// Where index templates, ingest pipelines and reindex jobs are: files and folders.
    public var templates: [Path] = []
    public var pipelines: [Path] = []
    public var reindex: [Path] = []

    public init(catalogue: Path, index: IndexRule) {
        (self.catalogue, self.index) = (catalogue, index)
    }

    /// All that its evidence is read from.
    public var places: [Path] { [catalogue] + templates + pipelines + reindex }

    /// What of it decides what a record says.
    var keyConfiguration: JSON {
        func texts(_ paths: [Path]) -> JSON { .array(paths.map { .string("\($0)") }) }
        return .object([
            "catalogue": .string("\(catalogue)"), "index": .string(index.template), "payload": .string(payload),
            "templates": texts(templates), "pipelines": texts(pipelines), "reindex": texts(reindex),
        ])
    }
}
