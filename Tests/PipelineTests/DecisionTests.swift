import Fixtures
import Signing
import Testing

@testable import Pipeline

/// The gate's rule on its own: envelopes are already opened, keys are already checked.
struct DecisionTests {
    static let image = digest("image")
    static let now = Timestamp(seconds: 1_700_000_600)

    static func policy(_ text: String = "{}") -> Policy {
        do { return try Policy(json: JSON(parsing: text)) } catch { preconditionFailure("\(error)") }
    }

    static func key(_ text: String = #"{"spki":"k"}"#) -> Trust.Key {
        do { return try Trust.Key(json: JSON(parsing: text)) } catch { preconditionFailure("\(error)") }
    }

    static func record(
        tests: TestReport? = VerdictTests.report([.passed]), verdict: Verdict? = nil,
        _ change: (inout Stability) -> Void = { _ in }
    ) -> Stability {
        let service = World.service("billing")
        let parts = World.parts(Catalog(services: [service]))
        guard let own = parts["billing"] else { preconditionFailure("one part a service") }
        return Sample.record(service, own, verdict: verdict, tests: tests, image: image, change: change)
    }

    static func exhibit(_ record: Stability, _ signatures: Exhibit.Signatures = .by([key()])) -> Exhibit {
        Exhibit(origin: "ledger", digest: digest("e"), content: .bundle([opened(Statement(record), signatures)]))
    }

    /// An envelope as whoever has the cryptography opens it.
    static func opened<Content: Predicate>(
        _ statement: InTotoStatement<Content>, _ signatures: Exhibit.Signatures
    ) -> OpenedEnvelope {
        var keys: [Trust.Key] = []
        if case .by(let those) = signatures { keys = those }
        do {
            return OpenedEnvelope(
                payloadType: StatementForm.payloadType, payload: try statement.payload, isSigned: signatures != .none,
                signers: keys.map { .init(keyID: $0.spki, key: $0) }, isBroken: signatures == .broken)
        } catch { preconditionFailure("\(error)") }
    }

    static func question(
        policy: Policy = policy(), service: ServiceName = "billing", prevented: [Digest] = []
    ) -> GateQuestion {
        GateQuestion(
            service: service, image: image, environment: "production", policy: (policy, digest("p")),
            trust: (Trust(keys: [key()], prevented: prevented), digest("t")), now: now, hash: Digest.sha256)
    }

    static let gate = Stability.Builder(id: "urn:slipway:gate", version: "0.1.0")

    static func decide(
        _ exhibits: [Exhibit], policy: Policy = policy(), service: ServiceName = "billing", prevented: [Digest] = []
    ) -> Decision {
        let question = question(policy: policy, service: service, prevented: prevented)
        return Decision(question, GateEvidence(exhibits: exhibits), verifier: gate)
    }

    @Test func `gate 1: stable, signed, digest equal is allowed`() {
        let decision = Self.decide([Self.exhibit(Self.record())])
        #expect((decision.decision, decision.exit) == (.allowed, 0))
        #expect(decision.validUntil.seconds == Self.now.seconds + 3600)
    }

    @Test func `gate 2: flaky is blocked where stable is wanted`() {
        let flaky = Self.record(tests: VerdictTests.report([.flaky]))
        #expect(Self.decide([Self.exhibit(flaky)]).exit == 20)
    }

