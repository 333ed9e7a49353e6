import Testing

@testable import Pipeline

struct CallCatalogueTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let base: String
        let head: String
        let forth: [Seen]
        let back: [Seen]
    }

    private static func catalogue(_ calls: String, _ types: String = "") -> String {
        #"{"format": 1, "calls": [\#(calls)], "types": {\#(types)}}"#
    }

    private static func row(
        _ name: String, _ base: String, _ head: String, _ forth: [Seen], back: [Seen]
    ) -> Case {
        Case(testDescription: name, base: catalogue(base), head: catalogue(head), forth: forth, back: back)
    }

    private static func shape(_ place: String, _ shape: String) -> String {
        #"{"name": "a.b", "\#(place)": \#(shape)}"#
    }

    static let cases = [
        row(
            "a call", "", #"{"name": "a.b"}"#, [Seen("call-added", .minor, "a.b")],
            back: [Seen("call-removed", .major, "a.b")]),
        row(
            "a version", #"{"name": "a.b", "version": 1}"#,
            #"{"name": "a.b", "version": 1}, {"name": "a.b", "version": 2}"#,
            [Seen("call-added", .minor, "a.b version 2")], back: [Seen("call-removed", .major, "a.b version 2")]),
        row(
            "a role", #"{"name": "a.b", "roles": ["USER"]}"#, #"{"name": "a.b", "roles": ["ADMIN", "USER"]}"#,
            [Seen("call-role-added", .minor, "a.b")], back: [Seen("call-role-removed", .major, "a.b")]),
        row(
            "other roles", #"{"name": "a.b", "roles": ["PUBLIC"]}"#, #"{"name": "a.b", "roles": ["PROVIDER"]}"#,
            [Seen("call-role-removed", .major, "a.b"), Seen("call-role-added", .minor, "a.b")],
            back: [Seen("call-role-removed", .major, "a.b"), Seen("call-role-added", .minor, "a.b")]),
        row(
            "all roles", #"{"name": "a.b", "roles": ["USER"]}"#, #"{"name": "a.b"}"#,
            [Seen("call-role-added", .minor, "a.b")], back: [Seen("call-role-removed", .major, "a.b")]),
        row(
            "method and path", #"{"name": "a.b", "method": "GET", "path": "/a"}"#,
            #"{"name": "a.b", "method": "post", "path": "/b"}"#,
            [Seen("call-method-changed", .major, "a.b"), Seen("call-path-changed", .major, "a.b")],
            back: [Seen("call-method-changed", .major, "a.b"), Seen("call-path-changed", .major, "a.b")]),
        row(
            "how method and path are written", #"{"name": "a.b", "method": "GET", "path": "/a/{x}"}"#,
            #"{"name": "a.b", "method": "get", "path": "/a/{y}", "description": "d"}"#, [], back: []),
        row(
            "deprecation", #"{"name": "a.b"}"#, #"{"name": "a.b", "deprecated": true}"#,
            [Seen("deprecated", .minor, "a.b")], back: [Seen("deprecation-lifted", .patch, "a.b")]),
        row(
            "a required property of requests", shape("request", #"{"type": "object"}"#),
            shape("request", #"{"type": "object", "properties": {"x": {}}, "required": ["x"]}"#),
            [Seen("request-property-added-required", .major, "a.b request.x")],
            back: [Seen("request-property-removed", .major, "a.b request.x")]),
        row(
            "a property of answers", shape("response", #"{"type": "object"}"#),
            shape("response", #"{"type": "object", "properties": {"x": {"type": "string"}}}"#),
            [Seen("response-property-added", .minor, "a.b response.x")],
            back: [Seen("response-property-removed", .major, "a.b response.x")]),
        row(
            "a property of errors", shape("error", #"{"type": "object"}"#),
            shape("error", #"{"type": "object", "properties": {"x": {"type": "string"}}}"#),
            [Seen("response-property-added", .minor, "a.b error.x")],
            back: [Seen("response-property-removed", .major, "a.b error.x")]),
        Case(
            testDescription: "a type that refers to itself",
            base: catalogue(
                shape("response", ##"{"$ref": "#/types/T"}"##),
                ##""T": {"type": "object", "properties": {"in": {"type": "array", "items": {"$ref": "#/types/T"}}, "n": {"type": "integer"}}}"##
            ),
            head: catalogue(
                shape("response", ##"{"$ref": "#/types/T"}"##),
                ##""T": {"type": "object", "properties": {"in": {"type": "array", "items": {"$ref": "#/types/T"}}, "n": {"type": "string"}}}"##
            ),
            forth: [Seen("type-changed", .major, "a.b response.n")],
            back: [Seen("type-changed", .major, "a.b response.n")]),
    ]

    @Test(arguments: cases)
    func `calls come, go and change`(row: Case) throws {
        #expect(try InterfaceDifference.calls(row.base, row.head).seen == row.forth)
        #expect(try InterfaceDifference.calls(row.head, row.base).seen == row.back)
        #expect(try InterfaceDifference.calls(row.base, row.base).changes == [])
    }

    @Test(arguments: [
        ("[]", "the catalogue is no map"), ("{}", #"has no "format": 1"#),
        (#"{"format": 2, "calls": []}"#, #"has no "format": 1"#), (#"{"format": 1}"#, "has no list of calls"),
        (#"{"format": 1, "calls": {}}"#, "has no list of calls"),
        (#"{"format": 1, "calls": [], "types": []}"#, "types is no map"),
        (#"{"format": 1, "calls": [], "call": 1}"#, #"the catalogue: unknown key "call""#),
        (catalogue("1"), "a call is no map"), (catalogue("{}"), "a call has no name of its form"),
        (catalogue(#"{"name": "a.$b"}"#), "a call has no name of its form"),
        (catalogue(#"{"name": "a.b"}, {"name": "a.b"}"#), "has the call a.b twice"),
        (catalogue(#"{"name": "a", "version": "1"}"#), "a: version is no positive integer"),
        (catalogue(#"{"name": "a", "version": 0}"#), "a: version is no positive integer"),
        (catalogue(#"{"name": "a", "roles": []}"#), "a: roles is no list of one or more texts"),
        (catalogue(#"{"name": "a", "roles": ["A", 1]}"#), "a: roles is no list of one or more texts"),
        (catalogue(#"{"name": "a", "method": 1}"#), "a: method is no text"),
        (catalogue(#"{"name": "a", "deprecated": 1}"#), "a: deprecated is no truth value"),
        (catalogue(#"{"name": "a", "role": ["A"]}"#), #"a call: unknown key "role""#),
        (catalogue(shape("request", "[]")), "a shape is no map"),
        (
            catalogue(shape("request", #"{"type": "text"}"#)),
            #""text" is none of array, boolean, integer, number, object, string"#
        ),
        (catalogue(shape("request", #"{"allOf": []}"#)), #"a shape: unknown key "allOf""#),
        (catalogue(shape("request", #"{"nullable": 1}"#)), "nullable is no truth value"),
        (catalogue(shape("request", #"{"format": 1}"#)), "format is no text"),
        (catalogue(shape("request", #"{"enum": []}"#)), "enum is no list of one or more values"),
        (catalogue(shape("request", #"{"oneOf": []}"#)), "oneOf is no list of one or more shapes"),
        (catalogue(shape("request", #"{"properties": []}"#)), "properties is no map"),
        (catalogue(shape("request", #"{"properties": {"a": {"items": 1}}}"#)), "a shape is no map"),
        (catalogue(shape("request", #"{"additionalProperties": true}"#)), "a shape is no map"),
        (catalogue(shape("request", #"{"required": ["a"]}"#)), #"required names "a", which is no property"#),
        (catalogue(shape("request", #"{"required": true}"#)), "required is no list of names"),
        (catalogue(shape("request", ##"{"$ref": "#/types/A"}"##)), ##""#/types/A" is no type of this catalogue"##),
        (catalogue(shape("request", ##"{"$ref": "#/calls/0"}"##)), ##""#/calls/0" is no type of this catalogue"##),
        (catalogue("", ##""A": {"$ref": "#/types/A"}"##), "#/types/A leads in a circle"),
        (catalogue("", ##""A": {"$ref": "#/types/B", "type": "string"}, "B": {}"##), "$ref stands alone in a shape"),
    ])
    func `what is not of the form is refused with its line`(text: String, message: String) throws {
        let error = #expect(throws: ConfigurationError.self) {
            try InterfaceDifference.calls(Self.catalogue(""), text)
        }
        #expect(error?.findings.map(\.message) == [message])
        #expect(error?.findings.allSatisfy { $0.line > 0 } == true)
    }

    @Test func `all that is wrong is named at once, with a suggestion`() throws {
        let text = Self.catalogue(#"{"name": "a", "respons": {}}, {"name": "b", "version": -1}"#)
        let error = #expect(throws: ConfigurationError.self) { try InterfaceDifference.calls(text, text) }
        #expect(error?.findings.count == 2)
        #expect(error?.findings.first?.hint == #"did you mean "response"?"#)
    }
}
