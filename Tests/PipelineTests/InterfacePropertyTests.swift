import Testing

@testable import Pipeline

/// Numbers that are the same in every run.
private struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }

    mutating func roll(_ count: Int) -> Int { Int.random(in: 0..<count, using: &self) }
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[roll(elements.count)] }
}

/// Writes documents that somebody could have written.
private struct Author {
    var dice: Dice

    mutating func document() -> JSON {
        let count = 2 + dice.roll(4)
        let paths = (0..<count).map { index in
            ("/p\(index)/{\(dice.pick(["id", "key"]))}", JSON.object([dice.pick(["get", "post"]): operation()]))
        }
        let schemas = ["A", "B", "C", "D"].map { name in
            (name, dice.roll(2) == 0 ? object(3) : JSON.object(["oneOf": .array([schema(2), object(2)])]))
        }
        return .object([
            "openapi": .string(dice.pick(["3.0.1", "3.1.0"])),
            "paths": .object(Dictionary(uniqueKeysWithValues: paths)),
            "components": .object(["schemas": .object(Dictionary(uniqueKeysWithValues: schemas))]),
        ])
    }

    mutating func operation() -> JSON {
        var members: [String: JSON] = [
            "responses": .object([
                dice.pick(["200", "201"]): .object(["content": content()]),
                dice.pick(["400", "default"]): .object(["headers": .object(["X": .object(["schema": schema(1)])])]),
            ])
        ]
        if dice.roll(2) == 0 {
            members["requestBody"] = .object(["required": .bool(dice.roll(2) == 0), "content": content()])
        }
        let names = ["q", "r"].filter { _ in dice.roll(2) == 0 }
        members["parameters"] = .array(
            names.map { name in
                .object([
                    "in": .string("query"), "name": .string(name), "required": .bool(dice.roll(2) == 0),
                    "schema": schema(1),
                ])
            })
        if dice.roll(3) == 0 { members["security"] = .array([.object([dice.pick(["k", "l"]): .array([])])]) }
        if dice.roll(4) == 0 { members["deprecated"] = .bool(true) }
        return .object(members)
    }

    mutating func content() -> JSON { .object(["application/json": .object(["schema": schema(3)])]) }

    mutating func schema(_ depth: Int) -> JSON {
        guard depth > 0 else { return .object(["type": .string(dice.pick(["string", "integer", "number"]))]) }
        switch dice.roll(9) {
        case 0, 1: return .object(["$ref": .string("#/components/schemas/" + dice.pick(["A", "B", "C", "D"]))])
        case 2: return .object(["type": .string("array"), "items": schema(depth - 1)])
        case 3: return .object([dice.pick(["oneOf", "anyOf"]): .array([schema(depth - 1), schema(depth - 1)])])
        case 4: return .object(["allOf": .array([schema(depth - 1), schema(depth - 1)])])
        case 5: return .object(["enum": .array(["a", "b", "c"].filter { _ in dice.roll(3) > 0 }.map(JSON.string))])
        case 6:
            return .object([
                "type": .string("string"), dice.pick(["minLength", "maxLength"]): .integer(Int64(dice.roll(3))),
                "nullable": .bool(dice.roll(2) == 0), "default": .string(dice.pick(["x", "y"])),
            ])
        default: return object(depth)
        }
    }

    mutating func object(_ depth: Int) -> JSON {
        let names = ["a", "b", "c"].filter { _ in dice.roll(3) > 0 }
        var members: [String: JSON] = [
            "type": .string("object"),
            "properties": .object(Dictionary(uniqueKeysWithValues: names.map { ($0, schema(depth - 1)) })),
            "required": .array(names.filter { _ in dice.roll(2) == 0 }.map(JSON.string)),
        ]
        if dice.roll(4) == 0 { members["additionalProperties"] = .bool(false) }
        return .object(members)
    }

