/// A commit that would move the version further if its message were written otherwise.
public struct NearMiss: Equatable, Sendable, Codable {
    public let commit: ObjectID
    public let kind: Kind
    /// What would be written, or left out.
    public let edit: String
    /// The version that the service would get.
    public let next: SemanticVersion

    /// What is edited.
    public enum Kind: String, Codable, Sendable {
        /// The first line is another.
        case title
        /// A line is added below it.
        case footer
        /// Something is left out.
        case removal
    }

    public init(commit: ObjectID, kind: Kind, edit: String, next: SemanticVersion) {
        (self.commit, self.kind, self.edit, self.next) = (commit, kind, edit, next)
    }

    /// What a message may be cut to.
    static let editLimit = 500
}

/// A commit whose message may have been meant otherwise, and what it would ask for then.
struct Slip: Equatable, Sendable {
    let commit: ObjectID
    let kind: NearMiss.Kind
    let edit: String
    let level: Level
    /// The pre-releases that already had it.
    let candidates: [SemanticVersion]

    /// The likeliest edit that asks for more than a level; nil when none does.
    init?(of commit: ServiceCommit, by weighing: Weighing, above least: Level) {
        for edit in commit.message.edits {
            var edited = commit
            edited.message = edit.message
            let level = weighing.evidence(of: edited).0.level
            guard level > least else { continue }
            (self.commit, kind, self.level, candidates) = (commit.id, edit.kind, level, commit.candidates)
            self.edit = String(edit.text.prefix(NearMiss.editLimit))
            return
        }
        return nil
    }
}

extension VersionRule {
    /// The slips that would change the outcome, each with the version it would make.
    static func nearMisses(
        _ question: VersionQuestion, _ history: VersionHistory, _ reading: HistoryReading, _ others: [VersionEvidence],
        beyond next: SemanticVersion?
    ) -> [NearMiss] {
        struct Ask: Hashable {
            let level: Level
            let candidates: [SemanticVersion]
        }
        var known: [Ask: SemanticVersion?] = [:]
        return reading.slips.compactMap { slip in
            let ask = Ask(level: slip.level, candidates: slip.candidates)
            let made: SemanticVersion?
            if let before = known[ask] {
                made = before
            } else {
                let raised = reading.raised(to: slip.level, by: slip.candidates)
                var rule = VersionRule(question, history, raised, others)
                made = rule.next
                known[ask] = .some(made)
            }
            guard let made, next.map({ $0.precedes(made) }) ?? true else { return nil }
            return NearMiss(commit: slip.commit, kind: slip.kind, edit: slip.edit, next: made)
        }
    }

    /// The version that a release would get; nil when there is nothing to release, or something is in the way.
    private var next: SemanticVersion? {
        mutating get {
            do throws(VersionProblem) {
                guard case .next(let version, _) = try found() else { return nil }
                return version
            } catch {
                return nil
            }
        }
    }
}
