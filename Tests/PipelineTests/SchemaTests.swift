import Fixtures
import Testing

@testable import Pipeline

/// A document without a YAML reader: maps and lists as Swift writes them, every value on a line of its own.
extension Document {
    static func test(_ content: Content, line: Int = 1) -> Document { Document(line: line, content) }

    static func map(_ members: KeyValuePairs<String, Document>) -> Document {
        Document(line: 1, .map(members.enumerated().map { Entry(key: $1.key, line: $0 + 1, value: $1.value) }))
    }

    static func list(_ elements: Document...) -> Document { Document(line: 1, .list(elements)) }
    static func text(_ text: String) -> Document { Document(line: 1, .text(text)) }
    static func flag(_ flag: Bool) -> Document { Document(line: 1, .bool(flag)) }
}

struct SchemaTests {
    private func findings(_ document: Document) -> [String] {
        var findings: [Finding] = []
        _ = Schema.slipway.read(document, findings: &findings)
        return findings.map { "\($0.line): \($0.message)" + ($0.hint.map { " (\($0))" } ?? "") }
    }

    @Test func `an unknown key is named with its line and the nearest known one`() {
        #expect(
            findings(.map(["registry": .text("r/x"), "sevices": .map([:])])) == [
                #"2: unknown key "sevices" (did you mean "services"?)"#
            ])
        #expect(findings(.map(["completely-else": .text("")])) == [#"1: unknown key "completely-else""#])
    }

    @Test func `a wrong type says what was expected and what was found`() {
        #expect(
            findings(.map(["discover": .text("x")])) == ["1: expected a list of which each is a text, found \"x\""])
        let glob = Document.map(["services": .map(["a": .map(["reports": .text("*.xml")])])])
        #expect(findings(glob)[0].hasPrefix("1: expected exit-code or tap or"))
        #expect(findings(glob)[0].hasSuffix("or a list of which each is a text, found \"*.xml\""))
        let unquoted = Document.map(["registry": Document(line: 1, .other("1.10"))])
        #expect(
            findings(unquoted) == [
                "1: expected a text, found 1.10, which YAML does not read as a text (quote it, if it is meant as a text)"
            ])
        let command = Document.map(["services": .map(["a": .map(["build": .flag(true)])])])
        #expect(findings(command)[0].hasSuffix("found true (quote it, if it is meant as a text)"))
    }

    @Test func `what does nothing yet is refused unless it is the standard`() {
        let standard = Document.map(["versioning": .map(["branch-tags": .flag(false)])])
        #expect(findings(standard).isEmpty)
        let other = Document.map(["versioning": .map(["branch-tags": .flag(true)])])
        #expect(
            findings(other) == [
                #"1: "branch-tags" does nothing yet in this version of Slipway, only false (remove the setting: not yet)"#
            ])
        var found: [Finding] = []
        let schema = Schema.object([Schema.Field("soon", .text, "", isLater: true)])
        _ = schema.read(Document.map(["soon": .text("db")]), findings: &found)
        #expect(found.first?.hint?.contains("not yet") == true)
    }

    @Test func `a choice that is none names the nearest`() {
        let document = Document.map(["services": .map(["a": .map(["kind": .text("libary")])])])
        #expect(findings(document) == [#"1: "libary" is none of service, library (did you mean "library"?)"#])
    }

    @Test func `all findings are told at once`() {
        let document = Document.map(["a1": .text(""), "b2": .text(""), "ledger": .list(.text("disk"))])
        #expect(findings(document).count == 3)
    }

    @Test(
        arguments: [
            ("common", ["comon", "core"], "comon"), ("serivces", ["services"], "services"), ("x", ["yyyy"], nil),
            ("teh", ["the", "ten"], "ten"), ("ab", ["ba"], "ba"),
        ] as [(String, [String], String?)])
    func `the nearest name`(text: String, candidates: [String], expected: String?) {
        #expect(nearest(to: text, among: candidates) == expected)
    }

    @Test func `test: false declares, test: true is an error`() {
        let yes = Document.map(["services": .map(["a": .map(["test": .flag(true)])])])
        #expect(findings(yes).count == 1)
        let no = Document.map(["services": .map(["a": .map(["test": .flag(false)])])])
        #expect(findings(no).isEmpty)
    }
}

