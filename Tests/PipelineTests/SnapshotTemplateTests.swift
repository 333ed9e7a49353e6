import Fixtures
import Pipeline
import Signing
import Testing

struct SnapshotTemplateTests {
    private func snapshot(_ template: String, branch: String = "feature/x", dirty: Bool = false) throws
        -> SemanticVersion
    {
        var snapshot = Snapshot(branch: branch, commit: .test(0xAB), isDirty: dirty, hash: Digest.sha256)
        snapshot.template = try SnapshotTemplate(parsing: template)
        return snapshot.version(before: "1.4.0", commits: 3)
    }

    @Test(arguments: [
        ("{next}-0.{slug}.{n}.g{sha12}", "1.4.0-0.feature-x.3.gabababababab"),
        ("{next}-{slug}.{n}.g{sha7}", "1.4.0-feature-x.3.gabababa"),
        ("{next}-dev.g{sha8}", "1.4.0-dev.gabababab"), ("{next}-0.{n}-{slug}-{sha7}", "1.4.0-0.3-feature-x-abababa"),
        ("{next}-{slug}{sha40}", "1.4.0-feature-x" + String(repeating: "ab", count: 20)),
    ])
    func `a template says what a build is called`(template: String, version: String) throws {
        #expect(try snapshot(template).description == version)
        #expect(try snapshot(template, dirty: true).description == version + ".dirty")
    }

    @Test(
        arguments: [
            Row("no version to come", "0.{slug}.g{sha12}", .withoutNext),
            Row("build metadata", "{next}+{slug}.{sha12}", .withoutNext),
            Row("no commit", "{next}-0.{slug}.{n}", .withoutCommit),
            Row("twice the version", "{next}-0.{next}.g{sha12}", .unknown("{next}")),
            Row("an unknown name", "{next}-{branch}.g{sha12}", .unknown("{branch}")),
            Row("too few digits", "{next}-g{sha6}", .unknown("{sha6}")),
            Row("digits of another form", "{next}-g{sha012}", .unknown("{sha012}")),
            Row("no end", "{next}-g{sha12", .unknown("{sha12")),
            Row("a commit of digits only", "{next}-0.{sha12}", .noVersion("0.001234567800")),
            Row("a zero ahead", "{next}-0{n}.g{sha12}", .noVersion("00.g001234567800")),
            Row("an empty identifier", "{next}-0..g{sha12}", .noVersion("0..g001234567800")),
            Row("a letter too many", "{next}-0_g{sha12}", .noVersion("0_g001234567800")),
            Row("build metadata behind", "{next}-g{sha12}+{n}", .noVersion("g001234567800+0")),
        ] as [Row<String, SnapshotTemplateError>])
    func `a template that could fail is refused when it is read`(row: Row<String, SnapshotTemplateError>) {
        #expect(throws: row.expected) { try SnapshotTemplate(parsing: row.input) }
    }

    @Test func `a template that is too long for an image tag is refused`() {
        let error = #expect(throws: SnapshotTemplateError.self) {
            try SnapshotTemplate(parsing: "{next}-{slug}-{slug}.g{sha40}")
        }
        guard case .noTag = error else { return #expect("\(String(describing: error))" == "noTag") }
    }

    @Test func `whatever template is taken names every build`() {
        var random = SystemRandomNumberGenerator()
        let parts = ["{slug}", "{n}", "{sha7}", "{sha12}", ".", "-", "0", "g", "00", "x", ".0.", "_", "1"]
        let branches = ["main", "007", "0", "ü", "-", "x-0", String(repeating: "long/", count: 30), "0x1"]
        var taken = 0
        for _ in 0..<3000 {
            let template = "{next}-" + (0..<4).map { _ in parts.randomElement(using: &random) ?? "" }.joined()
            guard let parsed = try? SnapshotTemplate(parsing: template) else { continue }
            taken += 1
            let digits = (0..<40).map { _ in "0000123456789af".randomElement(using: &random) ?? "0" }
            guard let commit = ObjectID(parsing: String(digits)), let branch = branches.randomElement(using: &random)
            else { continue }
            var snapshot = Snapshot(branch: branch, commit: commit, isDirty: Bool.random(), hash: Digest.sha256)
            snapshot.template = parsed
            let version = snapshot.version(before: "1.4.0", commits: Int.random(in: 0...12))
            #expect(SemanticVersion(parsing: "\(version)") == version, "\(template)")
            #expect(ImageTag(version) != nil && version.precedes("1.4.0"), "\(template)")
        }
        #expect(taken > 100)
    }
}
