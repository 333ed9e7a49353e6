import Fixtures
import Signing
import Testing

@testable import Pipeline

/// What is recorded held against what becomes of it here.
struct ReproductionTests {
    typealias Account = Reproduction.Account
    typealias Comparison = Reproduction.Comparison

    private static func report(
        _ outcomes: [TestCase.Outcome], exit: Int32 = 0, names: [String]? = nil
    ) -> TestReport {
        var cases = TestCases()
        for (index, outcome) in outcomes.enumerated() {
            cases.add(TestCase(id: .init(suite: "s", name: names?[index] ?? "t\(index)"), outcome: outcome))
        }
        return TestReport(kind: .reports, cases: cases, runnerPassed: exit == 0, problems: [], hash: Digest.sha256)
    }

    private static func account(
        _ state: Verdict.State, _ code: Verdict.Code? = nil, _ tests: TestReport? = nil, image: String? = nil,
        from: String? = nil
    ) -> Account {
        var account = Account("app", verdict: Verdict(state, code.map { [.init($0)] } ?? []))
        account.tests = tests
        account.images = [image].compactMap(\.self).map { name in
            var facts = Stability.ImageFacts(
                repository: "app", tags: [], digest: digest(name), mediaType: "m", platforms: [], baseImages: [],
                pushed: false)
            facts.from = from
            return facts
        }
        return account
    }

    struct Pair: Sendable {
        let recorded: Account
        let here: Account

        init(_ recorded: Account, _ here: Account) { (self.recorded, self.here) = (recorded, here) }
    }

    struct Expected: Sendable {
        let conclusion: Reproduction.Conclusion
        let items: [Comparison.Aspect: Reproduction.Conclusion]
    }

    private static func expect(
        _ conclusion: Reproduction.Conclusion, _ items: [Comparison.Aspect: Reproduction.Conclusion]
    ) -> Expected { Expected(conclusion: conclusion, items: items) }

    private static let passed = report([.passed, .passed])
    private static let red = report([.passed, .failed], exit: 1)
    private static let otherRed = report([.failed, .passed], exit: 1)

    static let table: [Row<Pair, Expected>] = [
        Row(
            "green and green",
            Pair(account(.stable, nil, passed, image: "a"), account(.stable, nil, passed, image: "a")),
            expect(.agrees, [.verdict: .agrees, .tests: .agrees, .names: .agrees, .image: .agrees])),
        Row(
            "red and as red", Pair(account(.unstable, .testsFailed, red), account(.unstable, .testsFailed, red)),
            expect(.agrees, [.verdict: .agrees, .tests: .agrees, .names: .agrees, .failing: .agrees])),
        Row(
            "as many red ones, but others",
            Pair(account(.unstable, .testsFailed, red), account(.unstable, .testsFailed, otherRed)),
            expect(.differs, [.verdict: .agrees, .tests: .agrees, .names: .agrees, .failing: .differs])),
        Row(
            "red there and green here", Pair(account(.unstable, .testsFailed, red), account(.stable, nil, passed)),
            expect(.differs, [.verdict: .differs, .tests: .differs, .names: .agrees, .failing: .differs])),
        Row(
            "the same numbers of other tests",
            Pair(
                account(.stable, nil, passed), account(.stable, nil, report([.passed, .passed], names: ["t0", "x"]))),
            expect(.differs, [.verdict: .agrees, .tests: .agrees, .names: .differs])),
        Row(
            "flaky there, content here",
            Pair(account(.flaky, .testsFlaky, report([.flaky, .passed])), account(.stable, nil, passed)),
            expect(.differs, [.verdict: .differs, .tests: .differs, .names: .agrees, .failing: .differs])),
        Row(
            "failed for another reason", Pair(account(.failed, .buildFailed), account(.failed, .commandNotFound)),
            expect(.differs, [.verdict: .differs])),
        Row(
            "another image", Pair(account(.stable, nil, image: "a"), account(.stable, nil, image: "b")),
            expect(.differs, [.verdict: .agrees, .image: .differs])),
        Row(
            "an image that an earlier run made",
            Pair(account(.stable, nil, image: "a", from: "r"), account(.stable, nil, image: "b")),
            expect(.agrees, [.verdict: .agrees])),
        Row(
            "no image here, as tests are red",
            Pair(account(.stable, nil, image: "a"), account(.unstable, .testsFailed)),
            expect(.differs, [.verdict: .differs, .image: .incomparable])),
        Row(
            "stopped there", Pair(account(.incomplete, .interrupted), account(.stable, nil, passed)),
            expect(.incomparable, [.verdict: .incomparable, .tests: .incomparable])),
        Row(
            "stopped on both sides", Pair(account(.incomplete, .interrupted), account(.incomplete, .interrupted)),
            expect(.incomparable, [.verdict: .incomparable])),
        Row(
            "not pushed there, all else the same",
            Pair(
                account(.failed, .pushFailed, passed, image: "a"), account(.stable, nil, passed, image: "a")),
            expect(.agrees, [.verdict: .incomparable, .tests: .agrees, .names: .agrees, .image: .agrees])),
        Row(
            "the registry of base images is away here",
            Pair(account(.stable, nil, passed, image: "a"), account(.failed, .unavailable, passed)),
            expect(
                .incomparable, [.verdict: .incomparable, .tests: .agrees, .names: .agrees, .image: .incomparable])),
        Row(
            "it was away on both sides", Pair(account(.failed, .unavailable), account(.failed, .unavailable)),
            expect(.incomparable, [.verdict: .incomparable])),
        Row(
            "only a plan is known", Pair(Account("app"), account(.stable, nil, passed)),
            expect(.incomparable, [.verdict: .incomparable, .tests: .incomparable])),
        Row(
            "not run here", Pair(account(.stable, nil, passed), Account("app")),
            expect(.incomparable, [.verdict: .incomparable, .tests: .incomparable])),
        Row(
            "killed by the same signal", Pair(account(.failed, .killed), account(.failed, .killed)),
            expect(.agrees, [.verdict: .agrees])),
    ]

