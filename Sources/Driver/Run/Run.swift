import Disk
import Execution
import OCI
import Pipeline
import SystemPackage

/// One carrying out of a plan: what stays the same while its steps are taken.
struct Run: Sendable {
    let id: String
    let plan: Plan
    let prepared: Prepared
    /// What is to be done, of the plan or of a part of it.
    let work: [Schedule.Work]
    let share: Share
    let vault: SecretVault
    let folder: RunFolder
    let startedAt: Timestamp

    var survey: Survey { prepared.survey }
    var root: FilePath { survey.root }
    var commit: Commit { survey.commit }

    init(_ prepared: Prepared, _ plan: Plan, asked: [ServiceName], startedAt: Timestamp) throws {
        let hidden = plan.selected.filter { $0.kind == .service && $0.version == nil && $0.steps.contains(.image) }
        guard hidden.isEmpty else { throw RunError.versionHidden(hidden.map(\.name)) }
        id = RecordID.run(at: startedAt)
        (self.prepared, self.plan, self.startedAt) = (prepared, plan, startedAt)
        share = try Share(of: plan, asked: asked, prepared.survey, run: id, startedAt: startedAt)
        work = share.work(of: plan, in: prepared.survey.catalog)
        if let (name, file) = prepared.survey.firstAbsent(of: work.map(\.name)) {
            throw RunError.notCheckedOut(name, file)
        }
        vault = try SecretVault(
            of: work.filter { work in
                let mounts = prepared.survey.services[work.name]?.secrets.isEmpty == false
                return work.steps.contains { $0 < .image || $0 == .image && mounts }
            }.compactMap { prepared.survey.catalog[$0.name] },
            from: prepared.survey.request.environment, in: prepared.survey.root)
        folder = prepared.survey.workspace.run(id)
        try folder.prepare()
        try folder.plan.write(Array(plan.json.prettyText.utf8), durable: true)
        try share.desk?.begin(plan)
    }

    /// The end of a run: what it came to is on the disk before anybody is told.
    func finish(_ services: [ServiceOutcome], at now: Timestamp, interrupted: Bool) throws -> RunOutcome {
        let outcome = RunOutcome(
            run: id, plan: plan, startedAt: startedAt, finishedAt: now, services: services, interrupted: interrupted)
        try share.desk?.finish(services, at: now)
        try folder.clearScratch()
        try folder.journal.commit()
        try folder.outcome.write(Array(JSON(encoding: outcome).prettyText.utf8), durable: true)
        try survey.workspace.runs.appending("latest").link(to: FilePath(id))
        // It takes as long as all that commands wrote; whoever was told to stop has no time for that, and loses nothing
        // that would not be built again.
        if !interrupted { try survey.workspace.root.syncFileSystem() }
        return outcome
    }

    /// What is known of a service while it is on its way.
    struct Progress: Sendable {
        var results: [StepResult] = []
        var tests: TestReport?
        var reports: [Stability.ReportFile] = []
        var images: [BuiltImage] = []
        /// Of each image that was pushed.
        var tags: [[ImageTag]] = []
    }

    /// What one step adds to that.
    struct Advance: Sendable {
        let result: StepResult
        var tests: TestReport?
        var reports: [Stability.ReportFile] = []
        var images: [BuiltImage] = []
        var tags: [[ImageTag]] = []
    }

    func service(_ name: ServiceName) -> Service {
        guard let service = survey.catalog[name] else { preconditionFailure("a plan names services of its catalog") }
        return service
    }

    func version(of name: ServiceName) -> SemanticVersion? { plan[name]?.version?.snapshot }

    func home(of service: Service) -> FilePath { root.appending(FilePath(bytes: service.home.bytes).components) }

    /// The command of a step, ready to be started.
    func invocation(_ step: Step, _ command: Command, environment: StepEnvironment) -> Invocation {
        let service = service(step.service)
        let facts = StepEnvironment.Facts(
            service: service, version: version(of: step.service), commit: commit, root: root,
            folder: folder, run: id)
        let place = command.directory.map { root.appending(FilePath(bytes: $0.bytes).components) } ?? home(of: service)
        var invocation = Invocation(
            command.arguments, in: place, environment: environment.variables(facts), log: folder.log(of: step),
            timeout: service.recipe.timeout)
        invocation.limits.idle = service.conditions.idle
        invocation.redaction = vault.redaction
        return invocation
    }

