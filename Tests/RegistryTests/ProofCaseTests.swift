import Fixtures
import Foundation
import OCI
import Pipeline
import SystemPackage
import Testing

@testable import Registry

/// What was accepted and is not there, and records beside images.
@Suite(.enabled(if: RegistryFixture.isInstalled, "docker-registry is not installed"))
struct ProofCaseTests {
    @Test func `case 51: a manifest that is accepted and not served fails the push, with what mends it`() async throws {
        let (exchanges, error) = try await World.push(
            through: [
                WireFault(
                    "GET", "/manifests/sha256", times: 1000,
                    .status(404, headers: [("Content-Type", "application/json")], body: "{}"))
            ])
        #expect(error?.description.contains("the registry accepted sha256:") == true)
        #expect(error?.description.hasSuffix("but serves nothing of it") == true)
        #expect(error?.hint == "restart the registry after its garbage collection, and push again")
        #expect(exchanges.count("PUT", "/manifests/1.0.0") == 0)
    }

    @Test func `case 52: a blob that is answered with nothing fails the push before any tag`() async throws {
        // As 2.8.2 does it after a collection: 206 with a length, and the end of the connection.
        let (exchanges, error) = try await World.push(
            through: [WireFault("GET", "/blobs/", times: 1000, .truncate(bytes: 0))])
        #expect(error?.description.contains("but serves nothing of it") == true)
        #expect(exchanges.count("PUT", "/manifests/1.0.0") == 0)
    }

    @Test func `case 53: a manifest whose blobs are unknown sends all of them again, once`() async throws {
        let refusal = #"{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","message":"blob unknown to registry"}]}"#
        func fault(_ times: Int) -> WireFault {
            WireFault(
                "PUT", "/manifests/sha256", times: times,
                .status(400, headers: [("Content-Type", "application/json")], body: refusal))
        }
        let (exchanges, error) = try await World.push(through: [fault(3)])
        #expect(error == nil)
        #expect(exchanges.count("PUT", "/blobs/uploads/") == 4)
        let (more, second) = try await World.push(through: [fault(1000)])
        #expect(second?.description.contains("MANIFEST_BLOB_UNKNOWN blob unknown to registry") == true)
        #expect(more.count("PUT", "/blobs/uploads/") == 4)
    }

    @Test func `case 54: what is served a little later is waited for`() async throws {
        var limits = RegistryLimits.quick
        limits.retries.settling = .seconds(10)
        let later = WireFault(
            "GET", "/manifests/sha256", passing: 1, times: 3,
            .status(404, headers: [("Content-Type", "application/json")], body: "{}"))
        let (exchanges, error) = try await World.push(through: [later], limits: limits)
        #expect(error == nil)
        #expect(exchanges.count("PUT", "/manifests/1.0.0") == 1)
    }

    @Test(arguments: [
        WireFault.Action.status(404, headers: [("Content-Type", "text/plain")], body: "404 page not found"),
        .status(400),
        .status(405), .status(406), .status(200, headers: [("Content-Type", "text/plain")], body: "{}"),
    ])
    func `case 55: without an interface for referrers there is the tag`(action: WireFault.Action) async throws {
        try await World.withFaults { registry, proxy in
            let shipment = try World.shipment(registry.root)
            try await World.withClient(proxy.host) { client in
                _ = try await client.push(shipment, to: World.repository, tags: [World.tag("1.0.0")])
                proxy.replace([WireFault("GET", "/referrers/", times: 1000, action)])
                try await attach(1, to: shipment, by: client)
                let found = try await client.artifacts(
                    "application/x-test", about: shipment.image.digest, in: World.repository)
                #expect(found == [Array("document 1\n".utf8)])
            }
        }
    }

    @Test func `case 55: a registry that says it keeps referrers gets no tag for them`() async throws {
        try await World.withFaults { registry, proxy in
            let shipment = try World.shipment(registry.root)
            try await World.withClient(proxy.host) { client in
                _ = try await client.push(shipment, to: World.repository, tags: [World.tag("1.0.0")])
                proxy.replace([
                    WireFault("PUT", "/manifests/", times: 1000, .header("OCI-Subject", "\(shipment.image.digest)"))
                ])
                try await attach(1, to: shipment, by: client)
                #expect(!proxy.exchanges.contains { $0.path.contains("sha256-") })
            }
        }
    }

    private func attach(_ number: Int, to shipment: RegistryClient.Shipment, by client: RegistryClient) async throws {
        let artifact = RegistryClient.Artifact(
            type: "application/x-test", bytes: Array("document \(number)\n".utf8), subject: shipment.image,
            ownTag: try World.tag("doc-\(number)"), movingTags: [])
        try await client.attach(artifact, in: World.repository, using: shipment.layout)
    }

