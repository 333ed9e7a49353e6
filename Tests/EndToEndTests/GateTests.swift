import Fixtures
import Foundation
import SystemPackage
import Testing

/// The gate as a deploy stage calls it: files in, exit code and decision out.
struct GateTests {
    private static let zeros = "sha256:" + String(repeating: "0", count: 64)

    /// The configuration with an app whose test needs a second attempt: flaky, which production does not take.
    static let flaky = Monorepo.configuration.replacing(
        "test: cat tap\n  web",
        with:
            "test: 'if [ -e ../../../seen ]; then cat tap; else touch ../../../seen; echo not ok 1 - app works; echo 1..1; exit 1; fi'\n    retries: 1\n  web"
    )

    @Test func `gate 23: a tag is no digest, and half a question is none`() async throws {
        try await withGateDesk { desk in
            let tag = try await desk.gate("--service", "app", "--image", "app:1.2.3")
            let half = try await desk.gate("--service", "app")
            let both = try await desk.gate("--candidates", "x", "--service", "app", "--image", desk.image)
            #expect([tag.exit, half.exit, both.exit] == [64, 64, 64])
        }
    }

    @Test func `gate 34: a policy with a word nobody knows, and one that is not there`() async throws {
        try await withGateDesk { desk in
            let file = desk.office.appending("odd.yaml")
            try file.put("environments: {production: {mode: enforced, colour: red}}\n")
            let odd = try await desk.gate("--policy", file.string)
            #expect((odd.exit, odd.errors.contains("unknown key \"colour\"")) == (65, true), "\(odd.errors)")
            #expect(try await desk.gate("--policy", desk.office.appending("none.yaml").string).exit == 65)
        }
    }

    @Test func `the policy may stand in a slipway yaml of whoever deploys`() async throws {
        try await withGateDesk { desk in
            let file = desk.office.appending("slipway.yaml")
            try file.put("services: {x: {path: x}}\n" + GateDesk.policy)
            #expect(try await desk.gate("--policy", file.string).exit == 0)
        }
    }

