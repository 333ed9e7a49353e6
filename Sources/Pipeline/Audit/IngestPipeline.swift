/// What an ingest pipeline does to documents, as far as that can be told without running scripts.
struct IngestPipeline: Sendable {
    private let steps: [Step]
    /// Whether a step does what is not followed here.
    let isObscure: Bool

    private enum Step: Sendable {
        case convert(field: String, target: String, type: String)
        case rename(field: String, target: String)
        case remove([String])
        case set(field: String, value: JSON)
    }

    /// The body of `PUT _ingest/pipeline/NAME`; nil for anything else.
    init?(_ content: JSON) {
        guard let processors = content["processors"]?.array, !processors.isEmpty else { return nil }
        let steps = processors.map(Self.step)
        self.steps = steps.compactMap(\.self)
        isObscure = steps.contains { $0 == nil }
    }

    private static func step(_ processor: JSON) -> Step? {
        guard let (kind, settings) = processor.object?.first, processor.object?.count == 1,
            settings["if"] == nil, settings["on_failure"] == nil
        else { return nil }
        let field = settings["field"]?.string
        switch (kind, field) {
        case ("convert", let field?):
            guard let type = settings["type"]?.string else { return nil }
            return .convert(field: field, target: settings["target_field"]?.string ?? field, type: type)
        case ("rename", let field?):
            return settings["target_field"]?.string.map { .rename(field: field, target: $0) }
        case ("remove", _):
            let fields = settings["field"]?.array?.compactMap(\.string) ?? field.map { [$0] }
            return fields.map { .remove($0) }
        case ("set", let field?):
            return settings["value"].map { .set(field: field, value: $0) }
        default: return nil
        }
    }

    /// The document as it goes into the index.
    func applied(to document: JSON) -> JSON {
        steps.reduce(document) { document, step in
            switch step {
            case .convert(let field, let target, let type):
                guard let value = document.value(along: field).flatMap({ Self.converted($0, to: type) }) else {
                    return document
                }
                return document.setting(value, at: target)
            case .rename(let field, let target):
                guard let value = document.value(along: field) else { return document }
                return document.setting(nil, at: field).setting(value, at: target)
            case .remove(let fields): return fields.reduce(document) { $0.setting(nil, at: $1) }
            case .set(let field, let value): return document.setting(value, at: field)
            }
        }
    }

    private static func converted(_ value: JSON, to type: String) -> JSON? {
        switch (type, value) {
        case ("string", _): value.scalarText.map(JSON.string)
        case ("integer", .string(let text)), ("long", .string(let text)): Int64(text).map(JSON.integer)
        case ("double", .integer(let number)), ("float", .integer(let number)): .decimal("\(number).0")
        case ("integer", .integer), ("long", .integer), ("double", .decimal), ("float", .decimal), ("boolean", .bool):
            value
        default: nil
        }
    }
}

extension JSON {
    fileprivate var scalarText: String? {
        if case .decimal(let text) = self { return text }
        return settingText
    }

    /// The value along a path with dots.
    fileprivate func value(along path: String) -> JSON? {
        path.split(separator: ".").reduce(Optional(self)) { $0?[String($1)] }
    }

    /// The same with another value at a path, or without it.
    fileprivate func setting(_ value: JSON?, at path: String) -> JSON {
        let (name, rest) = path.parted
        guard case .object(var members) = self else { return self }
        if let rest {
            members[name] = (members[name] ?? .object([:])).setting(value, at: rest)
        } else {
            members[name] = value
        }
        return .object(members)
    }
}

extension String {
    /// The first step of a path, and the rest.
    fileprivate var parted: (first: String, rest: String?) {
        guard let dot = utf8.firstIndex(of: UInt8(ascii: ".")) else { return (self, nil) }
        return (String(self[..<dot]), String(self[utf8.index(after: dot)...]))
    }
}
