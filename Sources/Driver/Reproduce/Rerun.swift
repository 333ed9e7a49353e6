import Disk
import OCI
import Pipeline
import SystemPackage

/// The line once more, on a clone of its own: what it asks of ledgers, tags and registries is answered by what was
/// recorded, and what it finds out stays in that clone.
struct Rerun: Sendable {
    let recorded: Recorded
    let survey: Survey
    /// What the clone that lent its objects keeps of its own runs.
    let lender: Workspace
    let report: @Sendable (Event) -> Void

    private var accounts: [Reproduction.Account] { recorded.accounts }
    private var ledger: FolderLedger { FolderLedger(root: survey.workspace.ledger) }

    /// Runs, and compares.
    func carryOut() async throws -> FinishedReproduction {
        let names = accounts.filter { survey.catalog[$0.service] != nil }.map(\.service)
        if let (service, file) = survey.firstAbsent(of: names) {
            throw ReproductionError.notCheckedOut(service, file, folder: survey.root.string)
        }
        // Of keys nothing is said: these records are for nobody else.
        return try await Tools.withYard(survey, report: Tools.silence) { live, yard in
            let outcome = try await deliver(survey, with: tools(live))
            let pairs = ImagePairs(lender: Layout(at: lender.images), own: yard.images)
            var services: [Reproduction.Comparison] = []
            var here: [Reproduction.Account] = []
            for account in accounts {
                let own = try self.account(of: account.service, in: outcome)
                here.append(own)
                let difference = try await pairs.difference(account.images, own.images, report)
                services.append(.init(recorded: account, here: own, image: difference))
            }
            let reproduction = Reproduction(
                of: recorded.subject, in: survey.root.string, services: services, caveats: caveats(here))
            return FinishedReproduction(
                reproduction: reproduction,
                run: FinishedRun(
                    outcome: outcome, logs: RunLogs(folder: survey.workspace.run(outcome.run).root),
                    isLocal: true, images: survey.workspace.images))
        }
    }

    /// What this run found out about a service.
    private func account(of name: ServiceName, in outcome: RunOutcome) throws -> Reproduction.Account {
        guard let found = outcome.services.first(where: { $0.name == name }) else { return .init(name) }
        if let id = found.record, let record = try ledger.record(id: id)?.record { return .init(record) }
        return Reproduction.Account(found) ?? .init(name)
    }

    // MARK: - Tools

    private func tools(_ live: Tools) -> Tools {
        var tools = live
        tools.report = report
        tools.resolve = { survey in pinned(await live.resolve(survey)) }
        tools.testimony = { _, parts in
            for account in accounts {
                if let caveat = caveat(account, parts[account.service]) { report(.note(caveat.message)) }
            }
            var answer = LedgerAnswer()
            answer.failedBefore = Set(accounts.filter { $0.verdict?.blamesThePast == true }.map(\.service))
            return answer
        }
        tools.history = { question in try await live.history(question).built(as: accounts) }
        tools.push = { _, _ in [] }
        tools.seal = { record, _ in
            var record = record
            record.scope = .local
            try ledger.append(SealedRecord(record, signedWith: nil))
            return []
        }
        return tools
    }

    /// Base images as they were, whatever their tags stand for by now.
    private func pinned(_ resolution: BaseResolution) -> BaseResolution {
        var resolution = resolution
        for account in accounts {
            let known = Set((survey.services[account.service]?.bases ?? []).map(\.label))
            for base in account.inputs?.bases ?? [] {
                // A layout is where it was; what it holds is of this clone.
                if known.contains(base.ref) { resolution.images[account.service, default: [:]][base.ref] = base }
                resolution.problems[account.service] = nil
            }
        }
        return resolution
    }

    // MARK: - Caveats

    private func caveats(_ here: [Reproduction.Account]) -> [Reproduction.Caveat] {
        var caveats = recorded.subject.caveats(here: Builder.own)
        if survey.facts.head != recorded.subject.commit {
            let message =
                "the merge was made again, as \(survey.facts.head.short): the same files, by another hand at another time"
            caveats.append(.init(.rebuiltMerge, message))
        }
        return caveats + zip(accounts, here).compactMap { caveat($0, $1.inputs) }
    }

    /// That the variables a service declares are not what they were.
    ///
    /// What they hold is recorded as one digest, and where it is not recorded those count that are missing here.
    private func caveat(_ account: Reproduction.Account, _ here: KeyParts?) -> Reproduction.Caveat? {
        let names = survey.catalog[account.service]?.inputs.environment ?? []
        let missing = names.filter { survey.request.environment[$0] == nil }
        guard !names.isEmpty else { return nil }
        let unset = missing.joined(separator: ", ")
        guard let recorded = account.inputs else {
            guard !missing.isEmpty else { return nil }
            return .init(.environment, "\(account.service): variables it is given, and that are not set here: \(unset)")
        }
        guard let here, recorded.environment != here.environment else { return nil }
        let list = names.joined(separator: ", ")
        return .init(
            .environment,
            "\(account.service): the variables it is given (\(list)) are not what they were"
                + (missing.isEmpty ? "" : "; not set here: \(unset)"))
    }
}

extension History {
    /// The same, with services called what they were called when they were recorded.
    ///
    /// That tags came or went since is nobody's concern.
    fileprivate func built(as accounts: [Reproduction.Account]) -> History {
        var copy = self
        for account in accounts {
            guard let version = account.version else { continue }
            let name = account.service
            copy.versions[name] = versions[name]?.built(as: version) ?? VersionAnswer(name, builtAs: version)
        }
        copy.hidden.removeAll { copy.versions[$0] != nil }
        return copy
    }
}
