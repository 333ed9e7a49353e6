extension VersionAnswer {
    /// The rule: the highest level anything asks for moves the last release; everything else is about which numbers are
    /// still to be had.
    public init(
        _ question: VersionQuestion, _ history: VersionHistory, _ reading: HistoryReading,
        others: [VersionEvidence] = [], snapshot: Snapshot
    ) {
        var rule = VersionRule(question, history, reading, others)
        let found: VersionRule.Found
        do throws(VersionProblem) {
            found = try rule.found()
        } catch {
            found = .problem(error)
        }
        self.init(question, history, rule, found, snapshot)
        nearMisses = VersionRule.nearMisses(question, history, reading, others, beyond: next)
    }

    private init(
        _ question: VersionQuestion, _ history: VersionHistory, _ rule: VersionRule, _ found: VersionRule.Found,
        _ snapshot: Snapshot
    ) {
        name = question.name
        current = rule.base?.version
        evidence = rule.reading.evidence.map { $0.alone(on: rule.base?.version, question) }
        (lints, conclusion, nearMisses, files) = (rule.lints, rule.conclusion(found), [], nil)
        switch found {
        case .next(let version, let bump):
            (outcome, next, self.bump, reason, error) = (.release, version, bump, nil, nil)
        case .nothing(let reason):
            (outcome, next, bump, self.reason, error) = (.none, nil, .none, reason, nil)
        case .problem(let problem):
            (outcome, next, bump, reason, error) = (.error, nil, .none, nil, problem)
        }
        promotes = rule.promoted?.tag
        tag = rule.released?.tag ?? rule.base?.tag
        // A version is released by promoting an image that was tested before, never by building one of its name.
        let isReleased = reason == .alreadyReleased
        self.snapshot = snapshot.version(before: rule.goal, commits: isReleased ? 0 : rule.reading.count)
    }
}

extension VersionEvidence {
    /// The same with the version that it would make if it were all there is.
    fileprivate func alone(on base: SemanticVersion?, _ question: VersionQuestion) -> VersionEvidence {
        guard level > .none else { return self }
        var copy = self
        copy.next = base.map { $0.bumped(question.policy.effective(level, on: $0)) } ?? question.initial
        return copy
    }
}

/// Works out one number.
struct VersionRule {
    enum Found {
        case next(SemanticVersion, VersionAnswer.Bump)
        case nothing(VersionAnswer.Reason)
        case problem(VersionProblem)
    }

    let question: VersionQuestion
    let history: VersionHistory
    let base: TaggedVersion?
    private(set) var reading: HistoryReading
    var lints: [VersionAnswer.Lint]
    /// The stable version that is worked towards, whatever becomes of it.
    private(set) var goal: SemanticVersion
    var promoted: TaggedVersion?
    private(set) var released: TaggedVersion?

    init(
        _ question: VersionQuestion, _ history: VersionHistory, _ reading: HistoryReading, _ others: [VersionEvidence]
    ) {
        (self.question, self.history, self.reading) = (question, history, reading)
        base = history.base
        lints = history.tagLints.map { .init($0.lint, tag: $0.tag) } + reading.lints
        if others.contains(where: { $0.kind == .interface && $0.level > reading.level }) {
            lints.append(.init(.interfaceUnderstated))
        }
        self.reading.add(others, floor: question.policy.floor)
        goal = base.map { $0.version.bumped(.patch) } ?? question.initial
    }

    var level: Level { reading.level }

    mutating func found() throws(VersionProblem) -> Found {
        if history.isCutOff {
            throw VersionProblem(
                .repositoryShallow, "this clone is too shallow to tell what is new: git fetch --unshallow --tags")
        }
        if let base, base.commit == history.head, !history.isDirty { return .nothing(.alreadyReleased) }
        if let already = candidateAtHead(of: question.channel) {
            released = already
            return .nothing(.alreadyReleased)
        }
        let (target, bump) = try target()
        guard let target else { return .nothing(.noReleasableCommits) }
        goal = target.isStable ? target : goal
        guard target.isStable, let channel = question.channel else {
            if target.isStable { try promote(target) }
            return .next(target, bump)
        }
        guard let candidate = try candidate(of: target, channel) else {
            return .nothing(.noReleasableSincePrerelease)
        }
        return .next(candidate, bump)
    }

    // MARK: - The number

