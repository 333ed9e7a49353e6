import Disk
import OCI
import Pipeline

extension Run {
    private enum Done: Sendable {
        case step(Step, Advance)
        case settled(ServiceOutcome)
    }

    /// Takes all steps, several at a time, and seals a record for each service as soon as it is settled.
    ///
    /// When the task is cancelled nothing new begins, what runs is ended, and what is known is written; so it is after the
    /// first failure when that was asked for.
    func carryOut(jobs: Int, with tools: Tools) async throws -> [ServiceOutcome] {
        let environment = StepEnvironment(own: survey.request.environment, vault: vault)
        return try await withThrowingTaskGroup(of: Done.self) { group in
            var course = Course(schedule: schedule(jobs: jobs), halt: Halt(isWanted: survey.request.limits.failsFast))
            var outcomes = standing
            while true {
                while !course.isHalted, !Task.isCancelled, let step = course.schedule.next() {
                    let soFar = course.progress[step.service] ?? Progress()
                    let inner = course.schedule.innerJobs(of: step)
                    let environment = environment.handing(inner, to: step, of: service(step.service))
                    group.addTask { .step(step, await take(step, after: soFar, with: tools, environment: environment)) }
                }
                if course.halt.mayCancel { group.cancelAll() }
                guard let done = try await group.next() else { break }
                switch done {
                case .step(let step, let advance):
                    for (name, because) in try finish(step, advance, on: &course, with: tools) {
                        let progress = course.progress[name] ?? Progress()
                        group.addTask { .settled(try await settle(name, progress, because: because, with: tools)) }
                    }
                case .settled(let outcome):
                    course.halt.settled()
                    outcomes.append(try noted(outcome, at: tools.now()))
                    if share.tells(outcome) { tools.report(.settled(outcome)) }
                }
            }
            let known = Set(outcomes.map(\.name))
            for name in work.map(\.name) where !known.contains(name) {
                let progress = course.progress[name] ?? Progress()
                let outcome = try await settleLast(name, progress, after: course.halt, with: tools)
                outcomes.append(try noted(outcome, at: tools.now()))
            }
            return outcomes.sorted { $0.name < $1.name }
        }
    }

    /// Takes how a step ended.
    ///
    /// Returns the services to write down now, and because of whom those were skipped that never began.
    private func finish(
        _ step: Step, _ advance: Advance, on course: inout Course, with tools: Tools
    ) throws -> [(ServiceName, because: ServiceName?)] {
        course.progress[step.service, default: Progress()].take(advance)
        if !advance.images.isEmpty {
            for (order, image) in zip(try orders(for: step.service), advance.images) { try tools.name(order, image) }
        }
        tools.report(.stepFinished(step, advance.result, log: advance.result.log))
        let progress = course.progress[step.service] ?? Progress()
        let isGood = Verdict.permitsMore(soFar: facts(step.service, progress, at: tools.now()))
        let settled = course.schedule.finished(step, isGood: isGood)
        // Whoever is stopped blames no need.
        let isStopped = advance.result.ending == .interrupted
        if !isGood, !isStopped { course.halt.take(step, skipping: course.schedule.skipped, tools.report) }
        // What is settled after a halt is written last, where nothing is cancelled.
        guard !course.isHalted else { return [] }
        course.halt.settle(settled.count)
        return settled.map { ($0, isStopped ? nil : course.schedule.skipped[$0]) }
    }

    /// A service whose steps were not all taken, because the run was to end before it was done.
    private func settleLast(
        _ name: ServiceName, _ progress: Progress, after halt: Halt, with tools: Tools
    ) async throws -> ServiceOutcome {
        guard let cause = halt.cause else { return try await settle(name, progress, because: nil, with: tools) }
        var outcome = try await settle(name, progress, because: halt.skipped[name], with: tools)
        if progress.results.isEmpty, halt.skipped[name] == nil {
            outcome = ServiceOutcome(
                name: name, verdict: Verdict(.skipped, [.init(.failFast, "\(cause) failed")]),
                version: version(of: name), steps: [], tests: nil, images: [], record: nil)
        }
        tools.report(.settled(outcome))
        return outcome
    }

    /// The outcome, once it is written down where it outlives this process.
    private func noted(_ outcome: ServiceOutcome, at now: Timestamp) throws -> ServiceOutcome {
        try folder.journal.append(JSON(encoding: outcome).canonicalBytes + [UInt8(ascii: "\n")])
        try share.desk?.leave(outcome, at: now)
        return outcome
    }

    /// The services of which nothing has to be done, and those that are no more.
    private var standing: [ServiceOutcome] {
        let busy = Set(work.map(\.name))
        let reused = plan.services.filter { entry in
            !busy.contains(entry.name) && entry.record != nil && share.has(entry.name)
        }.map { entry in
            ServiceOutcome(
                name: entry.name, verdict: Verdict(.reused, [.init(.keyEqual)]), version: entry.version?.snapshot,
                steps: [],
                tests: nil, images: prepared.ledger.accepted[entry.name]?.record.images ?? [], record: entry.record)
        }
        let removed = plan.removed.map { name in
            ServiceOutcome(
                name: name, verdict: Verdict(.removed, []), version: nil, steps: [], tests: nil, images: [],
                record: nil)
        }
        return reused + removed
    }

