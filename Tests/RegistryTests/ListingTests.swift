import Fixtures
import Foundation
import OCI
import Pipeline
import Registry
import SystemPackage
import Testing

/// Listing and deletion, on the real registry and on others that answer as they like.
@Suite(.enabled(if: RegistryFixture.isInstalled, "docker-registry is not installed"))
struct ListingTests {
    private static let repository: RepositoryName = {
        guard let name = RepositoryName(parsing: "acme/billing") else { preconditionFailure("a name") }
        return name
    }()

    private func withClient<Value: Sendable>(
        _ host: String, _ body: (RegistryClient) async throws -> Value
    ) async throws -> Value {
        try await RegistryClient.withConnections { http in
            let credentials = CredentialSource(environment: [:], host: host)
            return try await body(RegistryClient(http, host: host, isPlain: false, credentials: credentials))
        }
    }

    struct Pages: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// By what follows `tags/list`.
        let replies: [String: LoopbackServer.Reply]
        let expected: [String]
    }

    private static func page(_ tags: String, link: String? = nil) -> LoopbackServer.Reply {
        LoopbackServer.Reply(200, headers: link.map { ["Link": $0] } ?? [:], body: #"{"name":"x","tags":\#(tags)}"#)
    }

    static let pages: [Pages] = [
        Pages(
            testDescription: "no pages, whatever n was", replies: ["?n=1000": page(#"["b","a"]"#)],
            expected: ["a", "b"]),
        Pages(testDescription: "null", replies: ["?n=1000": page("null")], expected: []),
        Pages(
            testDescription: "a new repository",
            replies: ["?n=1000": .init(404, body: #"{"errors":[{"code":"NAME_UNKNOWN"}]}"#)], expected: []),
        Pages(
            testDescription: "a link from the root",
            replies: [
                "?n=1000": page(#"["a"]"#, link: #"</v2/acme/billing/tags/list?last=a&n=1>; rel="next""#),
                "?last=a&n=1": page(#"["b"]"#),
            ], expected: ["a", "b"]),
        Pages(
            testDescription: "a relative link",
            replies: [
                "?n=1000": page(#"["a"]"#, link: #"<list?last=a>; rel="next""#),
                "?last=a": page(#"["b"]"#, link: #"<?last=b>; rel=next"#), "?last=b": page(#"["c"]"#),
            ], expected: ["a", "b", "c"]),
        Pages(
            testDescription: "a link in a circle",
            replies: ["?n=1000": page(#"["a"]"#, link: #"</v2/acme/billing/tags/list?n=1000>; rel="next""#)],
            expected: ["a"]),
        Pages(
            testDescription: "pages without end that say the same",
            replies: [
                "?n=1000": page(#"["a"]"#, link: #"<list?last=1>; rel="next""#),
                "?last=1": page(#"["a"]"#, link: #"<list?last=2>; rel="next""#),
            ], expected: ["a"]),
    ]

    @Test(arguments: pages) func `case 48: lists of tags`(pages: Pages) async throws {
        let answer: @Sendable (LoopbackServer.Request) -> LoopbackServer.Reply = { request in
            pages.replies[String(request.path.dropFirst("/v2/acme/billing/tags/list".count))] ?? .init(500)
        }
        try await LoopbackServer.withServer(answer) { server in
            let tags = try await withClient(server.host) { try await $0.tags(in: Self.repository) }
            #expect(tags.map(\.text) == pages.expected)
        }
    }

    private func image(_ registry: RegistryFixture, tags: String...) async throws -> Pipeline.Digest {
        try await sh(
            """
            mkdir -p i && echo x > i/f && umoci init --layout oci && umoci new --image oci:x && umoci unpack --image oci:x b && \
            cp i/f b/rootfs/ && umoci repack --image oci:x b
            """, in: registry.root)
        for tag in tags {
            try await sh(
                "skopeo copy -q --dest-tls-verify=false oci:oci:x docker://\(registry.host)/acme/billing:\(tag)",
                in: registry.root)
        }
        let said = try await sh(
            "skopeo inspect --tls-verify=false --format '{{.Digest}}' docker://\(registry.host)/acme/billing:\(tags[0])",
            in: registry.root)
        let digest = Pipeline.Digest(parsing: said.trimmingCharacters(in: .newlines))
        return try #require(digest)
    }

    @Test func `case 50: deletion by digest takes every tag with it`() async throws {
        try await RegistryFixture.withRegistry { registry in
            let digest = try await image(registry, tags: "1.0.0", "latest")
            try await withClient(registry.host) { client in
                let before = try await client.tags(in: Self.repository).map(\.text)
                #expect(before == ["1.0.0", "latest"])
                let isGone = try await client.delete(digest, in: Self.repository)
                #expect(isGone)
                let after = try await client.tags(in: Self.repository)
                #expect(after.isEmpty)
                let again = try await client.delete(digest, in: Self.repository)
                #expect(!again)
            }
        }
    }

    @Test(arguments: [(405, "deletes nothing"), (400, "refused (400"), (401, "denied without credentials")])
    func `case 50: a registry that refuses to delete`(status: Int, sentence: String) async throws {
        let answer: @Sendable (LoopbackServer.Request) -> LoopbackServer.Reply = { _ in .init(UInt(status)) }
        try await LoopbackServer.withServer(answer) { server in
            let error = await #expect(throws: RegistryError.self) {
                try await withClient(server.host) { client in
                    _ = try await client.delete(RegistryClient.digest(of: []), in: Self.repository)
                }
            }
            #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "nothing")")
        }
    }
}
