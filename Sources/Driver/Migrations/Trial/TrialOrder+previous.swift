import Disk
import Execution
import Pipeline
import SystemPackage

extension TrialOrder {
    /// Runs the tests of a release in a checkout of it, on a database that has the new schema.
    ///
    /// Returns whether they passed; throws when they could not be run.
    func testPrevious(_ command: Command, _ base: ReleasedBase, on server: TrialServer) async throws -> Bool {
        // Whatever a killed run leaves here is removed with its scratch.
        let scratch = folder.scratch(of: service.name).root.removingLastComponent().appending(".trial")
        let place = ReproductionFolder(root: scratch.appending(service.name.text))
        try place.claim()
        let lender = BorrowedClone.Lender(
            folder: survey.root, commonFolder: survey.commonFolder, remote: nil,
            environment: survey.request.environment)
        let clone = BorrowedClone(in: place, of: lender)
        do {
            try await clone.make()
            try await clone.checkOut(base.commit)
            let ending = try await tests(command, base, server, in: place.root)
            try ScratchHome(root: place.root).remove()
            return try ending.saysPassed
        } catch {
            try ScratchHome(root: place.root).remove()
            throw error
        }
    }

    private func tests(
        _ command: Command, _ base: ReleasedBase, _ server: TrialServer, in checkout: FilePath
    ) async throws -> Ending {
        func place(_ path: Path) -> FilePath { checkout.appending(FilePath(bytes: path.bytes).components) }
        let places = command.directory.map { [$0] } ?? service.paths + service.earlier
        guard let home = try places.map(place).first(where: { try $0.status()?.kind == .folder }) else {
            throw TrialError.noFolder(base.version)
        }
        let reports = checkout.appending(Workspace.folderName).appending("reports")
        try reports.makeFolders()
        if service.conditions.hasScratchHome { try self.folder.scratch(of: service.name).prepare() }
        let own = [
            "SLIPWAY_ROOT": checkout.string, "SLIPWAY_VERSION": "\(base.version)", "SLIPWAY_COMMIT": "\(base.commit)",
            "SLIPWAY_REPORTS": reports.string, TrialTraces.variable: server.place.string,
        ]
        let usual = environment.filter { !$0.key.hasPrefix("PG") }
        var invocation = Invocation(
            command.arguments, in: home, environment: usual.merging(server.address.merging(own) { $1 }) { $1 },
            log: log("previous-tests"), timeout: service.recipe.timeout)
        (invocation.limits.idle, invocation.redaction) = (service.conditions.idle, redaction)
        return try await invocation.run().ending
    }
}

extension Ending {
    /// Whether tests passed that ended so.
    fileprivate var saysPassed: Bool {
        get throws {
            switch self {
            case .exited(let code): return code == 0
            case .timedOut, .silent, .signalled: return false
            case .interrupted: throw CancellationError()
            default: throw TrialError.untested(summary)
            }
        }
    }
}

extension Run {
    /// The record with what a trial of its new migrations found, where one is asked for.
    ///
    /// Whoever stopped the run is not kept waiting for it.
    func tried(_ record: Stability, with tools: Tools) async -> Stability {
        let service = service(record.service.name)
        guard let settings = service.trial, let facts = record.migrations,
            let legs = survey.migrations.legs[service.name], !legs.new.isEmpty, !Task.isCancelled
        else { return record }
        let environment = StepEnvironment(own: survey.request.environment, vault: vault)
        let known = StepEnvironment.Facts(
            service: service, version: version(of: service.name), commit: commit, root: root, folder: folder, run: id)
        let order = TrialOrder(
            survey: survey, service: service, settings: settings, facts: facts, legs: legs,
            environment: environment.variables(known), folder: folder, redaction: vault.redaction)
        let trial = await tools.tryMigrations(order)
        for note in trial.notes { tools.report(.note("\(service.name): \(note)")) }
        var record = record
        record.migrations?.trial = trial
        return record
    }
}

extension MigrationFacts.Trial {
    /// What somebody should know before the gate tells.
    fileprivate var notes: [String] {
        if let problem { return ["its new migrations were not tried: \(problem)"] }
        if let error = errors?.first { return ["a new migration cannot be applied: \(error.sentence)"] }
        guard let difference else { return [] }
        let counts =
            "\(difference.added.count) added, \(difference.removed.count) removed, "
            + "\(difference.changed.count) changed"
        let tests = previousTests.map {
            $0 ? "; the tests of the last release pass on it" : "; the tests of the last release fail on it"
        }
        return ["its new migrations were tried on \(system): \(counts)\(tests ?? "")"]
    }
}
