import Fixtures
import Foundation
import Pipeline
import SystemPackage
import Testing

@testable import Driver

/// Which files are evidence, and which only lie where evidence does.
struct ReportPlaceTests {
    static let green = #"<testsuite name="s" tests="1"><testcase classname="c" name="t"/></testsuite>"#
    static let red =
        #"<testsuite name="s" tests="1"><testcase classname="c" name="t"><failure message="no"/></testcase></testsuite>"#

    private func place(
        _ folder: FilePath, _ patterns: [String] = ["target/**/*"], tracked: Set<Path> = [], evidence: Evidence? = nil,
        coverage: [String] = []
    ) -> ReportPlace {
        ReportPlace(
            evidence: evidence ?? .reports(patterns), home: folder.appending("home"),
            folder: folder.appending("reports"),
            log: folder.appending("log"), tracked: tracked, foreign: [], coverage: coverage)
    }

    /// Clears, lets a test step write, and reads.
    private func report(
        _ place: ReportPlace, exit: Int32 = 0, _ write: () throws -> Void
    ) throws -> TestReport {
        try place.home.appending("src").appending("a.txt").put("")
        let began = try place.clear()
        try write()
        return try place.read(since: began, exit: exit).report
    }

    private func age(_ file: FilePath) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_700_000_000)], ofItemAtPath: file.string)
    }

    @Test func `trap 33: what an earlier run left is removed before, and what is older than the run is no evidence`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let place = place(folder)
            let left = folder.appending("home/target/TEST-old.xml")
            try left.put(Self.green)
            try folder.appending("reports/old.xml").put(Self.green)
            let report = try report(place) {}
            #expect(!left.isThere)
            #expect(report.problems.map(\.code) == [.missing])
            let stale = try self.report(place) {
                try left.put(Self.green)
                try age(left)
            }
            #expect(stale.problems.map(\.code) == [.stale])
            #expect(stale.totals.executed == 0)
        }
    }

    @Test func `trap 33: a report that git tracks is neither removed nor read`() async throws {
        try await withTemporaryFolder { folder in
            let kept = folder.appending("home/target/TEST-kept.xml")
            try kept.put(Self.green)
            let report = try report(place(folder, tracked: ["target/TEST-kept.xml"])) {}
            #expect(kept.isThere)
            #expect(report.problems.map(\.code) == [.missing])
        }
    }

    @Test func `trap 6: an empty file is a report that says nothing`() async throws {
        try await withTemporaryFolder { folder in
            let report = try report(place(folder)) {
                try folder.appending("home/target/TEST-a.xml").put("")
                try folder.appending("home/target/TEST-b.xml").put(Self.green)
            }
            #expect(report.problems.map(\.detail) == ["target/TEST-a.xml: is empty"])
        }
    }

    @Test func `trap 52 and 53: an exit code and reports that contradict each other`() async throws {
        try await withTemporaryFolder { folder in
            func verdict(_ text: String, exit: Int32) throws -> Verdict {
                let report = try report(place(folder), exit: exit) {
                    try folder.appending("home/target/TEST-a.xml").put(text)
                }
                let results = [StepResult(.test, .exited(exit))]
                return Verdict(.init(planned: [.test], results: results, tests: report))
            }
            let states = [
                try verdict(Self.green, exit: 1).state, try verdict(Self.red, exit: 0).state,
                try verdict(Self.green, exit: 0).state,
            ]
            #expect(states == [.failed, .unstable, .stable])
        }
    }

    @Test func `trap 54: files beside the reports are left aside, whatever the glob`() async throws {
        try await withTemporaryFolder { folder in
            let report = try report(place(folder)) {
                let target = folder.appending("home/target")
                try target.appending("TEST-a.xml").put(Self.green)
                try target.appending("a-output.txt").put("<not> a report")
                try target.appending("a.dump").put("")
                try target.appending("index.html").put("<html><body>")
                try folder.appending("reports/notes.json").put("{\"a\":")
            }
            #expect(report.problems.isEmpty)
            #expect(report.notes == nil)
            #expect(report.totals.executed == 1)
            let broken = try self.report(place(folder)) { try folder.appending("home/target/a.xml").put("not XML") }
            #expect(broken.problems.map(\.code) == [.unreadable])
        }
    }

    @Test func `trap 55: links are not followed, out of the folder or within it`() async throws {
        try await withTemporaryFolder { folder in
            try folder.appending("secret/TEST-a.xml").put(Self.green)
            let report = try report(place(folder)) {
                let target = folder.appending("home/target")
                try target.appending("x.txt").put("")
                let manager = FileManager.default
                try manager.createSymbolicLink(
                    atPath: target.appending("TEST-a.xml").string, withDestinationPath: "../../secret/TEST-a.xml")
                try manager.createSymbolicLink(
                    atPath: target.appending("inner").string, withDestinationPath: folder.appending("secret").string)
                try manager.createSymbolicLink(
                    atPath: folder.appending("reports/inner").string,
                    withDestinationPath: folder.appending("secret").string)
            }
            #expect(report.problems.map(\.code) == [.missing])
            #expect(report.totals.executed == 0)
        }
    }

    @Test func `trap 56: a second file of the same suite is a second test, not a second chance`() async throws {
        try await withTemporaryFolder { folder in
            let report = try report(place(folder)) {
                try folder.appending("home/target/TEST-a.xml").put(Self.red)
                try folder.appending("home/target/rerun/TEST-a.xml").put(Self.green)
            }
            #expect(report.failing.map(\.id) == ["c.t"])
        }
    }

    @Test func `coverage and findings beside tests are numbers, and a broken one is a note`() async throws {
        try await withTemporaryFolder { folder in
            let place = place(folder, coverage: ["coverage/lcov.info", "broken.info"])
            try folder.appending("home/broken.info").put("SF:/old\n")
            let report = try report(place) {
                try folder.appending("home/target/TEST-a.xml").put(Self.green)
                try folder.appending("home/target/site/jacoco.xml").put(
                    "<!DOCTYPE report PUBLIC \"-//JACOCO//DTD Report 1.1//EN\" \"report.dtd\"><report name=\"x\"><counter type=\"LINE\" missed=\"1\" covered=\"3\"/></report>"
                )
                try folder.appending("home/coverage/lcov.info").put("SF:/x\nDA:1,1\nDA:2,0\nend_of_record\n")
                try folder.appending("home/broken.info").put("SF:/x\nDA:1,1\n")
                try folder.appending("reports/lint.sarif").put(
                    #"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"lint"}},"results":[{"level":"error"}]}]}"#)
                try folder.appending("reports/cut.xml").put("<coverage line-rate=\"0.5\"><packages>")
            }
            #expect(report.problems.isEmpty)
            #expect(report.totals.executed == 1)
            #expect(report.coverage?.map(\.format) == [.jacoco, .lcov])
            #expect(report.coverage?.first?.lines == .init(covered: 3, total: 4))
            #expect(report.findings == [.init(tool: "lint", ran: true, errors: 1)])
            #expect(report.notes?.count == 2)
            #expect(report.notes?.contains("broken.info: ends within the record of a file") == true)
        }
    }

    @Test func `coverage of an earlier run is not this run's, and no report of tests`() async throws {
        try await withTemporaryFolder { folder in
            let old = folder.appending("home/coverage/lcov.info")
            try old.put("SF:/x\nDA:1,1\nend_of_record\n")
            try age(old)
            let place = place(folder, coverage: ["coverage/lcov.info"])
            let report = try report(place) {
                try folder.appending("home/target/jacoco.xml").put(
                    #"<report><counter type="LINE" missed="1" covered="3"/></report>"#)
            }
            #expect(old.isThere)
            #expect(report.coverage?.map(\.format) == [.jacoco])
            // What was measured is no test.
            #expect(report.problems.map(\.code) == [.missing])
        }
    }

    @Test func `a service that reports by exit code, or by output, has coverage all the same`() async throws {
        try await withTemporaryFolder { folder in
            func write() throws {
                try folder.appending("home/lcov.info").put("SF:/x\nDA:1,1\nend_of_record\n")
                try folder.appending("log").put("1..1\nok 1 - a\n")
            }
            for evidence in [Evidence.exitCode, .output(.tap)] {
                let report = try report(place(folder, evidence: evidence, coverage: ["lcov.info"]), write)
                #expect(report.totals.executed == 1)
                #expect(report.coverage?.first?.lines == .init(covered: 1, total: 1))
            }
        }
    }

    @Test func `a place in a file of the service is told as seen from there`() async throws {
        try await withTemporaryFolder { folder in
            let home = folder.appending("home")
            let report = try report(place(folder), exit: 1) {
                try home.appending("target/TEST-a.xml").put(
                    "<testsuite name=\"s\"><testcase name=\"t\" file=\"\(home)/src/a.cc\" line=\"7\"><failure/></testcase></testsuite>"
                )
            }
            #expect(report.failing.map(\.at) == ["src/a.cc:7"])
        }
    }
}