    /// The same document with something written anew in one place.
    mutating func edited(_ json: JSON, depth: Int = 0) -> JSON {
        switch json {
        case .object(var members) where !members.isEmpty:
            let key = dice.pick(members.keys.sorted())
            guard let value = members[key], !["openapi", "$ref", "in", "name"].contains(key) else { return json }
            if depth > 2, dice.roll(5) == 0, key != "schema", key != "type" {
                members[key] = nil
            } else if key == "schema" || key == "items", dice.roll(3) == 0 {
                members[key] = schema(2)
            } else {
                members[key] = edited(value, depth: depth + 1)
            }
            return .object(members)
        case .array(var elements) where !elements.isEmpty:
            let index = dice.roll(elements.count)
            if dice.roll(3) == 0 {
                elements.remove(at: index)
            } else {
                elements[index] = edited(elements[index], depth: depth + 1)
            }
            return .array(elements)
        case .bool(let flag): return .bool(!flag)
        case .integer(let number): return .integer(number + 1)
        default: return json
        }
    }

    /// Any value at all, in which the words of the formats turn up anywhere.
    mutating func anything(_ depth: Int) -> JSON {
        switch dice.roll(depth > 0 ? 9 : 6) {
        case 0: return .null
        case 1: return .bool(dice.roll(2) == 0)
        case 2: return .integer(Int64(dice.roll(5)) - 1)
        case 3: return .decimal("1.5")
        case 4: return .string(dice.pick(Self.words))
        case 5: return .string(dice.pick(Self.references))
        case 6: return .array((0..<dice.roll(4)).map { _ in anything(depth - 1) })
        default:
            let members = (0..<dice.roll(6)).map { _ in (dice.pick(Self.words), anything(depth - 1)) }
            return .object(Dictionary(members) { first, _ in first })
        }
    }

    /// The document with some values put in the place of others.
    mutating func mangled(_ json: JSON) -> JSON {
        if dice.roll(12) == 0 { return anything(3) }
        switch json {
        case .object(let members):
            return .object(
                Dictionary(
                    uniqueKeysWithValues: members.sorted { $0.key < $1.key }.map { key, value in
                        (key, key == "openapi" || key == "format" ? value : mangled(value))
                    }))
        case .array(let elements): return .array(elements.map { mangled($0) })
        default: return json
        }
    }

    static let words = [
        "type", "properties", "required", "items", "allOf", "oneOf", "anyOf", "enum", "const", "$ref", "nullable",
        "additionalProperties", "minimum", "exclusiveMinimum", "pattern", "format", "default", "not", "discriminator",
        "propertyName", "readOnly", "string", "object", "array", "null", "x-extensible-enum", "a", "", "schema",
        "content", "parameters", "in", "name", "query", "path", "responses", "200", "headers", "get", "callbacks",
        "security", "paths", "components", "schemas", "webhooks", "requestBody", "calls", "types", "request", "format",
    ]

    static let references = [
        "#", "#/", "##", "#/paths", "#/components/schemas/A", "#/components/schemas/B", "#/components", "x.yaml#/a",
        "#/%", "#/%4", "#/~", "#/~2", "#/types/T", "#/calls/0/request", "#/%ff",
    ]
}

struct InterfacePropertyTests {
    private static func difference(_ base: JSON, _ head: JSON) throws -> InterfaceDifference {
        try InterfaceDifference.openAPI(base.canonicalText, head.canonicalText)
    }

    /// The rule that is seen the other way round.
    private static func mirrored(_ code: String) -> String {
        let pairs = [
            ("-added-required", "-removed"), ("-added", "-removed"), ("-removed", "-added"), ("-narrowed", "-widened"),
            ("-widened", "-narrowed"), ("-required", "-optional"), ("-optional", "-required"),
            ("-closed", "-opened"), ("-opened", "-closed"), ("deprecated", "deprecation-lifted"),
            ("deprecation-lifted", "deprecated"),
        ]
        guard let (ending, other) = pairs.first(where: { code.hasSuffix($0.0) }) else { return code }
        return plain(code.dropLast(ending.count) + other)
    }