    @Test(arguments: table)
    func `each thing is compared for itself, and one difference is a difference`(row: Row<Pair, Expected>) {
        let comparison = Comparison(recorded: row.input.recorded, here: row.input.here)
        #expect(comparison.conclusion == row.expected.conclusion)
        let items = Dictionary(comparison.items.map { ($0.aspect, $0.conclusion) }) { $1 }
        #expect(items == row.expected.items)
    }

    @Test func `the first tests that differ are named, with the side they are on`() {
        let comparison = Comparison(
            recorded: Self.account(.unstable, .testsFailed, Self.red),
            here: Self.account(.unstable, .testsFailed, Self.otherRed))
        let failing = comparison.items.first { $0.aspect == .failing }
        #expect(failing?.details == ["only there: s.t1 (failed)", "only here: s.t0 (failed)"])
        let fewer = Comparison(
            recorded: Self.account(.stable, nil, Self.passed), here: Self.account(.stable, nil, Self.report([.passed])))
        let tests = fewer.items.first { $0.aspect == .tests }
        #expect(tests?.details == ["s: 2 passed there, 1 passed here"])
    }

    @Test(
        arguments: [
            ([.agrees, .agrees], .agrees), ([.agrees, .incomparable], .incomparable),
            ([.incomparable, .differs], .differs), ([], .incomparable),
        ] as [([Reproduction.Conclusion], Reproduction.Conclusion)])
    func `of several services each counts`(parts: [Reproduction.Conclusion], expected: Reproduction.Conclusion) {
        #expect(Reproduction.Conclusion(ofAll: parts) == expected)
    }

    // MARK: - Inputs

    private static func key(_ change: (inout KeyParts.Material) -> Void = { _ in }) -> KeyParts {
        var material = KeyParts.Material(configuration: (.object([:]), .object([:])))
        material.environment = [(name: "LEVEL", value: "1")]
        material.needs = ["lib": digest("lib")]
        material.lockfiles = ["package-lock.json": digest("lock")]
        material.bases = [BaseImage(ref: "debian:12", digest: digest("base"))]
        change(&material)
        return KeyParts(material, hash: Digest.sha256)
    }

    static let inputs: [Row<KeyParts, [Reproduction.InputDifference]>] = [
        Row("nothing", key(), []),
        Row("a variable", key { $0.environment[0].value = "2" }, [.init(.environment)]),
        Row("a need", key { $0.needs["lib"] = digest("new") }, [.init(.needs, ["lib"])]),
        Row("a need more", key { $0.needs["core"] = digest("core") }, [.init(.needs, ["core"])]),
        Row(
            "a lockfile", key { $0.lockfiles["package-lock.json"] = digest("new") },
            [.init(.lockfiles, ["package-lock.json"])]),
        Row(
            "the tag of a base image", key { $0.bases[0].digest = digest("new") }, [.init(.baseImages, ["debian:12"])]),
        Row("what tests need", key { $0.testNeeds = ["kit": digest("kit")] }, [.init(.testNeeds, ["kit"])]),
        Row(
            "the configuration", key { $0.configuration.test = .object(["test": .string("x")]) },
            [.init(.configuration)]),
        Row(
            "files of other folders", key { $0.unowned = .test(3) }, [.init(.unowned)]),
    ]

