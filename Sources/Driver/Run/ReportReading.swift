import Disk
import Pipeline
import Reports
import SystemPackage

/// The files of a test step as they are read, and what is wrong with them.
struct ReportReading {
    private let reader = ReportReader()
    /// Reads what may tell of coverage only.
    private let coverageReader = ReportReader()
    private(set) var problems: [TestReport.Problem]
    /// What is wrong with files that tell of no tests.
    private(set) var notes: [String] = []
    /// Whether any of the files was to tell of tests, readable or not.
    private(set) var hasTests = false

    init(_ problems: [TestReport.Problem]) { self.problems = problems }

    var coverage: [Coverage] { reader.coverage + coverageReader.coverage }
    var findings: [ToolFindings] { reader.findings }

    /// The tests of all files; they are there once.
    func takeCases() -> TestCases { reader.takeCases() }

    mutating func note(_ code: TestReport.Problem.Code, _ detail: String) { problems.append(.init(code, detail)) }

    /// Reads a file that is declared to be a report, or lies where reports are to lie.
    ///
    /// One that is not newer than the step is evidence of something else. What is neither named `.xml` nor known by its
    /// content is a file that somebody put beside the reports.
    mutating func take(_ report: ReportPlace.Report, isStale: Bool) throws {
        let isXML = report.path.name.lowercased().hasSuffix(".xml")
        if isStale {
            guard isXML else { return }
            hasTests = true
            return note(.stale, "\(report.path) is older than this run")
        }
        switch try kind(of: report, reader) {
        case .tests(let problem):
            hasTests = true
            if let problem { note(problem.code, "\(report.path): \(problem.detail)") }
        case .other(let problem):
            if let problem { notes.append("\(report.path): \(problem)") }
        case .none(let reason):
            guard isXML else { return }
            hasTests = true
            note(.unreadable, "\(report.path): \(reason)")
        }
    }

    /// Reads a file that lies where coverage usually does.
    mutating func takeBeside(_ report: ReportPlace.Report) throws {
        switch try kind(of: report, coverageReader) {
        case .tests, .other(nil): break
        case .other(let problem?), .none(let problem): notes.append("\(report.path): \(problem)")
        }
    }

    private func kind(of report: ReportPlace.Report, _ reader: ReportReader) throws -> ReportReader.Kind {
        reader.begin()
        try report.file.readChunks { chunk in
            reader.feed(chunk)
            return true
        }
        return reader.end()
    }
}