    /// Whether something new must be sent is for one direction only, and so is whether what is gone was an error.
    private static func plain(_ code: some StringProtocol) -> String {
        let code = code.hasPrefix("error-") ? String(code.dropFirst("error-".count)) : String(code)
        return code.hasSuffix("-added-required") ? String(code.dropLast("-required".count)) : code
    }

    @Test(arguments: 0..<20)
    func `a document does not differ from itself`(seed: Int) throws {
        var author = Author(dice: Dice(state: UInt64(seed)))
        for _ in 0..<10 {
            let document = author.document()
            #expect(try Self.difference(document, document).changes == [], "\(document.canonicalText)")
        }
    }

    @Test(arguments: 0..<20)
    func `what is lost one way is gained the other way`(seed: Int) throws {
        var author = Author(dice: Dice(state: UInt64(seed) + 1000))
        var count = 0
        for _ in 0..<10 {
            let base = author.document()
            var head = base
            for _ in 0...author.dice.roll(6) { head = author.edited(head) }
            let forth = try Self.difference(base, head)
            let back = try Self.difference(head, base)
            count += forth.changes.count
            let expected = Set(back.changes.map { Self.mirrored($0.code) })
            #expect(
                Set(forth.changes.map { Self.plain($0.code) }) == expected,
                "\(base.canonicalText)\n\(head.canonicalText)")
        }
        #expect(count > 0)
    }

    @Test(arguments: 0..<20)
    func `levels follow from what changed and never from how it is read`(seed: Int) throws {
        var author = Author(dice: Dice(state: UInt64(seed) + 2000))
        for _ in 0..<20 {
            let base = author.document()
            let difference = try Self.difference(base, author.edited(author.edited(base)))
            for change in difference.changes {
                #expect(!change.text.isEmpty && !change.place.isEmpty)
                if change.kind == .unknown { #expect(change.level == .none) } else { #expect(change.level > .none) }
                if change.kind == .added { #expect(change.level == .minor) }
            }
            #expect(difference.evidence().map(\.level) == difference.changes.map(\.level).sorted(by: >))
        }
    }

    @Test(arguments: 0..<20)
    func `nothing that is read stops the comparison`(seed: Int) throws {
        var author = Author(dice: Dice(state: UInt64(seed) + 3000))
        let catalogue = try JSON(
            parsing:
                ##"{"format": 1, "types": {"T": {"type": "object", "properties": {"a": {"$ref": "#/types/T"}}}}, "calls": [{"name": "a", "request": {"$ref": "#/types/T"}, "response": {"oneOf": [{"type": "string", "enum": ["a"]}, {"items": {}}]}, "roles": ["A"]}]}"##,
            profile: .lenient)
        var compared = 0
        for _ in 0..<20 {
            let document = author.document()
            let pairs = [
                (author.mangled(document), author.mangled(document)), (document, author.mangled(document)),
                (author.anything(6), author.anything(6)),
                (author.mangled(catalogue), author.mangled(catalogue)),
            ]
            for (base, head) in pairs {
                let texts = (base.canonicalText, head.canonicalText)
                for compare in [InterfaceDifference.openAPI, InterfaceDifference.calls] {
                    do {
                        _ = try compare(texts.0, texts.1)
                        compared += 1
                    } catch let error as ConfigurationError {
                        #expect(!error.findings.isEmpty)
                    }
                }
            }
        }
        #expect(compared > 0)
    }

    // MARK: - Size

    private static func schemas(_ count: Int, _ schema: (Int) -> String) -> String {
        (0..<count).map { #""S\#($0)": \#(schema($0))"# }.joined(separator: ",\n")
    }

    private static func ref(_ index: Int) -> String { ##"{"$ref": "#/components/schemas/S\##(index)"}"## }

    private static func pair(_ schemas: String, version: String = "3.0.0") throws -> InterfaceDifference {
        let base = API.giving(ref(0), version: version, components: schemas)
        return try InterfaceDifference.openAPI(base, base.replacing("integer", with: "string"))
    }

    @Test func `ten thousand schemas in a row are compared to the last`() throws {
        let difference = try Self.pair(
            Self.schemas(10_000) { index in
                index == 9999 ? #"{"type": "integer"}"# : #"{"properties": {"n": \#(Self.ref(index + 1))}}"#
            })
        #expect(difference.seen.map(\.code) == ["type-changed"])
        #expect(difference.changes.allSatisfy { $0.place.utf8.count < 100 })
    }

    @Test func `ten thousand schemas that all refer to each other are compared`() throws {
        let difference = try Self.pair(
            Self.schemas(10_000) { index in
                let others = (1...5).map { #""p\#($0)": \#(Self.ref((index * 7 + $0 * 13) % 10_000))"# }
                return #"{"properties": {"own": {"type": "integer"}, \#(others.joined(separator: ", "))}}"#
            })
        #expect(difference.isComparable)
        #expect(difference.changes.count > 5000)
    }

    @Test func `a chain of merged schemas is merged`() throws {
        let difference = try Self.pair(
            Self.schemas(2000) { index in
                index == 1999
                    ? #"{"type": "integer"}"#
                    : #"{"allOf": [\#(Self.ref(index + 1)), \#(Self.ref(min(index + 2, 1999)))]}"#
            })
        #expect(difference.seen == [Seen("type-changed", .major, "GET /a 200 body")])
    }

    @Test(arguments: [
        #"{"allOf": [{"oneOf": [NEXT, {"type": "string"}]}, {"anyOf": [NEXT, OTHER]}], "properties": {"p": NEXT}}"#,
        #"{"allOf": [{"properties": {"a": NEXT, "b": OTHER}}, {"properties": {"a": OTHER, "b": NEXT}}]}"#,
        #"{"oneOf": [{"allOf": [NEXT, OTHER]}, {"allOf": [OTHER, NEXT, {"oneOf": [NEXT, OTHER]}]}]}"#,
        #"{"not": NEXT, "items": OTHER, "if": {"not": OTHER}}"#,
    ])
    func `schemas that multiply end, and it is said when not all was seen`(pattern: String) throws {
        let difference = try Self.pair(
            Self.schemas(60) { index in
                pattern.replacing("NEXT", with: Self.ref((index + 1) % 60))
                    .replacing("OTHER", with: Self.ref((index * 5 + 2) % 60))
            })
        #expect(difference.isComparable || difference.changes.contains { $0.code == "too-large" })
    }

    @Test func `references that let a small document repeat itself are refused`() throws {
        let headers = (0..<3000).map { #""H\#($0)": {}"# }.joined(separator: ", ")
        let paths = (0..<3000).map {
            ##""/p\##($0)": {"get": {"responses": {"200": {"$ref": "#/components/responses/R"}}}}"##
        }.joined(separator: ", ")
        let text = API.of(paths, #""components": {"responses": {"R": {"headers": {\#(headers)}}}}"#)
        let error = #expect(throws: ConfigurationError.self) { try InterfaceDifference.openAPI(text, text) }
        #expect(error?.findings.map(\.message) == ["repeats itself by references without end"])
    }

    @Test func `a schema a thousand levels deep is compared`() {
        func document(_ type: String) -> Document {
            var schema = Document(
                line: 1, .map([Document.Entry(key: "type", line: 1, value: Document(line: 1, .text(type)))]))
            for _ in 0..<1000 {
                schema = Document(line: 1, .map([Document.Entry(key: "items", line: 1, value: schema)]))
            }
            let keys = ["schema", "a/b", "content", "200", "responses", "get", "/a"]
            for key in keys { schema = Document(line: 1, .map([Document.Entry(key: key, line: 1, value: schema)])) }
            return Document(
                line: 1,
                .map([
                    Document.Entry(key: "openapi", line: 1, value: Document(line: 1, .text("3.1.0"))),
                    Document.Entry(key: "paths", line: 1, value: schema),
                ]))
        }
        let difference = try? InterfaceDifference(
            of: .openapi(.root), from: document("string"), to: document("boolean"))
        #expect(difference?.seen.map(\.code) == ["type-changed"])
    }
}