    /// The stable version to make; nil when nothing asks for one.
    private mutating func target() throws(VersionProblem) -> (SemanticVersion?, VersionAnswer.Bump) {
        let asked = question.wish.target ?? reading.asked
        var level = level
        switch asked {
        case .version(let version):
            try check(version)
            return (version, .override)
        case .level(let wanted):
            if wanted < level, !question.wish.acceptsLess { throw below("\(wanted.rawValue)") }
            level = wanted
        case .invalid(let text):
            throw VersionProblem(
                .releaseAsInvalid,
                "\"\(text.printable)\" is neither a version nor a level: write 2.0.0, major, minor or patch")
        case nil: break
        }
        guard level > .none else {
            try checkLine(of: nil)
            return (nil, .none)
        }
        guard let base else { return (try free(from: question.initial), .initial) }
        let effective =
            asked == nil ? question.policy.effective(level, on: base.version) : level
        let natural = base.version.bumped(effective)
        let target = try free(from: natural)
        let isMoved = !target.hasSamePrecedence(as: natural)
        return (
            target, isMoved && question.line == nil ? .minor : VersionAnswer.Bump(rawValue: effective.rawValue) ?? .none
        )
    }

    private func below(_ asked: String) -> VersionProblem {
        VersionProblem(
            .releaseAsBelowEvidence,
            "\(asked) is asked for, and the evidence demands \(level.rawValue): --accept takes it all the same")
    }

    /// A version that was asked for by name must be new, and go forward far enough.
    private func check(_ version: SemanticVersion) throws(VersionProblem) {
        if let base, !base.version.precedes(version) {
            throw VersionProblem(
                .releaseAsNotGreater, "\(version) is asked for, and \(base.version) is released: ask for a higher one")
        }
        if let taken = history.tags.first(where: { $0.version.hasSamePrecedence(as: version) }) {
            throw VersionProblem(
                .releaseAsTaken, "\(version) is asked for, and \(taken.tag) exists: ask for another one")
        }
        try checkLine(of: version)
        if let base, level > .none, !question.wish.acceptsLess,
            version.precedes(base.version.bumped(question.policy.effective(level, on: base.version)))
        {
            throw below("\(version)")
        }
    }

    /// The version, or the next one behind what other branches hold.
    private mutating func free(from natural: SemanticVersion) throws(VersionProblem) -> SemanticVersion {
        try checkLine(of: natural)
        let held = history.tags.filter { $0.version.isStable && !$0.leadsToHead }.map(\.version)
        if let line = question.line {
            // Only where somebody allowed it is there anything ahead.
            let ahead = held.filter { line.contains($0) && !$0.precedes(natural) }
            return ahead.reduce(natural) { $0.precedes($1.bumped(.patch)) ? $1.bumped(.patch) : $0 }
        }
        var target = natural
        while held.contains(where: { $0.isSameLine(as: target) && !$0.precedes(target) }) {
            target = target.bumped(.minor)
        }
        if !target.hasSamePrecedence(as: natural) { lints.append(.init(.trunkLineOwned)) }
        return target
    }

    /// A maintenance branch makes versions of its line, and has all that were made of it.
    private func checkLine(of target: SemanticVersion?) throws(VersionProblem) {
        guard let line = question.line else { return }
        let ahead = history.tags.filter { tag in
            tag.version.isStable && !tag.leadsToHead && line.contains(tag.version)
                && base.map { $0.version.precedes(tag.version) } ?? true
        }
        if let newest = ahead.max(by: { $0.version.precedes($1.version) }), !question.wish.allowsDiverged {
            throw VersionProblem(
                .maintenanceDiverged,
                "the branch of \(line) lacks \(newest.tag): start it from there, or merge that; --allow-diverged skips ahead"
            )
        }
        guard let target, !line.contains(target) else { return }
        let culprits = reading.evidence.filter { $0.level == level }.compactMap { $0.commit?.short }
        let which = culprits.isEmpty ? "" : " (\(culprits.prefix(5).joined(separator: ", ")))"
        throw VersionProblem(
            .maintenanceOutOfRange,
            "\(target) does not belong to \(line)\(which): release it from the trunk, or revert what is too much")
    }
}

extension SemanticVersion {
    func isSameLine(as other: SemanticVersion) -> Bool { major == other.major && minor == other.minor }

    func isForSameRelease(as other: SemanticVersion) -> Bool {
        isSameLine(as: other) && patch == other.patch
    }

    /// Whether it is a numbered pre-release of a channel: `1.3.0-rc.2`.
    public var isCandidate: Bool {
        prerelease.count == 2 && !prerelease[0].utf8.allSatisfy(\.isDigit) && prerelease[1].utf8.allSatisfy(\.isDigit)
    }
}
