import Fixtures
import OCI
import Pipeline
import Testing

@testable import Registry

/// Tags that are there, that move, that are kept by the registry itself.
@Suite(.enabled(if: RegistryFixture.isInstalled, "docker-registry is not installed"))
struct TagCaseTests {
    @Test func `case 43: what is published already is published, in three requests`() async throws {
        try await World.withFaults { registry, proxy in
            let shipment = try World.shipment(registry.root)
            let tags = try [World.tag("1.0.0"), World.tag("sha-abc")]
            try await World.withClient(proxy.host) { client in
                _ = try await client.push(shipment, to: World.repository, tags: tags)
                proxy.replace([])
                let again = try await client.push(shipment, to: World.repository, tags: tags)
                #expect(again.uploaded.isEmpty)
                #expect(again.tags == tags)
                #expect(proxy.exchanges.count == 3)
            }
        }
    }

    @Test func `case 44: another image under the same tag is refused, with both and their revisions`() async throws {
        try await World.withFaults { registry, proxy in
            let one = try World.shipment(registry.root, revision: "rev-one")
            let two = try World.shipment(registry.root, layers: ["other"], revision: "rev-two")
            try await World.withClient(proxy.host) { client in
                _ = try await client.push(one, to: World.repository, tags: [World.tag("1.0.0")])
                proxy.replace([])
                let error = await World.failure {
                    _ = try await client.push(two, to: World.repository, tags: [World.tag("1.0.0")])
                }
                #expect(
                    error?.description
                        == "\(proxy.host)/acme/billing:1.0.0 is already \(one.image.digest) of revision rev-one, and this is \(two.image.digest) of revision rev-two"
                )
                #expect(!proxy.exchanges.contains { $0.method != "GET" })
            }
        }
    }

    @Test func `case 45: a tag that somebody else took meanwhile is reported, and left to them`() async throws {
        let (mine, theirs) = (Mutexed<[UInt8]>([]), "{\"schemaVersion\":2,\"manifests\":[]}")
        let puts = Counter()
        try await LoopbackServer.withServer { request in
            let isTag = request.path.hasSuffix("/manifests/1.0.0")
            switch request.method {
            case "PUT" where isTag:
                _ = puts.next()
                mine.change { $0 = request.body }
                return .init(201)
            // What is read back is not what was written.
            case "GET" where isTag:
                return puts.value == 0
                    ? .init(404, headers: World.json, body: "{}")
                    : .init(200, headers: ["Content-Type": MediaType.index], body: theirs)
            default: return .init(500, headers: World.json, body: "{}")
            }
        } _: { server in
            try await withTemporaryFolder { folder in
                let shipment = try World.shipment(folder)
                let bytes = try shipment.layout.blob(shipment.image.digest)
                let naming = RegistryClient.Naming(
                    manifest: .init(bytes: bytes, mediaType: MediaType.manifest), annotations: nil)
                let error = await World.failure {
                    try await World.withClient(server.host) {
                        try await $0.place(World.tag("1.0.0"), on: naming, in: World.repository)
                    }
                }
                #expect(error?.description.contains("is already \(World.digest(of: theirs))") == true)
                #expect(puts.value == 1)
            }
        }
    }

    @Test func `case 46: a tag that moves while it is read is read again`() async throws {
        let moving = WireFault(
            "GET", "/manifests/1.0.0", times: 2,
            .status(
                500, headers: [("Content-Type", "application/json")],
                body:
                    #"{"errors":[{"code":"UNKNOWN","message":"unknown error","detail":"invalid checksum digest format"}]}"#
            ))
        var limits = RegistryLimits.quick
        limits.retries.budget = .seconds(60)
        let (exchanges, error) = try await World.push(through: [moving], limits: limits)
        #expect(error == nil)
        #expect(exchanges.filter { $0.status == 500 }.count == 2)
    }

    @Test(arguments: ["1.0.0+7", String(repeating: "x", count: 129), ".x", ""])
    func `case 47: names that no registry takes are refused before the network`(text: String) {
        #expect(ImageTag(parsing: text) == nil)
        #expect(RepositoryName(parsing: "Acme/Billing") == nil)
    }

    @Test(
        arguments: [(409, true), (412, true), (400, true), (409, false), (412, false), (400, false)] as [(UInt, Bool)])
    func `case 49: a registry that keeps tags itself is believed after a look`(status: UInt, isOurs: Bool)
        async throws
    {
        try await World.withFaults { registry, proxy in
            let shipment = try World.shipment(registry.root)
            let other = try World.shipment(registry.root, layers: ["other"])
            let refusal = #"{"errors":[{"code":"TAG_INVALID","message":"the tag is immutable"}]}"#
            // Nothing is there when we look first; then somebody is quicker, and the registry keeps to that.
            proxy.replace([
                WireFault(
                    "PUT", "/manifests/1.0.0",
                    .status(status, headers: [("Content-Type", "application/json")], body: refusal)),
                WireFault(
                    "GET", "/manifests/1.0.0", .status(404, headers: [("Content-Type", "application/json")], body: "{}")
                ),
            ])
            try await World.withClient(registry.host) {
                _ = try await $0.push(isOurs ? shipment : other, to: World.repository, tags: [World.tag("1.0.0")])
            }
            let error = await World.failure {
                try await World.withClient(proxy.host) {
                    _ = try await $0.push(shipment, to: World.repository, tags: [World.tag("1.0.0")])
                }
            }
            #expect((error == nil) == isOurs)
            if !isOurs { #expect(error?.description.contains("is already \(other.image.digest)") == true) }
        }
    }
}
