/// In which direction it goes: versions and sequences grow, it ran elsewhere before, and no record is missing.
extension Hearing {
    /// Whether it may replace what runs, and whether its version says what it is; nothing where nothing is known.
    var order: [Decision.Item] {
        let item =
            switch question.intent {
            case .deploy: doubled ?? forward
            case .redeploy: doubled ?? again
            case .rollback: doubled ?? back
            }
        return [unreleased ?? item].compactMap(\.self)
    }

    /// A version that stands for two images: somebody moved a tag.
    private var doubled: Decision.Item? {
        guard let version else { return nil }
        let known =
            evidence.past.filter { $0.release == version }.flatMap(\.images)
            + history.filter { $0.release?.version == version }.flatMap { $0.images.map(\.digest) }
        let running = deployed.current.flatMap { $0.version == version && !isCandidate($0.image) ? $0.image : nil }
        let isRelease = own.contains { $0.release?.version == version }
        let others = isRelease ? known.filter { !isCandidate($0) } : []
        guard let other = running ?? others.first else { return nil }
        return Decision.Item(
            .monotonic, .unverifiable, "version \(version) is also image \(other.short)",
            toGreen: "release it again under a version of its own")
    }

    /// A version that must not go there, whatever runs.
    private var unreleased: Decision.Item? {
        guard question.intent == .deploy, policy.mode == .enforced, let version else { return nil }
        let isRelease = own.contains { $0.release != nil }
        let hint = "release it: slipway release \(question.service)"
        if !isRelease {
            guard policy.progress.prerelease == false else { return nil }
            return Decision.Item(.monotonic, .fail, "\(version) is no release", toGreen: hint)
        }
        guard policy.progress.prerelease != true, policy.progress.scheme.isPrerelease(version) else { return nil }
        return Decision.Item(.monotonic, .fail, "\(version) is a pre-release", toGreen: hint)
    }

    private var forward: Decision.Item? {
        guard let state = deployed.current else { return nil }
        if isCandidate(state.image) {
            return Decision.Item(.monotonic, .pass, "it runs there already")
        }
        let growth = "deploy what was built later, or say --intent rollback"
        if policy.progress.isStrict {
            guard let version, let running = state.version else {
                let side = version == nil ? "the candidate" : "what runs"
                return Decision.Item(
                    .monotonic, .unknown, "nobody knows the version of \(side)",
                    toGreen: "state it in the file of --deployed, or name the ledger that knows it")
            }
            guard policy.progress.scheme.precedes(running, version) else {
                return Decision.Item(
                    .monotonic, .fail, "version \(version) does not come after \(running), which runs", toGreen: growth)
            }
        }
        if policy.progress.hasSequence, let running = state.sequence, record.run.sequence <= running {
            let detail = "record \(record.run.sequence) was made before record \(running), which runs"
            return Decision.Item(.monotonic, .fail, detail, toGreen: growth)
        }
        return Decision.Item(.monotonic, .pass, "after \(runningName)")
    }

    private var again: Decision.Item? {
        guard let state = deployed.current else {
            return Decision.Item(
                .monotonic, .fail, "nothing is known to run there", toGreen: "deploy it: --intent deploy")
        }
        guard isCandidate(state.image) else {
            return Decision.Item(
                .monotonic, .fail, "image \(state.image.short) runs there, not this one",
                toGreen: "deploy it: --intent deploy")
        }
        return Decision.Item(.monotonic, .pass, "it runs there already")
    }

    private var back: Decision.Item? {
        guard deployed.ran(isCandidate) else {
            return Decision.Item(
                .monotonic, .fail, "it never ran in \(question.environment.printable)",
                toGreen: "deploy it: --intent deploy, or name the ledger that knows when it ran")
        }
        return Decision.Item(.monotonic, .pass, "it ran there before")
    }

    /// Whether it ran long enough where it must have run; nil when nobody asks.
    var soak: Decision.Item? {
        let wanted = policy.progress.requiresDeployedIn
        guard question.intent == .deploy, !wanted.isEmpty else { return nil }
        for place in wanted {
            let name = place.environment.printable
            let now = question.now
            guard let seconds = deployed.soak(of: isCandidate, question.service, in: place.environment, until: now)
            else {
                return Decision.Item(
                    .soak, .pending, "it never ran in \(name)", toGreen: "deploy it to \(name) first")
            }
            guard seconds >= place.minSoakMinutes * 60 else {
                return Decision.Item(
                    .soak, .pending, "it ran in \(name) for \(seconds / 60) of \(place.minSoakMinutes) minutes",
                    toGreen: "let it run there, and ask again")
            }
        }
        return Decision.Item(.soak, .pass, "it ran in \(wanted.map(\.environment.printable).joined(separator: ", "))")
    }

    /// From when on it will have run long enough, if it goes on running.
    var soakEnds: Timestamp? {
        let left = policy.progress.requiresDeployedIn.compactMap { place -> Int64? in
            let now = question.now
            return deployed.soak(of: isCandidate, question.service, in: place.environment, until: now)
                .map { place.minSoakMinutes * 60 - $0 }
        }.max()
        return left.flatMap { $0 > 0 ? Timestamp(seconds: question.now.seconds + $0) : nil }
    }

    /// Whether records or deployments were taken away or changed; nil when there is nothing to say.
    var continuity: Decision.Item? {
        let hint = "bring the ledger back as it was: slipway record import"
        if deployed.isDamaged {
            let detail = deployed.objections.joined(separator: "; ")
            return Decision.Item(.history, doubt, detail, toGreen: hint)
        }
        if let first = evidence.damage.first {
            let more = evidence.damage.count == 1 ? "" : ", and \(evidence.damage.count - 1) more such"
            return Decision.Item(.history, doubt, "\(first)\(more)", toGreen: hint)
        }
        let holes = evidence.past.holes
        guard let first = holes.first else {
            return deployed.objections.isEmpty
                ? nil : Decision.Item(.history, .pass, "not counted: \(deployed.objections.joined(separator: "; "))")
        }
        let more = holes.count == 1 ? "" : ", and \(holes.count - 1) more such"
        let detail = "record \(first.id.printable) names a record before it that is gone\(more)"
        return Decision.Item(.history, doubt, detail, toGreen: hint).resting(
            on: holes.map { "record \($0.id.printable)" })
    }

    /// What was removed may have been the worst: where that is enforced nothing can be verified any more.
    private var doubt: Decision.Item.State { policy.mode == .enforced ? .unverifiable : .fail }
}
