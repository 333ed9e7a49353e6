import Testing

@testable import Pipeline

struct IndexMappingTests {
    private static func json(_ text: String) throws -> JSON { try JSON(parsing: Array(text.utf8), profile: .lenient) }

    @Test(arguments: [
        ("7", "8", true), ("7", #""8""#, true), ("7", #""eight""#, false), ("7", "8.5", false), ("7.5", "8", true),
        (#""some text""#, "8", true), (#""some text""#, "true", true), (#""some text""#, #"{"a": 1}"#, false),
        (#"{"a": 1}"#, #"{"b": 1}"#, true), (#"{"a": 1}"#, "1", false), (#"{"a": 1}"#, #"{"a": "x"}"#, false),
        ("[1, 2]", "3", true), (#"[{"a": 1}]"#, #"{"a": 2}"#, true), ("null", #""x""#, true),
        ("true", #""true""#, true),
        ("true", "1", false), (#""2026-01-31""#, #""2026-01-31T12:00:00Z""#, true),
        (#""2026-01-31""#, #""soon""#, false),
        (#""soon""#, #""2026-01-31""#, true),
    ])
    func `the first document decides what the second may be`(first: String, second: String, fits: Bool) throws {
        var mapping = IndexMapping()
        #expect(mapping.index(try Self.json(#"{"v": \#(first)}"#)).isEmpty)
        let conflicts = mapping.index(try Self.json(#"{"v": \#(second)}"#))
        #expect(conflicts.isEmpty == fits, "\(conflicts)")
    }

    @Test(arguments: [
        (#"{"type": "keyword"}"#, "7", true), (#"{"type": "text"}"#, "{}", false), (#"{"type": "ip"}"#, #""x""#, false),
        (#"{"type": "date", "format": "yyyy-MM-dd"}"#, #""2026-01-31""#, true),
        (#"{"type": "date", "format": "yyyy-MM-dd"}"#, #""2026-01-31T12:00:00Z""#, false),
        (#"{"type": "date"}"#, "1700000000000", true), (#"{"type": "date", "format": "yyyy-MM-dd"}"#, "1", false),
        (#"{"type": "flattened"}"#, #"{"a": {"b": 1}}"#, true), (#"{"type": "flattened"}"#, "1", false),
        (#"{"type": "object", "enabled": false}"#, "1", true),
        (#"{"type": "long", "ignore_malformed": true}"#, #""x""#, true),
        (#"{"type": "long", "ignore_malformed": true}"#, "{}", false), (#"{"type": "binary"}"#, #""c29tZQ==""#, true),
        (#"{"type": "binary"}"#, #""no base64""#, false),
        (#"{"properties": {"a": {"type": "long"}}}"#, #"{"a": "x"}"#, false),
        (#"{"type": "nested", "dynamic": "strict"}"#, #"[{"a": 1}]"#, false),
        (#"{"type": "object", "dynamic": false}"#, #"{"a": {"b": [1, "x"]}}"#, true),
    ])
    func `a mapping takes what its fields take`(field: String, value: String, fits: Bool) throws {
        var mapping = IndexMapping(try Self.json(#"{"properties": {"v": \#(field)}}"#))
        let conflicts = mapping.index(try Self.json(#"{"v": \#(value)}"#))
        #expect(conflicts.isEmpty == fits, "\(conflicts)")
    }

    @Test func `the conflict that makes an index lose documents is seen`() throws {
        var mapping = IndexMapping()
        #expect(mapping.index(["user": ["id": 7]]).isEmpty)
        let conflicts = mapping.index(["user": "root"])
        #expect(conflicts == [.init(path: "user", text: "is object, and gets a text")])
    }
}