struct CatalogTests {
    /// A tree of files, as the catalog sees one.
    private func catalog(_ configuration: Document, _ files: [String]) throws -> Catalog {
        var findings: [Finding] = []
        let json = Schema.slipway.read(configuration, findings: &findings)
        try #require(findings.isEmpty)
        let paths = files.map { Path(bytes: Array($0.utf8)) }
        return try Catalog(ConfigurationFile(json: json), document: configuration, fileName: "slipway.yaml") { folder in
            var names: [[UInt8]: Bool] = [:]
            for path in paths {
                guard let inner = path.relative(to: folder), let first = inner.components.first else { continue }
                names[first] = inner.components.count > 1
            }
            return names.isEmpty && !folder.isRoot ? nil : names.map { ($0.key, $0.value) }
        }
    }

    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch {
            return "\(error)" + ((error as? any Failure)?.hint.map { " (\($0))" } ?? "")
        }
    }

    @Test func `discovered folders become services, with the toolchain their files tell`() throws {
        let catalog = try catalog(
            .map(["discover": .list(.text("services/*")), "exclude": .list(.text("services/attic"))]),
            [
                "services/a/go.mod", "services/b/Makefile", "services/b/Dockerfile", "services/attic/go.mod",
                "services/notes/x.txt",
            ])
        #expect(catalog.services.map(\.name) == ["a", "b"])
        #expect(catalog.services.map(\.recipe.toolchain) == ["go", "make"])
        #expect(catalog["b"]?.steps(pushing: true) == [.build, .test, .image, .push])
        #expect(catalog["a"]?.image == nil)
    }

    @Test func `a declared service takes its folder from discovery`() throws {
        let configuration = Document.map([
            "discover": .list(.text("services/*")), "services": .map(["billing": .map(["path": .text("services/a")])]),
        ])
        let catalog = try catalog(configuration, ["services/a/go.mod"])
        #expect(catalog.services.map(\.name) == ["billing"])
    }

    @Test func `a setting without a path completes what was discovered`() throws {
        let configuration = Document.map([
            "discover": .list(.text("services/*")), "services": .map(["a": .map(["test": .flag(false)])]),
        ])
        let catalog = try catalog(configuration, ["services/a/go.mod"])
        #expect(catalog["a"]?.recipe.test == nil)
        #expect(catalog["a"]?.steps(pushing: false) == [.build])
    }

    @Test func `no services is an error, with the way out`() {
        let text = message { _ = try catalog(.map(["discover": .list(.text("services/*"))]), ["README.md"]) }
        #expect(text.hasPrefix("slipway.yaml:1: no services found in this tree (list them under services:"))
    }

    @Test func `a folder that is not there is an error`() {
        let text = message {
            _ = try catalog(.map(["services": .map(["a": .map(["path": .text("x/y")])])]), ["README.md"])
        }
        #expect(text == #"slipway.yaml:1: service "a": there is no folder x/y in this tree (is it committed?)"#)
    }

    @Test func `an unknown need names the nearest`() {
        let configuration = Document.map([
            "services": .map([
                "a": .map(["path": .text("a"), "needs": .list(.text("comon"))]), "common": .map(["path": .text("c")]),
            ])
        ])
        let text = message { _ = try catalog(configuration, ["a/go.mod", "c/go.mod"]) }
        #expect(
            text.contains(#"service "a" needs "comon", which is no service or library here (did you mean "common"?)"#))
    }

    @Test func `a cycle is printed`() {
        let configuration = Document.map([
            "services": .map([
                "a": .map(["path": .text("a"), "needs": .list(.text("b"))]),
                "b": .map(["path": .text("b"), "needs": .list(.text("c"))]),
                "c": .map(["path": .text("c"), "needs": .list(.text("a"))]),
            ])
        ])
        let text = message { _ = try catalog(configuration, ["a/go.mod", "b/go.mod", "c/go.mod"]) }
        #expect(text.contains("needs go in a circle: a → b → c → a"))
    }

    @Test(arguments: ["my app", "a\"b", "$(touch x)", "a;b", "naïve"])
    func `a name that could be more than a name is refused`(name: String) {
        let configuration = Document(
            line: 1,
            .map([
                .init(
                    key: "services", line: 1,
                    value: Document(line: 2, .map([.init(key: name, line: 2, value: .map(["path": .text("a")]))])))
            ]))
        let text = message { _ = try catalog(configuration, ["a/go.mod"]) }
        #expect(text.hasPrefix("slipway.yaml:2: "))
        #expect(text.contains("cannot be a service name"))
    }

    @Test func `a discovered folder with such a name is refused as well`() {
        let text = message { _ = try catalog(.map(["discover": .list(.text("s/*"))]), ["s/my app/go.mod"]) }
        #expect(text.contains(#"the folder "s/my app" has no name that a service can have"#))
    }

    @Test func `two folders of one name are refused`() {
        let configuration = Document.map(["discover": .list(.text("x/*"), .text("y/*"))])
        let text = message { _ = try catalog(configuration, ["x/a/go.mod", "y/a/go.mod"]) }
        #expect(text.contains(#"x/a and y/a would both be "a""#))
    }

    @Test func `the innermost folder owns a path`() throws {
        let configuration = Document.map([
            "services": .map(["outer": .map(["path": .text("s")]), "inner": .map(["path": .text("s/inner")])])
        ])
        let ownership = Ownership(try catalog(configuration, ["s/go.mod", "s/inner/go.mod"]))
        #expect(ownership.owners(of: "s/inner/x.go").map(\.name) == ["inner"])
        #expect(ownership.owners(of: "s/x.go").map(\.name) == ["outer"])
        #expect(ownership.owners(of: "t/x.go").isEmpty)
    }

    @Test func `the key of a service does not depend on where it runs or how it is released`() throws {
        func configuration(_ more: KeyValuePairs<String, Document>) throws -> [JSON] {
            let entry = Document.map(["path": .text("a")])
            guard case .map(let own) = entry.content, case .map(let added) = Document.map(more).content else {
                return []
            }
            let document = Document.map(["services": .map(["a": Document(line: 1, .map(own + added))])])
            let parts = try #require(try catalog(document, ["a/go.mod"])["a"]).keyConfiguration
            return [parts.build, parts.test]
        }
        let plain = try configuration([:])
        #expect(try configuration(["label": .text("linux")]) == plain)
        #expect(try configuration(["timeout": .text("5m")]) == plain)
        #expect(try configuration(["idle-timeout": .text("5m")]) == plain)
        #expect(try configuration(["secrets": .list(), "scratch-home": .flag(false)]) == plain)
        #expect(try configuration(["scratch-home": .flag(true)]) != plain)
        let (own, file) = (Document.text("TOKEN"), Document.map(["name": .text("TOKEN"), "file": .text("x")]))
        #expect(try configuration(["secrets": .list(own)]) != plain)
        // Where the value comes from is nobody's business.
        #expect(try configuration(["secrets": .list(own)]) == configuration(["secrets": .list(file)]))
        #expect(try configuration(["version": .map(["initial": .text("1.0.0")])]) == plain)
        #expect(try configuration(["build": .text("make")]) != plain)
        #expect(try configuration(["environment": .list(.text("X"))]) != plain)
    }
}
