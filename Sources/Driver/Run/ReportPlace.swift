import Disk
import Execution
import Pipeline
import Reports
import Signing
import SystemPackage

/// Where the evidence of one test step is.
struct ReportPlace: Sendable {
    let evidence: Evidence
    /// The folder of the service.
    let home: FilePath
    /// What the command sees as `$SLIPWAY_REPORTS`.
    var folder: FilePath
    var log: FilePath
    /// Files that git tracks are nobody's to remove.
    let tracked: Set<Path>
    /// Folders whose content is not of this service: those of others, and where git and we keep our own.
    let foreign: Set<Path>
    /// What must not be read in them.
    var redaction: Redaction?
    /// Where the toolchain's tools leave coverage, when they measure it.
    var coverage: [String] = []

    /// Removes the reports of earlier runs.
    ///
    /// Returns the moment from which new ones count, by the clock of this very file system.
    func clear() throws -> Int64 {
        try folder.remove()
        try folder.makeFolders()
        for report in try declaredFiles() where !tracked.contains(report.path) { try report.file.remove() }
        let marker = folder.appending(".began")
        try marker.create([])
        defer { marker.removeQuietly() }
        return try marker.status()?.modified ?? 0
    }

    /// Reads everything there is.
    ///
    /// A file that is not newer than the step is evidence of something else.
    func read(since began: Int64, exit: Int32) throws -> TestReading {
        switch evidence {
        case .exitCode: return try measured(TestReading(exitCode: exit), since: began)
        case .output(let dialect):
            var reader = OutputReader(dialect)
            try CommandLog(at: log).readChunks { chunk in
                reader.feed(chunk)
                return true
            }
            let (cases, problem) = reader.finish()
            return try report(.output, cases, [problem].compactMap(\.self), since: began, exit: exit)
        case .reports: return try report(.reports, [], [], since: began, exit: exit)
        }
    }

    private func report(
        _ kind: TestReport.Kind, _ known: [TestCase], _ problems: [TestReport.Problem], since began: Int64, exit: Int32
    ) throws -> TestReading {
        var reading = ReportReading(problems)
        // What git tracks was not written by the tests.
        let files = try declaredFiles().filter { !tracked.contains($0.path) } + Self.files(below: folder, at: .root)
        for report in files { try reading.take(report, isStale: isStale(report, since: began)) }
        if kind == .reports, !reading.hasTests { reading.note(.missing, "no report was written: \(expectation)") }
        try takeCoverage(&reading, besides: Set(files.map(\.file)), since: began)
        var cases = TestCases()
        for test in known { cases.add(TestCases(test)) }
        cases.add(reading.takeCases())
        cases.shortenPlaces(below: home.string)
        // A runner that only wrote files is judged by them.
        let found = known.isEmpty && reading.hasTests ? .reports : kind
        return TestReading(
            kind: found, cases: cases, runnerPassed: exit == 0, problems: reading.problems, hash: Digest.sha256
        ).adding(coverage: reading.coverage, findings: reading.findings, notes: reading.notes)
    }

    /// An exit code says nothing of coverage; files do.
    private func measured(_ exit: TestReading, since began: Int64) throws -> TestReading {
        var reading = ReportReading([])
        let files = try Self.files(below: folder, at: .root)
        for report in files { try reading.take(report, isStale: isStale(report, since: began)) }
        try takeCoverage(&reading, besides: [], since: began)
        return exit.adding(
            coverage: reading.coverage, findings: reading.findings, notes: reading.notes)
    }

    /// What an earlier run left where coverage usually is, is nobody's problem.
    private func takeCoverage(_ reading: inout ReportReading, besides known: Set<FilePath>, since began: Int64) throws {
        for report in try files(matching: coverage) {
            guard !known.contains(report.file), !tracked.contains(report.path), try !isStale(report, since: began)
            else {
                continue
            }
            try reading.takeBeside(report)
        }
    }

    private func isStale(_ report: Report, since began: Int64) throws -> Bool {
        try report.file.status().map { $0.modified < began } ?? false
    }

    private var expectation: String {
        guard case .reports(let patterns) = evidence, !patterns.isEmpty else { return "nothing in $SLIPWAY_REPORTS" }
        return "nothing matches \(patterns.joined(separator: ", ")), nothing is in $SLIPWAY_REPORTS"
    }

    // MARK: - Files

    /// All that may be reports of tests, those that git tracks left aside.
    func reportFiles() throws -> [FilePath] {
        try declaredFiles().filter { !tracked.contains($0.path) }.map(\.file)
            + Self.files(below: folder, at: .root).map(\.file)
    }

    /// One file that may be a report.
    struct Report {
        let path: Path
        let file: FilePath
    }

    /// Files that the configured globs take, links left aside: they may lead anywhere.
    private func declaredFiles() throws -> [Report] {
        guard case .reports(let patterns) = evidence else { return [] }
        return try files(matching: patterns)
    }

    private func files(matching patterns: [String]) throws -> [Report] {
        guard !patterns.isEmpty else { return [] }
        let globs = patterns.map { Glob(anchored: $0) }
        return try Self.files(below: home, at: .root) { folder in
            !foreign.contains(folder) && globs.contains { $0.canMatch(below: folder) }
        }.filter { report in globs.contains { $0.matches(report.path) } }
    }

    private static func files(
        below root: FilePath, at folder: Path, entering isWanted: (Path) -> Bool = { _ in true }
    ) throws -> [Report] {
        let place = folder.isRoot ? root : root.appending(FilePath(bytes: folder.bytes).components)
        guard try place.status()?.kind == .folder else { return [] }
        return try place.names().flatMap { name -> [Report] in
            let path = folder.appending(name.bytes)
            let file = place.appending(name)
            switch try file.status()?.kind {
            case .folder: return isWanted(path) ? try files(below: root, at: path, entering: isWanted) : []
            case .file: return [Report(path: path, file: file)]
            default: return []
            }
        }
    }
}
