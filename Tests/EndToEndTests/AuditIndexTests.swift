import Fixtures
import Foundation
import Testing

/// Elasticsearch as its documentation has it answer, played by a server of ours.
struct AuditIndexTests {
    private static let entry = "    audit: {calls: calls.json, index: \"http_logs_{call}-{date}\"}\n"
    private static let catalogue = """
        {"format": 1, "calls": [{"name": "invoices.find", "request":
          {"type": "object", "properties": {"v": {"type": "string"}}}}]}
        """

    private static func mapping(_ type: String) -> String { #"{"properties": {"v": {"type": "\#(type)"}}}"# }

    /// Answers what a new index would be like, and what the one of today is like.
    private static func cluster(new: String, today: String?)
        -> @Sendable (LoopbackServer.Request) -> LoopbackServer.Reply
    {
        { request in
            let name = request.path.split(separator: "/").first { $0.hasPrefix("http_logs_") }.map(String.init)
            guard let name, name.hasPrefix("http_logs_invoices.find-2") else { return .init(400) }
            if request.method == "POST", request.path == "/_index_template/_simulate_index/\(name)" {
                let body = #"{"template": {"settings": {}, "mappings": \#(mapping(new))}, "overlapping": []}"#
                return .init(200, headers: ["content-type": "application/json"], body: body)
            }
            guard request.method == "GET", request.path == "/\(name)/_mapping" else { return .init(400) }
            guard let today else { return .init(404, body: #"{"error": {"type": "index_not_found_exception"}}"#) }
            return .init(200, body: #"{"\#(name)": {"mappings": \#(mapping(today))}}"#)
        }
    }

    @Test(
        arguments: [
            ("keyword", nil, 0, "(not made yet)"), ("keyword", "text", 0, "takes what is written"),
            ("long", nil, 20, "a new index refuses v: is long, and gets a text"),
            ("keyword", "long", 20, "the index of today refuses v: is long, and gets a text; roll it over"),
        ] as [(String, String?, Int32, String)])
    func `what an index of today would refuse is told`(
        new: String, today: String?, exit: Int32, said: String
    ) async throws {
        try await withBilling(VersionWorld.configuration(Self.entry), ["billing/calls.json": Self.catalogue]) { world in
            try await LoopbackServer.withServer(Self.cluster(new: new, today: today)) { server in
                let told = try await world.slipway("doctor", "--audit-index", "http://\(server.host)")
                #expect(told.exit == exit, "\(told.errors)")
                #expect(told.output.contains(said), "\(told.output)")
                let json = try await world.slipway("doctor", "--audit-index", "http://\(server.host)", "--json")
                #expect(json.exit == exit)
                #expect(json.output.contains("\"exists\": \(today != nil)"))
            }
        }
    }

    @Test func `a cluster that is down or does not answer so is no answer`() async throws {
        try await withBilling(VersionWorld.configuration(Self.entry), ["billing/calls.json": Self.catalogue]) { world in
            let down = try await world.slipway("doctor", "--audit-index", "http://127.0.0.1:1")
            #expect(down.exit == 75)
            #expect(down.errors.contains("127.0.0.1:1: not reachable"), "\(down.errors)")
            for reply in [LoopbackServer.Reply(401), .init(200, body: "<html>")] {
                try await LoopbackServer.withServer({ _ in reply }) { server in
                    let said = try await world.slipway("doctor", "--audit-index", "http://\(server.host)")
                    #expect(said.exit == 75, "\(said.errors)")
                }
            }
            for address in ["localhost:9200", "http://", "http://a/b", "http://u@h"] {
                let said = try await world.slipway("doctor", "--audit-index", address)
                #expect(said.exit == 64, "\(said.errors)")
            }
        }
        try await withBilling { world in
            let said = try await world.slipway("doctor", "--audit-index", "http://127.0.0.1:1")
            #expect(said.exit == 65, "\(said.errors)")
        }
    }
}
