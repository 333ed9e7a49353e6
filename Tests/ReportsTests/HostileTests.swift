import Pipeline
import Testing

@testable import Reports

/// Files that somebody wrote to do harm, or that a broken tool did.
struct HostileTests {
    static func problem(_ text: String) -> String? { ReportReading(text).problem?.detail }

    @Test(arguments: [
        ("all tests passed\n", "no XML"), ("<html><body/></html>", "another root"), ("\u{0}\u{1}\u{2}\u{3}", "bytes"),
        (String(repeating: " ", count: 100_000), "blanks"), ("{\"a\": 1}", "some JSON"), ("{\"runs\": [", "cut JSON"),
        ("<", "one byte"), ("<testsu", "a root that is cut"),
    ])
    func `what is no report says so`(text: String, name: String) {
        let kinds = ReportReading(text).kinds
        guard case .none(let reason)? = kinds.first else {
            Issue.record("\(name): \(kinds)")
            return
        }
        #expect(!reason.isEmpty)
    }

    static let entities = (1...9).map { "<!ENTITY l\($0) \"\(String(repeating: "&l\($0 - 1);", count: 10))\">" }
        .joined()

    @Test(arguments: [
        "<!DOCTYPE testsuites [<!ENTITY l0 \"ha\">\(entities)]><testsuites>&l9;</testsuites>",
        "<!DOCTYPE testsuites [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><testsuites>&e;</testsuites>",
        "<!DOCTYPE testsuites SYSTEM \"http://localhost/x.dtd\"><testsuites/>",
        "<!DOCTYPE report><testsuites/>", "<!DOCTYPE coverage [<!ENTITY a \"b\">]><testsuites name=\"&a;\"/>",
    ])
    func `a DOCTYPE ends a report of tests`(text: String) {
        let reading = ReportReading(text)
        let problems = reading.kinds.compactMap { kind -> String? in
            switch kind {
            case .tests(let problem): problem?.detail
            case .other(let problem): problem
            case .none(let problem): problem
            }
        }
        #expect(problems.first?.contains("DOCTYPE") == true)
        #expect(reading.tests.isEmpty)
    }

    @Test(arguments: [
        "<!ENTITY a \"b\">", "<!ENTITY % a \"b\"> %a;", "<!ELEMENT report ANY>", "<!ATTLIST report name CDATA \"x\">",
        "<!ENTITY l0 \"ha\">" + entities,
    ])
    func `a report of coverage may have a DOCTYPE, which declares nothing`(declaration: String) {
        let body = #"<report name="x"><counter type="LINE" missed="1" covered="2"/></report>"#
        let plain = ReportReading("<!DOCTYPE report PUBLIC \"-//JACOCO//DTD Report 1.1//EN\" \"report.dtd\">" + body)
        #expect(plain.kinds == [.other(nil)])
        #expect(plain.report.coverage?.first?.lines == .init(covered: 2, total: 3))
        let declared = ReportReading("<!DOCTYPE report [\(declaration)]>" + body)
        #expect(declared.report.coverage == nil)
        #expect(declared.kinds != [.other(nil)])
    }

