import Testing

@testable import Pipeline

private func commit(_ number: Int) -> ObjectID { ObjectID(high: UInt64(number), middle: 0, low: 0) }

private func names(_ texts: String...) throws -> [ServiceName] {
    try texts.map { try #require(ServiceName(parsing: $0)) }
}

private func propose(_ tags: [String], _ services: [ServiceName]) -> AdoptionProposal {
    Adoption.propose(
        tags: tags.enumerated().map { Adoption.Tag($1, commit($0), time: Timestamp(seconds: Int64($0))) },
        services: services)
}

struct AdoptionTests {
    @Test(arguments: [
        ("v1.2.3", "v{version}"), ("1.2.3", "{version}"), ("billing-v1.2.3", "{service}-v{version}"),
        ("billing-1.2.3", "{service}-{version}"), ("billing_v1.2.3", "{service}_v{version}"),
        ("billing@1.2.3", "{service}@{version}"), ("@acme/billing@1.2.3", "@acme/{service}@{version}"),
        ("billing/v1.2.3", "{service}/v{version}"), ("billing/1.2.3", "{service}/{version}"),
        ("path/to/billing/v1.2.3", "path/to/{service}/v{version}"), ("release-1.2.3", "release-{version}"),
        ("release/1.2.3", "release/{version}"), ("@acme/billing_v1.2.3", "@acme/{service}_v{version}"),
        ("V1.2.3", "V{version}"), ("release/billing-1.2.3", "release/{service}-{version}"),
    ])
    func `schemes of one service`(tag: String, template: String) throws {
        let proposal = propose([tag], try names("billing"))
        let service = try #require(proposal.services.first)
        #expect(service.schemes.map(\.template) == [template])
        #expect(service.baseline?.version.description == "1.2.3")
        #expect(service.baseline?.tag == tag)
        #expect(service.baseline?.proposedTag == tag && service.baseline?.isTagged == true)
        #expect(proposal.versioning.tag == template)
        #expect(proposal.versioning.horizon == commit(0))
        #expect(proposal.unfit.isEmpty && proposal.contested.isEmpty && service.legacy.isEmpty)
    }

    @Test(arguments: [
        ("1.4.5.RC-1", "1.4.5-rc.1"), ("1.5.3-1", "1.5.4"), ("0.19.2D", "0.19.2"), ("1.16.0B", "1.16.0"),
        ("0.1.4.Migrate3", "0.1.4"), ("1.2", "1.2.0"), ("2024.1", "2024.1.0"), ("2024.01.05", "2024.1.5"),
        ("1.02.9", "1.2.9"), ("1.0-SNAPSHOT", "1.0.0-SNAPSHOT"), ("2.0.0rc1", "2.0.0-rc.1"),
        ("2.0.0a1", "2.0.0-alpha.1"), ("3.0.2.1", "3.0.3"), ("1.0.0.Final", "1.0.0"), ("5.0.0.M2", "5.0.0-m.2"),
        ("1.0.0.post1", "1.0.1"), ("1.2-foo.01", "1.2.0-foo.1"), ("2.0.0.BETA", "2.0.0-beta"),
    ])
    func `legacy versions get an entry and a note`(text: String, version: String) throws {
        let proposal = propose(["billing-\(text)"], try names("billing"))
        let entry = try #require(proposal.services.first?.legacy.first)
        #expect(entry.tag == "billing-\(text)")
        #expect(entry.version.description == version)
        #expect(!entry.note.isEmpty)
        #expect(proposal.yaml.contains("- {tag: \"billing-\(text)\", version: \(version)}  # \(entry.note)\n"))
        let known = try LegacyTags(proposal.versioning.legacy.map(\.entry))
        #expect(known.version(of: entry.tag) == entry.version)
    }

    @Test(arguments: [
        "v3", "latest", "billing-1", "release-12", "1.0.x", "v.1", "billing-", "", "1.2.3.4.5", "v1.2.3.4-rc.1",
        "nightly/2024-01-02", "1.2.3+", "-1.2.3~~",
    ])
    func `what is no version fits nothing`(tag: String) throws {
        let proposal = propose([tag], try names("billing"))
        #expect(proposal.unfit.map(\.tag) == [tag])
        #expect(proposal.services.first?.baseline == nil)
    }

    @Test func `a fourth number becomes the next patch only when that is free, and only the highest does`() throws {
        let services = try names("a")
        let free = propose(["a-1.5.3", "a-1.5.3-1", "a-1.5.3-10", "a-1.5.3-9"], services)
        #expect(free.versioning.legacy.map(\.entry.tag) == ["a-1.5.3-10"])
        #expect(free.services.first?.baseline?.version.description == "1.5.4")
        #expect(free.services.first?.baseline?.tag == "a-1.5.3-10")
        #expect(free.unfit.map(\.tag) == ["a-1.5.3-1", "a-1.5.3-9"])
        let held = propose(["a-1.5.3", "a-1.5.3-1", "a-1.5.4"], services)
        #expect(held.versioning.legacy.isEmpty)
        #expect(held.unfit.map(\.tag) == ["a-1.5.3-1"])
        #expect(held.unfit.first?.reason.contains("a-1.5.4") == true)
    }

    @Test func `numbers that count from nought are pre-releases, as npm makes them`() throws {
        let proposal = propose(["v1.0.0-0", "v1.0.0-1", "v0.9.0"], try names("a"))
        #expect(proposal.versioning.legacy.isEmpty && proposal.unfit.isEmpty)
        #expect(proposal.services.first?.baseline?.version.description == "0.9.0")
    }

    @Test func `a mark behind a version that is tagged without it is left alone`() throws {
        let proposal = propose(["a-0.19.2", "a-0.19.2D"], try names("a"))
        #expect(proposal.versioning.legacy.isEmpty)
        #expect(proposal.unfit.map(\.tag) == ["a-0.19.2D"])
    }

    @Test func `one name that begins another takes none of its tags`() throws {
        let proposal = propose(
            ["billing-1.0.0", "billing-gateway-9.0.1", "billing/v1.1.0"], try names("billing", "billing-gateway"))
        #expect(proposal.services.map { $0.baseline?.version.description } == ["1.1.0", "9.0.1"])
        #expect(proposal.services[0].schemes.count == 2)
    }

    @Test func `a tag that two services may claim is given to neither`() throws {
        let proposal = propose(["api-2.0-1.2.3"], try names("api", "api-2.0"))
        #expect(proposal.contested.map(\.tag) == ["api-2.0-1.2.3"])
        #expect(proposal.contested.first?.services.map(\.text) == ["api", "api-2.0"])
        #expect(proposal.services.allSatisfy { $0.baseline == nil })
    }

    @Test func `bare versions are shared by services that have no tags of their own`() throws {
        let proposal = propose(["v1.0.0", "v1.1.0", "web-3.0.0"], try names("api", "store", "web"))
        #expect(proposal.services.map { $0.baseline?.version.description } == ["1.1.0", "1.1.0", "3.0.0"])
        #expect(proposal.services.map(\.isShared) == [true, true, false])
        #expect(proposal.versioning.tag == "{service}/v{version}")
        #expect(proposal.services[0].baseline?.proposedTag == "api/v1.1.0")
        #expect(proposal.services[0].baseline?.isTagged == false)
        let named = propose(["v1.0.0", "api-1.0.0", "web-1.0.0"], try names("api", "web"))
        #expect(named.unfit.map(\.tag) == ["v1.0.0"])
    }

    @Test func `bare versions are the only service's, whatever else it is tagged with`() throws {
        let proposal = propose(["dubbo-2.7.5", "2.7.6"], try names("dubbo"))
        #expect(proposal.services.first?.baseline?.tag == "2.7.6")
        #expect(proposal.unfit.isEmpty)
    }

    @Test func `a slip of the pen is no baseline, a year is one`() throws {
        let slip = propose(["v2024.1.14", "v20241.44", "v2025.2.1"], try names("a"))
        #expect(slip.services.first?.baseline?.tag == "v2025.2.1")
        #expect(slip.unfit.map(\.tag) == ["v20241.44"])
        #expect(slip.versioning.legacy.isEmpty)
        #expect(propose(["v1.0.0", "v2025.1.0"], try names("a")).services.first?.baseline?.tag == "v2025.1.0")
        let two = propose(["v1.0.0", "v500.1.0", "v500.2.0"], try names("a"))
        #expect(two.services.first?.baseline?.tag == "v500.2.0")
    }

    @Test func `the time of a build is no fourth number`() throws {
        let proposal = propose(["a-0.0.0-20220816201344"], try names("a"))
        #expect(proposal.versioning.legacy.isEmpty)
        #expect(proposal.services.first?.baseline == nil)
    }

    @Test func `a configured template is kept, and says how the baseline is to be tagged`() throws {
        let proposal = Adoption.propose(
            tags: [.init("v1.0.0", commit(1))], services: try names("api"),
            settings: .init(common: TagName(parsing: "r/{version}")))
        #expect(proposal.versioning.tag == "r/{version}")
        #expect(proposal.services.first?.baseline?.proposedTag == "r/1.0.0")
    }

    @Test func `the horizon is the oldest baseline, and nothing where that is not known`() throws {
        let services = try names("a", "b")
        #expect(propose(["b-9.0.0", "a-1.0.0"], services).versioning.horizon == commit(0))
        let undated = Adoption.propose(
            tags: [.init("a-1.0.0", commit(1)), .init("b-1.0.0", commit(2))], services: services)
        #expect(undated.versioning.horizon == nil)
        #expect(!undated.yaml.contains("horizon"))
    }

    @Test func `without tags there is no baseline, but a first version`() throws {
        let services = try names("a", "b", "c")
        let proposal = Adoption.propose(
            tags: [.init("c-2.0.0-rc.1", commit(1))], services: services,
            stated: [services[1]: try #require(SemanticVersion(parsing: "3.1.4"))])
        #expect(proposal.services.map { $0.initial?.description } == ["0.1.0", "3.1.4", "2.0.0"])
        #expect(proposal.services.allSatisfy { $0.baseline == nil })
        #expect(proposal.versioning.horizon == nil)
    }

    @Test func `of two tags for one version, that of the usual scheme counts`() throws {
        let proposal = propose(["1.0.0", "v0.9.0", "v1.0.0"], try names("a"))
        #expect(proposal.services.first?.baseline?.tag == "v1.0.0")
        #expect(proposal.unfit.map(\.tag) == ["1.0.0"])
    }

    @Test func `no tag can write lines of its own into the settings`() throws {
        let proposal = propose(["a-1.2.3.x\"}\n- y: 1", "a-1.0\"\n"], try names("a"))
        #expect(proposal.yaml.split(separator: "\n").count <= 5)
        #expect(
            propose(["1.2.3D#: {", "release-1.2"], try names("a")).yaml.contains(
                "{tag: \"release-1.2\", version: 1.2.0}"))
    }

    @Test func `the proposal is the same after JSON`() throws {
        let proposal = propose(["a-1.0.0", "a-1.5.3-1", "b-2.0", "x-1.0.0", "junk"], try names("a", "b"))
        let json = try JSON(encoding: proposal)
        let read = try AdoptionProposal(json: json)
        #expect(read == proposal)
    }

    @Test func `many odd tags end in an answer`() throws {
        let tags = (0..<20_000).map { "a-1.\($0 % 50).3-\($0 + 1)" } + [String(repeating: "1.2-", count: 20_000)]
        let proposal = propose(tags, try names("a", "b"))
        #expect(proposal.services.first?.legacy.count == 50)
    }
}

struct LegacyTagsTests {
    @Test func `a tag stands for one version`() throws {
        let (one, two) = (
            try #require(SemanticVersion(parsing: "1.0.0")), try #require(SemanticVersion(parsing: "2.0.0"))
        )
        let same = try LegacyTags([.init(tag: "a", version: one), .init(tag: "a", version: one)])
        #expect(same.version(of: "a") == one)
        #expect(same.version(of: "b") == nil)
        #expect(throws: LegacyTags.Conflict(tag: "a", versions: [one, two])) {
            try LegacyTags([.init(tag: "a", version: one), .init(tag: "a", version: two)])
        }
    }
}

struct PolicyProposalTests {
    private static func sample(_ conventional: Int, of count: Int) -> [String] {
        (0..<count).map { $0 < conventional ? "feat(x)!: y" : "Rework the engine" }
    }

    @Test(arguments: [
        (0, 100, Level.patch), (9, 100, .patch), (10, 100, .patch), (59, 100, .patch), (60, 100, .none),
        (100, 100, .none), (0, 0, .none),
    ])
    func `how others count follows from the share of conventional subjects`(
        conventional: Int, count: Int, level: Level
    ) {
        let proposal = PolicyProposal(subjects: Self.sample(conventional, of: count))
        #expect(proposal.unconventional == level)
        #expect(proposal.conventional == conventional)
        #expect(proposal.reason.contains("interfaces") == (conventional < 10 && count > 0))
        #expect(count == 0 || proposal.reason.contains("\(conventional) of \(count) subjects (\(conventional) %)"))
    }

    @Test(arguments: [
        ("feat: x", 1), ("Fix(api): x", 1), ("CHORE!: x", 1), ("Feature: x", 1), ("Docs: x", 1),
        ("IM2/K8s: x", 0), ("core: x", 0), ("feat:x", 0), ("feat(): x", 0), ("feat(a: x", 0), ("feat: ", 0),
        ("feat", 0), ("", 0), ("features: x", 0),
    ])
    func `a header has a known type, whatever its case`(subject: String, count: Int) {
        #expect(PolicyProposal(subjects: [subject]).conventional == count)
    }

    @Test func `habits of one in twenty get a mapping, the highest level first`() {
        let others = Array(repeating: "Rework", count: 70)
        let subjects =
            Array(repeating: "Fixes #12 crash", count: 10) + Array(repeating: "fixes #7", count: 5)
            + Array(repeating: "[FEATURE] x", count: 5) + Array(repeating: "Bugfix: y", count: 6)
            + Array(repeating: "[PAY-12] y", count: 4) + others
        let mapping = PolicyProposal(subjects: subjects).mapping
        #expect(mapping.map(\.match) == ["^\\[FEATURE\\]", "^(Fixes|fixes) #[0-9]+", "^Bugfix: "])
        #expect(mapping.map(\.level) == [.minor, .patch, .patch])
        #expect(mapping.map(\.subjects) == [5, 15, 6])
        let rare = PolicyProposal(subjects: ["[BUGFIX] x"] + others)
        #expect(rare.mapping.isEmpty)
    }

    @Test func `merges are no sample`() {
        let proposal = PolicyProposal(subjects: ["Merge branch 'x'", "fix: a"])
        #expect(proposal.subjects == 1 && proposal.unconventional == .none)
    }
}
