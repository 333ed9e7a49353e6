import Pipeline

extension Schema {
    /// The settings as tables, one for each map with known members; a heading for each.
    func reference(_ title: String, _ intro: String) -> String {
        var sections: [String] = []
        collect("", into: &sections)
        return "# \(title)\n\n\(intro)\n" + sections.joined()
    }

    private func collect(_ place: String, into sections: inout [String]) {
        switch self {
        case .object(let fields):
            sections.append(Self.section(place, fields))
            for field in fields where !field.isLater {
                field.schema.collect(place.isEmpty ? field.name : "\(place).\(field.name)", into: &sections)
            }
        case .map(let value): value.collect(place + ".NAME", into: &sections)
        case .list(let element): element.collect(place + "[]", into: &sections)
        case .either(let choices): for choice in choices { choice.collect(place, into: &sections) }
        default: break
        }
    }

    private static func section(_ place: String, _ fields: [Field]) -> String {
        var text = "\n## \(place.isEmpty ? "The file" : "`\(place)`")\n"
        let now = fields.filter { !$0.isLater }
        if !now.isEmpty { text += "\n| setting | takes | default | meaning |\n|---|---|---|---|\n" }
        for field in now {
            let standard = field.standard.map { "`\($0.canonicalText)`" } ?? ""
            text += "| `\(field.name)` | \(field.schema.takes) | \(standard) | \(field.meaning) |\n"
        }
        let later = fields.filter(\.isLater).map { "`\($0.name)`" }
        if !later.isEmpty {
            text += "\nKnown, and refused as \"not yet\" until they act: \(later.joined(separator: ", ")).\n"
        }
        return text
    }

    private var takes: String {
        switch self {
        case .text: "text"
        case .integer(let range) where range.count == 1: "\(range.lowerBound)"
        case .integer(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .bool: "`true`, `false`"
        case .duration: "duration (`90s`, `20m`, `2h`, `14d`)"
        case .size: "size (`500KB`, `20MB`, `5GB`)"
        case .date: "date (`2027-01-31`)"
        case .choice(let choices): choices.map { "`\($0)`" }.joined(separator: ", ")
        case .exactly(let flag): "`\(flag)`"
        case .nothing: "`null`"
        case .list(let element): "list of: \(element.takes)"
        case .map(let value): "map by name of: \(value.takes)"
        case .object: "map, below"
        case .either(let choices): choices.map(\.takes).joined(separator: "; or ")
        }
    }

    /// The schema as editors read it (JSON Schema, draft 2020-12).
    func jsonSchema(_ title: String) -> JSON {
        guard case .object(var members) = jsonSchema else { return jsonSchema }
        members["$schema"] = .string("https://json-schema.org/draft/2020-12/schema")
        members["title"] = .string(title)
        return .object(members)
    }

    fileprivate var jsonSchema: JSON {
        switch self {
        case .text: ["type": "string"]
        case .integer(let range):
            ["type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)]
        case .bool: ["type": "boolean"]
        case .duration: ["type": "string", "pattern": "^[0-9]+[smhd]$"]
        case .size: ["type": "string", "pattern": "^[0-9]+(B|KB|MB|GB)$"]
        case .date: ["type": "string", "format": "date"]
        case .choice(let choices): ["enum": .array(choices.map(JSON.string))]
        case .exactly(let flag): ["const": .bool(flag)]
        case .nothing: ["type": "null"]
        case .list(let element): ["type": "array", "items": element.jsonSchema]
        case .map(let value): ["type": "object", "additionalProperties": value.jsonSchema]
        case .either(let choices): ["anyOf": .array(choices.map(\.jsonSchema))]
        case .object(let fields):
            [
                "type": "object", "additionalProperties": false,
                "properties": .object(fields.reduce(into: [:]) { $0[$1.name] = $1.jsonSchema }),
            ]
        }
    }
}

extension Schema.Field {
    /// What does nothing yet may only say its standard.
    fileprivate var jsonSchema: JSON {
        guard !isLater else { return standard.map { ["const": $0, "description": .string(meaning)] } ?? false }
        guard case .object(var members) = schema.jsonSchema else { return true }
        members["description"] = .string(meaning)
        return .object(members)
    }
}
