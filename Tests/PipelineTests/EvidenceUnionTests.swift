import Testing

@testable import Pipeline

/// Several releases between what is deployed and the candidate, as one.
struct EvidenceUnionTests {
    private static func base(_ version: SemanticVersion, _ commit: UInt8) -> ReleasedBase {
        ReleasedBase(version: version, commit: .test(commit))
    }

    private static func surface(
        _ base: ReleasedBase?, _ changes: [(String, Level, String)], digests: (String, String)? = nil
    ) -> InterfaceFacts.Surface {
        var surface = InterfaceFacts.Surface(
            kind: .openapi, path: "api.yaml", tool: .init(name: "slipway", version: "1"), base: base, state: .compared)
        surface.changes = changes.map { .init(id: $0.0, level: $0.1, place: $0.2, fingerprint: "abcdefabcdef") }
        (surface.changeCount, surface.examined) = (changes.count, 3)
        surface.baseDigest = digests.map { digest($0.0) }
        surface.headDigest = digests.map { digest($0.1) }
        return surface
    }

    private static func facts(_ surfaces: InterfaceFacts.Surface...) -> InterfaceFacts {
        InterfaceFacts(surfaces: surfaces, requiredBump: surfaces.map(\.level).max() ?? .none)
    }

    struct Step: CustomTestStringConvertible, Sendable {
        let base: SemanticVersion
        let candidate: SemanticVersion
        let required: Level
        let state: BumpAnswer.State

        var testDescription: String { "\(base) to \(candidate) needs \(required)" }

        init(_ base: SemanticVersion, _ candidate: SemanticVersion, _ required: Level, _ state: BumpAnswer.State) {
            (self.base, self.candidate, self.required, self.state) = (base, candidate, required, state)
        }
    }

    @Test(arguments: [
        Step("1.4.0", "1.5.0", .major, .fail), Step("1.4.0", "2.0.0", .major, .pass),
        Step("1.4.0", "1.5.0", .minor, .pass), Step("1.4.0", "1.4.1", .minor, .fail),
        Step("1.4.0", "1.4.1", .none, .pass), Step("1.4.0", "2.0.0", .none, .more),
        Step("0.4.0", "0.5.0", .major, .pass), Step("0.4.0", "0.4.1", .major, .fail),
        Step("0.4.0", "0.4.1", .minor, .pass), Step("0.4.0", "1.0.0", .major, .pass),
        Step("1.4.0", "1.5.0-rc.1", .minor, .pass), Step("1.4.0", "2.0.0-0.main.3.g0123456", .major, .pass),
        Step("1.4.0", "1.4.0", .patch, .fail),
    ])
    func `a version says as much as the interface demands`(_ row: Step) {
        let changes = row.required == .none ? [] : [("x-changed", row.required, "GET /a")]
        let answer = Self.facts(Self.surface(Self.base(row.base, 1), changes))
            .answer(from: row.base, to: row.candidate)
        #expect(answer.state == row.state)
        #expect(answer.required == row.required)
        #expect(answer.blocking.isEmpty == (row.state != .fail))
    }

    @Test func `a break in the middle is not hidden by a clean release after it`() throws {
        let one = Self.facts(Self.surface(Self.base("1.4.0", 1), [("operation-removed", .major, "GET /a")]))
        let two = Self.facts(Self.surface(Self.base("1.5.0", 2), []))
        let united = try #require(InterfaceFacts.united([one, two]))
        #expect(united.requiredBump == .major)
        #expect(united.surfaces.first?.base?.version == "1.4.0")
        #expect(united.answer(from: "1.4.0", to: "1.6.0").state == .fail)
        let major = Self.facts(Self.surface(Self.base("2.0.0", 2), []))
        let over = try #require(InterfaceFacts.united([one, major]))
        #expect(over.answer(from: "1.4.0", to: "2.1.0").state == .pass)
        // Whoever has a candidate deployed has not got past its release.
        #expect(united.answer(from: "1.5.0-rc.1", to: "1.5.0").state == .fail)
    }

