import Testing

@testable import Pipeline

struct OpenAPIOperationTests {
    /// Two documents and what is seen between them, one way and the other.
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let base: String
        let head: String
        let forth: [Seen]
        let back: [Seen]

        init(_ name: String, _ base: String, _ head: String, _ forth: [Seen], back: [Seen]) {
            (testDescription, self.base, self.head, self.forth, self.back) = (name, base, head, forth, back)
        }
    }

    private func check(_ row: Case) throws {
        let forth = try InterfaceDifference.openAPI(row.base, row.head)
        let back = try InterfaceDifference.openAPI(row.head, row.base)
        #expect(forth.seen == row.forth)
        #expect(back.seen == row.back)
        #expect(forth.isComparable && back.isComparable)
    }

    private static func parameter(_ place: String, _ name: String, _ more: String = "") -> String {
        #"{"in": "\#(place)", "name": "\#(name)", "schema": {"type": "string"}\#(more)}"#
    }

    static let operations = [
        Case(
            "an operation", API.of(#""/a": {"get": {}}"#), API.of(#""/a": {"get": {}, "post": {}}"#),
            [Seen("operation-added", .minor, "POST /a")], back: [Seen("operation-removed", .major, "POST /a")]),
        Case(
            "a deprecated operation", API.of(""), API.get(#""deprecated": true"#),
            [Seen("operation-added", .minor, "GET /a")], back: [Seen("operation-removed", .major, "GET /a")]),
        Case(
            "a path", API.of(#""/a": {"get": {}}"#), API.of(#""/b": {"get": {}}"#),
            [Seen("operation-removed", .major, "GET /a"), Seen("operation-added", .minor, "GET /b")],
            back: [Seen("operation-added", .minor, "GET /a"), Seen("operation-removed", .major, "GET /b")]),
        Case(
            "the name of a path parameter",
            API.of(#""/a/{id}/b/{x}": {"parameters": [\#(parameter("path", "id"))], "get": {}}"#),
            API.of(#""/a/{key}/b/{y}": {"get": {"parameters": [\#(parameter("path", "key"))]}}"#), [], back: []),
        Case(
            "two paths that differ in the name of a parameter",
            API.of(#""/a/{x}": {"get": {}}, "/a/{y}": {"get": {}}"#), API.of(#""/a/{x}": {"get": {}}"#),
            [Seen("operation-removed", .major, "GET /a/{y}")], back: [Seen("operation-added", .minor, "GET /a/{y}")]),
        Case(
            "deprecation", API.get(""), API.get(#""deprecated": true"#), [Seen("deprecated", .minor, "GET /a")],
            back: [Seen("deprecation-lifted", .patch, "GET /a")]),
        Case(
            "what is for people", API.get(#""operationId": "x", "tags": ["a"], "summary": "b""#),
            API.get(
                #""operationId": "y", "description": "c""#, #""servers": [{"url": "/x"}], "info": {"title": "t"}"#),
            [], back: []),
        Case(
            "a webhook", API.of("", version: "3.1.0"),
            API.of("", version: "3.1.0", #""webhooks": {"paid": {"post": {}}}"#),
            [Seen("operation-added", .minor, "webhook paid POST")],
            back: [Seen("operation-removed", .major, "webhook paid POST")]),
        Case(
            "a callback", API.get(""), API.get(#""callbacks": {"done": {"{$request.body#/url}": {"post": {}}}}"#),
            [Seen("operation-added", .minor, "GET /a callback done POST {$request.body#/url}")],
            back: [Seen("operation-removed", .major, "GET /a callback done POST {$request.body#/url}")]),
        Case(
            "a path that is a reference",
            API.of(##""/a": {"$ref": "#/x-paths/a"}"##, ##""x-paths": {"a": {"get": {}}}"##),
            API.of(#""/a": {"get": {}}"#), [], back: []),
    ]

    @Test(arguments: operations)
    func `operations come and go`(row: Case) throws {
        try check(row)
    }

    static let parameters = [
        Case(
            "an optional one", API.get(""), API.get(#""parameters": [\#(parameter("query", "q"))]"#),
            [Seen("parameter-added", .minor, "GET /a query q")],
            back: [Seen("parameter-removed", .major, "GET /a query q")]),
        Case(
            "a required one", API.get(""),
            API.get(#""parameters": [\#(parameter("query", "q", #", "required": true"#))]"#),
            [Seen("parameter-added-required", .major, "GET /a query q")],
            back: [Seen("parameter-removed", .major, "GET /a query q")]),
        Case(
            "one that becomes required", API.get(#""parameters": [\#(parameter("query", "q"))]"#),
            API.get(#""parameters": [\#(parameter("query", "q", #", "required": true"#))]"#),
            [Seen("parameter-required", .major, "GET /a query q")],
            back: [Seen("parameter-optional", .minor, "GET /a query q")]),
        Case(
            "the case of a header", API.get(#""parameters": [\#(parameter("header", "X-A"))]"#),
            API.get(#""parameters": [\#(parameter("header", "x-a"))]"#), [], back: []),
        Case(
            "a header that is no parameter", API.get(""),
            API.get(#""parameters": [\#(parameter("header", "Authorization", #", "required": true"#))]"#), [], back: []),
        Case(
            "the place", API.get(#""parameters": [\#(parameter("query", "q"))]"#),
            API.get(#""parameters": [\#(parameter("header", "q"))]"#),
            [Seen("parameter-added", .minor, "GET /a header q"), Seen("parameter-removed", .major, "GET /a query q")],
            back: [
                Seen("parameter-removed", .major, "GET /a header q"), Seen("parameter-added", .minor, "GET /a query q"),
            ]),
        Case(
            "the type",
            API.get(#""parameters": [{"in": "query", "name": "q", "schema": {"type": "integer"}}]"#),
            API.get(#""parameters": [{"in": "query", "name": "q", "schema": {"type": "number"}}]"#),
            [Seen("type-widened", .minor, "GET /a query q")], back: [Seen("type-narrowed", .major, "GET /a query q")]),
        Case(
            "one given by reference and for the whole path",
            API.of(
                ##""/a": {"parameters": [{"$ref": "#/components/parameters/q"}], "get": {}}"##,
                #""components": {"parameters": {"q": \#(parameter("query", "q"))}}"#),
            API.get(#""parameters": [\#(parameter("query", "q"))]"#), [], back: []),
        Case(
            "one of the path that the operation says anew",
            API.of(
                #""/a": {"parameters": [\#(parameter("query", "q", #", "required": true"#))], "get": {"parameters": [\#(parameter("query", "q"))]}}"#
            ), API.get(#""parameters": [\#(parameter("query", "q"))]"#), [], back: []),
        Case(
            "how a list is written",
            API.get(#""parameters": [{"in": "query", "name": "q", "schema": {"type": "array"}}]"#),
            API.get(#""parameters": [{"in": "query", "name": "q", "explode": false, "schema": {"type": "array"}}]"#),
            [Seen("parameter-style-changed", .major, "GET /a query q")],
            back: [Seen("parameter-style-changed", .major, "GET /a query q")]),
        Case(
            "how a text would be written if it were a list", API.get(#""parameters": [\#(parameter("query", "q"))]"#),
            API.get(#""parameters": [\#(parameter("query", "q", #", "explode": false"#))]"#), [], back: []),
        Case(
            "one of a webhook, which others get",
            API.of("", version: "3.1.0", #""webhooks": {"w": {"post": {}}}"#),
            API.of(
                "", version: "3.1.0",
                #""webhooks": {"w": {"post": {"parameters": [\#(parameter("header", "h", #", "required": true"#))]}}}"#),
            [Seen("parameter-added", .minor, "webhook w POST header h")],
            back: [Seen("parameter-removed", .major, "webhook w POST header h")]),
    ]

    @Test(arguments: parameters)
    func `parameters come, go and change`(row: Case) throws {
        try check(row)
    }

    private static func body(_ more: String, _ type: String = "application/json") -> String {
        API.of(#""/a": {"post": {"requestBody": {\#(more)"content": {"\#(type)": {}}}}}"#)
    }

    private static func answer(_ codes: String) -> String { API.get(#""responses": {\#(codes)}"#) }

    static let contents = [
        Case(
            "an optional body", API.of(#""/a": {"post": {}}"#), body(""),
            [Seen("request-body-added", .minor, "POST /a body")],
            back: [Seen("request-body-removed", .major, "POST /a body")]),
        Case(
            "a required body", API.of(#""/a": {"post": {}}"#), body(#""required": true, "#),
            [Seen("request-body-added-required", .major, "POST /a body")],
            back: [Seen("request-body-removed", .major, "POST /a body")]),
        Case(
            "a body that becomes required", body(""), body(#""required": true, "#),
            [Seen("request-body-required", .major, "POST /a body")],
            back: [Seen("request-body-optional", .minor, "POST /a body")]),
        Case(
            "a media type of requests", body("", "text/csv"), body("", "text/plain"),
            [Seen("media-type-removed", .major, "POST /a body"), Seen("media-type-added", .minor, "POST /a body")],
            back: [
                Seen("media-type-removed", .major, "POST /a body"), Seen("media-type-added", .minor, "POST /a body"),
            ]),
        Case(
            "a media type that a range takes", body("", "text/csv"), body("", "text/*"),
            [Seen("media-type-added", .minor, "POST /a body")],
            back: [Seen("media-type-removed", .major, "POST /a body")]),
        Case(
            "how a media type is written", body("", "application/json"), body("", "Application/JSON; charset=UTF-8"),
            [],
            back: []),
        Case(
            "a media type of answers", answer(#""200": {"content": {"text/csv": {}}}"#),
            answer(#""200": {"content": {"text/csv": {}, "application/json": {}}}"#),
            [Seen("media-type-added", .minor, "GET /a 200 body")],
            back: [Seen("media-type-removed", .major, "GET /a 200 body")]),
        Case(
            "an answer", answer(#""200": {}"#), answer(#""200": {}, "204": {}"#),
            [Seen("response-added", .minor, "GET /a 204")], back: [Seen("response-removed", .major, "GET /a 204")]),
        Case(
            "an error", answer(#""200": {}"#), answer(#""200": {}, "404": {}, "default": {}"#),
            [Seen("response-added", .minor, "GET /a 404"), Seen("response-added", .minor, "GET /a default")],
            back: [
                Seen("error-response-removed", .minor, "GET /a 404"),
                Seen("error-response-removed", .minor, "GET /a default"),
            ]),
        Case(
            "a range of answers", answer(#""2xx": {}"#), answer(#""2XX": {"description": "fine"}"#), [], back: []),
        Case(
            "a header of answers", answer(#""200": {}"#),
            answer(#""200": {"headers": {"X-Left": {"required": true, "schema": {}}}}"#),
            [Seen("response-header-added", .minor, "GET /a 200 header x-left")],
            back: [Seen("response-header-removed", .major, "GET /a 200 header x-left")]),
        Case(
            "a header that may be missing", answer(#""200": {"headers": {"X": {"required": true}}}"#),
            answer(#""200": {"headers": {"x": {}}}"#),
            [Seen("response-header-optional", .major, "GET /a 200 header x")],
            back: [Seen("response-header-required", .minor, "GET /a 200 header x")]),
        Case(
            "the type of a header", answer(#""200": {"headers": {"X": {"schema": {"type": "integer"}}}}"#),
            answer(#""200": {"headers": {"X": {"schema": {"type": "string"}}}}"#),
            [Seen("type-changed", .major, "GET /a 200 header x")],
            back: [Seen("type-changed", .major, "GET /a 200 header x")]),
    ]

    @Test(arguments: contents)
    func `bodies, answers and headers come, go and change`(row: Case) throws {
        try check(row)
    }

    private static func secured(_ ways: String, _ schemes: String = "") -> String {
        let more = schemes.isEmpty ? "" : #""components": {"securitySchemes": {\#(schemes)}}"#
        return API.get(#""security": [\#(ways)]"#, more)
    }

    private static let narrowed = Seen("security-narrowed", .major, "GET /a")
    private static let widened = Seen("security-widened", .minor, "GET /a")

    static let security = [
        Case("a requirement", API.get(""), secured(#"{"key": []}"#), [narrowed], back: [widened]),
        Case(
            "a requirement that is one way of two", API.get(""), secured(#"{}, {"key": []}"#), [], back: []),
        Case(
            "a second way", secured(#"{"key": []}"#), secured(#"{"key": []}, {"o": ["r"]}"#), [widened],
            back: [narrowed]),
        Case(
            "a further scope", secured(#"{"o": ["r"]}"#), secured(#"{"o": ["r", "w"]}"#), [narrowed],
            back: [widened]),
        Case(
            "the requirement of the whole document", API.get("", #""security": [{"key": []}]"#),
            secured(#"{"key": []}"#), [], back: []),
        Case(
            "an operation that asks for nothing", API.get("", #""security": [{"key": []}]"#), secured(""), [widened],
            back: [narrowed]),
        Case(
            "the name of a scheme",
            secured(#"{"a": []}"#, #""a": {"type": "http", "scheme": "Bearer"}"#),
            secured(#"{"b": []}"#, #""b": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}"#), [], back: []),
        Case(
            "the type of a scheme",
            secured(#"{"a": []}"#, #""a": {"type": "http", "scheme": "bearer"}"#),
            secured(#"{"a": []}"#, #""a": {"type": "apiKey", "in": "header", "name": "X-Key"}"#), [narrowed, widened],
            back: [narrowed, widened]),
    ]

    @Test(arguments: security)
    func `what is asked of callers changes`(row: Case) throws {
        try check(row)
    }

    static let swagger = [
        Case(
            "the same in 2.0 and 3.0",
            """
            {"swagger": "2.0", "paths": {"/a/{id}": {"post": {
              "parameters": [
                {"in": "path", "name": "id", "required": true, "type": "string"},
                {"in": "query", "name": "q", "type": "array", "items": {"type": "integer"}, "collectionFormat": "multi"},
                {"in": "body", "name": "b", "required": true, "schema": {"$ref": "#/definitions/B"}}],
              "security": [{"k": []}],
              "responses": {"200": {"schema": {"$ref": "#/definitions/B"}, "headers": {"X": {"type": "string"}}}}}}},
             "definitions": {"B": {"type": "object", "properties": {"n": {"type": "integer"}}}},
             "securityDefinitions": {"k": {"type": "basic"}}}
            """,
            """
            {"openapi": "3.0.0", "paths": {"/a/{id}": {"post": {
              "parameters": [
                {"in": "path", "name": "id", "required": true, "schema": {"type": "string"}},
                {"in": "query", "name": "q", "schema": {"type": "array", "items": {"type": "integer"}}}],
              "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/B"}}}},
              "security": [{"b": []}],
              "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/B"}}},
                "headers": {"X": {"schema": {"type": "string"}}}}}}}},
             "components": {"schemas": {"B": {"type": "object", "properties": {"n": {"type": "integer"}}}},
               "securitySchemes": {"b": {"type": "http", "scheme": "basic"}}}}
            """, [], back: []),
        Case(
            "a field of a form", #"{"swagger": "2.0", "paths": {"/a": {"post": {}}}}"#,
            #"{"swagger": "2.0", "paths": {"/a": {"post": {"parameters": [{"in": "formData", "name": "f", "required": true}]}}}}"#,
            [Seen("parameter-added-required", .major, "POST /a formData f")],
            back: [Seen("parameter-removed", .major, "POST /a formData f")]),
        Case(
            "a media type", #"{"swagger": "2.0", "paths": {"/a": {"get": {"responses": {"200": {"schema": {}}}}}}}"#,
            #"{"swagger": "2.0", "produces": ["application/json", "text/csv"], "paths": {"/a": {"get": {"responses": {"200": {"schema": {}}}}}}}"#,
            [Seen("media-type-added", .minor, "GET /a 200 body")],
            back: [Seen("media-type-removed", .major, "GET /a 200 body")]),
    ]

    @Test(arguments: swagger)
    func `swagger 2 is read as well`(row: Case) throws {
        try check(row)
    }
}
