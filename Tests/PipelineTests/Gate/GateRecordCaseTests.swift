import Fixtures
import Signing
import Testing

@testable import Pipeline

/// What the gate of production says of the record, its signatures, where it comes from and what came before.
struct GateRecordCaseTests {
    @Test func `gate 1: a release that is good in every point goes through, and each point says so`() {
        let decision = GateWorld().decision
        #expect((decision.decision, decision.exit) == (.allowed, 0))
        #expect(
            decision.items.map { "\($0.id.rawValue) \($0.state.rawValue)" } == [
                "identity pass", "source pass", "tests pass", "freshness pass", "migrationsOrder na", "coexistence na",
                "semver na", "auditIndex na", "monotonic pass", "soak pass",
            ])
        #expect(decision.deployedFrom?.version == "1.4.9")
        #expect(decision.candidate?.version == "1.5.0")
        #expect((decision.waived, decision.unusedWaivers, decision.retry) == ([], [], false))
    }

    @Test func `gate 7: what nobody recorded is asked for again, until the policy has waited long enough`() {
        var world = GateWorld()
        world.records = []
        let first = world.decision
        #expect((first.exit, first.retry) == (22, true))
        world.question.policy.deadline = Seconds(3600)
        #expect(world.exit == 22)
        world.evidence.kept = [first]
        #expect(world.exit == 22)
        world.question.now = Timestamp(seconds: GateWorld.now.seconds + 3601)
        #expect(world.exit == 20)
        #expect(world.decision[.identity]?.detail.contains("so it is since") == true)
    }

    @Test func `gate 15: one key that signed twice is one signer`() {
        var world = GateWorld()
        world.question.policy.origin.threshold = 2
        #expect(world.exit == 21)
        let twice = DecisionTests.key(#"{"id":"again","spki":"build"}"#)
        let statement = DecisionTests.exhibit(world.candidate, .by([GateWorld.buildKey, twice]))
        world.records = []
        world.evidence.exhibits = [statement]
        #expect(world.exit == 21)
        let other = DecisionTests.key(#"{"id":"second","spki":"other"}"#)
        world.evidence.exhibits = [DecisionTests.exhibit(GateWorld().candidate, .by([GateWorld.buildKey, other]))]
        #expect(world.decision[.identity]?.state == .pass)
    }

    @Test func `gate 25: an index speaks for itself, and not for an image that it does not list`() {
        var world = GateWorld()
        world.candidate.image?.mediaType = "application/vnd.oci.image.index.v1+json"
        world.candidate.image?.platforms = ["linux/amd64", "linux/arm64"]
        #expect(world.exit == 0)
        world.question.image = digest("linux/riscv64")
        #expect(world.exit == 21)
    }

    @Test func `gate 29: a clone that was cut off knows no release to count from`() {
        var world = GateWorld()
        world.candidate.source.shallow = true
        world.candidate.version = GateWorld.read(#"{"builtAs":"1.5.0","bump":"none","scheme":"semver2"}"#)
        #expect((world.exit, world.decision[.semver]?.state) == (20, .unknown))
    }

    @Test func `gate 37: a worse run of the same digest counts, unless a later one says that it knows`() {
        var world = GateWorld()
        var red = GateWorld.release(
            "1.5.0", of: GateWorld.image, sequence: 10, since: "1.4.9",
            tests: VerdictTests.report([.failed], exit: 1))
        red.release = nil
        world.records.append(red)
        #expect(world.exit == 20)
        #expect(world.decision.candidate?.verdict == .unstable)
        var again = GateWorld.release("1.5.0", of: GateWorld.image, sequence: 11, since: "1.4.9")
        again.verdict = Verdict(.flaky, [.init(.failedBefore)])
        world.records.append(again)
        #expect((world.exit, world.decision.candidate?.verdict) == (20, .flaky))
        world.question.policy.tests.minimum = .flaky
        #expect(world.exit == 0)
    }

    @Test func `gate 38: a record that another one names is gone`() {
        func entry(_ number: Int64, _ prev: [String]) -> PastRecord {
            PastRecord(id: "r\(number)", payload: digest("p\(number)"), sequence: number, prev: prev.map { digest($0) })
        }
        var world = GateWorld()
        // The first of a copy may name what never was in it.
        world.evidence.past = [entry(5, ["elsewhere"]), entry(7, ["p5"]), entry(9, ["p7"])]
        #expect(world.exit == 0)
        world.evidence.past.remove(at: 1)
        #expect((world.exit, world.decision[.history]?.evidence) == (21, ["record r9"]))
        var development = GateWorld(GateWorld.development)
        development.evidence.past = world.evidence.past
        #expect((development.exit, development.decision.wouldBlock) == (0, [.history]))
    }

    @Test func `several builds in a row can be demanded`() {
        var world = GateWorld()
        world.question.policy.tests.consecutive = 3
        #expect((world.exit, world.decision[.tests]?.state) == (22, .pending))
        let before = GateWorld.release("1.4.8", of: digest("before"), sequence: 4, since: "1.4.7")
        world.history.append(before)
        #expect(world.exit == 0)
        world.history[1].verdict = Verdict(.unstable, [.init(.testsFailed, "1")])
        world.history[1].tests = VerdictTests.report([.failed], exit: 1)
        #expect((world.exit, world.decision[.tests]?.state) == (20, .fail))
    }

    @Test func `gate 77: a quarantine that is over hides nothing any more`() {
        var world = GateWorld()
        let tests = VerdictTests.report([.passed, .failed], exit: 1, quarantined: ["s.t1"])
        world.records = [GateWorld.release("1.5.0", of: GateWorld.image, sequence: 9, since: "1.4.9", tests: tests)]
        world.candidate.verdict = world.candidate.recomputedVerdict
        world.question.policy.tests.minimum = .flaky
        #expect(world.exit == 0)
        world.question.now = Timestamp(seconds: 1_801_526_400)
        world.question.policy.ages.record = nil
        let item = world.decision[.tests]
        #expect((item?.state, item?.toGreen) == (.fail, "mend the tests whose quarantine is over"))
    }

    @Test func `gate 78: tests that vanished block, however green the rest`() {
        var world = GateWorld()
        let tests = VerdictTests.report([.passed], vanished: 300)
        world.records = [GateWorld.release("1.5.0", of: GateWorld.image, sequence: 9, since: "1.4.9", tests: tests)]
        world.candidate.verdict = world.candidate.recomputedVerdict
        #expect((world.exit, world.decision[.tests]?.toGreen?.contains("bring the tests back")) == (20, true))
    }

    @Test func `skips that grew since what runs are counted`() {
        var world = GateWorld()
        let skipping = VerdictTests.report([.passed, .skipped])
        world.records = [GateWorld.release("1.5.0", of: GateWorld.image, sequence: 9, since: "1.4.9", tests: skipping)]
        #expect((world.exit, world.decision[.tests]?.state) == (20, .fail))
        world.question.policy.tests.skipGrowthMax = 1
        #expect(world.exit == 0)
    }

    @Test func `what could not be looked at is unknown, and the rest is judged`() {
        var world = GateWorld()
        world.evidence.troubles = [.soak: "deployments/ cannot be read"]
        let decision = world.decision
        #expect((decision.exit, decision[.soak]?.state, decision[.tests]?.state) == (20, .unknown, .pass))
    }

    @Test func `a check that only warns is told, and one that is off is not looked at`() {
        var world = GateWorld()
        world.candidate.interface = GateWorld.interface([("operation-removed", .major)], since: "1.4.9")
        #expect(world.exit == 20)
        world.question.policy.checks.semver = .warn
        #expect((world.exit, world.decision.wouldBlock, world.decision[.semver]?.demand) == (0, [.semver], .warn))
        // As YAML reads the word off.
        world.question.policy.checks = DecisionTests.policy(#"{"checks":{"semver":false}}"#).checks
        #expect((world.exit, world.decision[.semver]?.state) == (0, .notApplicable))
    }
}
