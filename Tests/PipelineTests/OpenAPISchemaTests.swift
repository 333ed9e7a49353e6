import Testing

@testable import Pipeline

struct OpenAPISchemaTests {
    /// Two schemas, and what a change from one to the other is where callers send the value and where they get it.
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let base: String
        let head: String
        let sent: [Seen]
        let got: [Seen]
        var version = "3.0.3"
        var components = ""
    }

    /// What is seen at a place inside the body.
    private static func at(_ place: String, _ code: String, _ level: Level) -> Seen { Seen(code, level, place) }

    private static func row(
        _ name: String, _ base: String, _ head: String, sent: [(String, Level)], got: [(String, Level)]
    ) -> Case {
        Case(
            testDescription: name, base: base, head: head, sent: sent.map { Seen($0.0, $0.1, "") },
            got: got.map { Seen($0.0, $0.1, "") })
    }

    private func check(_ row: Case) throws {
        for version in [row.version, "3.1.0"] {
            let sent = try InterfaceDifference.openAPI(
                API.taking(row.base, version: version, components: row.components),
                API.taking(row.head, version: version, components: row.components))
            let got = try InterfaceDifference.openAPI(
                API.giving(row.base, version: version, components: row.components),
                API.giving(row.head, version: version, components: row.components))
            #expect(Self.inner(sent, "POST /a body") == row.sent, "sent, \(version)")
            #expect(Self.inner(got, "GET /a 200 body") == row.got, "got, \(version)")
            #expect(sent.isComparable && got.isComparable)
        }
    }

    private static func inner(_ difference: InterfaceDifference, _ start: String) -> [Seen] {
        difference.seen.map { Seen($0.code, $0.level, String($0.place.dropFirst(start.count))) }
    }

    static let kinds = [
        row(
            "another type", #"{"type": "string"}"#, #"{"type": "integer"}"#, sent: [("type-changed", .major)],
            got: [("type-changed", .major)]),
        row(
            "a wider type", #"{"type": "integer"}"#, #"{"type": "number"}"#, sent: [("type-widened", .minor)],
            got: [("type-widened", .major)]),
        row(
            "a narrower type", #"{"type": "number"}"#, #"{"type": "integer"}"#, sent: [("type-narrowed", .major)],
            got: [("type-narrowed", .major)]),
        row(
            "a type where there was none", "{}", #"{"type": "string"}"#, sent: [("type-narrowed", .major)],
            got: [("type-narrowed", .minor)]),
        row(
            "no type any more", #"{"type": "string"}"#, "{}", sent: [("type-widened", .minor)],
            got: [("type-widened", .major)]),
        row(
            "a type that was implied by properties", #"{"properties": {"a": {}}}"#,
            #"{"type": "object", "properties": {"a": {}}}"#, sent: [], got: []),
        row(
            "a type that was implied by values", #"{"enum": ["a", "b"]}"#,
            #"{"type": "string", "enum": ["b", "a"]}"#, sent: [], got: []),
        row(
            "null", #"{"type": "string"}"#, #"{"type": "string", "nullable": true}"#, sent: [("null-added", .minor)],
            got: [("null-added", .major)]),
        row(
            "no null any more", #"{"type": "string", "nullable": true}"#, #"{"type": "string"}"#,
            sent: [("null-removed", .major)], got: [("null-removed", .minor)]),
        row(
            "null, said in four ways", #"{"type": "string", "nullable": true}"#,
            #"{"anyOf": [{"type": "string"}, {"type": ["null"]}]}"#, sent: [], got: []),
        row(
            "null in a list of types", #"{"type": ["null", "string"]}"#,
            #"{"nullable": true, "allOf": [{"type": "string"}]}"#,
            sent: [], got: []),
        row(
            "null beside variants", #"{"nullable": true, "oneOf": [{"type": "string"}]}"#,
            #"{"type": ["string", "null"]}"#, sent: [], got: []),
        row(
            "a format", #"{"type": "string"}"#, #"{"type": "string", "format": "uuid"}"#,
            sent: [("format-narrowed", .major)], got: [("format-narrowed", .minor)]),
        row(
            "no format any more", #"{"type": "string", "format": "uuid"}"#, #"{"type": "string"}"#,
            sent: [("format-widened", .minor)], got: [("format-widened", .major)]),
        row(
            "a wider format", #"{"type": "integer", "format": "int32"}"#, #"{"type": "integer", "format": "int64"}"#,
            sent: [("format-widened", .minor)], got: [("format-widened", .major)]),
        row(
            "another format", #"{"type": "string", "format": "date"}"#, #"{"type": "string", "format": "date-time"}"#,
            sent: [("format-changed", .major)], got: [("format-changed", .major)]),
        row(
            "a schema that nothing fits", #"{"type": "string"}"#, "false", sent: [("type-narrowed", .major)],
            got: [("type-narrowed", .major)]),
    ]

    @Test(arguments: kinds)
    func `types, null and formats change`(row: Case) throws {
        try check(row)
    }

    static let values = [
        row(
            "a value", #"{"enum": ["a"]}"#, #"{"enum": ["a", "b"]}"#, sent: [("enum-value-added", .minor)],
            got: [("enum-value-added", .minor)]),
        row(
            "a value less", #"{"enum": ["a", "b"]}"#, #"{"enum": ["a"]}"#, sent: [("enum-value-removed", .major)],
            got: [("enum-value-removed", .minor)]),
        row(
            "a list of values", #"{"type": "string"}"#, #"{"type": "string", "enum": ["a"]}"#,
            sent: [("enum-added", .major)], got: [("enum-added", .minor)]),
        row(
            "no list of values any more", #"{"type": "string", "enum": ["a"]}"#, #"{"type": "string"}"#,
            sent: [("enum-removed", .minor)], got: [("enum-removed", .minor)]),
        row(
            "one value", #"{"const": 1}"#, #"{"enum": [1]}"#, sent: [], got: []),
        row(
            "a default", #"{"type": "string"}"#, #"{"type": "string", "default": "a"}"#,
            sent: [("default-changed", .minor)], got: [("default-changed", .patch)]),
        row(
            "another default", #"{"type": "string", "default": "b"}"#, #"{"type": "string", "default": "a"}"#,
            sent: [("default-changed", .minor)], got: [("default-changed", .patch)]),
        row(
            "words for people", #"{"type": "string", "description": "a", "example": "b", "title": "c"}"#,
            #"{"type": "string", "x-internal": 1}"#, sent: [], got: []),
        row(
            "deprecation", #"{"type": "string"}"#, #"{"type": "string", "deprecated": true}"#,
            sent: [("deprecated", .minor)], got: [("deprecated", .minor)]),
    ]

    @Test(arguments: values)
    func `listed values and defaults change`(row: Case) throws {
        try check(row)
    }

    @Test(arguments: [
        (#"{"enum": ["a", "b"]}"#, true), (#"{"enum": ["a", "b"], "x-extensible-enum": true}"#, false),
        (#"{"x-extensible-enum": ["a", "b"]}"#, false),
    ])
    func `a new value in an answer comes with a warning unless callers were told`(head: String, isNoted: Bool) throws {
        let base = head.replacing(#", "b""#, with: "")
        let difference = try InterfaceDifference.openAPI(API.giving(base), API.giving(head))
        #expect(difference.level == .minor)
        #expect(difference.changes.map { $0.text.contains("strict caller") } == [isNoted])
    }

    static let limits: [Case] =
        ["minimum", "minLength", "minItems", "minProperties"].flatMap { keyword in
            [
                row(
                    keyword, #"{"\#(keyword)": 1}"#, #"{"\#(keyword)": 2}"#, sent: [("limit-narrowed", .major)],
                    got: [("limit-narrowed", .minor)]),
                row(
                    "no \(keyword)", #"{"\#(keyword)": 1}"#, "{}", sent: [("limit-widened", .minor)],
                    got: [("limit-widened", .major)]),
            ]
        }
        + ["maximum", "maxLength", "maxItems", "maxProperties"].flatMap { keyword in
            [
                row(
                    keyword, #"{"\#(keyword)": 1.5}"#, #"{"\#(keyword)": 2}"#, sent: [("limit-widened", .minor)],
                    got: [("limit-widened", .major)]),
                row(
                    "a new \(keyword)", "{}", #"{"\#(keyword)": 1}"#, sent: [("limit-narrowed", .major)],
                    got: [("limit-narrowed", .minor)]),
            ]
        } + [
            row(
                "an exclusive limit of 3.0", #"{"minimum": 1}"#, #"{"minimum": 1, "exclusiveMinimum": true}"#,
                sent: [("limit-narrowed", .major)], got: [("limit-narrowed", .minor)]),
            row(
                "an exclusive limit of 3.1", #"{"maximum": 1, "exclusiveMaximum": true}"#,
                #"{"exclusiveMaximum": 1.0}"#,
                sent: [], got: []),
            row(
                "neighbours beyond what doubles tell apart", #"{"maximum": 9007199254740993}"#,
                #"{"maximum": 9007199254740992}"#, sent: [("limit-narrowed", .major)], got: [("limit-narrowed", .minor)]
            ),
            row(
                "another pattern", #"{"pattern": "^a$"}"#, #"{"pattern": "^b$"}"#,
                sent: [("constraint-changed", .major)],
                got: [("constraint-changed", .major)]),
            row(
                "a pattern", "{}", #"{"pattern": "^b$"}"#, sent: [("constraint-narrowed", .major)],
                got: [("constraint-narrowed", .minor)]),
            row(
                "unique elements", #"{"uniqueItems": true}"#, #"{"uniqueItems": false}"#,
                sent: [("constraint-widened", .minor)], got: [("constraint-widened", .major)]),
            row(
                "a step", "{}", #"{"multipleOf": 5}"#, sent: [("constraint-narrowed", .major)],
                got: [("constraint-narrowed", .minor)]),
        ]

    @Test(arguments: limits)
    func `limits and patterns change`(row: Case) throws {
        try check(row)
    }

    private static func object(_ properties: String, _ more: String = "") -> String {
        #"{"type": "object", "properties": {\#(properties)}\#(more)}"#
    }

    private static func property(
        _ name: String, _ base: String, _ head: String, sent: [(String, Level)], got: [(String, Level)],
        at place: String = ".a"
    ) -> Case {
        Case(
            testDescription: name, base: base, head: head, sent: sent.map { Seen($0.0, $0.1, place) },
            got: got.map { Seen($0.0, $0.1, place) })
    }

    static let members = [
        property(
            "an optional one", object(""), object(#""a": {}"#), sent: [("request-property-added", .minor)],
            got: [("response-property-added", .minor)]),
        property(
            "a required one", object(""), object(#""a": {}"#, #", "required": ["a"]"#),
            sent: [("request-property-added-required", .major)], got: [("response-property-added", .minor)]),
        property(
            "a required one without a schema", object(""), object("", #", "required": ["a"]"#),
            sent: [("request-property-added-required", .major)], got: [("response-property-added", .minor)]),
        property(
            "one less", object(#""a": {}"#), object(""), sent: [("request-property-removed", .major)],
            got: [("response-property-removed", .major)]),
        property(
            "one less where no others are taken", object(#""a": {}"#, #", "additionalProperties": false"#),
            object("", #", "additionalProperties": false"#), sent: [("request-property-removed", .major)],
            got: [("response-property-removed", .major)]),
        property(
            "one that becomes required", object(#""a": {}"#), object(#""a": {}"#, #", "required": ["a"]"#),
            sent: [("request-property-required", .major)], got: [("response-property-required", .minor)]),
        property(
            "one that becomes optional", object(#""a": {}"#, #", "required": ["a"]"#), object(#""a": {}"#),
            sent: [("request-property-optional", .minor)], got: [("response-property-optional", .major)]),
        property(
            "one that is only given", object(""), object(#""a": {"readOnly": true}"#, #", "required": ["a"]"#),
            sent: [],
            got: [("response-property-added", .minor)]),
        property(
            "one that is only sent", object(""), object(#""a": {"writeOnly": true}"#),
            sent: [("request-property-added", .minor)], got: []),
        property(
            "one that is only given from now on", object(#""a": {}"#), object(#""a": {"readOnly": true}"#),
            sent: [("request-property-removed", .major)], got: []),
        property(
            "the type of one", object(#""a": {"type": "string"}"#), object(#""a": {"type": "boolean"}"#),
            sent: [("type-changed", .major)], got: [("type-changed", .major)]),
        property(
            "inside a list", #"{"type": "array", "items": \#(object(#""a": {}"#))}"#,
            #"{"type": "array", "items": \#(object(""))}"#, sent: [("request-property-removed", .major)],
            got: [("response-property-removed", .major)], at: "[].a"),
        property(
            "inside a map", #"{"additionalProperties": {"type": "string"}}"#,
            #"{"additionalProperties": {"type": "integer"}}"#, sent: [("type-changed", .major)],
            got: [("type-changed", .major)], at: "{}"),
        property(
            "elements of a type", #"{"type": "array"}"#, #"{"type": "array", "items": {"type": "string"}}"#,
            sent: [("type-narrowed", .major)], got: [("type-narrowed", .minor)], at: "[]"),
        row(
            "no others any more", object(""), object("", #", "additionalProperties": false"#),
            sent: [("properties-closed", .major)], got: [("properties-closed", .minor)]),
        row(
            "others from now on", object("", #", "additionalProperties": false"#), object(""),
            sent: [("properties-opened", .minor)], got: [("properties-opened", .minor)]),
        row(
            "what tells variants apart", #"{"type": "object", "discriminator": {"propertyName": "a"}}"#,
            #"{"type": "object", "discriminator": {"propertyName": "b"}}"#, sent: [("discriminator-changed", .major)],
            got: [("discriminator-changed", .major)]),
    ]

    @Test(arguments: members)
    func `properties and elements change`(row: Case) throws {
        try check(row)
    }

    private static func composed(
        _ name: String, _ base: String, _ head: String, sent: [Seen], got: [Seen]
    ) -> Case {
        let components = """
            "A": {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
            "B": {"type": "object", "properties": {"b": {"type": "integer"}}},
            "C": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}, "required": ["a"]},
            "Loop": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Loop"}}},
            "Knot": {"allOf": [{"$ref": "#/components/schemas/Knot"}, {"oneOf": [{"$ref": "#/components/schemas/Knot"}, {"type": "string"}]}]},
            "~/%": {"type": "string"}
            """
        return Case(testDescription: name, base: base, head: head, sent: sent, got: got, components: components)
    }

    private static func ref(_ name: String) -> String { ##"{"$ref": "#/components/schemas/\##(name)"}"## }

    static let compositions = [
        composed(
            "a reference written out", ref("A"), object(#""a": {"type": "string"}"#, #", "required": ["a"]"#), sent: [],
            got: []),
        composed("two schemas merged", #"{"allOf": [\#(ref("A")), \#(ref("B"))]}"#, ref("C"), sent: [], got: []),
        composed(
            "a part of a merged schema gone", #"{"allOf": [\#(ref("A")), \#(ref("B"))]}"#, ref("A"),
            sent: [Seen("request-property-removed", .major, ".b")],
            got: [Seen("response-property-removed", .major, ".b")]),
        composed("a cycle", ref("Loop"), ref("Loop"), sent: [], got: []),
        composed("a cycle of variants", ref("Knot"), ref("Knot"), sent: [], got: []),
        composed("a name that is escaped", ref("~0~1%25"), #"{"type": "string"}"#, sent: [], got: []),
        composed(
            "a variant", #"{"oneOf": [\#(ref("A"))]}"#, #"{"oneOf": [\#(ref("B")), \#(ref("A"))]}"#,
            sent: [Seen("variant-added", .minor, "")], got: [Seen("variant-added", .major, "")]),
        composed(
            "a variant less", #"{"anyOf": [\#(ref("A")), \#(ref("B"))]}"#, #"{"anyOf": [\#(ref("B"))]}"#,
            sent: [Seen("variant-removed", .major, "")], got: [Seen("variant-removed", .minor, "")]),
        composed(
            "the first variant", ref("A"), #"{"oneOf": [\#(ref("A")), \#(ref("B"))]}"#,
            sent: [Seen("variant-added", .minor, "")], got: [Seen("variant-added", .major, "")]),
        composed(
            "any for one", #"{"oneOf": [\#(ref("A")), \#(ref("B"))]}"#, #"{"anyOf": [\#(ref("B")), \#(ref("A"))]}"#,
            sent: [], got: []),
        composed(
            "what all variants share",
            #"{"required": ["a"], "properties": {"a": {}}, "oneOf": [\#(ref("B")), {"type": "object"}]}"#,
            #"{"properties": {"a": {}}, "oneOf": [\#(ref("B")), {"type": "object"}]}"#,
            sent: [
                Seen("request-property-optional", .minor, "(B).a"),
                Seen("request-property-optional", .minor, "(object).a"),
            ],
            got: [
                Seen("response-property-optional", .major, "(B).a"),
                Seen("response-property-optional", .major, "(object).a"),
            ]),
        composed(
            "a variant that a value tells apart",
            #"{"oneOf": [\#(object(#""k": {"enum": ["x"]}, "p": {}"#)), \#(object(#""k": {"enum": ["y"]}"#))]}"#,
            #"{"oneOf": [\#(object(#""k": {"enum": ["y"]}"#)), \#(object(#""k": {"enum": ["x"]}"#))]}"#,
            sent: [Seen("request-property-removed", .major, "(object).p")],
            got: [Seen("response-property-removed", .major, "(object).p")]),
        composed(
            "variants of a variant", #"{"oneOf": [{"type": "integer"}, {"type": "string"}]}"#,
            #"{"anyOf": [{"type": "boolean"}, {"oneOf": [{"type": "string"}, {"type": "integer"}]}]}"#,
            sent: [Seen("variant-added", .minor, "")], got: [Seen("variant-added", .major, "")]),
        composed(
            "listed values, a variant for each", #"{"oneOf": [{"enum": ["x"]}, {"enum": ["y"], "description": "Y"}]}"#,
            #"{"type": "string", "enum": ["y", "x"]}"#, sent: [], got: []),
        composed(
            "a variant for a further value", #"{"oneOf": [{"enum": ["x"]}, {"const": "y"}]}"#,
            #"{"oneOf": [{"enum": ["x"]}, {"const": "y"}, {"const": "z"}]}"#,
            sent: [Seen("enum-value-added", .minor, "")], got: [Seen("enum-value-added", .minor, "")]),
        composed(
            "values that are not listed any more", #"{"oneOf": [{"enum": ["x"]}, {"enum": ["y"]}]}"#,
            #"{"type": "string"}"#, sent: [Seen("enum-removed", .minor, "")],
            got: [Seen("enum-removed", .minor, "")]),
        composed(
            "null as a variant without a type", #"{"allOf": [\#(ref("A"))], "nullable": true}"#,
            #"{"anyOf": [\#(ref("A")), {"nullable": true}]}"#, sent: [], got: []),
        composed(
            "null as a variant beside a default", #"{"type": "string", "nullable": true, "default": null}"#,
            #"{"default": null, "anyOf": [{"type": "string"}, {"nullable": true}]}"#, sent: [], got: []),
        composed(
            "a default beside variants", #"{"default": 1, "anyOf": [{"type": "string"}, {"type": "integer"}]}"#,
            #"{"default": 2, "anyOf": [{"type": "string"}, {"type": "integer"}]}"#,
            sent: [Seen("default-changed", .minor, "")], got: [Seen("default-changed", .patch, "")]),
        composed(
            "two lists of variants",
            #"{"allOf": [{"oneOf": [\#(ref("A")), \#(ref("B"))]}, {"anyOf": [\#(ref("A"))]}]}"#,
            #"{"allOf": [{"oneOf": [\#(ref("A")), \#(ref("B"))]}, {"anyOf": [\#(ref("A"))]}]}"#, sent: [], got: []),
    ]

    @Test(arguments: compositions)
    func `references, merged schemas and variants are looked through`(row: Case) throws {
        try check(row)
    }

    @Test func `words beside a reference count from 3_1 on`() throws {
        let base = ##"{"$ref": "#/components/schemas/S"}"##
        let head = ##"{"$ref": "#/components/schemas/S", "maxLength": 3}"##
        let schema = #""S": {"type": "string"}"#
        for (version, codes) in [("3.0.0", []), ("3.1.0", ["limit-narrowed"])] {
            let difference = try InterfaceDifference.openAPI(
                API.taking(base, version: version, components: schema),
                API.taking(head, version: version, components: schema))
            #expect(difference.changes.map(\.code) == codes)
        }
    }
}
