import Fixtures
import Foundation
import Pipeline
import SystemPackage
import Testing

/// What records state of interfaces and the audit index.
struct EvidenceRecordTests {
    private static func calls(_ type: String, _ more: String = "", name: String = "invoices.find") -> String {
        """
        {"format": 1, "calls": [{"name": "\(name)", "request":
          {"type": "object", "properties": {"v": {"type": "\(type)"}}}\(more)}]}
        """
    }

    private static let auditEntry = """
            audit: {calls: calls.json, index: "http_logs_{call}-{date}", templates: [../elastic]}

        """

    private static func template(_ type: String, version: Int, priority: Int = 100, _ pattern: String) -> String {
        """
        {"index_patterns": ["\(pattern)"], "priority": \(priority), "version": \(version),
         "template": {"mappings": {"properties": {"v": {"type": "\(type)"}}}}}
        """
    }

    /// The predicate of the newest record of `billing`.
    private static func record(_ world: VersionWorld) async throws -> Stability {
        let said = try await world.slipway("record", "list", "--service", "billing", "--json")
        let records = try [Stability](json: JSON(parsing: said.output, profile: .lenient))
        return try #require(records.first, "\(said.errors)")
    }

    /// The record of a run at HEAD.
    private static func run(_ world: VersionWorld) async throws -> (record: Stability, said: Said) {
        let said = try await world.slipway("run", "billing")
        #expect(said.exit == 0, "\(said.errors)")
        return (try await record(world), said)
    }

    @Test func `a record states what became of the interface, and of an unchanged one that it was looked at`()
        async throws
    {
        let entry = "    interface: {openapi: api.yaml}\n"
        let files = ["billing/api.yaml": Interfaces.openAPI("/a", "/b")]
        try await withBilling(VersionWorld.configuration(entry), files) { world in
            try await world.commit("fix: x")
            let same = try #require(try await Self.run(world).record.interface?.surfaces.first)
            #expect((same.examined, same.changeCount, same.state) == (2, 0, .compared))
            #expect(same.base?.version == "1.4.2")
            #expect(same.baseDigest == same.headDigest)
            try await world.commit("fix: less", ["billing/api.yaml": Interfaces.openAPI("/a")])
            let facts = try #require(try await Self.run(world).record.interface)
            #expect(facts.requiredBump == .major)
            let change = try #require(facts.surfaces.first?.changes.first)
            #expect((change.id, change.place, change.level) == ("operation-removed", "GET /b", .major))
            #expect(change.fingerprint.utf8.count == 12)
            #expect(facts.surfaces.first?.baseDigest != facts.surfaces.first?.headDigest)
            #expect(try await Self.record(world).audit == nil)
        }
    }

    @Test func `a service that was never released has a surface without a base`() async throws {
        let entry = "    interface: {openapi: api.yaml}\n"
        let files = ["billing/api.yaml": Interfaces.openAPI("/a")]
        try await withBilling(VersionWorld.configuration(entry), files) { world in
            try await world.git.git("tag", "-d", "billing/v1.4.2")
            let surface = try #require(try await Self.run(world).record.interface?.surfaces.first)
            #expect((surface.base, surface.changeCount, surface.examined) == (nil, 0, 1))
        }
    }

    // MARK: - Adapters

