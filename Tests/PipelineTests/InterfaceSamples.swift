@testable import Pipeline

extension Document {
    /// The document a JSON text stands for; the values of an object stand on lines of their own.
    init(sample text: String) throws {
        var line = 0
        self.init(try JSON(parsing: Array(text.utf8), profile: .lenient), &line)
    }

    private init(_ json: JSON, _ line: inout Int) {
        line += 1
        let start = line
        let content: Content =
            switch json {
            case .null: .null
            case .bool(let flag): .bool(flag)
            case .integer(let number): .integer(number)
            case .decimal(let text): .other(text)
            case .string(let text): .text(text)
            case .array(let elements): .list(elements.map { Document($0, &line) })
            case .object(let members):
                .map(
                    members.sorted { $0.key < $1.key }.map { key, value in
                        let value = Document(value, &line)
                        return Entry(key: key, line: value.line, value: value)
                    })
            }
        self.init(line: start, content)
    }
}

/// A change as tests compare it.
struct Seen: Equatable, CustomStringConvertible, Sendable {
    let code: String
    let level: Level
    let place: String

    init(_ code: String, _ level: Level, _ place: String) {
        (self.code, self.level, self.place) = (code, level, place)
    }

    var description: String { "\(code) \(level) at \(place)" }
}

extension InterfaceDifference {
    var seen: [Seen] { changes.map { Seen($0.code, $0.level, $0.place) } }

    /// The difference of two OpenAPI documents, given as JSON.
    static func openAPI(_ base: String, _ head: String) throws -> InterfaceDifference {
        let base = try Document(sample: base)
        return try InterfaceDifference(of: .openapi(Path(parsing: "api.yaml")), from: base, to: Document(sample: head))
    }

    static func calls(_ base: String, _ head: String) throws -> InterfaceDifference {
        let base = try Document(sample: base)
        return try InterfaceDifference(of: .calls(Path(parsing: "calls.json")), from: base, to: Document(sample: head))
    }
}

/// Documents in which only one thing is of interest.
enum API {
    static func of(_ paths: String, version: String = "3.0.3", _ more: String = "") -> String {
        #"{"openapi": "\#(version)", "paths": {\#(paths)}\#(more.isEmpty ? "" : ", " + more)}"#
    }

    /// `GET /a` with members of the operation.
    static func get(_ members: String, version: String = "3.0.3", _ more: String = "") -> String {
        of(#""/a": {"get": {\#(members)}}"#, version: version, more)
    }

    /// `POST /a` that takes a value of a schema.
    static func taking(_ schema: String, version: String = "3.0.3", components: String = "") -> String {
        let body = #""requestBody": {"content": {"application/json": {"schema": \#(schema)}}}"#
        return of(#""/a": {"post": {\#(body)}}"#, version: version, Self.components(components))
    }

    /// `GET /a` that gives a value of a schema.
    static func giving(_ schema: String, version: String = "3.0.3", components: String = "") -> String {
        let response = #""responses": {"200": {"content": {"application/json": {"schema": \#(schema)}}}}"#
        return get(response, version: version, Self.components(components))
    }

    private static func components(_ schemas: String) -> String {
        schemas.isEmpty ? "" : #""components": {"schemas": {\#(schemas)}}"#
    }
}