    @Test func `an entity that nobody declared ends the report`() {
        #expect(
            Self.problem(#"<testsuite name="s"><testcase name="&mystery;"/></testsuite>"#)?.contains("mystery") == true)
    }

    @Test func `nesting without end is refused`() {
        let text = String(repeating: "<testsuite name=\"s\">", count: 100_000)
        #expect(Self.problem(text) == "is nested deeper than 64")
        let json = "{\"runs\":" + String(repeating: "[", count: 100_000)
        #expect(ReportReading(json).kinds == [.none("is nested deeper than 200")])
    }

    @Test func `counts beyond all bounds end nothing`() {
        let text =
            #"<testsuite name="s" tests="9223372036854775807" failures="9223372036854775807" errors="9223372036854775807"><testcase name="t" line="99999999999999999999" file="a.py"/></testsuite>"#
        #expect(ReportReading(text).problem?.code == .contradictory)
    }

    /// A report with a part that is repeated in pieces, never made whole here.
    private func read(_ head: String, _ piece: String, times: Int, _ tail: String) -> (ReportReader, ReportReader.Kind)
    {
        let reader = ReportReader()
        reader.begin()
        reader.feed(Array(head.utf8)[...])
        let bytes = Array(piece.utf8)[...]
        for _ in 0..<times { reader.feed(bytes) }
        reader.feed(Array(tail.utf8)[...])
        return (reader, reader.end())
    }

    @Test(arguments: [
        ("<testsuite name=\"s\"><testcase name=\"t\"/><system-out>", "</system-out></testsuite>"),
        ("<testsuite name=\"s\"><testcase name=\"t\"/><system-out><![CDATA[", "]]></system-out></testsuite>"),
        ("<testsuite name=\"s\"><testcase name=\"t\"/><!-- ", " --></testsuite>"),
        ("<testsuite name=\"s\"><testcase name=\"t\"/><?x ", " ?></testsuite>"),
    ])
    func `a hundred megabytes of output are passed over`(head: String, tail: String) {
        let line = String(repeating: "x", count: (1 << 16) - 1) + "\n"
        let (reader, kind) = read(head, line, times: 1600, tail)
        #expect(kind == .tests(nil))
        #expect(reader.cases.count == 1)
    }

    @Test func `a failure that goes on for ever is read at its beginning`() {
        let (reader, kind) = read(
            "<testsuite name=\"s\"><testcase name=\"t\"><failure>first line\n", String(repeating: "x", count: 1 << 16),
            times: 800, "</failure></testcase></testsuite>")
        #expect(kind == .tests(nil))
        let report = TestReport(
            kind: .reports, cases: reader.cases, runnerPassed: false, problems: [], hash: ReportReading.hash)
        #expect(report.failing.map(\.message) == ["first line"])
    }

    @Test(arguments: [
        ("plain <a b=\"]]>\"/>", nil), ("\u{1}a\u{0}b\n\t", "?a?b\n\t"), ("<![CDATA[\u{2}]]>\u{3}", "<![CDATA[?]]>?"),
        ("<![CDATA[LONG]]]]><x/>", "<![CDATA[CUT]]><x/>"), ("<!-- LONG - -- --><x/>", "<!-- CUT--><x/>"),
        ("<?x LONG ? ?><x/>", "<?x CUT?><x/>"), ("<![CDATA[é<![CDATA[LONGéé]]><y/>", "<![CDATA[é<![CDATA[CUT]]><y/>"),
        ("<!DOCTYPE x><![CDAT[LONG]]>", nil), ("<!-- <![CDATA[ --><x>\u{1}</x>", "<!-- <![CDATA[ --><x>?</x>"),
    ])
    func `what is long and closed by a mark is cut before it is parsed`(text: String, expected: String?) {
        let long = String(repeating: "é", count: 1 << 16)
        func cut(_ marked: String) -> String {
            guard let start = marked.firstRange(of: "CUT"), let open = marked.utf8.firstIndex(of: UInt8(ascii: "<"))
            else {
                return marked
            }
            // The mark that opens is not counted, what stands after it is.
            let head = marked[open..<start.lowerBound]
            let mark = head.hasPrefix("<![CDATA[") ? 9 : head.hasPrefix("<!--") ? 4 : 2
            let room = (1 << 16) - (head.utf8.count - mark)
            return marked.replacing("CUT", with: String(repeating: "é", count: (room + 1) / 2))
        }
        let bytes = Array(text.replacing("LONG", with: long).utf8)
        let wanted = Array(cut((expected ?? text).replacing("LONG", with: long)).utf8)
        for chunk in [1, 7, 4096, bytes.count] {
            var trimmer = XMLTrimmer()
            var found: [UInt8] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                found += trimmer.trim(rest.prefix(chunk))
                rest = rest.dropFirst(chunk)
            }
            #expect(found.count == wanted.count)
            #expect(found == wanted)
        }
    }

    @Test func `a name of many megabytes ends the report, and is not kept`() {
        let (reader, kind) = read(
            "<testsuite name=\"s\"><testcase name=\"", String(repeating: "x", count: 1 << 16), times: 800,
            "\"/></testsuite>")
        guard case .tests(let problem) = kind else {
            Issue.record("\(kind)")
            return
        }
        #expect(problem?.code == .unreadable)
        #expect(reader.cases.isEmpty)
    }

    @Test func `a long name is cut where it is shown`() {
        let name = String(repeating: "long", count: 100_000)
        let reading = ReportReading(
            "<testsuite name=\"s\"><testcase name=\"\(name)\"><failure/></testcase></testsuite>")
        #expect(reading.report.failing.map(\.id.count) == [300])
    }

    @Test func `a JSON that is no report is not held`() {
        let (reader, kind) = read("{\"x\":\"", String(repeating: "y", count: 1 << 16), times: 200, "\"}")
        #expect(kind == .none("is no report of a known format"))
        #expect(reader.coverage.isEmpty)
    }

    @Test func `names that are many fill no memory and lose no count`() {
        var text = "<testsuites><testsuite name=\"s\">"
        for index in 0..<30_000 {
            text += "<testcase classname=\"class \(index)\" name=\"t\"><failure message=\"no\"/></testcase>"
        }
        let report = ReportReading(text + "</testsuite></testsuites>", runnerPassed: false).report
        #expect(report.totals.failed == 30_000)
        #expect(report.suites.count == 501)
        #expect(report.suites.first?.name == "class 0")
        #expect(report.suites.last?.name == "(others)")
        #expect(report.failing.count == 200)
        #expect(report.failing.first?.id == "class 0.t")
        #expect(report.failing.dropFirst(2).first?.id == "class 10.t")
    }

    @Test func `times of any form are added up by suite`() throws {
        let trap = try #require(Trap.all.first { $0.trap.hasPrefix("37") })
        // 1,234.5 + 0,12 + 12.3s + 0.001
        #expect(try trap.read(chunk: 64).report.suites.map(\.caseMs) == [1_246_921])
    }
}
