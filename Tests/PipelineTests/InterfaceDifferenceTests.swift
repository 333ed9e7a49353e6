import Testing

@testable import Pipeline

struct InterfaceDifferenceTests {
    private static let openapi = InterfaceDeclaration.openapi(Path(bytes: Array("svc/api.yaml".utf8)))
    private static let calls = InterfaceDeclaration.calls(Path(bytes: Array("svc/calls.json".utf8)))

    // MARK: - Declarations

    @Test func `a declaration names one file in the folder of the service`() throws {
        let home = try Path(parsing: "svc")
        #expect(try InterfaceDeclaration(JSON(parsing: #"{"openapi": "api.yaml"}"#), in: home) == Self.openapi)
        #expect(try InterfaceDeclaration(JSON(parsing: #"{"calls": "./x/../calls.json"}"#), in: home) == Self.calls)
        for declaration in [Self.openapi, Self.calls] {
            #expect(try InterfaceDeclaration(json: JSON(encoding: declaration)) == declaration)
        }
    }

    @Test(arguments: [
        ("[]", "interface"), ("{}", "interface"), (#"{"openapi": "a", "calls": "b"}"#, "interface"),
        (#"{"openApi": "a"}"#, "interface"), (#"{"openapi": 1}"#, "interface.openapi"),
        (#"{"calls": "../../a"}"#, "interface.calls"), (#"{"calls": "/a"}"#, "interface.calls"),
        (#"{"calls": ".."}"#, "interface.calls"), (#"{"adapter": "buf"}"#, "interface"),
    ])
    func `any other declaration is refused with its place`(text: String, place: String) throws {
        let error = #expect(throws: JSONError.self) {
            try InterfaceDeclaration(JSON(parsing: text), in: Path(parsing: "svc"))
        }
        #expect(error?.place == place)
    }

    // MARK: - What is not there

    @Test(arguments: [(openapi, API.get("")), (calls, #"{"format": 1, "calls": []}"#)])
    func `an interface begins and ends`(declaration: InterfaceDeclaration, text: String) throws {
        let document = try Document(sample: text)
        let begun = try InterfaceDifference(of: declaration, from: nil, to: document)
        #expect(begun.seen == [Seen("interface-new", .minor, declaration.path.description)])
        let ended = try InterfaceDifference(of: declaration, from: document, to: nil)
        #expect(ended.seen == [Seen("interface-removed", .major, declaration.path.description)])
        #expect(begun.isComparable && ended.isComparable)
        let error = #expect(throws: ConfigurationError.self) {
            try InterfaceDifference(of: declaration, from: nil, to: nil)
        }
        #expect(error?.file == declaration.path.description)
    }

    @Test(arguments: [
        ("[]", "is no OpenAPI document: it has neither openapi nor swagger"),
        ("{}", "is no OpenAPI document: it has neither openapi nor swagger"),
        (
            #"{"openapi": "3.2.0", "paths": {}}"#,
            "OpenAPI 3.2.0 is not understood, only OpenAPI 3.0 and 3.1 and Swagger 2.0"
        ),
        (#"{"openapi": "3", "paths": {}}"#, "OpenAPI 3 is not understood, only OpenAPI 3.0 and 3.1 and Swagger 2.0"),
        (
            #"{"swagger": 1.2, "paths": {}}"#,
            "Swagger 1.2 is not understood, only OpenAPI 3.0 and 3.1 and Swagger 2.0"
        ),
        (#"{"openapi": "3.0.0"}"#, "has no paths"), (API.of(#""/a": []"#), "/a is no map"),
        (API.of(#""/a": {"get": 1}"#), "GET /a is no map"), (API.get(#""responses": []"#), "responses is no map"),
        (API.get(#""parameters": {}"#), "parameters is no list"),
        (API.get(#""parameters": [{"in": "query"}]"#), "a parameter has no in or no name"),
        (API.get(#""security": {}"#), "security is no list"),
        (API.get(#""requestBody": {"content": "text/csv"}"#), "content is no map"),
    ])
    func `what is no OpenAPI document is an error at HEAD and unknown at the base`(text: String, message: String) throws
    {
        let (good, bad) = (try Document(sample: API.get("")), try Document(sample: text))
        for base in [nil, good] {
            let error = #expect(throws: ConfigurationError.self) {
                try InterfaceDifference(of: Self.openapi, from: base, to: bad)
            }
            #expect(error?.findings.map(\.message) == [message])
        }
        let difference = try InterfaceDifference(of: Self.openapi, from: bad, to: good)
        #expect(difference.seen == [Seen("base-unreadable", .none, "svc/api.yaml")])
        #expect(!difference.isComparable)
    }

    @Test func `a base that is no document at all is unknown`() {
        let difference = InterfaceDifference(unreadableBaseOf: Self.calls)
        #expect(difference.seen == [Seen("base-unreadable", .none, "svc/calls.json")])
        #expect(!difference.isComparable && difference.level == .none)
    }

    // MARK: - What is not known

    @Test(arguments: [
        ("a remote schema", ##"{"$ref": "common.yaml#/A"}"##, "reference-remote"),
        ("no such schema", ##"{"$ref": "#/components/schemas/None"}"##, "reference-unresolved"),
        ("an anchor", ##"{"$ref": "#None"}"##, "reference-unresolved"),
        (
            "a circle of nothing", ##"{"$ref": "#/paths/~1a/get/responses/200/content/application~1json/schema"}"##,
            "reference-unresolved"
        ),
    ])
    func `what a document refers to and does not hold is not known`(name: String, schema: String, code: String) throws {
        let plain = API.giving(#"{"type": "string"}"#)
        let (forth, back) = (
            try InterfaceDifference.openAPI(plain, API.giving(schema)),
            try InterfaceDifference.openAPI(API.giving(schema), plain)
        )
        for difference in [forth, back] {
            #expect(difference.changes.filter { $0.kind == .unknown }.map(\.code) == [code])
            #expect(!difference.isComparable)
        }
        #expect(forth.changes.last?.line != nil && back.changes.last?.line == nil)
    }

    @Test(arguments: [
        ("another condition", #"{"not": {"type": "string"}}"#, #"{"not": {"type": "integer"}}"#),
        ("a new condition", #"{"type": "string"}"#, #"{"type": "string", "if": {"minLength": 2}}"#),
        ("what is no list of variants", "{}", #"{"oneOf": {}}"#), ("what is no schema", "{}", "[]"),
        ("what are no properties", #"{"properties": []}"#, "{}"),
        (
            "a swap", #"{"prefixItems": [{"const": 1}, {"const": 2}]}"#,
            #"{"prefixItems": [{"const": 2}, {"const": 1}]}"#
        ),
    ])
    func `rules that are not read are not known to be the same`(name: String, base: String, head: String) throws {
        let (base, head) = (API.giving(base), API.giving(head))
        let (forth, back) = (
            try InterfaceDifference.openAPI(base, head), try InterfaceDifference.openAPI(head, base)
        )
        #expect(!forth.isComparable && !back.isComparable)
        #expect(try InterfaceDifference.openAPI(head, head).level == .none)
    }

    @Test func `a rule that is not read is followed through references, and its words for people are not`() throws {
        let schema = ##"{"not": {"description": "a", "items": {"$ref": "#/components/schemas/A"}}}"##
        let base = API.giving(schema, components: #""A": {"type": "string"}"#)
        let other = API.giving(schema, components: #""A": {"type": "integer"}"#)
        let worded = API.giving(
            schema.replacing(#""a""#, with: #""b""#), components: #""A": {"type": "string", "title": "t"}"#)
        #expect(try !InterfaceDifference.openAPI(base, other).isComparable)
        #expect(try InterfaceDifference.openAPI(base, worded).changes == [])
    }

    // MARK: - What is told

    @Test func `changes are told with the place, the line and the most severe first`() throws {
        let base = API.of(
            #""/a/{id}": {"get": {"responses": {"200": {"content": {"x": {"schema": {"properties": {"total": {}, "lines": {"items": {"properties": {"n": {}}}}}}}}}}}}"#
        )
        let head = base.replacing(#""total": {}, "#, with: #""sum": {}, "#).replacing(#"{"n": {}}"#, with: "{}")
        let difference = try InterfaceDifference.openAPI(base, head)
        #expect(
            difference.evidence().map { "\($0.level) \($0.code): \($0.text)" } == [
                "major response-property-removed: GET /a/{id} 200 body.total is not given any more",
                "major response-property-removed: GET /a/{id} 200 body.lines[].n is not given any more",
                "minor response-property-added: GET /a/{id} 200 body.sum is new",
            ])
        #expect(difference.level == .major)
        #expect(difference.changes.map(\.line) == [15, 10, 13])
        #expect(try InterfaceDifference(json: JSON(encoding: difference)) == difference)
    }

    @Test func `lines are those of HEAD`() throws {
        func document(_ member: String?) -> Document {
            let entries = member.map { [Document.Entry(key: $0, line: 5, value: Document(line: 6, .map([])))] } ?? []
            return Document(
                line: 1,
                .map([
                    Document.Entry(key: "openapi", line: 1, value: Document(line: 1, .other("3.1"))),
                    Document.Entry(
                        key: "paths", line: 3,
                        value: Document(
                            line: 4,
                            .map([
                                Document.Entry(key: "/a", line: 4, value: Document(line: 5, .map(entries)))
                            ]))),
                ]))
        }
        let gone = try InterfaceDifference(of: Self.openapi, from: document("get"), to: document(nil))
        #expect(gone.changes.map(\.line) == [3])
        let new = try InterfaceDifference(of: Self.openapi, from: document(nil), to: document("get"))
        #expect(new.changes.map(\.line) == [5])
    }

    @Test func `what is hidden in names does not reach a terminal`() throws {
        let name = #"\u202e\u001b[2J"# + String(repeating: "x", count: 10_000)
        let difference = try InterfaceDifference.openAPI(
            API.giving(#"{"properties": {"\#(name)": {}}}"#), API.giving(#"{"properties": {}}"#))
        let place = try #require(difference.changes.first?.place)
        #expect(place.hasPrefix(#"GET /a 200 body.\u{202e}\u{1b}[2J"#))
        #expect(place.utf8.count < 200)
    }

    @Test(arguments: [
        ##"{"$ref": "#/components/schemas/S"}"##,
        ##"{"default": null, "anyOf": [{"$ref": "#/components/schemas/S"}, {"nullable": true}]}"##,
    ])
    func `a schema that many operations use is told once in each direction`(schema: String) throws {
        let paths = (0..<20).map { index in
            #""/p\#(index)": {"get": {"responses": {"200": {"content": {"a/b": {"schema": \#(schema)}}}}}}"#
        }.joined(separator: ", ")
        func document(_ properties: String) -> String {
            API.of(paths, #""components": {"schemas": {"S": {"properties": {\#(properties)}}}}"#)
        }
        let difference = try InterfaceDifference.openAPI(document(#""a": {}"#), document(""))
        #expect(difference.seen == [Seen("response-property-removed", .major, "GET /p0 200 body.a")])
    }
}
