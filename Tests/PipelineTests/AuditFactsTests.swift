import Signing
import Testing

@testable import Pipeline

struct AuditFactsTests {
    struct Change: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let before: String
        let after: String
        let change: AuditFacts.Change?
        let place: String?

        init(_ name: String, _ before: String, _ after: String, _ change: AuditFacts.Change?, _ place: String? = nil) {
            (testDescription, self.before, self.after) = (name, before, after)
            (self.change, self.place) = (change, place)
        }
    }

    private static func object(_ members: String) -> String { #"{"type": "object", "properties": {\#(members)}}"# }
    private static let text = #"{"type": "string"}"#
    private static let long = #"{"type": "integer"}"#
    private static func list(_ items: String) -> String { #"{"type": "array", "items": \#(items)}"# }

    static let changes = [
        Change("same", text, text, nil),
        Change("nullable", text, #"{"type": "string", "nullable": true}"#, nil),
        Change("a list of it", long, list(long), nil),
        Change("listed values", text, #"{"type": "string", "enum": ["A"]}"#, nil),
        Change("listed values without a type", text, #"{"enum": ["A", "B"]}"#, nil),
        Change("to a number", text, long, .breaking, "v: was keyword and is long"),
        Change("to a text", long, text, .breaking, "v: was long and is keyword"),
        Change("to a fraction", long, #"{"type": "number"}"#, .breaking, "v: was long and is double"),
        Change("to an object", text, object(#""a": {"type": "string"}"#), .breaking, "v: was keyword and is object"),
        Change(
            "to a list of objects", object(#""a": \#(text)"#), list(object(#""a": \#(text)"#)), .breaking,
            "v: was object and is nested"),
        Change(
            "another date", #"{"type": "string", "format": "date"}"#, #"{"type": "string", "format": "date-time"}"#,
            .breaking, "v: was date (date) and is date (date-time)"),
        Change(
            "a date", text, #"{"type": "string", "format": "date"}"#, .breaking, "v: was keyword and is date (date)"),
        Change("bytes", text, #"{"type": "string", "format": "byte"}"#, .breaking, "v: was keyword and is binary"),
        Change("anything", text, "{}", .breaking, "v: was keyword and is any"),
        Change("a new path", object(""), object(#""a": \#(text)"#), .additive, "v.a: is new"),
        Change("a path gone", object(#""a": \#(text)"#), object(""), .removed, "v.a: is gone"),
        Change(
            "deep inside", object(#""a": \#(list(object(#""b": \#(long)"#)))"#),
            object(#""a": \#(list(object(#""b": \#(text)"#)))"#), .breaking, "v.a.b: was long and is keyword"),
        Change(
            "one of several", #"{"oneOf": [{"type": "object", "properties": {"a": {"type": "string"}}}]}"#,
            #"{"oneOf": [{"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}]}"#,
            .additive, "v.b: is new"),
        Change(
            "keys that are data", #"{"type": "object", "additionalProperties": {"type": "string"}}"#,
            #"{"type": "object", "additionalProperties": {"type": "integer"}}"#, .breaking,
            "v.*: was keyword and is long"),
        Change(
            "a key among data", #"{"type": "object", "additionalProperties": {"type": "string"}}"#,
            object(#""a": \#(long)"#), .breaking, "v.a: was keyword and is long"),
    ]

    @Test(arguments: changes)
    func `a document is what the index takes it for`(_ row: Change) throws {
        let facts = try AuditWorld(AuditWorld.call(row.before), AuditWorld.call(row.after)).facts()
        #expect(facts.calls.first?.change == row.change)
        #expect(facts.calls.first?.places.first == row.place)
        #expect(facts.isOpen == (row.change == .breaking))
        #expect(facts.calls.allSatisfy { $0.index == "http_logs_invoices.find-*" && $0.fingerprint.utf8.count == 12 })
        #expect(facts.examined == 1)
    }

    @Test func `what a call writes is its audit shape, or else its request`() throws {
        let own = #", "audit": {"type": "object", "properties": {"w": {"type": "integer"}}}"#
        let other = #", "audit": {"type": "object", "properties": {"w": {"type": "string"}}}"#
        let same = try AuditWorld(AuditWorld.call(Self.text, own), AuditWorld.call(Self.long, own)).facts()
        #expect(same.calls.isEmpty)
        let changed = try AuditWorld(AuditWorld.call(Self.text, own), AuditWorld.call(Self.text, other)).facts()
        #expect(changed.calls.first?.places == ["w: was long and is keyword"])
        let dropped = try AuditWorld(AuditWorld.call(Self.text, own), AuditWorld.call(Self.text)).facts()
        #expect(dropped.findings.map(\.rule) == ["audit-widened"])
    }

    @Test func `calls come, go, and are called otherwise`() throws {
        let (find, list) = (AuditWorld.call(Self.text), AuditWorld.call(Self.text, name: "invoices.list"))
        let added = try AuditWorld(find, "\(find), \(list)").facts()
        #expect(added.calls.map(\.change) == [.additive])
        #expect(added.answer.state == .pass)
        let gone = try AuditWorld("\(find), \(list)", find).facts()
        #expect(gone.calls.map(\.change) == [.removed])
        #expect(gone.answer.state == .warn)
        let cased = try AuditWorld(find, AuditWorld.call(Self.text, name: "invoices.Find")).facts()
        #expect(cased.calls.map(\.change) == [.renamed])
        #expect(cased.calls.first?.places.first == "was called invoices.find, which differs in case only")
        #expect(cased.answer.state == .fail)
        let address = #", "method": "GET", "path": "/a/{x}""#
        let moved = try AuditWorld(
            AuditWorld.call(Self.text, address), AuditWorld.call(Self.text, name: "bills.get", address)
        ).facts()
        #expect(moved.calls.map(\.change) == [.renamed])
    }

    @Test func `a path that once was something else is not free, however long ago`() throws {
        let empty = AuditWorld.call(Self.object(""))
        var world = try AuditWorld(empty, AuditWorld.call(Self.object(#""a": \#(Self.text)"#)))
        world.earlier = [("1.2.0", AuditWorld.call(Self.object(#""a": \#(Self.text)"#)))]
        #expect(try world.facts().calls.map(\.change) == [.additive])
        world.earlier.append(("1.1.0", AuditWorld.call(Self.object(#""a": \#(Self.long)"#))))
        let reused = try world.facts()
        #expect(reused.calls.map(\.change) == [.breaking])
        #expect(reused.calls.first?.places.first == "v.a: was long in 1.1.0 and is keyword")
        // A call that comes back is in the same way.
        var back = try AuditWorld("", AuditWorld.call(Self.text))
        back.earlier = [("1.1.0", AuditWorld.call(Self.long))]
        #expect(try back.facts().isOpen)
    }

    struct Name: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let index: String
        let calls: [String]
        let rules: [String]
    }

    static let names = [
        Name(testDescription: "fine", index: "http_logs_{call}-{date}", calls: ["a.b", "a.c"], rules: []),
        Name(testDescription: "case", index: "{call}", calls: ["a.b", "A.b"], rules: ["index-collision"]),
        Name(testDescription: "begins with -", index: "{call}-x", calls: ["-a"], rules: ["index-name"]),
        Name(testDescription: "begins with _", index: "_{call}", calls: ["a"], rules: ["index-name"]),
        Name(testDescription: "a colon", index: "a:{call}", calls: ["a"], rules: ["index-name"]),
        Name(testDescription: "a hash", index: "a#{call}", calls: ["a"], rules: ["index-name"]),
        Name(testDescription: "a space", index: "a {call}", calls: ["a"], rules: ["index-name"]),
        Name(
            testDescription: "too long", index: String(repeating: "x", count: 250) + "{call}", calls: ["abcdef"],
            rules: ["index-name"]),
        Name(
            testDescription: "as long as can be", index: String(repeating: "x", count: 250) + "{call}",
            calls: ["abcde"], rules: []),
    ]

    @Test(arguments: names)
    func `names that an index refuses are told, unless they were released so`(_ row: Name) throws {
        let calls = row.calls.map { #"{"name": "\#($0)"}"# }.joined(separator: ", ")
        let facts = try AuditWorld("", calls, index: row.index).facts()
        #expect(facts.findings.filter(\.isError).map(\.rule) == row.rules)
        let released = try AuditWorld(calls, calls, index: row.index).facts()
        #expect(released.findings.map(\.rule) == row.rules)
        #expect(!released.isOpen)
    }

    @Test func `two versions of a call may share an index as long as their documents do`() throws {
        func call(_ version: Int, _ type: String) -> String {
            AuditWorld.call(AuditWorld.type(type), #", "version": \#(version)"#)
        }
        let same = try AuditWorld("", "\(call(1, "string")), \(call(2, "string"))").facts()
        #expect(same.findings.isEmpty)
        let others = try AuditWorld("", "\(call(1, "string")), \(call(2, "integer"))").facts()
        #expect(others.findings.map(\.rule) == ["index-collision"])
        let apart = try AuditWorld(
            "", "\(call(1, "string")), \(call(2, "integer"))", index: "log_{call}.v{version}-{date}"
        ).facts()
        #expect(apart.findings.isEmpty)
    }

    @Test func `what an index bears badly and what nobody should read is told`() throws {
        func rules(_ shape: String) throws -> [String] {
            try AuditWorld(AuditWorld.call(Self.object("")), AuditWorld.call(shape)).facts().findings.map {
                "\($0.rule)\($0.isError ? "!" : "")"
            }
        }
        #expect(try rules(Self.object(#""userPassword": \#(Self.text)"#)) == ["audit-widened"])
        #expect(try rules(Self.object(#""api_key": \#(Self.text)"#)) == ["audit-widened"])
        #expect(try rules(#"{"type": "object", "additionalProperties": {"type": "string"}}"#) == ["any-keys"])
        #expect(try rules(#"{"oneOf": [{"type": "string"}, {"type": "integer"}]}"#) == ["mixed-types!"])
        let wide = (0..<1100).map { #""f\#($0)": \#(Self.text)"# }.joined(separator: ", ")
        #expect(try rules(Self.object(wide)) == ["too-many-fields!"])
        let deep = (0..<24).reduce(Self.text) { inner, _ in Self.object(#""a": \#(inner)"#) }
        #expect(try rules(deep) == ["too-deep!"])
    }

    @Test func `types that lead into each other without end come to an end`() throws {
        let names = (0..<40).map { number in
            ##""T\##(number)": {"type": "object", "properties": {"a": {"$ref": "#/types/T\##((number + 1) % 40)"}, "b": {"$ref": "#/types/T\##((number + 7) % 40)"}}}"##
        }
        let text =
            ##"{"format": 1, "calls": [{"name": "a", "request": {"$ref": "#/types/T0"}}], "types": {"##
            + names.joined(separator: ", ") + "}}"
        let world = try AuditWorld("", "")
        let catalogue = try AuditCatalogue(
            Document(sample: text), fileName: "calls.json", rule: world.declaration)
        let shape = try #require(catalogue.calls["a"]?.shape)
        #expect(shape.fields.count <= AuditShape.fieldLimit + 1)
        #expect(!shape.traits.isEmpty)
    }

    @Test func `without a release nothing is compared, and without a catalogue nothing is known`() throws {
        var world = try AuditWorld(AuditWorld.call(Self.text), AuditWorld.call(Self.long))
        world.isReleased = false
        let first = try world.facts()
        #expect(first.calls.isEmpty && first.base == nil && first.examined == 1)
        #expect(first.answer.state == .pass)
        let none = AuditFacts(
            AuditQuestion(world.declaration, base: AuditWorld.base, head: .absent), hash: Digest.sha256)
        #expect(none.catalogue == nil)
        #expect(none.answer.state == .unknown)
        let broken = AuditFacts(
            AuditQuestion(world.declaration, base: AuditWorld.base, head: .unreadable("why")), hash: Digest.sha256)
        #expect(broken.answer.state == .fail)
        var unknown = AuditQuestion(world.declaration, base: AuditWorld.base, head: .read(try world.catalogue("")))
        unknown.before = .unreadable("why")
        #expect(AuditFacts(unknown, hash: Digest.sha256).answer.errors.map(\.rule) == ["base-unreadable"])
    }
}
