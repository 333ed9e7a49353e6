import Git
import Pipeline

/// Whose commits lie between what runs and a candidate, as far as they touch the service.
struct Committers {
    /// How many commits are read to answer it: more than any release has.
    private static let limit = 20_000

    /// Their authors, each `Name <address>`; nil when this clone cannot tell.
    static func between(
        _ base: ObjectID?, and head: ObjectID, touching path: Path, in repository: borrowing Repository
    ) throws -> [String]? {
        guard repository.has(head) else { return nil }
        let hidden: Set<ObjectID>
        if let base {
            guard let before = try ancestors(of: base, besides: [], in: repository, { _ in }) else { return nil }
            hidden = before
        } else {
            hidden = []
        }
        var authors: Set<String> = []
        let walked = try ancestors(of: head, besides: hidden, in: repository) { commit in
            if try touches(commit, path, in: repository) { authors.insert(commit.author) }
        }
        return walked == nil ? nil : authors.sorted()
    }

    /// Every commit that leads to one, itself included; nil when one of them is missing or there are too many.
    private static func ancestors(
        of tip: ObjectID, besides hidden: Set<ObjectID>, in repository: borrowing Repository,
        _ visit: (Commit) throws -> Void
    ) throws -> Set<ObjectID>? {
        var seen: Set<ObjectID> = []
        var open = [tip]
        while let id = open.popLast() {
            guard !hidden.contains(id), seen.insert(id).inserted else { continue }
            guard repository.has(id), seen.count <= limit else { return nil }
            let commit = try repository.commit(id)
            try visit(commit)
            open += commit.parents
        }
        return seen
    }

    /// Whether a commit differs at a path from each commit before it.
    private static func touches(
        _ commit: Commit, _ path: Path, in repository: borrowing Repository
    ) throws -> Bool {
        let own = try object(at: path, of: commit.tree, in: repository)
        for parent in commit.parents {
            guard let tree = try repository.treeIfPresent(of: parent) else { return true }
            if try object(at: path, of: tree, in: repository) == own { return false }
        }
        return true
    }

    private static func object(
        at path: Path, of tree: ObjectID, in repository: borrowing Repository
    ) throws -> ObjectID? {
        path == .root ? tree : try repository.tree(tree).entry(at: path)?.id
    }
}
