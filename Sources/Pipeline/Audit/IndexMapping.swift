/// The mapping of an index, and what it does with documents: enough of Elasticsearch to tell whether it takes one.
///
/// Dynamic templates and runtime fields are not followed, and a type that is not known takes nothing: nobody can tell.
public struct IndexMapping: Equatable, Sendable {
    /// By path.
    public private(set) var fields: [String: Field] = [:]
    private var dynamic: [String: Dynamic] = [:]
    /// Whether values that do not fit are left out instead of being refused.
    var ignoresMalformed = false

    /// One field.
    public struct Field: Equatable, Sendable {
        public var type: String
        var formats: [String] = []
        var ignoresMalformed: Bool?
        var isEnabled = true

        init(type: String) {
            self.type = type
        }

        var isFolder: Bool { type == "object" || type == "nested" }
    }

    private enum Dynamic: String, Sendable {
        case yes = "true"
        case no = "false"
        case strict, runtime
    }

    /// A value that the index does not take.
    public struct Conflict: Equatable, Sendable {
        public let path: String
        public let text: String
    }

    /// An empty mapping, which takes whatever comes first.
    public init() {}

    /// The `mappings` of a template; what is no mapping is passed over.
    public init(_ mappings: JSON) {
        read(mappings, at: "")
    }

    private mutating func read(_ folder: JSON, at path: String) {
        var queue = [(folder, path)]
        var index = 0
        while index < queue.count {
            let (folder, path) = queue[index]
            index += 1
            if let text = folder["dynamic"]?.settingText { dynamic[path] = Dynamic(rawValue: text) }
            for (name, definition) in folder["properties"]?.object ?? [:] {
                let inner = path.isEmpty ? name : "\(path).\(name)"
                var field = Field(type: definition["type"]?.string ?? "object")
                field.formats = definition["format"]?.string?.split(separator: "|").map(String.init) ?? []
                field.ignoresMalformed = definition["ignore_malformed"]?.settingText.map { $0 == "true" }
                field.isEnabled = definition["enabled"]?.settingText != "false"
                fields[inner] = field
                if field.isFolder { queue.append((definition, inner)) }
            }
        }
    }

    /// This mapping with another laid over it.
    func overlaid(with other: IndexMapping) -> IndexMapping {
        var both = self
        both.fields.merge(other.fields) { $1 }
        both.dynamic.merge(other.dynamic) { $1 }
        both.ignoresMalformed = ignoresMalformed || other.ignoresMalformed
        return both
    }

    /// Takes a document in, adding the fields that it brings, and says what it does not take.
    public mutating func index(_ document: JSON) -> [Conflict] {
        var conflicts: [Conflict] = []
        walk(document, at: "", &conflicts)
        return conflicts
    }

    private mutating func walk(_ folder: JSON, at path: String, _ conflicts: inout [Conflict]) {
        for (name, value) in (folder.object ?? [:]).sorted(by: { $0.key < $1.key }) {
            take(value, at: path.isEmpty ? name : "\(path).\(name)", in: path, &conflicts)
        }
    }

    private mutating func take(_ value: JSON, at path: String, in folder: String, _ conflicts: inout [Conflict]) {
        switch value {
        case .null: return
        case .array(let elements): for element in elements { take(element, at: path, in: folder, &conflicts) }
        default:
            if fields[path] == nil {
                switch dynamicRule(of: folder) {
                case .no: return
                case .strict: return conflicts.append(Conflict(path: path, text: "is not in a strict mapping"))
                case .yes, .runtime: fields[path] = Field(dynamic: value)
                }
            }
            guard let field = fields[path], field.isEnabled else { return }
            if let problem = field.objection(to: value, ignoring: field.ignoresMalformed ?? ignoresMalformed) {
                return conflicts.append(Conflict(path: path, text: problem))
            }
            if field.isFolder { walk(value, at: path, &conflicts) }
        }
    }

    private func dynamicRule(of folder: String) -> Dynamic {
        var path = folder
        while true {
            if let rule = dynamic[path] { return rule }
            guard let dot = path.utf8.lastIndex(of: UInt8(ascii: ".")) else { return dynamic[""] ?? .yes }
            path = String(path[..<dot])
        }
    }
}

extension JSON {
    /// A setting, which may be written as a text or as what it is.
    var settingText: String? {
        switch self {
        case .string(let text): text
        case .bool(let flag): "\(flag)"
        case .integer(let number): "\(number)"
        case .null, .decimal, .array, .object: nil
        }
    }
}