    struct Tool: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let script: String
        var settings = ""
        var level: Level?
        var problem: String?
    }

    /// Compares line by line: what was in the base and is not there any more breaks.
    private static let honest = #"""
        lost=$(grep -vxFf "$2" "$1"); [ -z "$lost" ] && exit 0
        printf '%s\n' "$lost" | sed 's/.*/{"type":"LOST","path":"&"}/'; exit 100
        """#

    static let tools = [
        Tool(testDescription: "honest", script: honest, level: .major),
        Tool(testDescription: "always green", script: "exit 0", problem: "does not see that its canary breaks"),
        Tool(
            testDescription: "always green with a word", script: "echo '{}'; exit 0",
            problem: "does not see that its canary breaks"),
        Tool(testDescription: "crashes", script: "kill -SEGV $$", problem: "exit 139, of which nothing is declared"),
        Tool(
            testDescription: "an unknown code", script: "echo oh >&2; exit 7",
            problem: "exit 7, of which nothing is declared: oh"),
        Tool(testDescription: "a declared error", script: "exit 1", problem: "exit 1, which is declared an error"),
        Tool(
            testDescription: "names nothing", script: "exit 100",
            problem: "means that something breaks, and it names nothing"),
        Tool(testDescription: "hangs", script: "sleep 600", settings: "timeout: 1s", problem: "stopped after 1s"),
        Tool(testDescription: "talks nonsense", script: "echo all is well; exit 0", problem: "cannot be read"),
        Tool(
            testDescription: "another program", script: honest,
            settings: "sha256: a\(String(repeating: "0", count: 63))",
            problem: "is pinned: it was not run"),
        Tool(
            testDescription: "fails on what is new only", script: "grep -q gone \"$2\" && exit 1; \(honest)",
            problem: "exit 1, which is declared an error"),
    ]

    private static func adapterEntry(_ settings: String) -> String {
        """
            interface:
              adapter:
                name: lines
                run: [sh, ./compare, "{base}", "{head}"]
                document: api.proto
                exit: {0: none, 100: breaking, 1: error}
                findings: {format: json-lines, id: /type}
                canary: empty.proto
                \(settings)

        """
    }

    @Test(arguments: tools)
    func `a tool is believed as far as it keeps to its contract`(_ tool: Tool) async throws {
        try await withBilling(
            VersionWorld.configuration(Self.adapterEntry(tool.settings)),
            ["billing/api.proto": "a\nb\n", "billing/empty.proto": "nothing\n"]
        ) { world in
            try await world.commit("fix: tool", ["billing/compare": tool.script + "\n"])
            try await world.commit("fix: less", ["billing/api.proto": "a\ngone\n"])
            let (record, said) = try await Self.run(world)
            let surface = try #require(record.interface?.surfaces.first)
            #expect(surface.kind == .adapter)
            #expect(surface.tool.sha256 != nil || tool.testDescription == "another program")
            #expect(surface.base?.version == "1.4.2")
            if let level = tool.level {
                #expect((surface.state, surface.canary, surface.level) == (.compared, true, level))
                #expect(surface.changes.map(\.place) == ["b"])
            } else {
                #expect(surface.state == .error)
                #expect(surface.problem?.contains(tool.problem ?? "?") == true, "\(surface.problem ?? "")")
                #expect(said.errors.contains("billing: billing/api.proto:"), "\(said.errors)")
            }
            let traces = world.git.root.appending(".slipway/runs/latest/evidence/billing")
            #expect(!FileManager.default.fileExists(atPath: traces.string))
        }
    }

    // MARK: - Audit index

    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let head: [String: String]
        let open: Bool
        var evidence: AuditFacts.Evidence.Kind?
        var change = AuditFacts.Change.breaking
    }

    private static let pattern = "http_logs_invoices.find-*"

    static let cases = [
        Case(testDescription: "nothing prepared", head: ["billing/calls.json": calls("string")], open: true),
        Case(
            testDescription: "template bumped",
            head: [
                "billing/calls.json": calls("string"),
                "elastic/find.json": template("keyword", version: 2, pattern),
            ], open: false, evidence: .template),
        Case(
            testDescription: "template bumped and shadowed",
            head: [
                "billing/calls.json": calls("string"),
                "elastic/find.json": template("keyword", version: 2, pattern),
                "elastic/all.json": template("long", version: 9, priority: 900, "http_logs_*"),
            ], open: true),
        Case(
            testDescription: "an index of its own",
            head: ["billing/calls.json": calls("string", #", "index": "invoices.find.v2""#)], open: false,
            evidence: .newIndexName),
        Case(
            testDescription: "another case", head: ["billing/calls.json": calls("integer", name: "invoices.Find")],
            open: true, change: .renamed),
    ]

    @Test(arguments: cases)
    func `a record states what the audit index is to take, and what prepares it`(_ row: Case) async throws {
        let files = [
            "billing/calls.json": Self.calls("integer"),
            "elastic/find.json": Self.template("long", version: 1, Self.pattern),
        ]
        try await withBilling(VersionWorld.configuration(Self.auditEntry), files) { world in
            try await world.commit("fix: x", row.head)
            let (record, said) = try await Self.run(world)
            let facts = try #require(record.audit)
            #expect((facts.isOpen, facts.examined) == (row.open, 1))
            #expect(facts.base?.version == "1.4.2")
            let call = try #require(facts.calls.first)
            #expect((call.change, call.evidence?.kind) == (row.change, row.evidence))
            #expect(said.errors.contains("billing: audit index: ") == row.open, "\(said.errors)")
        }
    }

    @Test func `a template elsewhere changes what a record says, and so the service is looked at again`() async throws {
        let files = ["billing/calls.json": Self.calls("integer"), "elastic/find.json": "{}"]
        try await withBilling(VersionWorld.configuration(Self.auditEntry), files) { world in
            try await world.commit("fix: x", ["billing/calls.json": Self.calls("string")])
            #expect(try await Self.run(world).record.audit?.isOpen == true)
            try await world.git.commit(
                "ops: template", ["elastic/find.json": Self.template("keyword", version: 2, Self.pattern)])
            #expect(try await Self.run(world).record.audit?.isOpen == false)
        }
    }

    @Test func `a path that an old release had otherwise is seen through all its tags`() async throws {
        func catalogue(_ members: String) -> String {
            #"{"format": 1, "calls": [{"name": "a", "request": {"type": "object", "properties": {\#(members)}}}]}"#
        }
        let files = ["billing/calls.json": catalogue(#""old": {"type": "integer"}"#)]
        try await withBilling(VersionWorld.configuration(Self.auditEntry), files) { world in
            try await world.commit("fix: gone", ["billing/calls.json": catalogue("")])
            try await world.git.git("tag", "billing/v1.5.0")
            try await world.commit("fix: back", ["billing/calls.json": catalogue(#""old": {"type": "string"}"#)])
            let facts = try #require(try await Self.run(world).record.audit)
            #expect(facts.isOpen)
            #expect(facts.calls.first?.places.first == "old: was long in 1.4.2 and is keyword")
        }
    }

    @Test(arguments: [
        ("    audit: {index: \"{call}\"}\n", "audit names no calls"),
        ("    audit: {calls: c.json}\n", "audit does not say how the index of a call is called"),
        ("    audit: {calls: c.json, index: \"x\"}\n", "audit does not say how the index of a call is called"),
        ("    audit: {calls: c.json, index: \"{call}-{day}\"}\n", "audit does not say how the index"),
        ("    kind: library\n    audit: {calls: c.json, index: \"{call}\"}\n", "a library writes into no index"),
        ("    interface: {adapter: {name: x}}\n", "its adapter has no run with {head} in it"),
        (
            "    interface: {adapter: {name: x, run: [x, \"{head}\"], exit: {0: none}}}\n",
            "does not say by which exit code nothing breaks"
        ),
        (
            "    interface: {adapter: {name: x, run: [x, \"{head}\"], exit: {0: none, 1: breaking}}}\n",
            "names no document, or no canary"
        ),
        (
            "    interface: {adapter: {name: x, run: [\"{head}\"], exit: {0: none, 999: breaking}, document: a, canary: b}}\n",
            "does not say by which exit code"
        ),
        (
            "    interface: {adapter: {name: x, run: [\"{head}\"], exit: {0: none, 1: breaking}, document: a, canary: b, sha256: abc}}\n",
            "has a sha256 that is none"
        ),
    ])
    func `a declaration that says too little is refused`(entry: String, problem: String) async throws {
        try await withBilling(VersionWorld.configuration(entry)) { world in
            let said = try await world.slipway("plan")
            #expect(said.exit == 65)
            #expect(said.errors.contains(problem), "\(said.errors)")
        }
    }
}
