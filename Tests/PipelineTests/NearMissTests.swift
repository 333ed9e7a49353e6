import Fixtures
import Signing
import Testing

@testable import Pipeline

/// A service at 1.4.2 with commits, newest first, that change what it ships.
private func answer(
    _ messages: [String], base: String = "1.4.2", policy: VersionPolicy = VersionPolicy(),
    others: [VersionEvidence] = [], line: String? = nil, channel: String? = nil
) throws -> VersionAnswer {
    let head = ObjectID(high: 99, middle: 0, low: 0)
    let commits = messages.enumerated().map { index, message in
        ServiceCommit(
            id: ObjectID(high: 0, middle: 0, low: UInt32(index)), author: "A <a@b>", message: CommitMessage(message),
            paths: [Path(bytes: Array("src/a".utf8))])
    }
    var question = VersionQuestion(name: "billing", policy: policy)
    question.line = line.flatMap { LineTemplate.standard.line(of: "release/billing/\($0)", for: "billing") }
    question.channel = channel
    var reading = HistoryReading(of: commits, for: "billing", among: .init(services: ["billing"]), by: policy)
    reading.findSlips(in: commits, for: "billing", among: .init(services: ["billing"]), by: policy)
    let version = try #require(SemanticVersion(parsing: base))
    let tag = TaggedVersion(
        version: version, tag: "billing/v\(version)", commit: ObjectID(high: 1 << 40, middle: 0, low: 0),
        leadsToHead: true)
    let snapshot = Snapshot(branch: "main", commit: head, isDirty: false) { Digest.sha256($0) }
    return VersionAnswer(
        question, VersionHistory(head: head, tags: [tag]), reading, others: others, snapshot: snapshot)
}

struct NearMissTests {
    @Test(
        arguments: [
            Row("a new thing", "Add pdf", "title feat: add pdf 1.5.0"),
            Row("a repair", "Fixes the total", "title fix: fixes the total 1.4.3"),
            Row("anything else is the least", "IM2/K8s: scrape", "title fix: IM2/K8s: scrape 1.4.3"),
            Row("no colon", "feat add pdf", "title feat: add pdf 1.5.0"),
            Row("a type with two letters exchanged", "faet: pdf", "title feat: pdf 1.5.0"),
            Row("a capital type that is misspelled", "Feta(api): pdf", "title feat(api): pdf 1.5.0"),
            Row("a word for a type", "Bugfix: total", "title fix: total 1.4.3"),
            Row("a word in brackets", "[BUGFIX] total", "title fix: total 1.4.3"),
            Row("a blank before the colon", "feat : x", "title feat: x 1.5.0"),
            Row("two scopes", "feat(a)(b): x", "title feat(a,b): x 1.5.0"),
            Row("a wide colon", "feat：x", "title feat: x 1.5.0"),
            Row("the bang before the scope", "feat!(api): x", "title feat(api)!: x 2.0.0"),
            Row(
                "a break as a plural", "fix: x\n\nBREAKING CHANGES: no more pdf",
                "footer BREAKING CHANGE: no more pdf 2.0.0"),
            Row("a break in small letters", "fix: x\n\nbreaking change: gone", "footer BREAKING CHANGE: gone 2.0.0"),
            Row("a break with Markdown", "fix: x\n\n**Breaking change**\n\ngone", "footer BREAKING CHANGE: … 2.0.0"),
            Row("a break in the title", "fix: BREAKING CHANGES: x", "title fix!: BREAKING CHANGES: x 2.0.0"),
            Row("skipped in the title", "feat: x [skip release] (#12)", "title feat: x (#12) 1.5.0"),
            Row("skipped by a footer", "feat: x\n\nSkip-Release: true", "removal Skip-Release: true 1.5.0"),
            Row("skipped in the body", "feat: x\n\n[skip release]", "removal [skip release] 1.5.0"),
            Row("autosquash", "fixup! fixup! feat: x", "title feat: x 1.5.0"),
        ])
    func `what a message was probably meant to be`(row: Row<String, String>) throws {
        let misses = try answer([row.input]).nearMisses
        #expect(misses.map { "\($0.kind.rawValue) \($0.edit) \($0.next)" } == [row.expected])
    }

    @Test(arguments: [
        "chore: x", "docs: x", "api: x", "feat!: x", "Merge branch 'x'", "Revert \"feat: x\"", "fixup! chore: x",
        "feat: x", "docs: x [skip release]",
    ])
    func `what is meant as it stands`(message: String) throws {
        #expect(try answer([message]).nearMisses.isEmpty)
    }

    @Test func `only what would move the version further is told`() throws {
        let answer = try answer(["feat: pdf", "Fix the total", "Add csv", "faet: x", "fix: y\n\nbreaking change: z"])
        #expect(answer.next == "1.5.0")
        #expect(answer.nearMisses.map(\.edit) == ["BREAKING CHANGE: z"])
    }

    @Test func `below 1.0.0, on a line and in a channel the result is what a release would be`() throws {
        #expect(try answer(["fix!(a): x"], base: "0.4.2").nearMisses.map(\.next) == ["0.5.0"])
        #expect(try answer(["Add x"], line: "1.4.x").nearMisses.isEmpty)
        #expect(try answer(["Add x"], channel: "rc").nearMisses.map(\.next) == ["1.5.0-rc.1"])
    }

