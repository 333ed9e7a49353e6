public import Pipeline

extension CommitGraph {
    /// Reads as far back as something is new since one of the marks of a question.
    public func span(of question: TouchQuestion) throws(GitError) -> TouchSpan { try TouchSpan(question, on: self) }

    /// The newest commit, its first parent, and so on, as far as was read.
    var firstParents: [Int] {
        var chain: [Int] = []
        var next = order.first
        // A damaged file of git's may lead round in circles.
        while let slot = next, nodes[slot].isRead, chain.count < order.count {
            chain.append(slot)
            next = parents(of: nodes[slot]).first
        }
        return chain
    }

    /// The newest commit that changed each of some paths since the mark that is asked of, as far as there is one.
    ///
    /// A merge counts when no parent has what it has.
    public func newestChanges(of questions: [(path: Path, mark: Int)], marks: [ObjectID?]) throws(GitError)
        -> [ObjectID?]
    {
        var answers = [ObjectID?](repeating: nil, count: questions.count)
        let hidden = try Marks(marks, on: self)
        var open: [Path: [Int]] = [:]
        for (index, question) in questions.enumerated() { open[question.path, default: []].append(index) }
        var (folders, asked) = (PathSet(open.keys), open.count)
        for slot in order where !hidden.isHidden(slot) {
            guard !open.isEmpty else { break }
            let node = nodes[slot]
            guard !node.isBoundary else { continue }
            for path in try changed(by: node, within: folders) {
                let unanswered = (open[path] ?? []).filter { index in
                    guard !hidden.isHidden(slot, from: questions[index].mark) else { return true }
                    answers[index] = node.id
                    return false
                }
                if open[path] != nil { open[path] = unanswered.isEmpty ? nil : unanswered }
            }
            // Where nothing is asked any more nothing need be read.
            if open.count * 2 <= asked { (folders, asked) = (PathSet(open.keys), open.count) }
        }
        return answers
    }

    /// The paths in which a commit differs from all of its parents.
    private func changed(by node: Node, within folders: PathSet) throws(GitError) -> Set<Path> {
        let tree = Tree(node.tree, in: store)
        let parents = parents(of: node)
        guard let first = parents.first else { return Set(try tree.changes(since: nil, within: folders).map(\.path)) }
        var changed = Set(try tree.changes(since: nodes[first].tree, within: folders).map(\.path))
        for parent in parents.dropFirst() where !changed.isEmpty {
            changed.formIntersection(try tree.changes(since: nodes[parent].tree, within: folders).map(\.path))
        }
        return changed
    }
}
