extension VersionRule {
    /// Why the outcome is what it is, in one sentence.
    func conclusion(_ found: Found) -> String {
        switch found {
        case .problem(let problem): return "there is no version to be had: \(problem.text)"
        case .nothing(.alreadyReleased):
            return "HEAD is released: \((released ?? base)?.tag ?? "") leads to it"
        case .nothing(.noReleasableCommits): return "\(since) nothing asks for a version"
        case .nothing(.noReleasableSincePrerelease):
            return "\(since) nothing came after the last candidate that is worth another one"
        case .next(let version, .override):
            return "\(version) was asked for by name\(base.map { ", after \($0.tag)" } ?? "")" + manner(version)
        case .next(let version, .initial):
            return "\(version) is the first version, as no release leads to HEAD; \(demand)" + manner(version)
        case .next(let version, let bump):
            return "\(version) is the next \(bump.rawValue) after \(base?.tag ?? ""); \(demand)" + manner(version)
        }
    }

    private var since: String { base.map { "since \($0.tag)" } ?? "since the beginning" }

    /// Who asks for how much.
    private var demand: String {
        if let asked = question.wish.target ?? reading.asked, case .level(let level) = asked {
            return "\(level.rawValue) was asked for"
        }
        guard let strongest = reading.evidence.first(where: { $0.level == level }) else {
            return "\(level.rawValue) is asked for"
        }
        let who = strongest.commit.map(\.short) ?? "the \(strongest.kind.rawValue)"
        return "\(who) asks for \(level.rawValue)" + understated
    }

    /// What the commits alone come to, when an interface asks for more.
    private var understated: String {
        let (own, declared) = reading.evidence.reduce(into: (Level.none, Level.none)) { levels, evidence in
            if evidence.kind == .interface {
                levels.1 = max(levels.1, evidence.level)
            } else {
                levels.0 = max(levels.0, evidence.level)
            }
        }
        guard declared > own else { return "" }
        return ", more than the commits say (\(own.rawValue))"
    }

    /// What besides levels decided on the number.
    private func manner(_ version: SemanticVersion) -> String {
        var parts: [String] = []
        if let base, base.version.isInitialDevelopment, question.policy.effective(level, on: base.version) != level {
            let effective = question.policy.effective(level, on: base.version)
            parts.append(
                "below 1.0.0 \(level.rawValue) moves the \(effective.rawValue) "
                    + "(zero-major: \(question.policy.zeroMajor.rawValue))")
        }
        if lints.contains(where: { $0.code == .trunkLineOwned }) {
            parts.append("other branches hold what would come before it")
        }
        if let line = question.line { parts.append("on the line \(line)") }
        if let channel = question.channel, !version.isStable { parts.append("a candidate of the channel \(channel)") }
        if let promoted { parts.append("\(promoted.tag) is promoted") }
        return parts.map { "; \($0)" }.joined()
    }
}