    @Test(arguments: inputs)
    func `inputs that are not the same are named`(row: Row<KeyParts, [Reproduction.InputDifference]>) {
        #expect(Reproduction.InputDifference.all(Self.key(), row.input) == row.expected)
        #expect(Reproduction.InputDifference.all(nil, row.input) == [])
    }

    // MARK: - Subjects

    @Test func `another Slipway, another machine and uncommitted work are said first`() {
        var subject = Reproduction.Subject(.record, id: "r", commit: .test(1))
        let here = Stability.Builder(id: "b", version: "0.2.0", platform: "linux/arm64")
        #expect(subject.caveats(here: here) == [])
        subject.builder = Stability.Builder(id: "b", version: "0.2.0", platform: nil)
        #expect(subject.caveats(here: here) == [])
        subject.builder = Stability.Builder(id: "b", version: "0.1.0", platform: "linux/amd64")
        subject.dirtyPaths = ["a/x", "a/y"]
        let caveats = subject.caveats(here: here)
        #expect(caveats.map(\.code) == [.slipwayVersion, .platform, .uncommittedWork])
        #expect(caveats.last?.message.hasSuffix("left out here: a/x, a/y") == true)
    }

    @Test func `how far a run went is known from records and from what ended well`() {
        let done = [StepResult(.build, .exited(0)), StepResult(.test, .exited(0)), StepResult(.push, .done)]
        func outcome(_ verdict: Verdict, _ steps: [StepResult]) -> ServiceOutcome {
            ServiceOutcome(
                name: "app", verdict: verdict, version: nil, steps: steps, tests: nil, images: [], record: nil)
        }
        let stable = Account(outcome(Verdict(.stable, []), done))
        #expect(stable?.through == .push)
        let failed = Account(outcome(Verdict(.failed, [.init(.buildFailed)]), Array(done.prefix(1))))
        #expect(failed?.through == nil)
        let helper = Account(outcome(Verdict(.incomplete, [.init(.notAsked, "test")]), Array(done.prefix(1))))
        #expect(helper?.through == .build)
        #expect(Account(outcome(Verdict(.reused, []), [])) == nil)
        #expect(Account.through([stable, failed, helper].compactMap(\.self)) == .image)
        #expect(Account.through([helper].compactMap(\.self)) == .build)
        #expect(Account.through([failed].compactMap(\.self)) == .image)
        #expect(helper?.isHelper(below: .image) == true)
        #expect(helper?.isHelper(below: .build) == false)
        #expect(failed?.isHelper(below: .image) == false)
    }

    @Test func `what is told for machines reads back as it was`() throws {
        let comparison = Comparison(
            recorded: Self.account(.unstable, .testsFailed, Self.red, image: "a"),
            here: Self.account(.unstable, .testsFailed, Self.otherRed, image: "b"),
            image: Reproduction.ImageDifference())
        var subject = Reproduction.Subject(.outcome, id: "r", commit: .test(1))
        subject.merge = .init(parents: [.test(2), .test(3)], time: Timestamp(seconds: 1))
        let reproduction = Reproduction(
            of: subject, in: "/x", services: [comparison], caveats: [.init(.platform, "other")])
        let json = try JSON(encoding: reproduction)
        let back = try Reproduction(json: JSON(parsing: json.prettyText))
        #expect(back == reproduction)
        #expect(json["conclusion"] == "differs")
    }

    @Test func `a plan of a commit that is no merge is what it was before merges were noted`() throws {
        var facts = RepositoryFacts(head: .test(1), tree: .test(2), branch: "main")
        let plain = try JSON(encoding: facts, absence: .null)
        #expect(
            plain.object?.keys.sorted() == ["branch", "dirty", "head", "pullRequest", "remote", "shallow", "tree"])
        facts.merge = .init(parents: [.test(3), .test(4)], time: Timestamp(seconds: 60))
        let merged = try JSON(encoding: facts, absence: .null)
        #expect(merged["merge"]?["time"] == "1970-01-01T00:01:00Z")
        let back = try RepositoryFacts(json: merged)
        #expect(back == facts)
    }
}
