import Disk
import Execution
import Git
public import Pipeline
import Signing
public import SystemPackage

extension Request {
    /// Repository → Catalog → Plan: what would be done, and why.
    ///
    /// Writes nothing.
    public func plan() async throws -> Plan {
        let survey = try await Survey.make(self)
        return try await Tools.withLive(survey, report: Tools.silence) { tools in
            try await prepare(survey, with: tools).plan
        }
    }

    /// What the plan says of one service, and the notes that are not about others.
    ///
    /// Throws when there is no such service, naming the nearest.
    public func explanation(of text: String) async throws -> (entry: Plan.Entry, notes: [Plan.Note]) {
        let survey = try await Survey.make(self)
        let asked = try survey.services(named: [text])
        let plan = try await Tools.withLive(survey, report: Tools.silence) { try await prepare(survey, with: $0).plan }
        guard let entry = asked.first.flatMap({ plan[$0] }) else { preconditionFailure("a plan has every service") }
        let others = plan.services.map(\.name).filter { $0 != entry.name }
        return (entry, plan.notes.filter { note in !others.contains { note.message.hasPrefix("\($0):") } })
    }

    /// What needs what, as the configuration and build files say.
    public func graph() async throws -> WiringAnswer {
        let survey = try await Survey.make(self)
        return WiringAnswer(survey.catalog, survey.wiring)
    }

    /// The plan of a file.
    ///
    /// Throws when it is none, or was changed after it was made.
    public static func plan(in file: String) throws -> Plan {
        do {
            return try Plan(parsing: configurationBytes(of: FilePath(file)), hash: Digest.sha256)
        } catch let error as JSONError {
            throw ConfigurationError(file: file, line: 1, "is no plan: \(error)")
        } catch is DecodingError {
            throw ConfigurationError(file: file, line: 1, "is no plan: a word in it means nothing to this version")
        }
    }

    /// What a run would do: the plan, and the command of every step.
    public func rehearse() async throws -> (plan: Plan, commands: [(Step, String)]) {
        let survey = try await Survey.make(self)
        let plan = try await Tools.withLive(survey, report: Tools.silence) { try await prepare(survey, with: $0).plan }
        let commands = plan.services.flatMap { entry in
            entry.steps.map { kind -> (Step, String) in
                let service = survey.catalog[entry.name]
                let text =
                    switch kind {
                    case .build: service?.recipe.build.map { "\($0)" }
                    case .test: service?.recipe.test.map { "\($0)" }
                    case .image: service?.images.map { "\($0.dockerfile)" }.joined(separator: ", ")
                    case .push:
                        service?.images.map { survey.configuration.repositoryText(of: $0.name) }.joined(separator: ", ")
                    }
                return (Step(entry.name, kind), text ?? "")
            }
        }
        return (plan, commands)
    }

    /// The whole line, up to the step that was asked for.
    ///
    /// One at a time in a checkout: another waits, or is turned away.
    ///
    /// Throws when nothing could be done at all; red services and refused pushes are part of the outcome.
    public func run(reporting report: @escaping @Sendable (Event) -> Void) async throws -> FinishedRun {
        let (workspace, commonFolder) = try workspace()
        try workspace.prepare(commonFolder: commonFolder)
        Descendants.adopt()
        let lock = try await take(workspace.lock, report)
        try lock.sign("process \(ProcessFacts.id), started \(Timestamp.now)")
        _ = try ContainerTraces(workspace).sweepIfMarked(environment, report)
        for sentence in try Recovery(workspace: workspace).carryOut(at: .now) { report(.note(sentence)) }
        try TrialTraces(workspace).sweep()
        try await BuilderTraces(workspace).sweepIfMarked(environment, report)
        let survey = try await Survey.make(self, listing: true)
        let outcome = try await Tools.withLive(survey, report: report) { tools in
            try await deliver(survey, with: tools)
        }
        if outcome.interrupted { Descendants.end() }
        // Held to here: what comes after must not begin in the middle.
        try lock.sign("")
        return FinishedRun(
            outcome: outcome, logs: RunLogs(folder: workspace.run(outcome.run).root), isLocal: survey.scope == .local,
            images: workspace.images)
    }

    func workspace() throws -> (Workspace, FilePath) {
        let repository = try Repository(at: folder.string)
        guard let workTree = repository.workTree else { throw RunError.bare(folder.string) }
        return (
            Workspace(root: FilePath(workTree).appending(Workspace.folderName)), FilePath(repository.commonFolder)
        )
    }

    func take(_ file: FilePath, _ report: @Sendable (Event) -> Void) async throws -> FileLock {
        var hasSaidSo = false
        while true {
            if let lock = try FileLock(trying: file) { return lock }
            let holder = String(decoding: try file.contentsIfPresent(limit: 4096) ?? [], as: UTF8.self).printable
            guard limits.mayWait else { throw RunError.busy(holder) }
            if !hasSaidSo { report(.waiting(for: holder)) }
            hasSaidSo = true
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}

/// A run that came to its end, and where it left its logs.
public struct FinishedRun: Sendable {
    public let outcome: RunOutcome
    public let logs: RunLogs
    /// Whether it ran where people work, who try again in place; nobody works where CI builds.
    public let isLocal: Bool
    /// The layout that has the images; nil when they are on other machines.
    public let images: FilePath?
}
