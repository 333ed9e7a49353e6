import Signing
import Testing

@testable import Pipeline

struct AdapterVerdictTests {
    private static func adapter(_ format: AdapterFindings.Format, _ levels: [String: Level] = [:]) -> InterfaceAdapter {
        var adapter = InterfaceAdapter(name: "tool", arguments: ["tool", "{head}"], document: "a.proto", canary: "c")
        adapter.exits = [0: .none, 1: .breaking, 2: .error]
        (adapter.findings.format, adapter.findings.levels) = (format, levels)
        return adapter
    }

    private static func verdict(
        _ adapter: InterfaceAdapter, _ ending: Ending, _ output: String, _ errors: String = ""
    ) -> AdapterVerdict {
        adapter.verdict(ending, output: Array(output.utf8), errors: Array(errors.utf8), hash: Digest.sha256)
    }

    @Test(arguments: [
        (Ending.exited(0), "", Level.none), (.exited(0), "a note\n", .none), (.exited(1), "gone: a\n\n", .major),
    ])
    func `what a tool says that did its work`(ending: Ending, output: String, level: Level) {
        #expect(Self.verdict(Self.adapter(.lines), ending, output).level == level)
    }

    @Test(arguments: [
        (Ending.exited(1), "", "tool: exit 1 means that something breaks, and it names nothing"),
        (.exited(1), " \n", "tool: exit 1 means that something breaks, and it names nothing"),
        (.exited(2), "x", "tool: exit 2, which is declared an error: no such file"),
        (.exited(3), "x", "tool: exit 3, of which nothing is declared: no such file"),
        (.signalled(11), "", "tool: killed by signal 11"), (.timedOut(after: Seconds(5)), "", "tool: stopped after 5s"),
        (.notFound("tool"), "", "tool: tool: command not found"), (.interrupted, "", "tool: interrupted"),
    ])
    func `what is no evidence is none, and says why`(ending: Ending, output: String, problem: String) {
        #expect(Self.verdict(Self.adapter(.lines), ending, output, "no such file\nmore") == .failed(problem))
    }

    @Test func `output of known tools is read as it is declared`() {
        let levels = ["3": Level.major, "2": .minor]
        var oasdiff = Self.adapter(.json, levels)
        (oasdiff.findings.place, oasdiff.findings.examined) = ("/path", nil)
        let list = #"[{"id": "api-removed", "level": 3, "path": "/a"}, {"id": "new", "level": 2, "path": "/b"}]"#
        let found = Self.verdict(oasdiff, .exited(0), list)
        // Its code says nothing unless it is told to: what it lists counts.
        #expect(found.level == .major)
        guard case .compared(let changes, let count, let examined) = found else {
            Issue.record("\(found)")
            return
        }
        #expect(changes.map(\.id) == ["api-removed", "new"])
        #expect(changes.map(\.place) == ["/a", "/b"])
        #expect(Set(changes.map(\.fingerprint)).count == 2)
        #expect((count, examined) == (2, 1))
        var buf = Self.adapter(.jsonLines)
        (buf.findings.id, buf.findings.place) = ("/type", "/path")
        let lines = #"{"path":"a.proto","type":"FIELD_NO_DELETE"}"# + "\n" + #"{"path":"b.proto","type":"X"}"# + "\n"
        #expect(Self.verdict(buf, .exited(1), lines).level == .major)
        let sarif =
            #"{"runs": [{"results": [{"ruleId": "r", "level": "note", "locations": [{"physicalLocation": {"artifactLocation": {"uri": "a.sql"}, "region": {"startLine": 3}}}]}]}]}"#
        let noted = Self.verdict(Self.adapter(.sarif, ["error": .major, "note": .patch]), .exited(0), sarif)
        #expect(noted.level == .patch)
        if case .compared(let changes, _, _) = noted { #expect(changes.first?.place == "a.sql:3") }
    }

    @Test func `a severity that nothing is declared of is the worst, and a code is believed over its findings`() {
        let adapter = Self.adapter(.json, ["low": .minor])
        #expect(Self.verdict(adapter, .exited(0), #"[{"level": "odd"}]"#).level == .major)
        #expect(Self.verdict(adapter, .exited(0), #"[{"level": "low"}]"#).level == .minor)
        #expect(Self.verdict(adapter, .exited(1), #"[{"level": "low"}]"#).level == .major)
    }

    @Test(arguments: [
        (AdapterFindings.Format.json, "{", "byte 1"), (.json, "{}", "no list"), (.json, "1", "no list"),
        (.jsonLines, "{}\nnot json\n", "byte"), (.sarif, "{}", "no list"), (.json, "[1] x", "byte"),
    ])
    func `output of another form is no evidence`(format: AdapterFindings.Format, output: String, problem: String) {
        guard case .failed(let text) = Self.verdict(Self.adapter(format), .exited(0), output) else {
            Issue.record("it was taken")
            return
        }
        #expect(text.contains(problem), "\(text)")
    }

    @Test func `a tool that says how much it looked at must have looked at something`() {
        var adapter = Self.adapter(.json)
        (adapter.findings.list, adapter.findings.examined) = ("/found", "/looked/~1at")
        #expect(Self.verdict(adapter, .exited(0), #"{"found": [], "looked": {"/at": 3}}"#).level == Level.none)
        for output in [#"{"found": [], "looked": {"/at": 0}}"#, #"{"found": []}"#, ""] {
            #expect(Self.verdict(adapter, .exited(0), output) == .failed("tool: it looked at nothing"))
        }
    }

    @Test func `more findings than a record holds are counted`() {
        let many = (0..<500).map { #"{"id": "x", "path": "\#($0)"}"# }.joined(separator: ", ")
        guard case .compared(let changes, let count, _) = Self.verdict(Self.adapter(.json), .exited(1), "[\(many)]")
        else {
            Issue.record("it was not taken")
            return
        }
        #expect((changes.count, count) == (200, 500))
    }
}