    func reportPlace(of service: Service) -> ReportPlace {
        let known = survey.services[service.name]
        func inner(_ path: Path) -> Path? { path.relative(to: service.home) }
        return ReportPlace(
            evidence: service.recipe.evidence, home: home(of: service), folder: folder.reports(of: service.name),
            log: folder.log(of: Step(service.name, .test)),
            tracked: Set(known?.tracked.compactMap(inner) ?? []),
            foreign: Set(survey.foreign(to: service).compactMap(inner)), redaction: vault.redaction,
            coverage: Toolchain.coveragePlaces(of: service.recipe.toolchain))
    }

    /// The images of a service as they are to be made.
    ///
    /// Throws the reason when nothing here can make one of them.
    func orders(for name: ServiceName) throws -> [ImageOrder] {
        try (survey.services[name]?.images ?? []).map { try order(for: $0, of: name) }
    }

    private func order(for image: SurveyedImage, of name: ServiceName) throws -> ImageOrder {
        guard let entry = plan[name] else { preconditionFailure("a plan has image steps of what it lists") }
        guard let version = version(of: name) else {
            throw RunError.versionHidden([name])
        }
        switch image.state {
        case .impossible(let problem, let hint): throw RunError.noImage(problem, hint: hint)
        case .stage(let stages):
            if let problem = prepared.bases.problems[name] { throw RunError.baseUnknown(stages.base.text, problem) }
            let known = prepared.bases.images[name] ?? [:]
            let pins = Dictionary(image.bases.compactMap { base in known[base.label].map { (base.base.text, $0) } }) {
                first, _ in first
            }
            return ImageOrder(
                service: service(name), source: image.source, plan: stages,
                bases: ImageOrder.Bases(pins: pins, own: try ownBases(of: image, in: name)), version: version,
                commit: commit, key: entry.key,
                epoch: survey.request.environment["SOURCE_DATE_EPOCH"].flatMap { Int64($0) },
                work: try builderWork(for: service(name), image))
        }
    }
}

/// Why a run cannot go on, or not begin.
enum RunError: Failure, Equatable {
    case bare(String)
    case unknownService(String, near: String?)
    case versionHidden([ServiceName])
    case planIsForAnother(String, commit: ObjectID, here: ObjectID)
    case planDiffers(String, ServiceName)
    case planVouchesAlone(String, ServiceName)
    case editedMeanwhile
    case notCheckedOut(ServiceName, TreeFile)
    case busy(String)
    case noImage(String, hint: String?)
    case baseUnknown(String, String)

    var fault: Fault {
        switch self {
        case .bare, .unknownService, .planIsForAnother, .planDiffers, .planVouchesAlone, .noImage, .editedMeanwhile,
            .notCheckedOut:
            .input
        case .versionHidden: .history
        case .busy, .baseUnknown: .environment
        }
    }

    var hint: String? {
        switch self {
        case .bare: "plan works here; to build, make a work tree: git worktree add FOLDER"
        case .unknownService(_, let near): near.map { "did you mean \"\($0)\"?" } ?? "slipway plan lists them all"
        case .versionHidden: "fetch the rest (git fetch --unshallow --tags), or stop earlier with --through test"
        case .planIsForAnother(_, let commit, _): "check that commit out: git checkout \(commit.short)"
        case .planDiffers: "make the plan again, on this agent or with the same configuration and variables"
        case .planVouchesAlone: "make the plan again here, or share the ledger: slipway run --plan reads it too"
        case .editedMeanwhile: "commit or undo it, and run again"
        case .notCheckedOut(_, let file):
            file.entry.mode == .submodule
                ? "git submodule update --init --recursive"
                : "check it out: git sparse-checkout disable, or git lfs pull where it is kept there"
        case .busy: "wait for it, or work in another clone"
        case .noImage(_, let hint): hint
        case .baseUnknown: "pin it by digest, or make the registry reachable"
        }
    }

    var description: String {
        switch self {
        case .bare(let path): "\(path): a bare repository has no files to build"
        case .unknownService(let name, _): "\"\(name.printable)\" is no service or library here"
        case .versionHidden(let names):
            "this clone is too shallow to tell the version of \(names.map(\.text).joined(separator: ", "))"
        case .planIsForAnother(let file, let commit, let here):
            "\(file): the plan is for commit \(commit.short), and this is \(here.short)"
        case .planDiffers(let file, let name): "\(file): \"\(name)\" is not what it was when the plan was made"
        case .planVouchesAlone(let file, let name):
            "\(file): leaves \"\(name)\" out for a record that no ledger here has"
        case .editedMeanwhile: "a source file was edited during the run"
        case .notCheckedOut(let name, let file): "\(name): \(file.path) is committed and not checked out here"
        case .busy(let holder): "another run works in this checkout: \(holder)"
        case .noImage(let problem, _): problem
        case .baseUnknown(let name, let problem): "base image \(name): \(problem)"
        }
    }
}
