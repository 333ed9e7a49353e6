import Pipeline
import Testing

/// What follows from what was found, row by row.
struct DiagnosisTests {
    /// A whole clone on a laptop on which nothing is the matter.
    private static var healthy: Findings {
        var clone = CloneFacts(form: .init(workTree: "/w/", gitFolder: "/w/.git/", commonFolder: "/w/.git/"))
        var history = CloneFacts.History()
        history.head = ObjectID(parsing: String(repeating: "a", count: 40))
        history.committed = Timestamp(seconds: 1_700_000_000)
        history.branch = "main"
        history.tags = 1
        var remote = CloneFacts.Remote(target: "main")
        (remote.isThere, remote.isCovered, remote.fetched) = (true, true, Timestamp(seconds: 1_700_000_000))
        (clone.history, clone.remote) = (history, remote)
        (clone.objects, clone.checkout) = (.init(), .init())
        var planning = PlanningFacts()
        planning.services = [name("billing")]
        var machine = MachineFacts(now: Timestamp(seconds: 1_700_000_100), gitLibrary: "1.5.1")
        machine.signing = .key("abcdef")
        machine.freeBytes = 1 << 40
        machine.workspace = "/w/.slipway"
        return Findings(clone: clone, planning: planning, machine: machine)
    }

    private static func name(_ text: String) -> ServiceName {
        guard let name = ServiceName(parsing: text) else { preconditionFailure("\(text) is a name") }
        return name
    }

    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let change: @Sendable (inout Findings) -> Void

