import Git
import Pipeline

/// Whom a pass over history is about, and what each of its tasks goes along with.
struct ChronicleFrame: Sendable {
    /// Services with a version, then libraries, which have none, but are part of what has one: by area.
    let members: [Service]
    let serviceCount: Int
    let marks: ChronicleMarks
    let grader: MessageGrader
    /// By area: whether a plain conventional line is worth what its type says, whoever wrote it, and nobody wants to hear
    /// more.
    let takesPlainLevels: [Bool]
    /// By area: whether each path could make a difference, or only that there is one.
    let wantsAllPaths: [Bool]
    let ownership: Ownership
    /// The folders of each member, those it lay in before included.
    let folders: [PathSet]
    let question: TouchQuestion
    /// Whether each commit is to be told.
    let wantsEvidence: Bool

    var services: ArraySlice<Service> { members[..<serviceCount] }

    /// Nil when nobody's commits are read this way.
    init?(_ catalog: Catalog, _ marks: ChronicleMarks, source: VersionPolicy.Source, _ detail: ChronicleQuestion.Detail)
    {
        let services = catalog.services.filter { $0.kind == .service && $0.release.policy.attribution.source == source }
        guard !services.isEmpty else { return nil }
        let members = services + catalog.services.filter { $0.kind == .library }
        (self.members, serviceCount, self.marks) = (members, services.count, marks)
        grader = MessageGrader(catalog.services.map(\.name))
        takesPlainLevels = members.map { service in
            detail != .evidence && service.release.policy.takesPlainLevels
                && marks.candidates[service.name]?.isEmpty != false
        }
        wantsAllPaths = members.map { detail == .evidence || !$0.release.policy.messages.mappings.isEmpty }
        wantsEvidence = detail == .evidence
        ownership = Ownership(catalog)
        folders = members.map { PathSet($0.paths + $0.earlier) }
        // What lies in the folder of another service is not part of the one around it.
        let known = Set(members.map(\.name))
        let strangers = catalog.services.filter { !known.contains($0.name) }
        let areas = (members + strangers).enumerated().flatMap { index, member in
            (member.paths + member.earlier).map { (folder: $0, area: index) }
        }
        let bases = services.map { [marks.base(of: $0.name)].compactMap(\.self) }
        let all = Array(Set(bases.flatMap(\.self)))
        let others = Array(repeating: all, count: members.count - services.count) + strangers.map { _ in [] }
        var question = TouchQuestion(areas: Areas(areas), marks: marks.commits, marksOf: bases + others)
        question.followsFirstParents = source == .firstParent
        question.wantsMerges = detail != .levels && source == .commits
        question.wanted = MessageGrader.namesServices
        self.question = question
    }

    /// From how many commits on a second task pays.
    private static let many = 256
    /// Neighbours in history share most trees: few bytes are enough to have them at hand.
    private static let cache = 1 << 20

    /// Looks at all commits of a span, then weighs those that concern somebody: in parts of history first, as each commit
    /// is alone; then in lots of services, as what is older depends on what is newer.
    func walks(along span: TouchSpan, in folder: String) async throws -> [ChronicleWalk] {
        let tasks = span.count < Self.many ? 1 : 2
        let findings = try await (0..<tasks).concurrentMap(limit: tasks) { part in
            let repository = try Repository(at: folder, apart: true, cache: Self.cache)
            let range = span.count * part / tasks..<span.count * (part + 1) / tasks
            return try TouchFindings(span, range, in: repository, grading: grader.grade)
        }
        return try await lots(tasks, of: findings).concurrentMap(limit: tasks) { lot in
            let repository = try Repository(at: folder, apart: true, cache: Self.cache)
            var walk = ChronicleWalk(self, lot)
            for part in findings {
                try part.each(of: span, in: repository) { touch throws(GitError) in
                    try walk.take(touch, in: repository)
                }
            }
            return walk
        }
    }

    /// Parts the areas so that each lot has about as many commits; says of each area whether it is in the lot.
    private func lots(_ count: Int, of findings: [TouchFindings]) -> [[Bool]] {
        var weights = Array(repeating: 0, count: members.count)
        for part in findings { part.count(into: &weights) }
        var lots = Array(repeating: (weight: 0, areas: Array(repeating: false, count: members.count)), count: count)
        for area in members.indices.sorted(by: { weights[$0] > weights[$1] }) {
            guard let lightest = lots.indices.min(by: { lots[$0].weight < lots[$1].weight }) else { break }
            lots[lightest].weight += weights[area]
            lots[lightest].areas[area] = true
        }
        return lots.map(\.areas)
    }
}

extension VersionPolicy {
    fileprivate var takesPlainLevels: Bool {
        messages.mappings.isEmpty && attribution.ignoredAuthors.isEmpty && attribution.source == .commits
    }
}
