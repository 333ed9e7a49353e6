import Signing
import Testing

@testable import Pipeline

/// What counts as making an index ready, and what only looks like it.
struct AuditEvidenceTests {
    /// A number that becomes a text, which an index made for texts takes both of.
    private static let long = AuditWorld.call(AuditWorld.type("integer"))
    private static let text = AuditWorld.call(AuditWorld.type("string"))

    private static func world(
        templates: [SupportFile] = [], pipelines: [SupportFile] = [], reindex: [SupportFile] = [],
        from before: String = long, to after: String = text
    ) throws -> AuditFacts {
        var world = try AuditWorld(before, after)
        (world.support.templates, world.support.pipelines) = (templates, pipelines)
        world.support.reindex = reindex
        return try world.facts()
    }

    struct Template: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let now: String
        var was: String?
        var other: String?
        var counts = false
        /// What is said where it does not count.
        var said: String?
    }

    static let templates = [
        Template(testDescription: "new", now: AuditWorld.template("keyword"), counts: true),
        Template(
            testDescription: "bumped", now: AuditWorld.template("keyword", version: 2),
            was: AuditWorld.template("long", version: 1), counts: true),
        Template(
            testDescription: "not bumped", now: AuditWorld.template("keyword", version: 1),
            was: AuditWorld.template("long", version: 1), said: "has no version above the one that was released"),
        Template(
            testDescription: "not of this range", now: AuditWorld.template("keyword", version: 2),
            was: AuditWorld.template("keyword", version: 2)),
        Template(
            testDescription: "bumped and shadowed", now: AuditWorld.template("keyword", version: 2),
            was: AuditWorld.template("long", version: 1),
            other: AuditWorld.template("long", priority: 500, pattern: "http_logs_*"),
            said: "is shadowed by elastic/all.json of priority 500"),
        Template(
            testDescription: "bumped above another", now: AuditWorld.template("keyword", version: 2),
            was: AuditWorld.template("long", version: 1),
            other: AuditWorld.template("long", priority: 50, pattern: "http_logs_*"), counts: true),
        Template(
            testDescription: "tied with another", now: AuditWorld.template("keyword"),
            other: AuditWorld.template("long", pattern: "http_logs_*"),
            said: "is shadowed by elastic/all.json of priority 100"),
        Template(
            testDescription: "of another type", now: AuditWorld.template("long"), said: "does not map v to keyword"),
        Template(
            testDescription: "for all indices", now: AuditWorld.template("keyword", pattern: "http_logs_*")),
        Template(
            testDescription: "for another index",
            now: AuditWorld.template("keyword", pattern: "http_logs_invoices.list-*")),
        Template(
            testDescription: "without the part it is made of",
            now: AuditWorld.template("keyword", #", "composed_of": ["parts"]"#),
            said: "is made of a component that is not there"),
    ]

    @Test(arguments: templates)
    func `a template counts when it is new, named, highest, and takes old and new`(_ row: Template) throws {
        var files = [try AuditWorld.file("invoices.json", row.now, was: row.was)]
        if let other = row.other { files.append(try AuditWorld.file("all.json", other, was: other)) }
        let facts = try Self.world(templates: files)
        #expect((facts.calls.first?.evidence?.kind == .template) == row.counts)
        #expect(facts.isOpen != row.counts)
        let refused = facts.findings.filter { $0.rule == "evidence-refused" }.map(\.text)
        #expect(refused == (row.said.map { ["elastic/invoices.json \($0)"] } ?? []))
    }

    @Test func `the version and the file of a template are stated`() throws {
        let text = AuditWorld.template("keyword", version: 2)
        let file = try AuditWorld.file("invoices.json", text, was: AuditWorld.template("long"))
        let evidence = try Self.world(templates: [file]).calls.first?.evidence
        #expect(
            evidence
                == AuditFacts.Evidence(
                    kind: .template, path: "elastic/invoices.json", sha256: digest(text), templateVersion: 2))
    }

    @Test func `a component can be the part that changed, but the version is that of the template`() throws {
        let template =
            #"{"index_patterns": "http_logs_invoices.find-*", "version": 2, "composed_of": ["parts"], "template": {}}"#
        let part = #"{"template": {"mappings": {"properties": {"v": {"type": "keyword"}}}}}"#
        let files = [
            try AuditWorld.file("invoices.json", template, was: template.replacing(": 2", with: ": 1")),
            try AuditWorld.file("parts.json", part, was: part.replacing("keyword", with: "long")),
        ]
        #expect(try Self.world(templates: files).calls.first?.evidence?.kind == .template)
        let still = [try AuditWorld.file("invoices.json", template, was: template), files[1]]
        #expect(try Self.world(templates: still).isOpen)
    }

    @Test func `a template is no help where the documents of before do not go into its index`() throws {
        let file = try AuditWorld.file("invoices.json", AuditWorld.template("long"))
        let facts = try Self.world(templates: [file], from: Self.text, to: Self.long)
        #expect(facts.isOpen)
        let said = "elastic/invoices.json does not take a document of before: v is long, and gets a text"
        #expect(facts.findings.map(\.text) == [said])
    }

    @Test func `an index of its own takes anything, unless it was somebody's before`() throws {
        let renamed = AuditWorld.call(AuditWorld.type("integer"), #", "index": "invoices.find.v2""#)
        var world = try AuditWorld(Self.text, renamed)
        #expect(try world.facts().calls.first?.evidence?.kind == .newIndexName)
        #expect(try world.facts().calls.first?.index == "http_logs_invoices.find.v2-*")
        world.earlier = [("1.1.0", AuditWorld.call(AuditWorld.type("string"), #", "index": "invoices.find.v2""#))]
        #expect(try world.facts().isOpen)
    }

    @Test(arguments: [
        (
            #"{"description": "for invoices.find", "processors": [{"convert": {"field": "v", "type": "integer"}}]}"#,
            false
        ),
        (
            #"{"description": "for invoices.find", "processors": [{"rename": {"field": "v", "target_field": "v_text"}}]}"#,
            true
        ),
        (#"{"description": "for invoices.find", "processors": [{"remove": {"field": "v"}}]}"#, true),
        (#"{"description": "for another", "processors": [{"remove": {"field": "v"}}]}"#, false),
        (#"{"description": "for invoices.find", "processors": [{"script": {"source": "ctx.v = 1"}}]}"#, false),
        (#"{"description": "for invoices.find", "processors": []}"#, false),
    ])
    func `a pipeline counts when what it makes goes into the index that is there`(text: String, counts: Bool) throws {
        let facts = try Self.world(pipelines: [try AuditWorld.file("convert.json", text)])
        #expect((facts.calls.first?.evidence?.kind == .pipeline) == counts)
        let old = try AuditWorld.file("convert.json", text, was: text)
        #expect(try Self.world(pipelines: [old]).isOpen)
    }

    @Test func `a reindex counts when the old documents go where the new ones do`() throws {
        let body = #"{"source": {"index": "http_logs_invoices.find-*"}, "dest": {"index": "http_logs_all"}}"#
        let job = #"{"kind": "Job", "metadata": {"labels": {"phase": "MIGRATE"}, "name": "reindex-invoices.find"}}"#
        for text in [body, job] {
            let file = try AuditWorld.file("job.json", text)
            #expect(try Self.world(reindex: [file]).calls.first?.evidence?.kind == .reindex)
            #expect(try Self.world(reindex: [file], from: Self.text, to: Self.long).isOpen)
        }
        for text in [
            body.replacing("}}", with: #"}, "script": {"source": "x"}}"#), job.replacing("MIGRATE", with: "DEPLOY"),
            job.replacing("invoices.find", with: "invoices.finder"), body.replacing("find", with: "list"),
        ] {
            #expect(try Self.world(reindex: [try AuditWorld.file("job.json", text)]).isOpen, "\(text)")
        }
    }

    @Test func `setting aside what does not fit counts only when somebody says that it is meant`() throws {
        let ack = #", "_meta": {"slipway-ack": "invoices.find"}"#
        let store = #", "data_stream_options": {"failure_store": {"enabled": true}}"#
        let mapping = #""mappings": {"properties": {"v": {"type": "long"}}}"#
        func template(_ more: String) -> String {
            #"{"index_patterns": ["http_logs_invoices.find-*"], "template": {\#(mapping)\#(store)}\#(more)}"#
        }
        let said = try AuditWorld.file("invoices.json", template(ack))
        #expect(try Self.world(templates: [said]).calls.first?.evidence?.kind == .failureStore)
        let silent = try AuditWorld.file("invoices.json", template(""))
        #expect(try Self.world(templates: [silent]).isOpen)
        let ignoring =
            #"{"index_patterns": ["http_logs_invoices.find-*"], "template": {"settings": {"index.mapping.ignore_malformed": true}, \#(mapping)}\#(ack)}"#
        let file = try AuditWorld.file("invoices.json", ignoring)
        #expect(try Self.world(templates: [file]).calls.first?.evidence?.kind == .failureStore)
    }

    @Test func `a call that is called otherwise needs its old documents carried over`() throws {
        let other = AuditWorld.call(AuditWorld.type("integer"), name: "invoices.Find")
        let template = try AuditWorld.file("invoices.json", AuditWorld.template("long"))
        #expect(try Self.world(templates: [template], to: other).isOpen)
        let body = #"{"source": {"index": "http_logs_invoices.find-*"}, "dest": {"index": "http_logs_all"}}"#
        let job = try AuditWorld.file("job.json", body)
        #expect(try Self.world(reindex: [job], to: other).calls.first?.evidence?.kind == .reindex)
    }
}