    @Test func `gates 30 and 33: a decision holds for what it was made for, while it is young and nothing else runs`()
        async throws
    {
        try await withGateDesk { desk in
            let file = desk.office.appending("decision.json")
            let asked = try await desk.gate("--out", file.string)
            #expect(asked.exit == 0, "\(asked.errors)")
            let holds = try await desk.gate("--check", file.string)
            #expect((holds.exit, try desk.json(holds)["decision"] as? String) == (0, "allowed"), "\(holds.errors)")
            let replayed = try await desk.gate("--check", file.string, environment: "development")
            #expect((replayed.exit, replayed.errors.contains("is about app")) == (21, true), "\(replayed.errors)")

            let text = try file.text
            let old = desk.office.appending("old.json")
            try old.put(text.replacing(#/"(at|validUntil)": "20[0-9]{2}/#) { #""\#($0.output.1)": "2020"# })
            #expect(try await desk.gate("--check", old.string).exit == 22)
            let forged = desk.office.appending("forged.json")
            try forged.put(text.replacing("\"state\": \"pass\"", with: "\"state\": \"fail\""))
            #expect(try await desk.gate("--check", forged.string).exit == 21)

            try await desk.deployed("d1", Self.zeros, version: "0.0.1")
            let changed = try await desk.gate("--check", file.string)
            #expect((changed.exit, changed.errors.contains("runs there now")) == (22, true), "\(changed.errors)")
            try desk.office.appending("policy.yaml").put(GateDesk.policy + "# changed\n")
            #expect(try await desk.gate("--check", file.string).exit == 22)
        }
    }

    @Test func `gate 61: a waiver of the ledger lets a flaky build pass once, and the decision is kept`() async throws {
        try await withGateDesk(Self.flaky) { desk in
            let before = try await desk.gate()
            #expect((before.exit, try desk.states(before)["tests"]) == (20, "fail"), "\(before.errors)")
            try await desk.waiver("w1")
            let waived = try await desk.gate()
            #expect(waived.exit == 0, "\(waived.errors)")
            #expect((try desk.json(waived)["waived"] as? [[String: Any]])?.map { $0["id"] as? String } == ["w1"])
            let kept = try FileManager.default.contentsOfDirectory(
                atPath: desk.ledger.appending("decisions").string)
            #expect(kept.filter { $0.hasPrefix("app.") && $0.hasSuffix(".json") }.count == 2)
            // Gate 63: it could be used once.
            let again = try await desk.gate()
            #expect((again.exit, again.errors.contains("it was used 1 of 1 times")) == (20, true), "\(again.errors)")
        }
    }

    @Test func `waivers count only as they were signed, for what they name`() async throws {
        try await withGateDesk(Self.flaky) { desk in
            let file = desk.office.appending("w.jsonl")
            func exit(_ signers: [String] = ["lead"], _ change: (String) -> String = { $0 }) async throws -> Int32 {
                try await desk.waiver("w", by: signers, change, to: file)
                return try await desk.gate("--waiver", file.string, "--explain").exit
            }
            #expect(try await exit() == 0)
            #expect(try await exit(["ci"]) == 20)
            #expect(try await exit(["lead"]) { $0.replacing("\"app\"", with: "\"web\"") } == 20)
            #expect(try await exit(["lead"]) { $0.replacing("production", with: "development") } == 20)
            // Who committed to it cannot approve it.
            #expect(try await exit(["lead"]) { $0.replacing("lead@example.org", with: "ada@example.org") } == 20)
            try file.put("{}")
            let damaged = try await desk.gate("--waiver", file.string, "--explain")
            #expect((damaged.exit, damaged.output.contains("cannot be read")) == (20, true), "\(damaged.output)")
        }
    }

    @Test func `what runs comes from deployments or from a file, and what cannot be read is unknown`() async throws {
        try await withGateDesk { desk in
            try await desk.deployed("d1", Self.zeros, version: "9.9.9")
            let older = try await desk.gate()
            #expect((older.exit, try desk.states(older)["monotonic"]) == (20, "fail"), "\(older.errors)")
            let file = desk.office.appending("state.json")
            try file.put(#"{"image":"\#(Self.zeros)","version":"0.0.1","sequence":1}"#)
            let stated = try await desk.gate("--deployed", file.string)
            #expect(stated.exit == 0, "\(stated.errors)")
            try file.put(#"{"immage":"x"}"#)
            #expect(try await desk.gate("--deployed", file.string).exit == 65)
            try desk.ledger.appending("deployments/d2.jsonl").put("{")
            let unknown = try await desk.gate()
            #expect((unknown.exit, try desk.states(unknown)["history"]) == (20, "unknown"), "\(unknown.errors)")
        }
    }

    @Test func `gate 38: a record taken out of the ledger is missed`() async throws {
        try await withGateDesk { desk in
            let ci = Office.jenkins.merging(["SLIPWAY_KEY": try desk.office.appending("ci.key").text]) { $1 }
            for text in ["a", "b"] {
                try await desk.repository.git.commit("fix: \(text)", ["services/app/src.txt": text])
                #expect(try await desk.repository.slipway("run", environment: ci).exit == 0)
            }
            #expect(try await desk.gate().exit == 0)
            let index = try desk.ledger.appending("by-service/app").text.split(separator: "\n").map(String.init)
            let middle = try #require(index.dropFirst().first?.split(separator: " ").last)
            try FileManager.default.removeItem(atPath: desk.ledger.appending("records/\(middle).jsonl").string)
            let said = try await desk.gate()
            #expect((said.exit, try desk.states(said)["history"]) == (21, "unverifiable"), "\(said.errors)")
            let advice = try await desk.gate(environment: "development")
            #expect((advice.exit, advice.errors.contains("history")) == (0, true), "\(advice.errors)")
        }
    }

    @Test func `several candidates have a list of decisions and the gravest exit`() async throws {
        try await withGateDesk { desk in
            let file = desk.office.appending("candidates")
            try file.put("# what is to go\napp \(desk.image)\napp app@\(Self.zeros)\n")
            let said = try await desk.gate("--candidates", file.string)
            let list = try JSONSerialization.jsonObject(with: Data(said.output.utf8)) as? [[String: Any]]
            #expect((said.exit, list?.map { $0["exit"] as? Int }) == (22, [0, 22]), "\(said.errors)")
            try file.put("app\n")
            #expect(try await desk.gate("--candidates", file.string).exit == 65)
        }
    }

    @Test func `an explanation is read by people and keeps nothing`() async throws {
        try await withGateDesk { desk in
            let said = try await desk.gate("--explain")
            #expect(said.exit == 0, "\(said.errors)")
            #expect(said.output.contains("pass          tests: verdict stable"), "\(said.output)")
            #expect(said.output.contains("na            migrationsOrder: it has no migrations"), "\(said.output)")
            #expect(!desk.ledger.appending("decisions").isThere)
        }
    }

    @Test func `another policy is tried on what was decided before`() async throws {
        try await withGateDesk(Self.flaky) { desk in
            #expect(try await desk.gate().exit == 20)
            let softer = desk.office.appending("softer.yaml")
            try softer.put(GateDesk.policy.replacing("min: stable", with: "min: flaky"))
            let said = try await desk.gate("--replay", softer.string)
            #expect(said.exit == 0, "\(said.errors)")
            #expect(said.output.contains("1 of 1 answers would change"), "\(said.output)")
            #expect(said.output.contains("blocked  allowed"), "\(said.output)")
            let same = try await desk.gate("--replay", desk.office.appending("policy.yaml").string)
            #expect(same.output.contains("0 of 1 answers would change"), "\(same.output)")
            let json = try await desk.gate("--replay", softer.string, "--json")
            #expect((try desk.json(json)["rows"] as? [[String: Any]])?.count == 1)
        }
    }

    @Test func `a policy is tried on the newest images where nobody asked yet`() async throws {
        try await withGateDesk(Self.flaky) { desk in
            let softer = desk.office.appending("softer.yaml")
            try softer.put(GateDesk.policy.replacing("min: stable", with: "min: flaky"))
            let said = try await desk.gate("--replay", softer.string)
            #expect(said.output.contains("1 of 1 answers would change"), "\(said.output)")
        }
    }
}
