import Fixtures
import Signing
import Testing

@testable import Pipeline

struct SemanticVersionTests {
    @Test(arguments: [
        "0.0.4", "1.2.3", "10.20.30", "1.1.2-prerelease+meta", "1.1.2+meta", "1.1.2+meta-valid", "1.0.0-alpha",
        "1.0.0-beta", "1.0.0-alpha.beta", "1.0.0-alpha.beta.1", "1.0.0-alpha.1", "1.0.0-alpha0.valid",
        "1.0.0-alpha.0valid",
        "1.0.0-alpha-a.b-c-somethinglong+build.1-aef.1-its-okay", "1.0.0-rc.1+build.1", "2.0.0-rc.1+build.123",
        "1.2.3-beta", "10.2.3-DEV-SNAPSHOT", "1.2.3-SNAPSHOT-123", "1.0.0", "2.0.0+build.1848", "2.0.1-alpha.1227",
        "1.0.0-alpha+beta", "1.2.3----RC-SNAPSHOT.12.9.1--.12+788", "1.2.3----R-S.12.9.1--.12+meta",
        "1.0.0+0.build.1-rc.10000aaa-kk-0.1", "99999999999999999999999.999999999999999999.99999999999999999",
        "1.0.0-0A.is.legal",
    ])
    func `the valid versions of semver.org are read and written back`(text: String) {
        #expect(SemanticVersion(parsing: text)?.description == text)
    }

    @Test(arguments: [
        "1", "1.2", "1.2.3-0123", "1.2.3-0123.0123", "1.1.2+.123", "+invalid", "-invalid", "-invalid+invalid", "alpha",
        "alpha.beta", "alpha+beta", "alpha_beta", "alpha.", "1.0.0-alpha_beta", "-alpha.", "1.0.0-alpha..",
        "1.0.0-alpha..1",
        "01.1.1", "1.01.1", "1.1.01", "1.2.3.DEV", "1.2-SNAPSHOT", "1.2.31.2.3----RC-SNAPSHOT.12.09.1--..12+788",
        "-1.0.3-gamma+b7718", "+justmeta", "9.8.7+meta+meta", "9.8.7-whatever+meta+meta", "", "1.2.٣", "v1.2.3",
        " 1.2.3",
    ])
    func `the invalid versions of semver.org are refused`(text: String) {
        #expect(SemanticVersion(parsing: text) == nil)
    }

