import Git
import Pipeline

/// Why something that was recorded cannot be made again here.
enum ReproductionError: Failure, Equatable {
    case unknownForm(String, reason: String)
    case severalCommits(String)
    case severalRecords(String, of: ServiceName)
    case contradictory(String, stated: Verdict.State, computed: Verdict.State)
    case nothingWasRun(String)
    case notAmong(String, known: [ServiceName])
    case foreignFolder(String)
    case insideCheckout(String)
    case dirty(String, [Path])
    /// Commits that neither this clone nor, when it was asked, its remote has.
    case missing(ObjectID, [ObjectID], asked: Bool)
    /// The same, of an outcome without its plan, which would tell of parents.
    case missingOfOutcome(ObjectID)
    case notMerged(ObjectID, parents: Int)
    case mergeConflict(ObjectID, [String])
    case otherMerge(ObjectID, recorded: ObjectID, here: ObjectID)
    /// The commits that both parents come from are beyond the boundary of the clone.
    case tooShallow(ObjectID)
    case filesLeftOut(ObjectID, reason: String)
    case notCheckedOut(ServiceName, TreeFile, folder: String)

    var fault: Fault {
        switch self {
        case .notAmong, .foreignFolder, .insideCheckout: .usage
        case .unknownForm, .severalCommits, .severalRecords, .nothingWasRun, .dirty: .input
        case .contradictory: .unverifiable
        case .missing, .missingOfOutcome, .notMerged, .mergeConflict, .otherMerge, .tooShallow, .filesLeftOut,
            .notCheckedOut:
            .history
        }
    }

    var hint: String? {
        switch self {
        case .unknownForm: "it takes a record, or outcome.json or plan.json of a run"
        case .severalCommits, .severalRecords: "reproduce them one by one"
        case .contradictory: nil
        case .nothingWasRun: "reproduce the record that was reused: slipway record list"
        case .notAmong(_, let known): "it has \(Reproduction.Subject.list(known.map(\.text), limit: 10))"
        case .foreignFolder: "name another one with --in, or one that is not there yet"
        case .insideCheckout: "leave --in out, or name a folder outside of it"
        case .dirty: "--committed makes what the commit itself holds"
        case .missing(_, let ids, asked: false):
            "--fetch asks origin for it, or: git fetch origin \(ids.map(\.description).joined(separator: " "))"
        case .missing: "was the branch deleted? fetch it from whoever has it, and try again"
        case .missingOfOutcome:
            "--fetch asks origin for it; if a build server merged it, lay plan.json of the run beside the file"
        case .notMerged: "fetch the merge itself from whoever has it"
        case .mergeConflict, .otherMerge:
            "it was merged with other options, or not by git alone; fetch the merge itself from whoever has it"
        case .tooShallow: "fetch the rest: git fetch --unshallow"
        case .filesLeftOut: "fetch what was left out: git fetch --refetch --no-filter"
        case .notCheckedOut(_, let file, let folder):
            file.entry.mode == .submodule
                ? "git -C \(folder) submodule update --init --recursive, and then again"
                : "git -C \(folder) lfs pull, and then again"
        }
    }

    var description: String {
        switch self {
        case .unknownForm(let file, let reason):
            "\(file.printable): nothing that can be made again: \(reason.printable)"
        case .severalCommits(let file): "\(file.printable): its records are about several commits"
        case .severalRecords(let file, let name): "\(file.printable): several records of \(name)"
        case .contradictory(let id, let stated, let computed):
            "record \(id.printable): it says \(stated.rawValue), but its details say \(computed.rawValue)"
        case .nothingWasRun(let id): "\(id.printable): nothing was run there"
        case .notAmong(let name, _): "\"\(name.printable)\" was not run there"
        case .foreignFolder(let folder): "\(folder.printable): not empty, and not made by slipway reproduce"
        case .insideCheckout(let folder):
            "\(folder.printable): lies in your checkout, and would be uncommitted work there"
        case .dirty(let id, let paths):
            "\(id.printable): uncommitted work was built there, which is in no commit: "
                + Reproduction.Subject.list(paths.map(\.description), limit: 20)
        case .missing(let commit, let ids, let asked):
            Self.missing(commit, ids) + (asked ? ", and origin does not give it" : "")
        case .missingOfOutcome(let commit): Self.missing(commit, [commit])
        case .notMerged(let commit, let parents):
            "commit \(commit.short) is not in this clone, and a merge of \(parents) is not made again"
        case .mergeConflict(let commit, let paths):
            "commit \(commit.short): merging its parents again ends in conflicts: \(Reproduction.Subject.list(paths))"
        case .otherMerge(let commit, let recorded, let here):
            "commit \(commit.short): merging its parents again gives tree \(here.short), and \(recorded.short) was built"
        case .tooShallow(let commit): "commit \(commit.short): this clone is too shallow to merge its parents again"
        case .filesLeftOut(let commit, let reason): "commit \(commit.short): this clone lacks files of it: \(reason)"
        case .notCheckedOut(let name, let file, _): "\(name): \(file.path) is not in the commit itself, and not here"
        }
    }

    private static func missing(_ commit: ObjectID, _ ids: [ObjectID]) -> String {
        if ids == [commit] { return "commit \(commit.short) is not in this clone" }
        let parents = ids.map(\.short).joined(separator: " and ")
        return "commit \(commit.short) is a merge, and of what it was made of \(parents) is not in this clone"
    }
}