    @Test func `gate 3: flaky is allowed where flaky is enough`() {
        let flaky = Self.record(tests: VerdictTests.report([.flaky]))
        let policy = Self.policy(#"{"checks":{"tests":{"min":"flaky"}}}"#)
        #expect(Self.decide([Self.exhibit(flaky)], policy: policy).exit == 0)
    }

    @Test func `gate 5: a failed build whose image was pushed anyway is blocked`() {
        let failed = Self.record { record in
            record.steps.results[0] = StepResult(.build, .exited(1))
            record.verdict = record.recomputedVerdict
        }
        #expect(Self.decide([Self.exhibit(failed)]).exit == 20)
    }

    @Test func `gate 6: a record that says stable with a failed test is unverifiable`() {
        let forged = Self.record(tests: VerdictTests.report([.failed], exit: 1), verdict: Verdict(.stable, []))
        let decision = Self.decide([Self.exhibit(forged)])
        #expect(decision.exit == 21)
        #expect(decision.items.first?.detail == "ledger: the record says stable, but its details say unstable")
    }

    @Test func `gate 7: a digest nobody recorded is not yet`() {
        let decision = Self.decide([])
        #expect((decision.decision, decision.exit) == (.notYet, 22))
        #expect(decision.items.first?.detail == "nobody recorded digest \(Self.image)")
    }

    @Test func `gate 9: an aborted run is not yet`() {
        let aborted = Self.record { record in
            record.steps.results = [StepResult(.build, .exited(0)), StepResult(.test, .interrupted)]
            record.tests = nil
            record.verdict = record.recomputedVerdict
        }
        #expect(Self.decide([Self.exhibit(aborted)]).exit == 22)
    }

    @Test func `gate 10: nothing executed: stable is unverifiable, failed is blocked`() {
        let lie = Self.record(tests: VerdictTests.report([]), verdict: Verdict(.stable, []))
        #expect(Self.decide([Self.exhibit(lie)]).exit == 21)
        let honest = Self.record(tests: VerdictTests.report([]))
        #expect(Self.decide([Self.exhibit(honest)]).exit == 20)
    }

    @Test func `gate 11: a payload changed after signing is unverifiable`() {
        let decision = Self.decide([Self.exhibit(Self.record(), .broken)])
        #expect(decision.exit == 21)
        #expect(decision.items.first?.detail.contains("changed after it was signed") == true)
    }

    @Test func `gate 13: an unknown key, and a key of another role`() {
        #expect(Self.decide([Self.exhibit(Self.record(), .unknown)]).exit == 21)
        let waiver = Self.key(#"{"spki":"k","role":"waiver"}"#)
        #expect(Self.decide([Self.exhibit(Self.record(), .by([waiver]))]).exit == 21)
    }

    @Test func `gate 17: a key that ran out after sealing still counts, one before does not`() {
        let later = Self.key(#"{"spki":"k","notAfter":"2023-11-15T00:00:00Z"}"#)
        #expect(Self.decide([Self.exhibit(Self.record(), .by([later]))]).exit == 0)
        let earlier = Self.key(#"{"spki":"k","notAfter":"2023-11-14T00:00:00Z"}"#)
        #expect(Self.decide([Self.exhibit(Self.record(), .by([earlier]))]).exit == 21)
    }

    @Test(arguments: [
        #"{"spki":"k","services":["orders"]}"#, #"{"spki":"k","branches":["release/*"]}"#,
        #"{"spki":"k","scope":"pr"}"#,
        #"{"spki":"k","revokedFromSequence":7}"#, #"{"spki":"k","builderIds":["urn:other"]}"#,
        #"{"spki":"k","notBefore":"2024-01-01T00:00:00Z"}"#,
    ])
    func `a key counts only for what it may sign`(key: String) {
        #expect(Self.decide([Self.exhibit(Self.record(), .by([Self.key(key)]))]).exit == 21)
    }

    @Test func `gate 26: the record of another service is unverifiable`() {
        let decision = Self.decide([Self.exhibit(Self.record())], service: "orders")
        #expect(decision.exit == 21)
        #expect(decision.items.first?.detail == "ledger: the record is about service billing, not about orders")
    }

    @Test func `a record about another digest is unverifiable`() {
        let other = Self.record { $0.image?.digest = digest("other") }
        #expect(Self.decide([Self.exhibit(other)]).exit == 21)
    }

    @Test func `gate 27: a pull request's record is blocked`() {
        let pr = Self.record { $0.scope = .pr }
        #expect(Self.decide([Self.exhibit(pr)]).exit == 20)
    }

    @Test func `a record from another branch is blocked`() {
        let policy = Self.policy(#"{"branches":["release/*"]}"#)
        #expect(Self.decide([Self.exhibit(Self.record())], policy: policy).exit == 20)
        let main = Self.policy(#"{"branches":["main","hotfix/*"]}"#)
        #expect(Self.decide([Self.exhibit(Self.record())], policy: main).exit == 0)
    }

    @Test func `uncommitted work is blocked where clean is wanted`() {
        let dirty = Self.record { $0.source.dirty = true }
        #expect(Self.decide([Self.exhibit(dirty)]).exit == 20)
    }

    @Test func `gate 31: a record that is too old is not yet`() {
        let policy = Self.policy(#"{"maxAge":{"record":"5m"}}"#)
        #expect(Self.decide([Self.exhibit(Self.record())], policy: policy).exit == 22)
    }

    @Test func `gate 37: of two valid records the worse counts`() {
        let good = Self.record()
        let bad = Self.record(tests: VerdictTests.report([.failed], exit: 1))
        #expect(Self.decide([Self.exhibit(good), Self.exhibit(bad)]).exit == 20)
        #expect(Self.decide([Self.exhibit(bad), Self.exhibit(good)]).exit == 20)
    }

    @Test func `gate 39: an unsigned record, where that is enough and where it is not`() {
        #expect(Self.decide([Self.exhibit(Self.record(), .none)]).exit == 21)
        let lenient = Self.policy(#"{"allowUnsigned":true}"#)
        #expect(Self.decide([Self.exhibit(Self.record(), .none)], policy: lenient).exit == 0)
    }

    @Test func `gate 73: a prevented digest is blocked whatever its record says`() {
        #expect(Self.decide([Self.exhibit(Self.record())], prevented: [Self.image]).exit == 20)
    }

    @Test func `advice does not block, and says what would; identity still does`() {
        let policy = Self.policy(#"{"mode":"advisory"}"#)
        let bad = Self.record(tests: VerdictTests.report([.failed], exit: 1))
        let decision = Self.decide([Self.exhibit(bad)], policy: policy)
        #expect((decision.exit, decision.wouldBlock) == (0, [.tests]))
        #expect(Self.decide([Self.exhibit(Self.record(), .broken)], policy: policy).exit == 21)
        #expect(Self.decide([], policy: policy).exit == 0)
    }

    @Test func `evidence can be too weak`() {
        let policy = Self.policy(#"{"checks":{"tests":{"evidence":"reports"}}}"#)
        let weak = Self.record(tests: TestReport(exitCode: 0))
        #expect(Self.decide([Self.exhibit(weak)], policy: policy).exit == 20)
    }

    @Test func `a record from the future is unverifiable`() {
        let future = Self.record { $0.run.sealedAt = Timestamp(seconds: Self.now.seconds + 301) }
        #expect(Self.decide([Self.exhibit(future)]).exit == 21)
        let skewed = Self.record { $0.run.sealedAt = Timestamp(seconds: Self.now.seconds + 299) }
        #expect(Self.decide([Self.exhibit(skewed)]).exit == 0)
    }

    @Test func `what is damaged may have been red, and spoils the good one beside it`() {
        let junk = Exhibit(origin: "x", digest: digest("x"), content: .unreadable("no record"))
        #expect(Self.decide([junk, Self.exhibit(Self.record())]).exit == 21)
        #expect(Self.decide([junk]).exit == 21)
    }

    @Test func `a run that was ended or met a broken world says nothing against a good one`() {
        let good = Self.exhibit(Self.record())
        let ended = Self.record { record in
            record.steps.results = [StepResult(.build, .exited(0)), StepResult(.test, .interrupted)]
            record.tests = nil
            record.verdict = record.recomputedVerdict
        }
        #expect(ended.verdict.state == .incomplete)
        #expect(Self.decide([Self.exhibit(ended), good]).exit == 0)
        #expect(Self.decide([Self.exhibit(ended)]).exit == 22)
    }

    @Test func `who demands evidence gets none from a service without tests`() {
        let testless = Self.record { record in
            record.steps = .init(
                planned: [.build], omitted: [], results: [StepResult(.build, .exited(0))], allowEmpty: [], voided: false
            )
            record.tests = nil
            record.verdict = record.recomputedVerdict
        }
        #expect(testless.verdict.state == .stable)
        #expect(Self.decide([Self.exhibit(testless)]).exit == 0)
        let policy = Self.policy(#"{"checks":{"tests":{"evidence":"exit-code"}}}"#)
        #expect(Self.decide([Self.exhibit(testless)], policy: policy).exit == 20)
    }

    @Test func `a decision survives JSON`() throws {
        let decision = Self.decide([Self.exhibit(Self.record())])
        #expect(try Decision(json: JSON(encoding: decision, absence: .null)) == decision)
    }
}

struct StatementTests {
    @Test func `gate 21: an unknown field is ignored, one named in crit is not`() throws {
        let payload = try Statement(DecisionTests.record()).payload
        guard case .object(var members) = try JSON(parsing: payload), case .object(var predicate) = members["predicate"]
        else {
            Issue.record("no object")
            return
        }
        predicate["later"] = .integer(1)
        members["predicate"] = .object(predicate)
        #expect(throws: Never.self) { try Statement(payload: JSON.object(members).canonicalBytes) }
        predicate["crit"] = .array([.string("later")])
        members["predicate"] = .object(predicate)
        let error = #expect(throws: RecordError.self) { try Statement(payload: JSON.object(members).canonicalBytes) }
        #expect(error == .unknownCritical(["later"]))
        #expect(error?.hint == "upgrade Slipway")
    }

    @Test func `gate 22: a later major is refused with a sentence`() throws {
        let text = String(decoding: try Statement(DecisionTests.record()).payload, as: UTF8.self)
        let later = text.replacing("urn:slipway:stability:v1", with: "urn:slipway:stability:v2")
        let error = #expect(throws: RecordError.self) { try Statement(payload: Array(later.utf8)) }
        #expect(
            error?.description
                == #"the record is a "urn:slipway:stability:v2", and this version of Slipway reads urn:slipway:stability:v1"#
        )
    }

    @Test func `the subject is the image alone, or the tree of a service without one`() throws {
        let image = Statement(DecisionTests.record())
        #expect(image.subject.map(\.digest) == [["sha256": DecisionTests.image.hex]])
        #expect(image.isAbout(DecisionTests.image))
        let bare = Statement(DecisionTests.record { $0.image = nil })
        #expect(bare.subject.map(\.digest) == [["gitTree": "\(ObjectID.test(7))"]])
        #expect(!bare.isAbout(DecisionTests.image))
    }

    @Test func `two identical runs differ only under run`() throws {
        let one = DecisionTests.record()
        let other = DecisionTests.record {
            $0.run.recordId = "another"
            $0.run.sequence = 8
        }
        func content(_ record: Stability) throws -> JSON? {
            guard case .object(var members) = try JSON(encoding: record) else { return nil }
            members["run"] = nil
            return .object(members)
        }
        #expect(try content(one) == content(other))
    }
}

/// The JSON of nouns, as files to read.
struct GoldenTests {
    private func check(_ value: some Encodable, _ name: String) throws {
        try Golden("Tests/PipelineTests/Golden/\(name).json").check(JSON(encoding: value, absence: .null).prettyText)
    }

    @Test func `a decision`() throws {
        let red = DecisionTests.record(tests: VerdictTests.report([.passed, .failed], exit: 1))
        try check(DecisionTests.decide([DecisionTests.exhibit(DecisionTests.record())]), "decision.allowed")
        try check(DecisionTests.decide([DecisionTests.exhibit(red)]), "decision.blocked")
        try check(DecisionTests.decide([]), "decision.not-yet")
    }

    @Test func `a statement`() throws {
        let statement = Statement(DecisionTests.record(tests: VerdictTests.report([.passed, .skipped])))
        let json = try JSON(encoding: statement)
        try Golden("Tests/PipelineTests/Golden/statement.json").check(json.prettyText)
        #expect(try Statement(payload: json.canonicalBytes) == statement)
    }
}
