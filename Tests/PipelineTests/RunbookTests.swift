import Fixtures
import Signing
import Testing

@testable import Pipeline

struct RunbookTests {
    /// Migrations by version, each with what it needs: `"2": "b 1"`.
    private static func facts(_ migrations: [String: String]) -> MigrationFacts {
        let folder: Path = "db/migration"
        let files = migrations.map { version, needs in
            let name = version.isEmpty ? "R__r.sql" : "V\(version)__m.sql"
            let notes = needs.split(separator: ",").map { "-- slipway:run-after \($0)\n" }.joined()
            return MigrationFile(folder.appending(name), Array((notes + "SELECT 1").utf8))
        }
        let chain = MigrationChain(of: MigrationSet(files, in: [folder]), since: nil, service: "x")
        return MigrationFacts(of: chain, among: [:], since: nil, hash: Digest.sha256)
    }

    private static func order(
        _ facts: [ServiceName: MigrationFacts], applied: [ServiceName: String] = [:]
    ) -> String {
        let book = Runbook(of: facts, applied: applied)
        let steps = book.steps.map { step in
            "\(step.service)" + (step.upTo.map { ":\($0)" } ?? "") + (step.count.map { "×\($0)" } ?? "?")
        }
        let cycle = book.cycle.map { $0.map { "\($0.service):\($0.version ?? "-")" }.joined(separator: ">") }
        return steps.joined(separator: " ") + (cycle.map { " ! \($0)" } ?? "")
    }

    @Test func `services that need nobody go by name, each in one stretch`() {
        #expect(Self.order(["b": Self.facts(["1": "", "2": ""]), "a": Self.facts(["7": ""])]) == "a:7×1 b:2×2")
    }

    @Test func `a migration waits for the one it needs and for no later one`() {
        let facts =
            ["a": Self.facts(["1": "", "2": "b 1"]), "b": Self.facts(["1": "", "2": "a 2"])]
            as [ServiceName: MigrationFacts]
        #expect(Self.order(facts) == "a:1×1 b:1×1 a:2×1 b:2×1")
    }

    @Test func `without a version all that is pending comes first, what is repeated included`() {
        #expect(Self.order(["a": Self.facts(["1": "b"]), "b": Self.facts(["1": "", "": ""])]) == "b:1×2 a:1×1")
    }

    @Test func `what is applied is neither done again nor waited for`() {
        let facts =
            ["a": Self.facts(["1": "b 2", "2": ""]), "b": Self.facts(["1": "", "2": "a 1"])]
            as [ServiceName: MigrationFacts]
        #expect(Self.order(facts, applied: ["b": "2"]) == "a:2×2")
        #expect(Self.order(facts, applied: ["a": "2", "b": "2.0"]) == "")
        #expect(Self.order(["a": Self.facts(["1": "b 2"])], applied: ["b": "2"]) == "a:1×1")
        #expect(Self.order(["a": Self.facts(["1": "b 2"])], applied: ["b": "1"]) == "b:2? a:1×1")
    }

    @Test func `a service that nobody knows is named once`() {
        #expect(Self.order(["a": Self.facts(["1": "z 3,y", "2": "z 3"])]) == "y? z:3? a:2×2")
    }

    @Test func `a circle is named, with what could be done before it`() {
        let facts =
            [
                "a": Self.facts(["1": "b 1"]), "b": Self.facts(["1": "c 1"]), "c": Self.facts(["1": "a 1"]),
                "d": Self.facts(["1": ""]),
            ] as [ServiceName: MigrationFacts]
        #expect(Self.order(facts) == "d:1×1 ! a:1>b:1>c:1>a:1")
        let finding = Runbook(of: facts).finding(hash: Digest.sha256)
        #expect(finding?.object == "a V1 → b V1 → c V1 → a V1")
        #expect(finding?.rule == "order-cycle")
        #expect(Runbook(of: [:]).finding(hash: Digest.sha256) == nil)
    }

    @Test func `requirements of a whole set hold its first migration back`() {
        var facts = Self.facts(["1": "", "2": ""])
        facts.runBefore = [.init(service: "b", version: "1")]
        #expect(Self.order(["a": facts, "b": Self.facts(["1": "", "2": ""])]) == "b:2×2 a:2×2")
    }

    @Test func `a hundred services in a chain are put in order`() {
        var facts: [ServiceName: MigrationFacts] = [:]
        for index in 0..<100 {
            let name = ServiceName(parsing: "s\(1000 + index)") ?? "x"
            facts[name] = Self.facts(["1": index == 99 ? "" : "s\(1001 + index) 1"])
        }
        let book = Runbook(of: facts)
        #expect(book.steps.map(\.service) == facts.keys.sorted().reversed())
        #expect(book.cycle == nil)
    }
}
