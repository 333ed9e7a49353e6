import Signing
import Testing

@testable import Pipeline

/// What must not be read is not there any more, however the text comes.
struct RedactionTests {
    private func redaction(_ values: String...) throws -> Redaction {
        try #require(Redaction(hiding: values.map { Array($0.utf8) }))
    }

    /// One text fed in pieces that end at these places.
    private func fed(_ text: [UInt8], cut places: [Int], through redaction: Redaction) -> [UInt8] {
        var stream = RedactionStream(redaction)
        var clean: [UInt8] = []
        var start = 0
        for place in places.sorted() + [text.count] {
            clean += stream.feed(text[start..<place])
            start = place
        }
        return clean + stream.finish()
    }

    /// The rule as simple as it can be said: what any needle covers is hidden, and each stretch becomes one mark.
    private func plainly(_ text: [UInt8], hiding needles: Set<[UInt8]>) -> [UInt8] {
        var clean: [UInt8] = []
        var covered = 0
        for place in text.indices {
            let longest = needles.filter { text[place...].starts(with: $0) }.map(\.count).max()
            if longest != nil, place >= covered { clean += Array("***".utf8) }
            covered = max(covered, place + (longest ?? 0))
            if place >= covered { clean.append(text[place]) }
        }
        return clean
    }

    @Test func `any cut of any text gives what the whole gives, and what the plain rule gives`() throws {
        var random = Seeded(state: 7)
        for _ in 0..<3000 {
            let needles = Set(
                (0..<Int.random(in: 1...6, using: &random)).map { _ in
                    word(Int.random(in: 2...9, using: &random), &random)
                })
            let redaction = try #require(Redaction(needles: needles))
            let text = word(Int.random(in: 0...120, using: &random), &random)
            let expected = plainly(text, hiding: needles)
            let places = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                Int.random(in: 0...text.count, using: &random)
            }
            #expect(fed(text, cut: [], through: redaction) == expected)
            #expect(fed(text, cut: places, through: redaction) == expected)
            #expect(fed(text, cut: Array(0..<text.count), through: redaction) == expected)
        }
    }

    private func word(_ count: Int, _ random: inout Seeded) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 97...99, using: &random) }
    }

    @Test(arguments: [
        ("s3cr3t!", "the key is s3cr3t!, really", "the key is ***, really"),
        ("s3cr3t!", "s3cr3t!s3cr3t!", "******"),
        ("s3cr3t!", "s3cr3t", "s3cr3t"),
        ("pass word+1", "a?k=pass%20word%2B1&b", "a?k=***&b"),
        ("pass word+1", "a?k=pass+word%2b1&b", "a?k=***&b"),
        ("p/w?x", "https://h/p%2Fw%3Fx/p/w%3fx", "https://h/***/***"),
        ("äöü", "%C3%A4%c3%b6 %C3%A4%C3%B6%C3%BC %c3%a4%c3%b6%c3%bc", "%C3%A4%c3%b6 *** ***"),
        ("a<b&c\"d", "<x v=\"a&lt;b&amp;c&quot;d\"/>", "<x v=\"***\"/>"),
        ("a\"b\\c", #"{"v":"a\"b\\c"}"#, #"{"v":"***"}"#),
        ("one11\ntwo22\nx\n", "two22 one11 x", "*** *** x"),
        ("  line one\r\n\tline two\r\n", "line two|line one", "***|***"),
        ("abcdef", "", ""),
    ])
    func `a value is hidden in every form`(value: String, text: String, expected: String) throws {
        #expect(try redaction(value).redacted(text) == expected)
    }

    @Test func `where two overlap both are hidden whole`() throws {
        #expect(try redaction("abcdef", "defghi").redacted("xabcdefghix") == "x***x")
    }

    @Test(arguments: ["hunter22", "correct horse battery staple", String(repeating: "0123456789abcdef", count: 40)])
    func `base64 is found at all three alignments, in both alphabets, in rows`(value: String) throws {
        let redaction = try redaction(value)
        for before in ["", "x", "xy", "user:"] {
            for row in [Int.max, 76, 64] {
                let code = base64(Array((before + value + " and more").utf8))
                let text = stride(from: 0, to: code.count, by: min(row, code.count)).map {
                    code.dropFirst($0).prefix(row)
                }.joined(separator: "\n")
                let clean = redaction.redacted(text)
                // Of the value itself nothing but what its neighbours' bits hide can be left at the edges of a row.
                let left = clean.split(separator: "\n").map { $0.replacing("***", with: "") }.joined()
                #expect(left.count <= base64(Array((before + " and more").utf8)).count + 20, "\(clean)")
                #expect(clean.contains("***"))
                let urls = text.replacing("+", with: "-").replacing("/", with: "_")
                #expect(redaction.redacted(urls).count == clean.count)
            }
        }
    }

    private func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        return stride(from: 0, to: bytes.count, by: 3).map { start in
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = (group + [0, 0]).prefix(3).reduce(0) { $0 << 8 | Int($1) }
            let code = (0..<4).map { alphabet[bits >> (18 - 6 * $0) & 63] }
            return String(code.prefix(group.count + 1)) + String(repeating: "=", count: 3 - group.count)
        }.joined()
    }

    @Test(arguments: [
        ("", true), ("abc", true), ("ab\ncd\n", true), ("abcd", false), ("ab\nlonger\n", false), ("a\0bcdef", true),
        (String(repeating: "x", count: 70_000), true),
    ])
    func `what cannot be hidden is refused`(value: String, isRefused: Bool) {
        #expect((Secret.objection(to: Array(value.utf8)) != nil) == isRefused)
    }

    @Test(arguments: [
        ("it was hunt", "it was ***"), ("it was h", "it was ***"), ("it was x", "it was x"), ("hunter22", "***"),
        ("", ""),
    ])
    func `of a text that was cut off the beginning of a secret goes as well`(text: String, expected: String) throws {
        #expect(try redaction("hunter22").redacted(text, wasCut: true) == expected)
    }

    @Test func `a test report is clean in all that runners say`() throws {
        var cases = TestCases()
        let long = String(repeating: "x", count: TestReport.nameLimit - 4)
        cases.add(TestCase(id: .init(suite: "of hunter22", name: "t"), outcome: .failed, message: "got hunter22"))
        cases.add(TestCase(id: .init(suite: "s", name: long), outcome: .errored, message: long + "hunter22"))
        let problem = TestReport.Problem(.unreadable, "hunter22 is no number")
        let report = TestReport(
            kind: .reports, cases: cases, runnerPassed: false, problems: [problem], hash: Digest.sha256)
        let clean = report.hiding(with: try redaction("hunter22"))
        let text = try JSON(encoding: clean).canonicalText
        #expect(!text.contains("hunt"), "\(text)")
        #expect(clean.failing.map(\.message) == ["got ***", long + "***"])
        #expect(clean.totals == report.totals && clean.suites.map(\.name) == ["of ***", "s"])
        let other = try redaction("not there")
        #expect(report.hiding(with: other) == report)
    }

    @Test func `nothing to hide is no redaction`() {
        #expect(Redaction(hiding: []) == nil)
        #expect(Redaction(hiding: [Array("ab".utf8)]) == nil)
    }
}
