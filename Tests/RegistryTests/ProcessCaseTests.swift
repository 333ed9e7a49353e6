import Fixtures
import OCI
import Pipeline
import Testing

@testable import Registry

/// Runs that end early, runs that meet, mounts, promotion.
@Suite(.enabled(if: RegistryFixture.isInstalled, "docker-registry is not installed"))
struct ProcessCaseTests {
    @Test(arguments: ["/blobs/uploads/", "/manifests/sha256", "/manifests/1.0.0"])
    func `case 61: a run that is stopped moves no tag, and the next one goes on from there`(step: String) async throws {
        try await World.withFaults { registry, proxy in
            let shipment = try World.shipment(registry.root, layers: ["a", "b"])
            proxy.replace([WireFault("PUT", step, times: 1000, .silence)])
            try await World.withClient(proxy.host) { client in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        _ = try await client.push(shipment, to: World.repository, tags: [World.tag("1.0.0")])
                    }
                    while proxy.exchanges.count("PUT", step) == 0 { try await Task.sleep(for: .milliseconds(5)) }
                    group.cancelAll()
                    do {
                        try await group.waitForAll()
                        Issue.record("a cancelled push ended well")
                    } catch {
                        #expect(error is CancellationError)
                    }
                }
                // Sessions that were open are given back.
                if step.contains("uploads") { #expect(proxy.exchanges.count("DELETE", "/blobs/uploads/") > 0) }
            }
            try await World.withClient(registry.host) { client in
                let none = try await client.digest(of: "1.0.0", in: World.repository)
                #expect(none == nil)
                let receipt = try await client.push(shipment, to: World.repository, tags: [World.tag("1.0.0")])
                #expect(step.contains("uploads") || receipt.uploaded.isEmpty)
                let digest = try await client.digest(of: "1.0.0", in: World.repository)
                #expect(digest == shipment.image.digest)
            }
        }
    }

    @Test func `case 62: two runs of one commit both succeed, with one set of objects`() async throws {
        try await RegistryFixture.withRegistry { registry in
            let shipment = try World.shipment(registry.root, layers: ["a", "b", "c"])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        try await World.withClient(registry.host) {
                            _ = try await $0.push(
                                shipment, to: World.repository, tags: [World.tag("1.0.0"), World.tag("sha-a")])
                        }
                    }
                }
                try await group.waitForAll()
            }
            let tags = try await registry.curl("/v2/acme/billing/tags/list").output
            #expect(tags.contains(#"["1.0.0","sha-a"]"#))
        }
    }

    @Test func `case 67: a blob of a base is mounted, and nothing of it is sent`() async throws {
        try await World.withFaults { registry, proxy in
            let base = try #require(RepositoryName(parsing: "acme/base"))
            var shipment = try World.shipment(registry.root, layers: ["base", "app"])
            let below = try World.shipment(registry.root.appending("base"), layers: ["base"])
            shipment.baseRepository = base
            try await World.withClient(proxy.host) { [shipment] client in
                _ = try await client.push(below, to: base, tags: [World.tag("1")])
                let receipt = try await client.push(shipment, to: World.repository, tags: [World.tag("1.0.0")])
                #expect(!receipt.uploaded.contains(World.digest(of: "base")))
            }
        }
    }

    @Test(arguments: [UInt(202), 401, 403, 404, 405])
    func `case 67: where nothing is mounted the bytes are sent`(status: UInt) async throws {
        try await World.withFaults { registry, proxy in
            var shipment = try World.shipment(registry.root, layers: ["base"])
            shipment.baseRepository = RepositoryName(parsing: "acme/base")
            // 202 is what the registry says itself when it has no such blob.
            if status != 202 { proxy.replace([WireFault("POST", "mount=", times: 9, .status(status))]) }
            try await World.withClient(proxy.host) { [shipment] client in
                let receipt = try await client.push(shipment, to: World.repository, tags: [World.tag("1.0.0")])
                #expect(receipt.uploaded.contains(World.digest(of: "base")))
            }
            #expect(proxy.exchanges.count("POST", "mount=") == 2)
        }
    }

    @Test func `case 67: a token for a mount is asked for both repositories`() async throws {
        let asked = Asked()
        try await LoopbackServer.withServer { request in
            asked.note(request)
            if request.path.hasPrefix("/token") { return .init(200, body: #"{"token":"both"}"#) }
            guard request.headers["authorization"] == "Bearer both" else {
                let host = request.headers["host"] ?? ""
                return .init(
                    401,
                    headers: [
                        "WWW-Authenticate":
                            #"Bearer realm="http://\#(host)/token",scope="repository:acme/billing:pull,push""#
                    ])
            }
            return .init(201)
        } _: { server in
            try await World.withClient(server.host) {
                let isSent = try await Upload(
                    client: $0, blob: World.descriptor(of: "x"), file: "/dev/null", repository: World.repository,
                    mount: RepositoryName(parsing: "acme/base")
                ).run()
                #expect(!isSent)
            }
        }
        let order = asked.all.first { $0.path.hasPrefix("/token") }?.path
        #expect(order == "/token?scope=repository:acme/base:pull&scope=repository:acme/billing:pull,push")
    }

    @Test func `a promotion into another repository sends no byte of a layer`() async throws {
        try await World.withFaults { registry, proxy in
            let shipment = try World.shipment(registry.root, layers: ["a", "b"])
            let released = try #require(RepositoryName(parsing: "released/billing"))
            try await World.withClient(proxy.host) { client in
                _ = try await client.push(shipment, to: World.repository, tags: [World.tag("sha-abc")])
                proxy.replace([])
                let promotion = RegistryClient.Promotion(
                    image: shipment.image.digest, exact: try World.tag("1.0.0"), moving: [try World.tag("1")])
                let moved = try await client.promote(promotion, from: World.repository, to: released)
                #expect(moved.map(\.tag) == ["1"])
                let digest = try await client.digest(of: "1.0.0", in: released)
                #expect(digest == shipment.image.digest)
                #expect(proxy.exchanges.count("PUT", "/blobs/") == 0)
                #expect(proxy.exchanges.count("POST", "mount=") == 3)
                let again = try await client.promote(promotion, from: World.repository, to: released)
                #expect(again.isEmpty)
            }
        }
    }
}
