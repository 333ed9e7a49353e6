/// Point 2: migrations are in order, and have been applied before the software that needs them.
extension Hearing {
    var migrationsOrder: Decision.Item {
        if let off = isOff(.migrationsOrder) { return off }
        guard let facts = record.migrations else {
            return Decision.Item(.migrationsOrder, .notApplicable, "it has no migrations")
        }
        if question.intent == .rollback {
            return Decision.Item(.migrationsOrder, .pass, "going back applies none")
        }
        return disorder(facts) ?? failedJob ?? (circle(facts) ?? applied(facts)).resting(on: databaseNames)
    }

    private var database: DatabaseState? {
        evidence.databases[question.service]
            ?? deployed.database(of: question.service, in: question.environment)
    }

    private var databaseNames: [String] { database.map { [$0.origin] } ?? [] }

    /// What the engine would trip over or overlook.
    private func disorder(_ facts: MigrationFacts) -> Decision.Item? {
        let notices: Set<String> = ["foreign-schema", "whitespace-edit", "whitespace-only-edit", "repeatable-changed"]
        let wrong = facts.findings.filter { $0.tier == .order && !notices.contains($0.rule) }
        let named = Set(wrong.compactMap(\.path))
        let edits = range.links.compactMap(\.migrations).flatMap(\.changed)
            .filter { !$0.isInvisible && !named.contains($0.path) }
        let removed = range.links.compactMap(\.migrations).flatMap(\.removed).filter { !named.contains($0) }
        let findings =
            wrong.map { finding in
                let place = finding.path.map { "\($0)".printable } ?? finding.object?.printable ?? ""
                return Decision.Item.Finding(rule: finding.rule, fingerprint: finding.fingerprint, place: place)
            }
            + edits.map { edit in
                .init(
                    rule: "edited-released", fingerprint: String(edit.to.hex.prefix(12)),
                    place: "\(edit.path)".printable)
            }
            + removed.map { path in
                .init(rule: "removed-released", fingerprint: facts.setDigest.hex12, place: "\(path)".printable)
            }
        guard let first = findings.first else { return nil }
        let more = findings.count == 1 ? "" : ", and \(findings.count - 1) more"
        return Decision.Item(
            .migrationsOrder, .fail, "\(first.place): \(first.rule)\(more)",
            toGreen: "bring released migrations back as they were, and give new ones the next free version"
        ).showing(findings)
    }

    /// A job that failed, and nobody has shown since that the database is in order.
    private var failedJob: Decision.Item? {
        let stated = evidence.databases[question.service]
        if let failed = stated?.failed, let first = failed.first, let stated {
            return Decision.Item(
                .migrationsOrder, .fail, "migration \(first.printable) failed, says \(stated.origin.printable)",
                toGreen: "repair the database, and export its history again"
            ).showing([
                .init(
                    rule: Self.failedRule, fingerprint: stated.digest?.hex12 ?? "",
                    place: "\(stated.origin.printable) \(first.printable)")
            ])
        }
        guard let failure = deployed.failure, stated.map({ $0.observedAt < failure.at }) ?? true else { return nil }
        let job = failure.migrations?.job.map { " \($0.printable)" } ?? ""
        return Decision.Item(
            .migrationsOrder, .fail, "migration job\(job) failed at \(failure.at)",
            toGreen: "repair the database, run the job again and record it: slipway record deployed"
        ).showing([
            .init(
                rule: Self.failedRule, fingerprint: failure.to.image.hex12, place: "deployment \(failure.id.printable)")
        ])
    }

    /// The name of the finding that only two persons can waive.
    static let failedRule = "migration-failed"

    /// Services whose migrations wait for each other.
    private func circle(_ facts: MigrationFacts) -> Decision.Item? {
        let all = evidence.neighbours.merging([question.service: facts]) { $1 }
        guard let cycle = Runbook(of: all, applied: heads).cycle else { return nil }
        let names = cycle.map { "\($0.service)" + ($0.version.map { " V\($0.printable)" } ?? "") }
        return Decision.Item(
            .migrationsOrder, .fail, "migrations wait for each other: \(names.joined(separator: ", "))",
            toGreen: "split one of them, so that one service can go first")
    }

    /// Up to where each service that is known of has been migrated.
    private var heads: [ServiceName: String] {
        let told = Set(deployed.all.map(\.service))
        let recorded = told.compactMap { service in
            deployed.database(of: service, in: question.environment)?.head.map { (service, $0) }
        }
        return Dictionary(recorded) { $1 }.merging(evidence.databases.compactMapValues(\.head)) { $1 }
    }

    private func applied(_ facts: MigrationFacts) -> Decision.Item {
        let ahead = range.migrations
        guard let database else {
            if ahead.isEmpty, range.gap == nil, deployed.current != nil {
                return Decision.Item(.migrationsOrder, .pass, "no migration is new since \(runningName)")
            }
            return pending(facts, "nobody knows up to where the database was migrated")
        }
        if let limit = policy.ages.migrationState, evidence.databases[question.service] != nil,
            question.now.seconds - database.observedAt.seconds > limit.count
        {
            return Decision.Item(
                .migrationsOrder, .pending,
                "the database was looked at \(database.observedAt), longer ago than \(limit)",
                toGreen: "export its history again")
        }
        guard let head = facts.headVersion, !database.has(head) else {
            let head = facts.headVersion.map { "V\($0.printable)" } ?? "none with a version"
            return Decision.Item(.migrationsOrder, .pass, "the database has \(head)")
        }
        let at = database.head.map { "V\($0.printable)" } ?? "nothing"
        return pending(facts, "the database has \(at), and V\(head.printable) is needed")
    }

    private func pending(_ facts: MigrationFacts, _ detail: String) -> Decision.Item {
        var all = facts
        all.added = range.migrations.isEmpty ? facts.added : range.migrations.map(\.migration)
        var plan = Runbook(of: [question.service: all], applied: heads).steps.map { step in
            Decision.Item.PlanStep(
                service: step.service, upTo: step.upTo, job: step.service == question.service ? facts.job?.name : nil)
        }
        if !plan.contains(where: { $0.service == question.service }) {
            plan.append(.init(service: question.service, upTo: facts.headVersion, job: facts.job?.name))
        }
        let order = plan.map { step in
            "\(step.service)" + (step.upTo.map { " up to V\($0.printable)" } ?? "")
        }.joined(separator: ", then ")
        var item = Decision.Item(
            .migrationsOrder, .pending, detail,
            toGreen: "migrate \(order), and hand over what the database says: --migrations-state FILE")
        item.plan = plan
        return item
    }
}

extension Digest {
    /// As many digits as findings are named by.
    var hex12: String { String(hex.prefix(12)) }
}
