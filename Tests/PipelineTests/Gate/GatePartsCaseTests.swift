import Fixtures
import Signing
import Testing

@testable import Pipeline

/// What several machines left of one plan, before anything of it is judged.
struct GatePartsCaseTests {
    private static func part(_ name: ServiceName, run: String, of plan: Plan) throws -> Part {
        let origin = Part.Origin(
            plan: plan.digest, attempt: 1, shard: Shard(parsing: "1/2"), run: run, node: run,
            startedAt: GateWorld.now, by: DecisionTests.gate)
        let outcome = ServiceOutcome(
            name: name, verdict: Verdict(.stable, []), version: "1.2.3",
            steps: [StepResult(.build, .exited(0), wallMs: 7, log: "log")], tests: nil, images: [], record: "r-\(name)")
        return try Part(
            origin, of: name, end: .init(outcome, at: Timestamp(seconds: GateWorld.now.seconds + 60)),
            hash: Digest.sha256)
    }

    @Test func `gate 79: parts come to the same bytes in any order, and however often they come`() throws {
        let plan = try Dealt.plan([.init(name: "app"), .init(name: "lib"), .init(name: "web")], removed: [])
        let roster = Roster(plan)
        let parts = try (["app", "lib", "web"] as [ServiceName]).map { try Self.part($0, run: "run-\($0)", of: plan) }
        func bytes(_ parts: [Part]) throws -> [UInt8] {
            try Merge(roster, parts).json(hash: Digest.sha256).canonicalBytes
        }
        let whole = try bytes(parts)
        let outcome = try Merge(roster, parts).outcome(hash: Digest.sha256)
        #expect(outcome.worst == .good)
        for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let shuffled = order.map { parts[$0] }
            #expect(try bytes(shuffled) == whole)
            #expect(try bytes(shuffled + parts) == whole)
        }
    }
}
