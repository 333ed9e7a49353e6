import Disk
import Glibc
import Pipeline
import Reports
import Signing
import SystemPackage

// read-reports FILE...: what a test step makes of its report files, as JSON; the reader of `slipway run` on its own.

let paths = CommandLine.arguments.dropFirst()
guard !paths.isEmpty else {
    print("usage: read-reports FILE...")
    exit(64)
}
let reader = ReportReader()
var problems: [TestReport.Problem] = []
for path in paths {
    reader.begin()
    try FilePath(path).readChunks { chunk in
        reader.feed(chunk)
        return true
    }
    switch reader.end() {
    case .tests(let problem): problems += [problem].compactMap(\.self)
    case .other(let problem): if let problem { problems.append(.init(.unreadable, problem)) }
    case .none(let reason): problems.append(.init(.unreadable, reason))
    }
}
let report = TestReport(
    kind: .reports, cases: reader.takeCases(), runnerPassed: true, problems: problems, hash: Digest.sha256
).adding(coverage: reader.coverage, findings: reader.findings, notes: [])
print(try JSON(encoding: report).prettyText)