    @Test(arguments: [
        [
            "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
            "1.0.0-rc.1", "1.0.0",
        ],
        ["1.0.0", "2.0.0", "2.1.0", "2.1.1"], ["1.9.0", "1.10.0", "1.11.0"],
        [
            "1.4.0-0.main.12.gabcdef1", "1.4.0-alpha.1", "1.4.0-beta.2", "1.4.0-rc.1", "1.4.0-rc.2", "1.4.0-rc.10",
            "1.4.0",
        ],
        ["1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0--", "1.0.0-A", "1.0.0-a"],
        ["99999999999999999999998.0.0", "99999999999999999999999.0.0"],
    ])
    func `precedence`(chain: [String]) throws {
        let versions = try chain.map { try #require(SemanticVersion(parsing: $0)) }
        for (i, left) in versions.enumerated() {
            for (j, right) in versions.enumerated() { #expect(left.precedes(right) == (i < j), "\(left) \(right)") }
        }
    }

    @Test func `build metadata has no precedence, and is gone after a bump`() {
        #expect(SemanticVersion("1.0.0+a").hasSamePrecedence(as: "1.0.0+b"))
        #expect(SemanticVersion("1.2.3+7").bumped(.patch) == "1.2.4")
        #expect(SemanticVersion("9.99.999").bumped(.minor) == "9.100.0")
        #expect(SemanticVersion("99999999999999999999999.0.0").bumped(.major) == "100000000000000000000000.0.0")
    }
}

struct VersionAnswerTests {
    private func answer(
        _ base: SemanticVersion?, _ messages: [String], ships: Bool = true, isReleased: Bool = false
    ) -> VersionAnswer {
        let head = ObjectID.test(0xAB)
        let base = base.map {
            TaggedVersion(
                version: $0, tag: "billing/v\($0)", commit: isReleased ? head : .test(1), leadsToHead: true)
        }
        let commits = messages.enumerated().map { index, message in
            ServiceCommit(
                id: .test(UInt8(index)), author: "A <a@b>", message: CommitMessage(message),
                paths: ships ? [Path(bytes: Array("src/a".utf8))] : [])
        }
        let question = VersionQuestion(name: "billing")
        let reading = HistoryReading(
            of: commits, for: "billing", among: .init(services: ["billing"]), by: question.policy)
        let snapshot = Snapshot(branch: "main", commit: head, isDirty: false) { Digest.sha256($0) }
        return VersionAnswer(
            question, VersionHistory(head: head, tags: [base].compactMap(\.self)), reading, snapshot: snapshot)
    }

    @Test(
        arguments: [
            Row("nothing since", ("1.2.3", []), nil), Row("a chore", ("1.2.3", ["chore: a"]), nil),
            Row("a fix", ("1.2.3", ["fix: a"]), "1.2.4"),
            Row("the highest wins", ("1.2.3", ["fix: a", "feat: b", "docs: c"]), "1.3.0"),
            Row("breaking", ("1.2.3", ["feat!: a"]), "2.0.0"),
            Row("breaking below 1.0.0", ("0.4.2", ["feat!: a"]), "0.5.0"),
            Row("a feature below 1.0.0", ("0.4.2", ["feat: a"]), "0.5.0"),
            Row("autosquash", ("1.2.3", ["fixup! feat: a"]), nil),
            Row("no convention", ("1.2.3", ["Fixes #12"]), nil),
        ] as [Row<(SemanticVersion, [String]), SemanticVersion?>])
    func `the next version`(row: Row<(SemanticVersion, [String]), SemanticVersion?>) {
        let answer = answer(row.input.0, row.input.1)
        #expect(answer.next == row.expected)
        #expect(answer.outcome == (row.expected == nil ? .none : .release))
        if row.expected == nil { #expect(answer.reason == .noReleasableCommits) }
    }

    @Test func `the first version is the initial one, as it is`() {
        let answer = answer(nil, ["feat: a", "fix: b"])
        #expect(answer.next == "0.1.0")
        #expect(answer.bump == .initial)
    }

    @Test func `changes to documentation only release nothing, and say so`() {
        let answer = answer("1.2.3", ["feat: better docs"], ships: false)
        #expect(answer.next == nil)
        #expect(answer.evidence.map(\.rule) == [.noShippedChange])
    }

    @Test func `a snapshot sorts above the last release and below every channel of the next`() {
        let snapshot = answer("1.2.3", ["feat: a", "chore: b"]).snapshot
        #expect(snapshot == "1.3.0-0.main.2.gabababababab")
        #expect(SemanticVersion("1.2.3").precedes(snapshot))
        #expect(snapshot.precedes("1.3.0-alpha.1"))
        #expect(answer("1.2.3", []).snapshot == "1.2.4-0.main.0.gabababababab")
    }

    @Test func `a commit that carries its tag is released, and building it again is a snapshot still`() {
        let answer = answer("1.2.3", [], isReleased: true)
        #expect((answer.current, answer.next) == ("1.2.3", nil))
        #expect(answer.snapshot == "1.2.4-0.main.0.gabababababab")
        #expect(answer.reason == .alreadyReleased)
    }

    @Test(arguments: [
        ("feature/X_y", "feature-x-y"), ("PR-77", "pr-77"), ("main", "main"), ("007", "b007"), ("a//b", "a-b"),
        ("-x-", "x"),
    ])
    func `slugs of branches`(branch: String, slug: String) {
        #expect(Snapshot.slug(of: branch) { Digest.sha256($0) } == slug)
    }

    @Test func `a slug of a very long branch is cut and stays unique`() {
        let branch = "feature/" + String(repeating: "really-long-name-", count: 12)
        let slug = Snapshot.slug(of: branch) { Digest.sha256($0) }
        #expect(slug == "feature-really-long-name-really-16f78ab9")
    }

    @Test func `a branch of other letters has a slug all the same`() {
        let slug = Snapshot.slug(of: "фича") { Digest.sha256($0) }
        #expect(SemanticVersion("1.0.0").withPrerelease(["0", slug]) != nil)
    }

    @Test func `tags name a service by their whole prefix`() throws {
        let tag = TagName.standard
        #expect(tag.version(of: "billing/v1.2.3", for: "billing") == "1.2.3")
        #expect(tag.version(of: "billing-gateway/v9.0.1", for: "billing") == nil)
        #expect(tag.version(of: "billing/v1.02.9", for: "billing") == nil)
        #expect(try #require(TagName(parsing: "v{version}")).version(of: "v1.0.0", for: "billing") == "1.0.0")
        #expect(TagName(parsing: "{version}-x") == nil)
    }
}
