import Fixtures
import Foundation
import Testing

/// Declared interfaces move versions, whatever the commits say.
struct InterfaceTellingTests {
    private static let entry = "    interface: {openapi: api.yaml}\n"

    private func withInterface(
        _ base: String?, entry: String = entry, _ body: (VersionWorld) async throws -> Void
    ) async throws {
        let files = base.map { ["billing/api.yaml": $0] } ?? [:]
        try await withBilling(VersionWorld.configuration(entry), files, body)
    }

    @Test func `an operation that was taken away is a major, though the commit says fix`() async throws {
        try await withInterface(Interfaces.openAPI("/a", "/b")) { world in
            try await world.commit("fix: less is more", ["billing/api.yaml": Interfaces.openAPI("/a")])
            let said = try await world.slipway("version", "billing")
            #expect(said.exit == 0, "\(said.errors)")
            #expect(said.output.contains("  interface     interface  major → 2.0.0  operation-removed: GET /b "))
            #expect(said.output.contains("interface.understated"))
            #expect(said.output.contains("the interface asks for major, more than the commits say (patch)\n"))
            let plan = try await world.slipway("plan", "--json")
            #expect(plan.output.contains("\"next\": \"2.0.0\""))
            let evidence = try #require(try await world.billing()["evidence"] as? [[String: Any]])
            #expect(evidence.map { $0["kind"] as? String } == ["commit", "interface"])
            #expect(evidence.last?["level"] as? String == "major")
        }
    }

    @Test func `an operation that was added is a minor, though no commit says anything`() async throws {
        try await withInterface(Interfaces.openAPI("/a")) { world in
            try await world.commit("More", ["billing/api.yaml": Interfaces.openAPI("/a", "/b")])
            #expect(try await world.next() == "1.5.0")
        }
    }

    @Test func `calls without OpenAPI are compared as well`() async throws {
        let entry = "    interface: {calls: calls.json}\n"
        let files = ["billing/calls.json": Interfaces.calls("a", "b")]
        try await withBilling(VersionWorld.configuration(entry), files) { world in
            try await world.commit("fix: x", ["billing/calls.json": Interfaces.calls("a")])
            let answer = try await world.billing()
            #expect(answer["next"] as? String == "2.0.0", "\(answer)")
        }
    }

    @Test func `nothing is read that did not change, and a document that is new is a minor`() async throws {
        try await withInterface(nil) { world in
            let missing = try await world.slipway("plan")
            #expect(missing.exit == 65)
            #expect(missing.errors.contains("billing/api.yaml:1: is declared as an interface and is not there"))
            try await world.commit("fix: described", ["billing/api.yaml": Interfaces.openAPI("/a")])
            #expect(try await world.next() == "1.5.0")
            try await world.git.git("tag", "billing/v1.5.0")
            try await world.commit("fix: y")
            #expect(try await world.next() == "1.5.1")
        }
    }

    @Test func `a document that cannot be read is bad input at HEAD, and a gap where it was released`() async throws {
        try await withInterface("openapi: [\n") { world in
            try await world.commit("fix: x", ["billing/api.yaml": Interfaces.openAPI("/a")])
            let said = try await world.slipway("version", "billing")
            #expect(said.exit == 0, "\(said.errors)")
            #expect(said.output.contains("base-unreadable"), "\(said.output)")
            for text in ["openapi: 3.0.3\npaths:\n  /a: [\n", "a: b\n", String(repeating: "[", count: 200_000)] {
                try await world.commit("fix: worse", ["billing/api.yaml": text])
                for command in ["version", "plan", "run"] {
                    let refused = try await world.slipway(command)
                    #expect(refused.exit == 65, "\(command): \(refused.errors)")
                    #expect(refused.errors.contains("billing/api.yaml:"))
                }
            }
        }
    }

    @Test func `a document may be larger than a configuration`() async throws {
        let paths = (0..<14_000).map {
            "  /things/\($0):\n    get: {responses: {'200': {description: fine and well and good}}}\n"
        }
        let all = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n" + paths.joined()
        #expect(all.utf8.count > 1 << 20)
        try await withInterface(all) { world in
            let less = all.replacing(paths[7000], with: "")
            try await world.commit("fix: x", ["billing/api.yaml": less])
            let answer = try await world.billing()
            #expect(answer["next"] as? String == "2.0.0")
        }
    }

    @Test(arguments: [
        ("    interface: {openapi: a.yaml, calls: b.json}\n", "an interface is either openapi or calls"),
        ("    interface: {}\n", "an interface is either openapi or calls"),
        ("    interface: {openapi: ../../x.yaml}\n", "leads out of the repository"),
        ("    kind: library\n    interface: {openapi: x.yaml}\n", "a library has none"),
    ])
    func `a declaration that says nothing is refused`(entry: String, problem: String) async throws {
        try await withBilling(VersionWorld.configuration(entry)) { world in
            let said = try await world.slipway("plan")
            #expect(said.exit == 65)
            #expect(said.errors.contains(problem), "\(said.errors)")
        }
    }
}
