extension CallReader {
    /// The words of a shape, all as in JSON Schema, so that most programs can print their types as they are.
    ///
    /// A shape is `{}` for anything, a reference `{"$ref": "#/types/NAME"}` with nothing beside it, variants
    /// `{"oneOf": [SHAPE, …]}`, or a type: `string`, `integer`, `number`, `boolean`, `array` with `items`, or `object`
    /// with `properties`, `required` and `additionalProperties` (a shape, or `false`). Each may have `nullable`, and
    /// `enum`, `format`, `default`, `deprecated` and `description`.
    private static let shapeKeys = [
        "type", "nullable", "enum", "format", "default", "deprecated", "description", "items", "properties", "required",
        "additionalProperties", "oneOf", "$ref",
    ]

    private static let types: Set = ["string", "integer", "number", "boolean", "array", "object"]

    /// Checks shapes and those inside of them.
    mutating func checkShapes(_ shapes: [Int]) {
        var queue = shapes
        var index = 0
        while index < queue.count {
            let shape = queue[index]
            index += 1
            guard check(shape, "a shape", against: Self.shapeKeys) else { continue }
            checkKinds(shape)
            checkReference(shape)
            queue += inner(shape)
        }
    }

    private mutating func checkKinds(_ shape: Int) {
        if let type = source.member("type", of: shape), !Self.types.contains(source.text(type) ?? "") {
            report(type, "\(source.shown(type)) is none of \(Self.types.sorted().joined(separator: ", "))")
        }
        for key in ["nullable", "deprecated"] {
            if let node = source.member(key, of: shape), source.flag(key, of: shape) == nil {
                report(node, "\(key) is no truth value")
            }
        }
        for key in ["format", "description"] {
            if let node = source.member(key, of: shape), source.text(node) == nil { report(node, "\(key) is no text") }
        }
        if let node = source.member("enum", of: shape), source.elements(node)?.isEmpty != false {
            report(node, "enum is no list of one or more values")
        }
    }

    private mutating func checkReference(_ shape: Int) {
        guard let node = source.member("$ref", of: shape) else { return }
        if source.members(shape)?.count != 1 { report(node, "$ref stands alone in a shape") }
        guard let reference = source.text(node), reference.hasPrefix("#/types/"),
            !reference.dropFirst("#/types/".count).contains("/"), source.target(of: reference, at: node) != nil
        else {
            report(node, "\(source.shown(node)) is no type of this catalogue", hint: "\"#/types/NAME\"")
            return
        }
        if source.resolved(shape) == nil { report(node, "\(reference.brief) leads in a circle") }
    }

    /// The shapes inside a shape.
    private mutating func inner(_ shape: Int) -> [Int] {
        var shapes = source.member("items", of: shape).map { [$0] } ?? []
        if let node = source.member("properties", of: shape) {
            if let properties = source.members(node) {
                shapes += properties.sorted { $0.key < $1.key }.map(\.value)
            } else {
                report(node, "properties is no map")
            }
        }
        if let node = source.member("oneOf", of: shape) {
            if let variants = source.elements(node), !variants.isEmpty {
                shapes += variants
            } else {
                report(node, "oneOf is no list of one or more shapes")
            }
        }
        if let node = source.member("additionalProperties", of: shape),
            source.flag("additionalProperties", of: shape) != false
        {
            shapes.append(node)
        }
        checkRequired(shape)
        return shapes
    }

    private mutating func checkRequired(_ shape: Int) {
        guard let node = source.member("required", of: shape) else { return }
        let names = source.texts("required", of: shape) ?? []
        if names.count != source.elements(node)?.count { report(node, "required is no list of names") }
        let properties = source.member("properties", of: shape).flatMap { source.members($0) } ?? [:]
        for name in names where properties[name] == nil {
            report(node, "required names \"\(name.brief)\", which is no property")
        }
    }
}
