import Disk
import Execution
import Git
public import Pipeline
public import SystemPackage

extension BorrowedClone {
    /// Brings the commit of a subject here, makes it again if it is a merge that is nowhere, and checks it out.
    ///
    /// Returns what stands in for the commit when it was made again, which has another id.
    func place(_ subject: Reproduction.Subject, mayFetch: Bool) async throws -> ObjectID {
        if try await has(subject.commit) { return subject.commit }
        if mayFetch, try await fetch(subject.commit) { return subject.commit }
        guard let merge = subject.merge else {
            if subject.kind == .outcome, subject.tree == nil {
                throw ReproductionError.missingOfOutcome(subject.commit)
            }
            throw ReproductionError.missing(subject.commit, [subject.commit], asked: mayFetch)
        }
        guard merge.parents.count == 2 else {
            throw ReproductionError.notMerged(subject.commit, parents: merge.parents.count)
        }
        var missing: [ObjectID] = []
        for parent in merge.parents where try await !has(parent) {
            if mayFetch, try await fetch(parent) { continue }
            missing.append(parent)
        }
        guard missing.isEmpty else { throw ReproductionError.missing(subject.commit, missing, asked: mayFetch) }
        return try await remerge(subject, merge)
    }
}

/// What somebody asked to be made again, and how.
public struct ReproductionWish: Sendable {
    /// A file, or the beginning of a record's id.
    public var name: String
    /// Only these of its services; empty: all.
    public var services: [String] = []
    public var folder: FilePath?
    /// Whether `origin` may be asked for what this clone does not have.
    public var mayFetch = false
    /// Whether what was built from uncommitted work may be made without it.
    public var isCommittedOnly = false

    public init(_ name: String) {
        self.name = name
    }
}

/// A reproduction that came to its end, with the run it rests on.
public struct FinishedReproduction: Sendable {
    public let reproduction: Reproduction
    public let run: FinishedRun
}

extension Request {
    /// Makes again what was recorded, in a folder of its own, and compares.
    ///
    /// Nothing is pushed, and no record leaves that folder. Throws when it cannot be made again at all.
    public func reproduce(
        _ wish: ReproductionWish, reporting report: @escaping @Sendable (Event) -> Void
    ) async throws -> FinishedReproduction {
        let recorded = try await recorded(wish.name).only(wish.services)
        let subject = recorded.subject
        if let paths = subject.dirtyPaths, !wish.isCommittedOnly { throw ReproductionError.dirty(subject.id, paths) }
        for caveat in subject.caveats(here: Builder.own) { report(.note(caveat.message)) }
        let (place, lender) = try places(subject, wish)
        try place.claim()
        Descendants.adopt()
        let lock = try await take(place.workspace.lock, report)
        try lock.sign("process \(ProcessFacts.id), started \(Timestamp.now)")
        let clone = BorrowedClone(in: place, of: lender)
        try await clone.make()
        let head = try await clone.place(subject, mayFetch: wish.mayFetch)
        let survey = try await survey(of: clone, at: head, recorded, report)
        let rerun = Rerun(recorded: recorded, survey: survey, lender: try ownWorkspace(), report: report)
        let finished = try await rerun.carryOut()
        if finished.run.outcome.interrupted { Descendants.end() }
        try lock.sign("")
        return finished
    }

    private func ownWorkspace() throws -> Workspace { Self.workspace(of: try Repository(at: folder.string)) }

    /// Where it is to be made, and whose objects are borrowed.
    private func places(
        _ subject: Reproduction.Subject, _ wish: ReproductionWish
    ) throws -> (ReproductionFolder, BorrowedClone.Lender) {
        let repository = try Repository(at: folder.string)
        let own = Self.workspace(of: repository)
        if wish.folder == nil { try own.prepare(commonFolder: FilePath(repository.commonFolder)) }
        let place = try ReproductionFolder(
            of: subject, at: wish.folder, beside: own, workTree: repository.workTree.map { FilePath($0) })
        let lender = BorrowedClone.Lender(
            folder: FilePath(repository.workTree ?? repository.commonFolder),
            commonFolder: FilePath(repository.commonFolder), remote: try repository.remoteAddress(),
            environment: environment)
        return (place, lender)
    }

    /// Looks at the checkout, once it is as the commit has it.
    ///
    /// One that is there already is taken over: what was brought into it on purpose, such as files that git-lfs keeps, may
    /// have cost something. What was edited in it is kept under a name, and is not built.
    private func survey(
        of clone: BorrowedClone, at head: ObjectID, _ recorded: Recorded, _ report: @Sendable (Event) -> Void
    ) async throws -> Survey {
        var asking = self
        asking.folder = clone.folder.root
        let through = Reproduction.Account.through(recorded.accounts)
        asking.selection.services = recorded.accounts.filter { !$0.isHelper(below: through) }.map(\.service.text)
        asking.selection.through = through
        if try clone.folder.commit() == head {
            if try await asking.isClean() {
                try await clone.clean()
            } else {
                let name = try await clone.keepEdits(at: .now)
                report(.note("what was edited in \(clone.folder.root) is kept there as \(name), and is not built"))
                try await clone.checkOut(head)
            }
        } else {
            try await clone.checkOut(head)
        }
        var survey = try await Survey.make(asking, listing: true)
        // Commands and images are told the commit that was recorded, also where a merge was made again.
        if head != recorded.subject.commit {
            let commit = survey.commit
            survey.commit = Commit(
                id: recorded.subject.commit, tree: commit.tree, parents: commit.parents, author: commit.author,
                time: commit.time, message: commit.message)
        }
        return survey
    }

    /// Whether nothing is uncommitted, as far as that can be told.
    private func isClean() async throws -> Bool {
        do {
            return try await !Survey.make(self).facts.dirty
        } catch is ConfigurationError {
            return false
        }
    }
}