    // MARK: - Settling

    private func settle(
        _ name: ServiceName, _ progress: Progress, because: ServiceName?, with tools: Tools
    ) async throws -> ServiceOutcome {
        let planned = work.first { $0.name == name }?.steps ?? []
        // One moment for the verdict and the record that states it: a quarantine may end between two.
        let now = tools.now()
        let verdict: Verdict
        if let because {
            verdict = Verdict(.skipped, [.init(.needFailed, because.text)])
        } else {
            var facts = facts(name, progress, at: now)
            facts.planned = planned
            facts.omitted = omitted(by: planned, of: name)
            // One that was cut short claims nothing that an edit could take away, and whoever cut it short is waiting.
            let isCutShort = progress.results.contains { $0.ending == .interrupted }
            facts.voided = try !isCutShort && isVoid(name, tools)
            verdict = Verdict(facts)
        }
        // A build that others only needed says nothing new about a service that a record vouches for, unless it failed.
        let isHelper = plan[name]?.selected == false
        if isHelper, plan[name]?.record != nil, verdict.state.isPassing || verdict.reasons.first?.code == .notAsked {
            return ServiceOutcome(
                name: name, verdict: Verdict(.reused, [.init(.keyEqual)]), version: version(of: name),
                steps: progress.results, tests: nil, images: prepared.ledger.accepted[name]?.record.images ?? [],
                record: plan[name]?.record)
        }
        let images = imageFacts(name, progress, judging: verdict.judgesSources && !isHelper)
        guard !progress.results.isEmpty else {
            return ServiceOutcome(
                name: name, verdict: verdict, version: version(of: name), steps: [], tests: nil, images: [],
                record: nil)
        }
        let bare = try record(of: name, progress, verdict, images, planned: planned, at: now)
        let record = await tried(await supported(bare, with: tools), with: tools)
        for trouble in try await tools.seal(record, progress.images) { tools.report(.note(trouble)) }
        return ServiceOutcome(
            name: name, verdict: verdict, version: version(of: name), steps: progress.results, tests: progress.tests,
            images: progress.images.isEmpty && plan[name]?.imageRecord == nil ? [] : images, record: record.run.recordId
        )
    }

    private func omitted(by planned: [Step.Kind], of name: ServiceName) -> [Step.Kind] {
        // What the image of another record stands for was not left out.
        service(name).steps(pushing: survey.isPushing).filter { step in
            !planned.contains(step) && (step < .image || plan[name]?.imageRecord == nil)
        }
    }

    /// What is known so far, as if nothing else had been planned.
    private func facts(_ name: ServiceName, _ progress: Progress, at moment: Timestamp) -> Verdict.Facts {
        Verdict.Facts(
            planned: progress.results.map(\.kind), results: progress.results, tests: progress.tests,
            allowEmpty: Set(service(name).recipe.allowEmpty),
            failedBefore: prepared.ledger.failedBefore.contains(name), at: moment)
    }

    func isVoid(_ name: ServiceName, _ tools: Tools) throws -> Bool {
        let edited = try tools.edited(survey.keyFiles(of: name))
        if let first = edited.first { tools.report(.note("\(name): \(first) was edited while it was built")) }
        return !edited.isEmpty
    }

    private func record(
        of name: ServiceName, _ progress: Progress, _ verdict: Verdict, _ images: [Stability.ImageFacts],
        planned: [Step.Kind], at now: Timestamp
    ) throws -> Stability {
        guard let entry = plan[name], let parts = prepared.parts[name], let known = survey.services[name] else {
            preconditionFailure("\(name) was planned")
        }
        let service = service(name)
        let previous = prepared.ledger.newest(of: name)
        let run = Stability.Run(
            recordId: RecordID.new(), sealedAt: now,
            sequence: max((previous?.record.run.sequence ?? 0) + 1, now.seconds),
            prev: [previous?.payloadDigest].compactMap(\.self), plan: plan.digest, startedAt: startedAt,
            timings: Dictionary(progress.results.map { ($0.kind.rawValue, $0.wallMs) }) { $0 + $1 },
            jenkins: survey.surroundings.jenkins)
        var record = Stability(
            run: run.naming(progress.reports), scope: survey.scope,
            service: .init(name: name, path: service.home, kind: service.kind),
            source: .init(
                facts: survey.facts, serviceTree: known.tree, dirtyPaths: survey.dirtyPaths, base: entry.base),
            version: prepared.versions[name].map(Stability.VersionFacts.init), image: nil,
            steps: .init(
                planned: planned, omitted: omitted(by: planned, of: name), results: progress.results,
                allowEmpty: service.recipe.allowEmpty,
                voided: verdict.reasons.contains { $0.code == .inputsChanged }),
            tests: progress.tests?.withoutMessages, verdict: verdict, inputs: parts, builder: Builder.own)
        record.images = images
        record.migrations = survey.migrations.facts[name]
        return record
    }
}

extension Run.Progress {
    mutating func take(_ advance: Run.Advance) {
        results.append(advance.result)
        tests = advance.tests ?? tests
        reports += advance.reports
        images += advance.images
        tags += advance.tags
    }
}
