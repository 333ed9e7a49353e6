import Disk
import Execution
import Pipeline
import Signing
import SystemPackage

extension Run {
    /// One attempt at the tests of a service.
    private struct Tried {
        let conclusion: Conclusion
        let log: String
        var ending: Ending { conclusion.ending }
        /// Nil when the command did not come to its end: what it left behind is no evidence of anything.
        let reading: TestReading?
    }

    /// Takes a test step: once, and again as often as the service wants it while tests fail.
    ///
    /// Only failing tests are a reason: neither a build error nor a runner that was killed is mended by trying again.
    func test(
        _ step: Step, _ command: Command, _ tools: Tools, _ environment: StepEnvironment, _ wall: () -> Int64
    ) async throws -> Advance {
        var last = try await tried(step, command, attempt: 1, tools, environment)
        func result() -> StepResult {
            var result = StepResult(.test, last.ending, wallMs: wall(), log: last.log)
            (result.cpuMs, result.peakKB) = (last.conclusion.cpuMs, last.conclusion.peakKB)
            return result
        }
        guard let first = last.reading else { return Advance(result: result()) }
        let demands = service(step.service).recipe.demands
        var attempts = TestAttempts(first)
        while attempts.count <= demands.retries {
            let failing = attempts.failing(beyond: demands.quarantine, at: tools.now())
            guard !failing.isEmpty else { break }
            let which = "attempt \(attempts.count + 1) of \(demands.retries + 1)"
            tools.report(.note("\(step.service): \(failing.count) failed, trying again: \(which)"))
            let toolchain = Toolchain.named(service(step.service).recipe.toolchain)
            let again = toolchain?.command(rerunning: failing, of: command) ?? command
            let next = try await tried(step, again, attempt: attempts.count + 1, tools, environment)
            let isTelling = attempts.add(next.reading, hash: Digest.sha256)
            if isTelling || next.ending == .interrupted { last = next }
            guard next.ending != .interrupted else { return Advance(result: result(), tests: attempts.report) }
        }
        var report = attempts.report
        let context = try context(of: service(step.service), attempts, tools)
        report.context = context.isEmpty ? nil : context
        let files = last.reading?.files.compactMap { $0.named(from: root) }
        return Advance(result: result(), tests: report, reports: files ?? [])
    }

    private func tried(
        _ step: Step, _ command: Command, attempt: Int, _ tools: Tools, _ environment: StepEnvironment
    ) async throws -> Tried {
        let place = reportPlace(of: service(step.service), attempt)
        let began = try tools.clearReports(place)
        let conclusion = try await execute(step, command, attempt: attempt, tools, environment)
        let log = try folder.logName(of: step, attempt: attempt)
        guard case .exited(let code) = conclusion.ending else {
            return Tried(conclusion: conclusion, log: log, reading: nil)
        }
        return Tried(conclusion: conclusion, log: log, reading: try tools.readReports(place, began, code))
    }

    /// The command of a later attempt: its output and its reports do not mix with those of the others.
    func again(_ invocation: Invocation, _ step: Step, _ attempt: Int) -> Invocation {
        var invocation = invocation
        invocation.log = folder.log(of: step, attempt: attempt)
        invocation.environment["SLIPWAY_REPORTS"] = folder.reports(of: step.service, attempt).string
        return invocation
    }

    private func reportPlace(of service: Service, _ attempt: Int) -> ReportPlace {
        var place = reportPlace(of: service)
        guard attempt > 1 else { return place }
        place.folder = folder.reports(of: service.name, attempt)
        place.log = folder.log(of: Step(service.name, .test), attempt: attempt)
        return place
    }

    // MARK: - What the verdict rests on besides

    private func context(of service: Service, _ attempts: TestAttempts, _ tools: Tools) throws -> TestContext {
        let demands = service.recipe.demands
        let report = attempts.report
        var context = TestContext()
        attempts.tell(in: &context)
        let hits = demands.quarantine.hits(among: report.failing.map(\.id))
        context.quarantined = hits.isEmpty ? nil : hits
        context.planned = demands.suites.isEmpty ? nil : attempts.executed(of: demands.suites)
        for (entry, near) in attempts.unmatched(demands.quarantine) {
            let hint = near.map { "; did you mean \"\($0.printable)\"?" } ?? ""
            tools.report(
                .note("\(service.name): no test is called \"\(entry.test.printable)\", which is in quarantine\(hint)"))
        }
        // Names of what cannot be believed are no measure for later.
        let names = report.problems.isEmpty ? attempts.names : nil
        context.names = try names.map { try tools.keepNames($0, folder.names(of: service.name)) }
        guard let baseline = prepared.baselines[service.name], let tests = baseline.tests else { return context }
        let before = try tests.context?.names.flatMap(tools.names)
        context.since = TestComparison(
            of: .init(report, names), since: .init(tests, before), record: baseline.run.recordId,
            allowed: demands.ratchet)
        return context
    }
}

extension RunFolder {
    /// The names of the tests of a service, one a line.
    func names(of service: ServiceName) -> FilePath { root.appending("tests").appending("\(service).names") }

    fileprivate func reports(of service: ServiceName, _ attempt: Int) -> FilePath {
        attempt == 1 ? reports(of: service) : root.appending("reports").appending("\(service).\(attempt)")
    }
}

extension Yard {
    /// Writes names of tests beside the run, and keeps them in the ledger that is a folder.
    func keep(_ names: TestNames, beside file: FilePath) throws -> Digest {
        try file.removingLastComponent().makeFolders()
        try file.write(names.bytes)
        return try ledgers.folder?.keep(names) ?? Digest.sha256(names.bytes)
    }
}