    @Test func `commits on the way to a release do not count, only the last before it`() throws {
        let way = Self.facts(Self.surface(Self.base("1.4.0", 1), [("operation-removed", .major, "GET /a")]))
        let end = Self.facts(Self.surface(Self.base("1.4.0", 1), [("operation-added", .minor, "GET /b")]))
        #expect(InterfaceFacts.united([way, end]) == end)
        #expect(InterfaceFacts.united([]) == nil)
    }

    @Test func `what came and went in between is nothing to those who never had it`() throws {
        let one = Self.facts(Self.surface(Self.base("1.4.0", 1), [("operation-added", .minor, "GET /b")]))
        let two = Self.facts(
            Self.surface(
                Self.base("1.5.0", 2),
                [("operation-removed", .major, "GET /b"), ("operation-added", .minor, "GET /c")]))
        let united = try #require(InterfaceFacts.united([one, two]))
        #expect(united.requiredBump == .minor)
        #expect(united.surfaces.first?.changes.map(\.place) == ["GET /c"])
        #expect(united.surfaces.first?.changeCount == 1)
        let there = Self.facts(
            Self.surface(Self.base("1.4.0", 1), [("x-changed", .major, "GET /a")], digests: ("a", "b")))
        let back = Self.facts(
            Self.surface(Self.base("1.5.0", 2), [("x-changed", .major, "GET /a")], digests: ("b", "a")))
        #expect(InterfaceFacts.united([there, back])?.requiredBump == Level.none)
    }

    @Test func `nothing looked at, a blind tool and a comparison that failed prove nothing`() {
        var surface = Self.surface(Self.base("1.4.0", 1), [])
        #expect(Self.facts(surface).answer(from: "1.4.0", to: "1.4.1").state == .pass)
        surface.examined = 0
        #expect(Self.facts(surface).answer(from: "1.4.0", to: "1.4.1").state == .unknown)
        (surface.examined, surface.canary) = (1, false)
        #expect(Self.facts(surface).unproven.count == 1)
        (surface.canary, surface.state) = (true, .error)
        #expect(Self.facts(surface).answer(from: "1.4.0", to: "2.0.0").state == .unknown)
        #expect(Self.facts(surface).answer(from: nil, to: "1.0.0").state == .unknown)
    }

    // MARK: - Audit index

    private static let long = AuditWorld.call(AuditWorld.type("integer"))
    private static let text = AuditWorld.call(AuditWorld.type("string"))

    private static func audit(_ before: String, _ after: String, since base: ReleasedBase) throws -> AuditFacts {
        var facts = try AuditWorld(before, after).facts()
        facts.base = base
        return facts
    }

    @Test func `documents that are in the end what they were did not change`() throws {
        let there = try Self.audit(Self.long, Self.text, since: Self.base("1.4.0", 1))
        let back = try Self.audit(Self.text, Self.long, since: Self.base("1.5.0", 2))
        let still = try Self.audit(Self.text, Self.text, since: Self.base("1.5.0", 2))
        #expect(there.isOpen && back.isOpen && !still.isOpen)
        let nothing = try #require(AuditFacts.united([there, back]))
        #expect(nothing.calls.isEmpty && !nothing.isOpen)
        let hidden = try #require(AuditFacts.united([there, still]))
        #expect(hidden.isOpen)
        #expect(hidden.base?.version == "1.4.0")
        #expect(hidden.answer.open.map(\.fingerprint) == there.answer.open.map(\.fingerprint))
        let better = try Self.audit(Self.long, Self.long, since: Self.base("1.4.0", 1))
        #expect(AuditFacts.united([there, better])?.isOpen == false)
    }

    @Test func `going back is open where only the way forward was prepared`() throws {
        var world = try AuditWorld(Self.long, Self.text)
        world.support.templates = [try AuditWorld.file("invoices.json", AuditWorld.template("keyword"))]
        let facts = try world.facts()
        #expect(facts.answer.state == .pass)
        #expect(facts.rollbackAnswer.state == .fail)
        let apart = try AuditWorld(
            Self.long, AuditWorld.call(AuditWorld.type("string"), #", "index": "invoices.find.v2""#)
        ).facts()
        #expect(apart.rollbackAnswer.state == .pass)
    }
}
