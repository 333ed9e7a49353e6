import Pipeline

extension Run {
    /// In which order the steps of this run begin, as far as records and the configuration say what they take.
    func schedule(jobs: Int) -> Schedule {
        let durations = Durations(
            Dictionary(uniqueKeysWithValues: survey.catalog.services.map { ($0.name, timings(of: $0.name)) }))
        let works = work.map { work in
            var work = work.expecting(durations)
            work.demand = service(work.name).demand
            work.bases = survey.owners(ofBasesOf: work.name)
            return work
        }
        let pools = (survey.configuration.file.pools ?? [:]).mapValues { Int(clamping: $0) }
        return Schedule(works, in: Room(cpu: jobs, memory: survey.request.limits.memory, pools: pools))
    }

    /// How long each step took when it last came to its end.
    private func timings(of name: ServiceName) -> [String: Int64] {
        let records = (prepared.ledger.known[name] ?? []) + [prepared.ledger.accepted[name]].compactMap(\.self)
        return records.flatMap(\.record.steps.results).reduce(into: [:]) { timings, result in
            guard timings[result.kind.rawValue] == nil, result.hasEnded else { return }
            timings[result.kind.rawValue] = result.wallMs
        }
    }
}

extension StepResult {
    /// Whether it took as long as it takes: what was stopped or did not build says nothing about that.
    fileprivate var hasEnded: Bool {
        guard kind == .test, case .exited(let code) = ending else { return hasPassed }
        return code < 126
    }
}

extension StepEnvironment {
    /// The same for a step that may run so many jobs of its own.
    func handing(_ jobs: Int, to step: Step, of service: Service) -> StepEnvironment {
        var copy = self
        copy.inner = Toolchain.named(service.recipe.toolchain)?.jobs.variables(for: step.kind, jobs: jobs) ?? [:]
        copy.inner["SLIPWAY_JOBS"] = "\(jobs)"
        return copy
    }
}

/// Whether, and after what, a run is to end before it is done.
struct Halt {
    /// Whether the first failure is to end it.
    let isWanted: Bool
    /// The step that failed.
    private(set) var cause: Step?
    /// Services that were skipped because of it, and not because of the end.
    private(set) var skipped: [ServiceName: ServiceName] = [:]
    /// How many services are being written down.
    private var settling = 0

    init(isWanted: Bool) {
        self.isWanted = isWanted
    }

    /// Records that are being written are written to their end before anything is stopped.
    var mayCancel: Bool { cause != nil && settling == 0 }

    /// Takes a failure; the first one ends the run, if that is wanted.
    mutating func take(_ step: Step, skipping skipped: [ServiceName: ServiceName], _ report: (Event) -> Void) {
        guard isWanted, cause == nil else { return }
        (cause, self.skipped) = (step, skipped)
        report(.note("\(step) failed, and --fail-fast ends the run: what runs is stopped, the rest is skipped"))
    }

    /// Counts services that are being written down.
    mutating func settle(_ count: Int) { settling += count }

    mutating func settled() { settling -= 1 }
}

/// How far a run has come.
struct Course {
    var schedule: Schedule
    var halt: Halt
    var progress: [ServiceName: Run.Progress] = [:]

    var isHalted: Bool { halt.cause != nil }

    init(schedule: Schedule, halt: Halt) {
        (self.schedule, self.halt) = (schedule, halt)
    }
}
