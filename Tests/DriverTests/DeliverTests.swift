import Disk
import Execution
import Fixtures
import Pipeline
import Registry
import Signing
import Synchronization
import SystemPackage
import Testing

@testable import Driver

/// The line with effects that a test decides, on a real repository.
struct DeliverTests {
    /// What happened, told by those it happened to.
    private final class Diary: Sendable {
        private let lines = Mutex<[String]>([])

        func add(_ line: String) { lines.withLock { $0.append(line) } }

        var all: [String] { lines.withLock { $0 } }
    }

    private static let start = Timestamp(seconds: 1_700_000_600)

    private static func reading(_ tests: [TestCase]) -> TestReading {
        var cases = TestCases()
        for test in tests { cases.add(test) }
        return TestReading(kind: .reports, cases: cases, runnerPassed: true, problems: [], hash: Digest.sha256)
    }

    /// Commands succeed and tests pass, unless a test says otherwise; nothing is pushed anywhere.
    private func tools(_ diary: Diary) -> Tools {
        var tools = Tools.failing
        tools.resolve = { _ in BaseResolution() }
        tools.testimony = { _, _ in LedgerAnswer() }
        tools.history = { try await History($0) }
        tools.run = { invocation in
            diary.add("run \(invocation.log.stem ?? "")")
            return Conclusion(.exited(0))
        }
        tools.clearReports = { _ in 0 }
        tools.readReports = { _, _, _ in Self.reading([TestCase(id: .init(suite: "s", name: "t"), outcome: .passed)]) }
        tools.keepNames = { names, _ in Digest.sha256(names.bytes) }
        tools.names = { _ in nil }
        tools.edited = { _ in [] }
        tools.seal = { record, image in
            diary.add("seal \(record.service.name) \(record.verdict.state.rawValue)")
            return []
        }
        tools.now = { Self.start }
        tools.report = { _ in }
        return tools
    }

    private func deliver(
        _ repository: Monorepo, through last: Step.Kind = .test, jobs: Int = 1, services: [String] = [],
        with tools: Tools
    ) async throws -> [String: String] {
        var request = Request(folder: repository.root, environment: [:])
        request.selection.through = last
        request.selection.services = services
        request.limits.jobs = jobs
        let survey = try await Survey.make(request, listing: true)
        try survey.workspace.prepare(commonFolder: survey.commonFolder)
        let outcome = try await Driver.deliver(survey, with: tools)
        return outcome.services.reduce(into: [:]) { states, service in
            let reason = service.verdict.reasons.first.map { " \($0.code.rawValue)" } ?? ""
            states[service.name.text] = service.verdict.state.rawValue + reason
        }
    }

    @Test func `everything in order, and a record for each as soon as it is settled`() async throws {
        try await withMonorepo { repository in
            let diary = Diary()
            let states = try await deliver(repository, with: tools(diary))
            #expect(states == ["app": "stable", "lib": "stable", "solo": "stable test-less", "web": "stable"])
            let lines = diary.all
            func index(_ line: String) throws -> Int { try #require(lines.firstIndex(of: line), "\(lines)") }
            let library = try index("run lib.build")
            for needing in ["run app.build", "run web.build"] {
                let build = try index(needing)
                #expect(library < build)
            }
            let (tested, sealed) = (try index("run app.test"), try index("seal app stable"))
            #expect(tested < sealed)
            #expect(lines.count == 7 + 4)
        }
    }

    @Test func `what is reused runs nothing`() async throws {
        try await withMonorepo { repository in
            _ = try await deliver(repository, with: tools(Diary()))
            let diary = Diary()
            var tools = tools(diary)
            tools.testimony = { survey, parts in
                var answer = LedgerAnswer()
                for service in survey.catalog.services where service.name != "web" {
                    answer.accepted[service.name] = try Kept.record("stable")
                }
                return answer
            }
            let states = try await deliver(repository, with: tools)
            #expect(states["app"] == "reused key-equal")
            // `web` needs what `lib` builds, though nothing new is said about `lib`.
            #expect(diary.all == ["run lib.build", "run web.build", "run web.test", "seal web stable"])
        }
    }

    @Test func `a failure skips what needs it and nothing else`() async throws {
        try await withMonorepo { repository in
            let diary = Diary()
            var tools = tools(diary)
            tools.run = { Conclusion($0.log.stem == "lib.build" ? .exited(1) : .exited(0)) }
            let states = try await deliver(repository, jobs: 4, with: tools)
            #expect(
                states == [
                    "app": "skipped need-failed", "lib": "failed build-failed", "solo": "stable test-less",
                    "web": "skipped need-failed",
                ])
        }
    }

    @Test func `an image that cannot be made fails its service, with the reason`() async throws {
        try await withMonorepo { repository in
            var tools = tools(Diary())
            tools.assemble = { _ in throw RegistryError.unreachable(host: "r.example", reason: "gone") }
            let states = try await deliver(repository, through: .image, with: tools)
            #expect(states["app"] == "failed unavailable")
            #expect(states["web"] == "stable")
        }
    }

    @Test func `a source edited on the way voids the record`() async throws {
        try await withMonorepo { repository in
            var tools = tools(Diary())
            tools.edited = { files in
                files.map(\.path).filter { $0 == "services/web/src.txt" }
            }
            let states = try await deliver(repository, with: tools)
            #expect(states["web"] == "incomplete inputs-changed")
            #expect(states["app"] == "stable")
        }
    }

    @Test func `tests that left no report are failed, whatever their exit code`() async throws {
        try await withMonorepo { repository in
            var tools = tools(Diary())
            tools.readReports = { _, _, _ in Self.reading([]) }
            let states = try await deliver(repository, with: tools)
            #expect(states["app"] == "failed nothing-ran")
        }
    }

    @Test func `a command that cannot be started is a result, not the end of the run`() async throws {
        try await withMonorepo { repository in
            var tools = tools(Diary())
            tools.run = { invocation in
                guard invocation.log.stem == "solo.build" else { return Conclusion(.exited(0)) }
                _ = try FileLock(trying: "/nowhere/at/all")
                return Conclusion(.exited(0))
            }
            let states = try await deliver(repository, with: tools)
            #expect(states["solo"] == "failed unavailable")
            #expect(states["web"] == "stable")
        }
    }
}
