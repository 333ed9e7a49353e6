import Testing

@testable import Pipeline

struct MessageJudgementTests {
    private func judge(_ message: String, _ policy: MessagePolicy) -> Judgement {
        CommitMessage(message).judged(by: policy)
    }

    @Test func `B20 the first mapping that fits decides`() throws {
        let mappings = [
            LevelMapping(match: try SubjectPattern(parsing: "^\\[FEATURE\\]"), level: .minor),
            LevelMapping(match: try SubjectPattern(parsing: "^\\[BUGFIX\\]"), level: .patch),
            LevelMapping(match: try SubjectPattern(parsing: "^\\["), level: .major),
        ]
        let judge = MessageJudge(MessagePolicy(mappings: mappings))
        let feature = CommitMessage("[FEATURE] add invoice pdf").judged(by: judge)
        #expect(feature.level == .minor && feature.rule == .mapping && feature.lints == [.mappingUsed])
        #expect(CommitMessage("[BUGFIX] a").judged(by: judge).level == .patch)
        #expect(CommitMessage("[OTHER] a").judged(by: judge).level == .major)
        #expect(CommitMessage("a\n\n[FEATURE] b").judged(by: judge).rule == .unconventional)
    }

    @Test func `all that a mapping names must match`() {
        let policy = MessagePolicy(mappings: [
            LevelMapping(type: "Chore", scope: "API", path: Glob(anchored: "api/**"), level: .minor)
        ])
        let message = CommitMessage("chore(web,api): a")
        #expect(message.judged(by: policy, touching: { $0.pattern == "api/**" }).level == .minor)
        #expect(message.judged(by: policy).level == .none)
        #expect(CommitMessage("chore(web): a").judged(by: policy, touching: { _ in true }).level == .none)
        #expect(CommitMessage("fix(api): a").judged(by: policy, touching: { _ in true }).rule == .type)
    }

    @Test func `a break is not mapped away`() {
        let policy = MessagePolicy(mappings: [LevelMapping(type: "chore", level: .none)], presets: [.depsPatch])
        #expect(judge("chore!: a", policy).level == .major)
        #expect(judge("build(deps)!: a", policy).rule == .breaking)
        #expect(judge("chore: a\n\n* fix!: b", policy).lints == [.mappingUsed, .squashTitleUnderstates])
    }

    @Test(arguments: [
        ("build(deps): a", Level.patch), ("chore(deps, api): a", .patch), ("fix(deps): a", .patch),
        ("build(deps-dev): a", .none), ("feat(deps): a", .minor), ("build: a", .none),
    ])
    func `the preset for dependencies`(message: String, level: Level) {
        #expect(judge(message, MessagePolicy(presets: [.depsPatch])).level == level)
    }

    @Test func `a revert is mapped like its type`() {
        let policy = MessagePolicy(mappings: [LevelMapping(type: "revert", level: .minor)])
        #expect(judge("Revert \"feat: a\"", policy).level == .minor)
        #expect(judge("revert: feat: a", policy).rule == .mapping)
    }

    @Test func `what is no expression is told with the reason`() {
        let error = #expect(throws: PatternError.self) { try SubjectPattern(parsing: "(a") }
        #expect(error?.text == "(a")
        #expect(error?.reason.isEmpty == false)
    }

    @Test func `a title is one line of the changelog`() {
        let entries = judge("feat(api,web)!: a\u{2028}b\u{7} (#12)\n\nBREAKING CHANGE: c\nd", MessagePolicy()).entries
        #expect(
            entries == [
                Judgement.Entry(type: "feat", scope: "api, web", text: "a b  (#12)", isBreaking: true, note: "c\nd")
            ])
        #expect(judge("Add a", MessagePolicy()).entries.map(\.type) == [nil])
        #expect(judge("Revert \"feat: a\"", MessagePolicy()).entries.map(\.type) == ["revert"])
        for message in ["", "fixup! feat: a", "feat: a [skip release]"] {
            #expect(judge(message, MessagePolicy()).entries.isEmpty)
        }
    }

    @Test func `a squash is as many lines as count`() {
        let body = "\n\n* feat: b\n\nBREAKING CHANGE: c\n\n* fix: d"
        let fallback = judge("My title" + body, MessagePolicy())
        #expect(fallback.entries.map(\.text) == ["b", "d"])
        #expect(fallback.entries.map(\.note) == ["c", nil])
        #expect(fallback.entries.map(\.isBreaking) == [true, false])
        #expect(judge("chore: a" + body, MessagePolicy()).entries.map(\.text) == ["a"])
        #expect(judge("chore: a\n\n* fix!: b\n* feat: c", MessagePolicy()).entries.map(\.text) == ["a", "b"])
        let union = judge("chore: a\n\n* fix: b\n* feat: c", MessagePolicy(squash: .union))
        #expect(union.entries.map(\.text) == ["a", "b", "c"])
        let above = judge("My title\n\nBREAKING CHANGE: all\n\n* feat: b", MessagePolicy())
        #expect(above.entries.map(\.note) == ["all"])
    }

    @Test func `an expression over a long subject ends`() throws {
        let policy = MessagePolicy(mappings: [LevelMapping(match: try SubjectPattern(parsing: ".*.*b$"), level: .minor)]
        )
        #expect(judge(String(repeating: "a", count: 1_000_000), policy).rule == .unconventional)
    }
}
