public import Pipeline

/// Reads the files in which tests, coverage tools and checking tools report, one after the other.
///
/// What a file is, its content says: JUnit XML in the dialects that exist, JaCoCo, Cobertura, LCOV, `llvm-cov export`, SARIF.
/// Of each file: `begin`, `feed` piece by piece, `end`.
public final class ReportReader {
    /// All tests of all files.
    public private(set) var cases = TestCases()
    public private(set) var coverage: [Coverage] = []
    public private(set) var findings: [ToolFindings] = []
    private var reading = Reading.unknown([])

    private enum Reading {
        /// The beginning of something, as long as it is not enough to tell.
        case unknown([UInt8])
        case xml(XMLStream, XMLChoice)
        case json(JSONStream<JSONReport>)
        case lcov(LCOVReader)
        case nothing
    }

    /// What a file turned out to be.
    public enum Kind: Equatable, Sendable {
        /// A report of tests, and what is wrong with it.
        case tests(TestReport.Problem?)
        /// A report of another kind, and why it could not be read.
        case other(String?)
        /// No report that anybody knows; the text is why it is none.
        case none(String)
    }

    public init() {}

    /// The tests of all files, which are then no longer held here.
    public func takeCases() -> TestCases {
        defer { cases = TestCases() }
        return cases
    }

    public func begin() { reading = .unknown([]) }

    public func feed(_ bytes: ArraySlice<UInt8>) {
        switch reading {
        case .unknown(let head): recognise(head, bytes)
        case .xml(let stream, let choice): stream.feed(choice.trim(bytes))
        case .json(var stream):
            reading = .nothing
            stream.feed(bytes)
            reading = .json(stream)
        case .lcov(var reader):
            reading = .nothing
            reader.feed(bytes)
            reading = .lcov(reader)
        case .nothing: break
        }
    }

    /// The end of the file.
    public func end() -> Kind {
        if case .unknown(let head) = reading, !head.isEmpty { decide(head, isWhole: true) }
        defer { reading = .unknown([]) }
        switch reading {
        case .unknown: return .none("is empty")
        case .nothing: return .none("is no report of a known format")
        case .xml(let stream, let choice): return end(stream, choice)
        case .json(var stream): return end(&stream)
        case .lcov(var reader):
            coverage += [reader.finish()].compactMap(\.self)
            return .other(reader.problem)
        }
    }

    // MARK: - What it is

    /// How XML begins whose characters have two bytes.
    fileprivate static let wideMarks: [[UInt8]] = [[0xff, 0xfe], [0xfe, 0xff], [0, 0x3c], [0x3c, 0]]

    private func recognise(_ head: [UInt8], _ bytes: ArraySlice<UInt8>) {
        let enough = head + bytes.prefix(max(0, 4096 - head.count))
        decide(enough, isWhole: false)
        if case .unknown = reading { return }
        // What was looked at first was fed there.
        feed(bytes.dropFirst(enough.count - head.count))
    }

    private func decide(_ head: [UInt8], isWhole: Bool) {
        let marks = Self.wideMarks
        let start = head.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
        let text = head[start...].drop { [0x20, 0x09, 0x0a, 0x0d].contains($0) }
        if !isWhole, text.count < 4, head.count < 4096 {
            reading = .unknown(head)
            return
        }
        if text.first == UInt8(ascii: "<") || marks.contains(where: head.starts) {
            let choice = XMLChoice(cases)
            cases = TestCases()
            reading = .xml(XMLStream(listener: choice.listener(of:)), choice)
        } else if text.first == UInt8(ascii: "{") {
            reading = .json(JSONStream(JSONReport()))
        } else if text.starts(with: "TN:".utf8) || text.starts(with: "SF:".utf8) {
            reading = .lcov(LCOVReader())
        } else {
            reading = .nothing
            return
        }
        // XML of two bytes a character begins with its mark; of everything else the blanks in front say nothing.
        feed(marks.contains(where: head.starts) ? head[...] : text)
    }

    // MARK: - What it says

    private func end(_ stream: XMLStream, _ choice: XMLChoice) -> Kind {
        stream.finish()
        cases = choice.takeCases()
        switch choice.chosen {
        case .tests(let document):
            return .tests(stream.problem.map { .init(.unreadable, $0) } ?? document.content.problem)
        case .coverage(let document):
            if let problem = stream.problem { return .other(problem) }
            guard let found = document.coverage else { return .other("has no counts of lines") }
            coverage.append(found)
            return .other(nil)
        case .clover: return .other("is Clover's: let the tool write Cobertura or LCOV")
        case .foreign(let name): return .tests(.init(.unreadable, "is no JUnit XML but \(name)"))
        case .unknown(let root): return .none(stream.problem ?? "is no JUnit report: its root is <\(root)>")
        }
    }

    private func end(_ stream: inout JSONStream<JSONReport>) -> Kind {
        stream.finish()
        let report = stream.listener
        guard report.isSARIF || report.isLLVM else { return .none(stream.problem ?? "is no report of a known format") }
        if let problem = stream.problem { return .other(problem) }
        if report.isSARIF {
            findings += report.findings
            return .other(nil)
        }
        guard let found = report.coverage else { return .other("has no counts of lines") }
        coverage.append(found)
        return .other(nil)
    }
}

/// Who reads an XML document, as its root demands.
private final class XMLChoice {
    private var cases: TestCases
    private(set) var chosen = Chosen.unknown("")
    /// Whether a character has one byte, or starts with it; known from the first piece on.
    private var isPlain: Bool?
    private var trimmer = XMLTrimmer()

    enum Chosen {
        case tests(JUnitDocument)
        case coverage(any CoverageListener)
        case clover
        case foreign(String)
        case unknown(String)
    }

    init(_ cases: TestCases) { self.cases = cases }

    func listener(of root: XMLElement) -> any XMLListener {
        switch root.word {
        case .testsuites, .testsuite:
            let document = JUnitDocument(cases)
            cases = TestCases()
            chosen = .tests(document)
            return document
        case .report: return choose(JaCoCoDocument())
        case .coverage:
            if root[.clover] == nil, root[.generated] == nil || root[.lineRate] != nil {
                return choose(CoberturaDocument())
            }
            chosen = .clover
        default:
            let name = root.text
            chosen = ForeignDocument.name(ofRoot: name).map(Chosen.foreign) ?? .unknown(name)
        }
        return ForeignDocument()
    }

    private func choose(_ document: any CoverageListener) -> any XMLListener {
        chosen = .coverage(document)
        return document
    }

    /// What of a piece is parsed; all of it where a character has two bytes.
    func trim(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        if isPlain == nil { isPlain = !ReportReader.wideMarks.contains(where: bytes.starts) }
        return isPlain == true ? trimmer.trim(bytes) : bytes
    }

    func takeCases() -> TestCases {
        guard case .tests(let document) = chosen else { return cases }
        defer { document.content.cases = TestCases() }
        return document.content.cases
    }
}