    @Test(arguments: [8, 16])
    func `case 56: writers on many machines at once lose nothing`(writers: Int) async throws {
        try await RegistryFixture.withRegistry { registry in
            let shipment = try World.shipment(registry.root)
            try await World.withClient(registry.host) { client in
                _ = try await client.push(shipment, to: World.repository, tags: [World.tag("1.0.0")])
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<writers {
                    // Connections of its own, as another machine has them.
                    group.addTask {
                        try await World.withClient(registry.host) { try await attach(number, to: shipment, by: $0) }
                    }
                }
                try await group.waitForAll()
            }
            try await World.withClient(registry.host) { client in
                let found = try await client.artifacts(
                    "application/x-test", about: shipment.image.digest, in: World.repository)
                #expect(Set(found) == Set((0..<writers).map { Array("document \($0)\n".utf8) }))
            }
        }
    }

    @Test func `case 57: something else under the fallback tag is left as it is`() async throws {
        try await RegistryFixture.withRegistry { registry in
            let shipment = try World.shipment(registry.root)
            let other = try World.shipment(registry.root, layers: ["other"])
            try await World.withClient(registry.host) { client in
                let tag = try World.tag("sha256-\(shipment.image.digest.hex)")
                _ = try await client.push(shipment, to: World.repository, tags: [World.tag("1.0.0")])
                _ = try await client.push(other, to: World.repository, tags: [tag])
                let error = await World.failure { try await attach(1, to: shipment, by: client) }
                #expect(error?.description.contains("\(tag): is no index of referrers, and is left as it is") == true)
                let left = try await client.digest(of: tag.text, in: World.repository)
                #expect(left == other.image.digest)
            }
        }
    }

    @Test func `case 58: a record with a tag of its own survives a collection of what nobody names`() async throws {
        try await RegistryFixture.withRegistry { registry in
            let shipment = try World.shipment(registry.root)
            try await World.withClient(registry.host) { client in
                _ = try await client.push(shipment, to: World.repository, tags: [World.tag("1.0.0")])
                try await attach(1, to: shipment, by: client)
                let said = try await run(
                    "docker-registry", ["garbage-collect", "-m", registry.root.appending("config.yml").string])
                #expect(said.exit == 0)
                let found = try await client.artifact("doc-1", in: World.repository)
                #expect(found == Array("document 1\n".utf8))
            }
        }
    }

    @Test func `case 59: a registry that knows nothing of artifact types gets the older form`() async throws {
        let refusal = #"{"errors":[{"code":"MANIFEST_INVALID","message":"manifest invalid"}]}"#
        try await World.withFaults { registry, proxy in
            let shipment = try World.shipment(registry.root)
            try await World.withClient(proxy.host) { client in
                _ = try await client.push(shipment, to: World.repository, tags: [World.tag("1.0.0")])
                proxy.replace([
                    WireFault(
                        "PUT", "/manifests/doc-1",
                        .status(400, headers: [("Content-Type", "application/json")], body: refusal))
                ])
                try await attach(1, to: shipment, by: client)
                let served = try await client.manifest("doc-1", in: World.repository)
                let manifest = try Manifest(parsing: try #require(served).bytes)
                #expect(manifest.artifactType == nil)
                #expect(manifest.config.mediaType == "application/x-test")
                let found = try await client.artifact("doc-1", in: World.repository)
                #expect(found == Array("document 1\n".utf8))
            }
        }
    }

    @Test func `case 60: a registry that is read-only when the record comes says so; the image is there`() async throws
    {
        try await World.withFaults { registry, proxy in
            let shipment = try World.shipment(registry.root)
            try await World.withClient(proxy.host) { client in
                _ = try await client.push(shipment, to: World.repository, tags: [World.tag("1.0.0")])
                proxy.replace([
                    WireFault("PUT", times: 1000, .status(405, body: "Method not allowed")),
                    WireFault("POST", times: 1000, .status(405, body: "Method not allowed")),
                ])
                let error = await World.failure { try await attach(1, to: shipment, by: client) }
                #expect(error?.description.contains("refused (405 Method not allowed)") == true)
                #expect(error?.hint == "the registry is read-only: push to another one, or end its maintenance")
                let digest = try await client.digest(of: "1.0.0", in: World.repository)
                #expect(digest == shipment.image.digest)
            }
        }
    }

    @Test func `what strangers may read is proved by a stranger's eyes`() async throws {
        try await RegistryFixture.withRegistry { registry in
            let challenge = [("WWW-Authenticate", #"Basic realm="push""#)]
            // Public but for one repository's blobs: with a password all would look well.
            let guarding: FaultProxy.Guard = { method, path, authorization in
                if authorization == World.basic { return nil }
                if method == "GET", path.contains("/blobs/") {
                    return .early(404, headers: [("Content-Type", "application/json")], body: "{}")
                }
                return method == "GET" || method == "HEAD" ? nil : .early(401, headers: challenge)
            }
            try await FaultProxy.withProxy(to: registry.host, guarding: guarding) { proxy in
                let shipment = try World.shipment(registry.root)
                let error = await World.failure {
                    try await World.withClient(proxy.host, environment: World.user) {
                        _ = try await $0.push(shipment, to: World.repository, tags: [World.tag("1.0.0")])
                    }
                }
                #expect(error?.description.contains("but serves nothing of it") == true)
                #expect(proxy.exchanges.count("PUT", "/manifests/1.0.0") == 0)
            }
        }
    }
}
