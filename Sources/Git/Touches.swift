public import Pipeline

/// What is asked of a history: who changed what since when.
public struct TouchQuestion: Sendable {
    public var areas: Areas
    /// Commits that hide all they lead to; nil hides nothing.
    public var marks: [ObjectID?]
    /// For each area the marks it is asked about: a commit is new to it when one of them does not lead there.
    public var marksOf: [[Int]]
    /// Whether only first parents are followed, and merges count for what they bring in.
    public var followsFirstParents = false
    /// Whether merges are told that have what no parent has.
    public var wantsMerges = false
    /// Bits of grades whose commits are told whatever they change.
    public var wanted: UInt32 = 0

    public init(areas: Areas, marks: [ObjectID?], marksOf: [[Int]]) {
        (self.areas, self.marks, self.marksOf) = (areas, marks, marksOf)
    }
}

/// The commits among which touches are looked for: values, so that several tasks can look.
public struct TouchSpan: Sendable {
    /// The marks for which the clone ends before the answer does.
    public private(set) var incomplete: Set<Int> = []
    let question: TouchQuestion
    let reading: CommitGraph.Reading
    let hidden: Marks
    /// Those to look at, newest first.
    private(set) var slots: [Int] = []

    init(_ question: TouchQuestion, on graph: CommitGraph) throws(GitError) {
        let hidden = try Marks(question.marks, on: graph)
        (self.question, self.hidden, reading) = (question, hidden, graph.reading)
        let candidates = question.followsFirstParents ? graph.firstParents : graph.order
        slots.reserveCapacity(candidates.count)
        for slot in candidates where !hidden.isHidden(slot) {
            let node = reading.nodes[slot]
            guard !node.isBoundary else {
                incomplete.formUnion(question.marks.indices.filter { !hidden.isHidden(slot, from: $0) })
                continue
            }
            guard !isMerge(node) || question.wantsMerges else { continue }
            slots.append(slot)
        }
    }

    /// How many commits there are to look at.
    public var count: Int { slots.count }

    /// Merges count for what no parent has.
    func isMerge(_ node: CommitGraph.Node) -> Bool { node.parents.count > 1 && !question.followsFirstParents }

    /// The trees a commit is compared with.
    func old(of node: CommitGraph.Node) -> [ObjectID?] {
        let parents = reading.parentSlots[node.parents]
        return isMerge(node) ? parents.map { reading.nodes[$0].tree } : [parents.first.map { reading.nodes[$0].tree }]
    }

    func isNew(_ slot: Int, to area: Int) -> Bool {
        question.marksOf[area].contains { !hidden.isHidden(slot, from: $0) }
    }
}

/// What was found in a part of a span.
public struct TouchFindings: Sendable {
    /// One commit that concerns somebody.
    struct Finding: Sendable {
        let slot: Int
        let grade: UInt32
        /// Places in `areas` and in `changes`.
        let changed: Range<Int>
        let changes: Range<Int>
    }

    private(set) var findings: [Finding] = []
    private var areas: [Int] = []
    private var changes: [AreaChange] = []

    /// Looks at some of the commits of a span.
    public init(
        _ span: TouchSpan, _ part: Range<Int>, in repository: borrowing Repository, grading grade: CommitGraph.Grading
    ) throws(GitError) {
        var search = AreaSearch(span.question.areas, in: repository.store)
        for slot in span.slots[part] {
            let node = span.reading.nodes[slot]
            let changed = try search.changed(from: span.old(of: node), to: node.tree)
            let isNew = changed.contains { span.isNew(slot, to: $0) }
            guard isNew || span.question.wanted != 0 && !span.isMerge(node) else { continue }
            let grade =
                if let known = node.grade { known } else {
                    try CommitObject.grade(node.id, in: repository.store, by: grade)
                }
            guard isNew || grade & span.question.wanted != 0 else { continue }
            let starts = (areas.count, changes.count)
            areas += changed
            if !span.isMerge(node) { changes += search.found }
            findings.append(
                Finding(slot: slot, grade: grade, changed: starts.0..<areas.count, changes: starts.1..<changes.count))
        }
    }

    /// Adds to each area's number how many of the commits concern it; areas behind the last number are passed over.
    public func count(into weights: inout [Int]) {
        for area in areas where area < weights.count { weights[area] += 1 }
    }

    /// Visits the commits that were found, newest first.
    public func each<Problem: Error>(
        of span: TouchSpan, in repository: borrowing Repository, _ take: (Touch) throws(Problem) -> Void
    ) throws(Problem) {
        for finding in findings {
            let touch = Touch(
                finding, changed: areas[finding.changed], changes[finding.changes], in: span, repository.store)
            try take(touch)
        }
    }
}

/// A commit that changed something in some areas, or says something that is wanted.
public struct Touch {
    public let grade: UInt32
    /// All areas it changed.
    public let changed: ArraySlice<Int>
    /// How, where that was seen already.
    private let changes: ArraySlice<AreaChange>
    private let slot: Int
    private let span: TouchSpan
    private let store: ObjectStore

    fileprivate init(
        _ finding: TouchFindings.Finding, changed: ArraySlice<Int>, _ changes: ArraySlice<AreaChange>,
        in span: TouchSpan, _ store: ObjectStore
    ) {
        (slot, grade, self.changes) = (finding.slot, finding.grade, changes)
        (self.changed, self.span, self.store) = (changed, span, store)
    }

    private var node: CommitGraph.Node { span.reading.nodes[slot] }
    public var commit: ObjectID { node.id }
    public var isMerge: Bool { node.parents.count > 1 }
    /// How many commits came before it, newest first.
    public var rank: Int { node.readAt ?? 0 }

    /// Whether it changed an area and is new to it.
    public func concerns(_ area: Int) -> Bool { changed.contains(area) && span.isNew(slot, to: area) }

    /// Whether a mark leads to it.
    public func isHidden(from mark: Int) -> Bool { span.hidden.isHidden(slot, from: mark) }

    /// Hands over the paths it changed in an area, which is that of some folders, until one is not wanted any more.
    ///
    /// Of a merge that was told for what no parent has: the paths in which it differs from all of them.
    public func eachPath(in area: Int, of folders: PathSet, _ take: (Path) -> Bool) throws(GitError) {
        let seen = changes.filter { $0.area == area }
        guard seen.isEmpty || seen.contains(where: { $0.node == nil }) else {
            return try eachPath(seen, take)
        }
        let tree = Tree(node.tree, in: store)
        let trees = span.old(of: node)
        guard trees.count > 1 else {
            return try tree.eachChange(since: trees.first ?? nil, within: folders) { take($0.path) }
        }
        var common: Set<Path>?
        for old in trees {
            let paths = Set(try tree.changes(since: old, within: folders).map(\.path))
            common = common?.intersection(paths) ?? paths
        }
        for path in (common ?? []).sorted() where !take(path) { return }
    }

    private func eachPath(_ changes: [AreaChange], _ take: (Path) -> Bool) throws(GitError) {
        let result = withoutActuallyEscaping(take) { take in
            Result { () throws(GitError) in
                var isWanted = true
                for change in changes where isWanted {
                    guard let node = change.node else { continue }
                    var comparison = TreeComparison(store: store, folders: nil, skipping: []) { change in
                        isWanted = take(change.path)
                        return isWanted
                    }
                    let folder = span.question.areas.nodes[node].path
                    try comparison.compare(change.old, change.new, at: folder, in: .inside)
                }
            }
        }
        try result.get()
    }
}