    @Test func `hostile messages end, and are cut`() throws {
        let texts = [
            String(repeating: "(", count: 100_000), "feat" + String(repeating: "(a)", count: 50_000) + ": x",
            String(repeating: "fixup! ", count: 50_000), "\u{0}\u{1b}[2J: x",
            "Add " + String(repeating: "é", count: 90_000),
            String(repeating: "a", count: 100_000) + ": x", "feat\u{301}: x", "[", "[]", ":", "!:", "BREAKING", "**",
        ]
        for text in texts {
            let misses = try answer([text]).nearMisses
            #expect(misses.allSatisfy { $0.edit.count <= 500 })
        }
    }

    @Test func `each commit says what it would make alone`() throws {
        let answer = try answer(["feat: a", "fix: b", "chore: c"])
        #expect(answer.evidence.map(\.next) == ["1.5.0", "1.4.3", nil])
    }

    @Test func `below 1.0.0 that is the number that is moved`() throws {
        #expect(try answer(["feat!: a"], base: "0.4.2").evidence.map(\.next) == ["0.5.0"])
    }
}

struct VersionConclusionTests {
    @Test(
        arguments: [
            Row(
                "the highest", ["fix: a", "feat: b"],
                "1.5.0 is the next minor after billing/v1.4.2; 000000000000 asks for minor"),
            Row("nothing", ["chore: a"], "since billing/v1.4.2 nothing asks for a version"),
            Row("by name", ["fix: a\n\nRelease-As: 3.0.0"], "3.0.0 was asked for by name, after billing/v1.4.2"),
            Row(
                "by level", ["fix: a\n\nRelease-As: major"],
                "2.0.0 is the next major after billing/v1.4.2; major was asked"),
            Row("not to be had", ["fix: a\n\nRelease-As: 1.0.0"], "there is no version to be had: 1.0.0 is asked for"),
        ])
    func `why it comes to that`(row: Row<[String], String>) throws {
        let conclusion = try answer(row.input).conclusion
        #expect(conclusion.hasPrefix(row.expected), "\(conclusion)")
    }

    @Test func `zero-major, line and channel are said`() throws {
        let low = try answer(["feat!: a"], base: "0.4.2").conclusion
        #expect(low.hasSuffix("; below 1.0.0 major moves the minor (zero-major: breaking-minor)"), "\(low)")
        let line = try answer(["fix: a"], line: "1.4.x").conclusion
        #expect(line.hasSuffix("; on the line 1.4.x"), "\(line)")
        let candidate = try answer(["fix: a"], channel: "rc").conclusion
        #expect(candidate.hasPrefix("1.4.3-rc.1 is the next patch"), "\(candidate)")
        #expect(candidate.hasSuffix("; a candidate of the channel rc"), "\(candidate)")
    }

    @Test func `an interface that lost more than the commits say decides, and is said`() throws {
        let lost = VersionEvidence(.interface, level: .major, rule: .interface, text: "operation-removed: GET /a")
        let answer = try answer(["fix: a"], others: [lost])
        #expect(answer.next == "2.0.0")
        #expect(answer.lints.map(\.code) == [.interfaceUnderstated])
        #expect(answer.evidence.last?.next == "2.0.0")
        let wanted = "the interface asks for major, more than the commits say (patch)"
        #expect(answer.conclusion.hasSuffix(wanted), "\(answer.conclusion)")
    }
}

struct VersionFileStateTests {
    private func state(
        _ name: String, _ text: String?, released: SemanticVersion?, next: SemanticVersion?
    ) throws -> VersionFileState {
        let file = try #require(VersionFile(path: Path(parsing: "a/\(name)")))
        return VersionFileState(file, text.map { file.reading(of: $0) }, released: released, next: next)
    }

    @Test func `a file states the released version, the next one, or the work on the one that would be next`() throws {
        #expect(try state("version.txt", "1.4.2\n", released: "1.4.2", next: nil).finding == nil)
        #expect(try state("version.txt", "1.5.0\n", released: "1.4.2", next: "1.5.0").finding == nil)
        let pom = "<project><version>1.4.3-SNAPSHOT</version></project>"
        let working = try state("pom.xml", pom, released: "1.4.2", next: nil)
        #expect(working.finding == nil)
        #expect(working.expected == ["1.4.2", "1.4.3"])
        // What is no development form is no work on anything.
        let ahead = try state("version.txt", "1.4.3\n", released: "1.4.2", next: nil)
        #expect(ahead.finding == .disagrees)
        #expect(ahead.message == "a/version.txt:1: states 1.4.3, expected 1.4.2")
    }

    @Test func `a file that is not there, and one that cannot be read, are findings`() throws {
        #expect(try state("pom.xml", nil, released: nil, next: nil).finding == .unreadable)
        let broken = try state("package.json", "{", released: "1.0.0", next: nil)
        #expect(broken.finding == .unreadable)
        #expect(broken.states == nil)
        #expect(try state("build.gradle", "plugins {}\n", released: "1.0.0", next: nil).finding == nil)
    }
}