        init(_ description: String, _ change: @escaping @Sendable (inout Findings) -> Void) {
            (testDescription, self.change) = (description, change)
        }
    }

    /// What a row expects: what is not as it should be, as `severity code`, and a part of the fix.
    struct Expected: Sendable {
        let conditions: [String]
        let fix: String?

        init(_ conditions: [String], fix: String? = nil) {
            (self.conditions, self.fix) = (conditions, fix)
        }
    }

    private static func refusal(_ subject: PlanningFacts.Trouble.Subject, _ fault: Fault = .history)
        -> PlanningFacts.Trouble
    {
        .init(subject, fault, "it cannot be read", hint: "try this")
    }

    static let clones: [(Change, Expected)] = [
        (Change("nothing") { _ in }, Expected([])),
        (
            Change("shallow, versions hidden") {
                $0.clone.history?.depth = 1
                $0.clone.history?.commits = 1
                $0.planning.versionless = [name("billing")]
            }, Expected(["warning shallow"], fix: "git fetch --unshallow --tags")
        ),
        (Change("shallow, releases in view") { $0.clone.history?.depth = 50 }, Expected(["note shallow"])),
        (
            Change("shallow, and a plan needs more") {
                $0.clone.history?.depth = 1
                $0.planning.trouble = refusal(.objects)
            }, Expected(["refusal shallow"])
        ),
        (
            Change("no tags fetched") {
                $0.clone.history?.tags = 0
                $0.clone.history?.passesOverTags = true
            }, Expected(["warning tags"], fix: "git fetch --tags")
        ),
        (
            Change("some tags, and no more fetched") { $0.clone.history?.passesOverTags = true },
            Expected(["note tags"], fix: "--unset-all remote.origin.tagOpt")
        ),
        (Change("no tag at all, on a laptop") { $0.clone.history?.tags = 0 }, Expected(["note tags"])),
        (
            Change("no tag at all, on a server") {
                $0.clone.history?.tags = 0
                $0.machine.host = .jenkins
            }, Expected(["warning tags"])
        ),
        (
            Change("no tag, and no origin") {
                $0.clone.history?.tags = 0
                $0.clone.remote = nil
            }, Expected([])
        ),
        (
            Change("blobless") { $0.clone.objects?.promisor = .init(remote: "origin", filter: "blob:none") },
            Expected(["note blobless"])
        ),
        (
            Change("blobless, and a plan needs a file") {
                $0.clone.objects?.promisor = .init(remote: "origin", filter: "blob:none")
                $0.planning.trouble = refusal(.objects)
            }, Expected(["refusal blobless"], fix: "git fetch --refetch --no-filter")
        ),
        (
            Change("treeless") {
                $0.clone.objects?.promisor = .init(remote: "up", filter: "tree:0")
                $0.planning.trouble = refusal(.objects)
            }, Expected(["refusal treeless"], fix: "remote.up.partialclonefilter blob:none")
        ),
        (
            Change("treeless without a checkout") {
                $0.clone.objects?.promisor = .init(remote: "origin", filter: "tree:0")
                $0.clone.objects?.missingTrees = 1
                $0.planning.trouble = refusal(.objects)
            }, Expected(["refusal treeless"], fix: "--no-filter")
        ),
        (
            Change("treeless, nothing old asked for") {
                $0.clone.objects?.promisor = .init(remote: "origin", filter: "tree:0")
            }, Expected(["warning treeless"])
        ),
        (
            Change("alternates gone") {
                $0.clone.objects?.lostAlternates = ["/mirror/objects"]
                $0.planning.trouble = refusal(.objects)
            }, Expected(["refusal alternates"], fix: "git fetch --refetch")
        ),
        (
            Change("objects missing") { $0.planning.trouble = refusal(.objects) },
            Expected(["refusal objects"], fix: "git fetch --refetch")
        ),
        (Change("a file of HEAD missing") { $0.clone.objects?.missingBlobs = 1 }, Expected(["warning objects"])),
        (
            Change("no commit") {
                $0.clone.history?.head = nil
                $0.planning.trouble = refusal(.other, .input)
            }, Expected(["refusal head"], fix: "git commit")
        ),
        (Change("detached") { $0.clone.history?.branch = nil }, Expected([])),
        (
            Change("HEAD in the future") { $0.clone.history?.committed = Timestamp(seconds: 1_700_010_000) },
            Expected(["warning clock"])
        ),
        (
            Change("HEAD a little in the future") { $0.clone.history?.committed = Timestamp(seconds: 1_700_003_000) },
            Expected([])
        ),
    ]

    static let forms: [(Change, Expected)] = [
        (
            Change("SHA-256") {
                $0.clone = CloneFacts(form: $0.clone.form)
                $0.clone.form.objectFormat = "sha256"
                $0.planning.trouble = refusal(.repository, .input)
            }, Expected(["refusal object-format"], fix: "git fast-export --all --signed-tags=strip")
        ),
        (
            Change("reftable") {
                $0.clone = CloneFacts(form: $0.clone.form)
                $0.clone.form.refStorage = "reftable"
                $0.planning.trouble = refusal(.repository, .input)
            }, Expected(["refusal ref-storage"], fix: "git refs migrate --ref-format=files")
        ),
        (
            Change("damaged") {
                $0.clone = CloneFacts(form: $0.clone.form)
                $0.planning.trouble = refusal(.repository)
            }, Expected(["refusal repository"], fix: "git clone \"$(git config -f /w/.git/config")
        ),
        (
            Change("unreadable for a reason of its own") {
                $0.clone = CloneFacts(form: $0.clone.form)
                $0.planning.trouble = refusal(.repository, .environment)
            }, Expected(["refusal repository"], fix: "git fsck")
        ),
        (
            Change("bare") {
                $0.clone.form.workTree = nil
                $0.clone.checkout = nil
                $0.machine.workspace = nil
            }, Expected(["warning bare"], fix: "git worktree add")
        ),
        (
            Change("linked") { $0.clone.form.gitFolder = "/w/.git/worktrees/x/" },
            Expected(["note linked-worktree"], fix: "cp -r /w/.git/../.slipway/ledger")
        ),
        (
            Change("of somebody else") {
                $0.clone.form.foreignOwner = 7
                $0.clone.form.workTree = "/it's here/"
            }, Expected(["note owner"], fix: #"safe.directory '/it'\''s here'"#)
        ),
        (
            Change("of somebody else, declared safe") {
                ($0.clone.form.foreignOwner, $0.clone.form.isDeclaredSafe) = (7, true)
            }, Expected([])
        ),
        (Change("replaced") { $0.clone.oddities.replacements = 1 }, Expected(["warning replacements"])),
        (
            Change("grafted") { $0.clone.oddities.grafts = 1 },
            Expected(["warning grafts"], fix: "rm /w/.git/info/grafts")
        ),
        (Change("autocrlf") { $0.clone.oddities.lineEndings = "true" }, Expected(["note line-endings"])),
        (
            Change("an encoding") { $0.clone.oddities.conversions = ["*.u16 UTF-16"] },
            Expected(["warning conversions"])
        ),
        (Change("a and A are one") { $0.clone.oddities.foldsCase = true }, Expected(["note case-folding"])),
        (
            Change("not ignored") { $0.clone.oddities.ignoresWorkspace = false },
            Expected(["note workspace"], fix: "/w/.git/info/exclude")
        ),
    ]

    static let checkouts: [(Change, Expected)] = [
        (
            Change("split") {
                $0.clone.checkout?.index = .split
                $0.planning.trouble = refusal(.index)
            }, Expected(["refusal split-index"], fix: "git update-index --no-split-index")
        ),
        (
            Change("split, and configured to be") {
                $0.clone.checkout?.index = .split
                $0.clone.checkout?.isSplitConfigured = true
                $0.planning.trouble = refusal(.index)
            }, Expected(["refusal split-index"], fix: "git config core.splitIndex false && ")
        ),
        (
            Change("to be split soon") { $0.clone.checkout?.isSplitConfigured = true },
            Expected(["warning split-index"])
        ),
        (
            Change("sparse index") {
                $0.clone.checkout?.index = .sparse
                $0.clone.checkout?.isSparse = true
                $0.planning.trouble = refusal(.index)
            },
            Expected(
                ["refusal sparse-index", "note sparse-checkout"], fix: "git sparse-checkout reapply --no-sparse-index")
        ),
        (
            Change("garbage") {
                $0.clone.checkout?.index = .unreadable("garbage")
                $0.planning.trouble = refusal(.index)
            }, Expected(["refusal index"], fix: "git reset")
        ),
        (
            Change("sparse checkout") {
                $0.clone.checkout?.isSparse = true
                $0.clone.checkout?.leftOut = ["a/b"]
            }, Expected(["warning sparse-checkout"], fix: "git sparse-checkout disable")
        ),
        (
            Change("submodules") { $0.clone.checkout?.submodules = ["a/sub"] },
            Expected(["warning submodules"], fix: "git submodule update --init --recursive")
        ),
        (
            Change("large files") { $0.clone.checkout?.pointers = ["a.bin"] },
            Expected(["warning large-files"], fix: "git lfs pull")
        ),
        (Change("work, on a laptop") { $0.planning.dirt = ["a"] }, Expected(["note uncommitted"])),
        (
            Change("work, on a server") {
                $0.planning.dirt = ["a"]
                $0.machine.host = .otherServer
            }, Expected(["warning uncommitted"])
        ),
    ]

    static let surroundings: [(Change, Expected)] = [
        (
            Change("no origin/main") { $0.clone.remote?.isThere = false },
            Expected(["note target-branch"], fix: "git fetch origin +refs/heads/main:refs/remotes/origin/main")
        ),
        (
            Change("no origin/main, on a server") {
                $0.clone.remote?.isThere = false
                $0.machine.host = .jenkins
            }, Expected(["warning target-branch"])
        ),
        (
            Change("a narrow refspec") { $0.clone.remote?.isCovered = false },
            Expected(["note target-branch"], fix: "git config --add remote.origin.fetch")
        ),
        (Change("not in the last fetch") { $0.clone.remote?.wasFetched = false }, Expected(["note target-branch"])),
        (
            Change("a week old") { $0.machine.now = Timestamp(seconds: 1_700_000_000 + 7 * 86_400) },
            Expected(["note target-branch"])
        ),
        (
            Change("no configuration") {
                $0.planning.trouble = .init(.configuration, .input, "none", hint: "slipway init writes one")
            }, Expected(["refusal configuration"], fix: "slipway init")
        ),
        (
            Change("an invalid configuration") { $0.planning.trouble = refusal(.configuration, .input) },
            Expected(["refusal configuration"], fix: "try this")
        ),
        (Change("no key") { $0.machine.signing = .unset }, Expected(["note signing-key"])),
        (
            Change("no key, on a server") { ($0.machine.signing, $0.machine.host) = (.unset, .jenkins) },
            Expected(["warning signing-key"])
        ),
        (
            Change("a key that is none") { $0.planning.trouble = refusal(.key, .input) },
            Expected(["refusal signing-key"])
        ),
        (Change("read-only") { $0.machine.isWritable = false }, Expected(["warning ledger"], fix: "/w/.slipway")),
        (Change("a full disk") { $0.machine.freeBytes = 1 << 20 }, Expected(["warning disk"])),
        (
            Change("no go") { $0.machine.programs = [.init("go", path: nil, services: [name("billing")])] },
            Expected(["warning program"], fix: "golang")
        ),
        (
            Change("no container engine") {
                var engine = MachineFacts.Program("docker", path: nil, services: [name("billing")])
                engine.engine = .silent("no container engine answers", hint: "install one")
                $0.machine.programs = [engine]
            }, Expected(["warning containers"], fix: "install one")
        ),
        (
            Change("a container engine") {
                var engine = MachineFacts.Program("docker", path: nil, services: [name("billing")])
                engine.engine = .answers(version: "20")
                $0.machine.programs = [engine]
            }, Expected([])
        ),
        (
            Change("go") { $0.machine.programs = [.init("go", path: "/bin/go", services: [name("billing")])] },
            Expected([])
        ),
        (
            Change("something nobody thought of") { $0.planning.trouble = refusal(.other, .environment) },
            Expected(["refusal plan"], fix: "try this")
        ),
    ]

    @Test(arguments: clones + forms + checkouts + surroundings)
    func `a condition is named, and nothing else`(row: (Change, Expected)) {
        var findings = Self.healthy
        row.0.change(&findings)
        let diagnosis = Diagnosis(of: findings)
        let wrong = diagnosis.conditions.filter { $0.severity > .ok }.sorted { $0.severity > $1.severity }
        #expect(wrong.map { "\($0.severity.rawValue) \($0.code.rawValue)" } == row.1.conditions)
        #expect(wrong.allSatisfy { $0.cost != nil && $0.fix != nil })
        if let fix = row.1.fix { #expect(wrong.first?.fix?.contains(fix) == true, "\(wrong.first?.fix ?? "none")") }
        #expect((diagnosis.fault != nil) == (diagnosis.worst == .refusal))
    }

    @Test func `conditions are sorted, and each code of a healthy clone is there`() {
        let codes = Diagnosis(of: Self.healthy).conditions.map(\.code.rawValue)
        #expect(codes == codes.sorted())
        let absent = Set(Condition.Code.allCases.map(\.rawValue)).subtracting(codes)
        let ofClones: Set<String> = absent.filter { !$0.hasPrefix("registry-") }
        #expect(ofClones == ["containers", "plan", "program"])
    }

    @Test func `the words of the Jenkinsfile`() throws {
        var findings = Self.healthy
        findings.clone.remote?.isCovered = false
        let line = Diagnosis(of: findings).conditions.first { $0.code == .targetBranch }?.jenkinsfile
        #expect(line?.contains("refspec: \"${it.refspec} +refs/heads/main:refs/remotes/origin/main\"") == true)
    }
}
