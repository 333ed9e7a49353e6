import Disk
import Execution
import Git
import Pipeline
import Signing
import SystemPackage

/// What several runs beside each other on this machine came to.
public struct AgentsRun: Sendable {
    public let merged: MergedRun
    /// Whether all of it was told to stop.
    public let interrupted: Bool
    /// Whether one of them had to say that it is wrong itself.
    public let hasBug: Bool
}

/// The same plan carried out by several processes, as it would be by several machines.
public struct LocalAgents: Sendable {
    public let request: Request
    public let count: Int
    /// What each of them is told besides its share.
    public let options: [String]

    public init(_ request: Request, count: Int, options: [String]) {
        (self.request, self.count, self.options) = (request, count, options)
    }

    /// Hears what one agent says, by its number.
    public typealias Ear = @Sendable (_ agent: Int, _ line: String) -> Void

    /// Makes the plan, has each agent do its shard in a checkout of its own, and unites what they left.
    public func run(
        reporting report: @escaping @Sendable (Event) -> Void, hearing hear: @escaping Ear
    ) async throws -> AgentsRun {
        let (workspace, commonFolder) = try request.workspace()
        try workspace.prepare(commonFolder: commonFolder)
        Descendants.adopt()
        let lock = try await request.take(workspace.lock, report)
        try lock.sign("process \(ProcessFacts.id) with \(count) agents, started \(Timestamp.now)")
        let yard = AgentYard(
            workspace: workspace, commonFolder: commonFolder,
            git: GitProgram(at: request.folder, environment: request.environment, scratch: workspace.root))
        // What they finish yet need not be planned.
        try await clear(yard, report)
        let plan = try await frozen()
        let file = try keep(plan, in: workspace)
        let endings = plan.selected.isEmpty ? [] : try await carryOut(file, plan, yard, hear)
        if plan.selected.isEmpty { try await tellStanding(file) }
        for (number, ending) in endings { tell(number, ending, report) }
        let interrupted = Task.isCancelled
        // Who was killed left its children behind.
        if interrupted || endings.contains(where: { Self.isSignal($0.ending) }) { Descendants.end() }
        for (number, _) in endings { try yard.remove(number) }
        let merged = try unite(plan, workspace)
        try lock.sign("")
        return AgentsRun(
            merged: merged, interrupted: interrupted, hasBug: endings.contains { $0.ending == .exited(70) })
    }

    // MARK: - The plan

    /// The plan of a file, or one that is made now.
    private func frozen() async throws -> Plan {
        let survey = try await Survey.make(request)
        if let path = survey.dirtyPaths.first { throw PartsError.dirty(path) }
        return try await Tools.withLive(survey, report: Tools.silence) { tools in
            let prepared = try await prepare(survey, with: tools)
            return try request.planFile.map { try prepared.agreeing(withPlanIn: $0) } ?? prepared.plan
        }
    }

    private func keep(_ plan: Plan, in workspace: Workspace) throws -> FilePath {
        let folder = workspace.parts(of: plan.digest)
        try folder.root.makeFolders()
        if try folder.plan.status() == nil { try folder.plan.write(Array(plan.json.prettyText.utf8)) }
        return folder.plan
    }

    // MARK: - The agents

    /// Removes what agents of a killed run left, once they have come to their end.
    private func clear(_ yard: AgentYard, _ report: @Sendable (Event) -> Void) async throws {
        for number in try yard.standing() {
            let lock = yard.lock(of: number)
            if try lock.removingLastComponent().status() != nil {
                let held = try await request.take(lock, report)
                try held.sign("")
            }
            try yard.remove(number)
        }
    }

    private func carryOut(
        _ file: FilePath, _ plan: Plan, _ yard: AgentYard, _ hear: @escaping Ear
    ) async throws -> [(number: Int, ending: Ending)] {
        let agents = min(count, plan.usefulShards)
        try await yard.make(agents, of: plan.repository.head)
        let folder = file.removingLastComponent()
        let attempt = try PartDesk.nextAttempt(in: folder)
        let jobs = max(1, request.limits.jobs / agents)
        return try await Shard.all(of: agents).concurrentMap(limit: agents) { shard in
            let companion = Companion(
                arguments: [
                    "run", "--repo", yard.checkout(shard.number).string, "--plan", file.string,
                    "--shard", "\(shard)", "--attempt", "\(attempt)", "--jobs", "\(jobs)",
                ] + options, environment: request.environment,
                log: folder.appending("agent-\(shard.number).\(attempt).log"))
            return (shard.number, try await companion.run { hear(shard.number, $0) })
        }
    }

    /// Where there is nothing to build, what records vouch for is told here.
    private func tellStanding(_ file: FilePath) async throws {
        var own = request
        own.planFile = file
        let survey = try await Survey.make(own, listing: true)
        _ = try await Tools.withLive(survey, report: Tools.silence) { try await deliver(survey, with: $0) }
    }

    private func tell(_ number: Int, _ ending: Ending, _ report: @Sendable (Event) -> Void) {
        switch ending {
        case .exited(0), .exited(10), .exited(11), .exited(12), .exited(20), .exited(75), .interrupted: break
        case _ where Self.isStop(ending): break
        case .signalled: report(.note("agent \(number) was killed: what it had begun is lost"))
        default: report(.note("agent \(number) gave up (\(ending.summary)): what it had to do is lost"))
        }
    }

    /// Whether it was told to stop, by us or by somebody who will tell us next.
    private static func isStop(_ ending: Ending) -> Bool { ending == .signalled(15) || ending == .signalled(2) }

    private static func isSignal(_ ending: Ending) -> Bool {
        guard case .signalled = ending else { return false }
        return true
    }

    /// Unites all parts of the plan that lie here, and keeps the outcome beside them.
    private func unite(_ plan: Plan, _ workspace: Workspace) throws -> MergedRun {
        let folder = workspace.parts(of: plan.digest)
        var collection = try PartCollection(of: folder.plan)
        try collection.add(folder.root)
        let merged = try MergedRun(collection, logs: workspace.runs, images: workspace.images)
        try merged.write(to: folder.outcome)
        try workspace.runs.appending("latest").link(to: FilePath(plan.digest.hex))
        try workspace.root.syncFileSystem()
        return merged
    }
}
