import Fixtures
import Foundation
import OCI
import Pipeline
import Registry
import Signing
import SystemPackage
import Testing

@testable import Driver

/// The ledger in the real registry: what many write at once is found afterwards.
@Suite(.enabled(if: RegistryFixture.isInstalled, "docker-registry is not installed"))
struct RegistryLedgerTests {
    private static let path = RepositoryName(parsing: "acme")
    private static let repository = RepositoryName(parsing: "acme/app")

    private func withLedger<Value: Sendable>(
        _ host: String, _ body: (RegistryLedger) async throws -> Value
    ) async throws -> Value {
        try await RegistryClient.withConnections { http in
            let client = RegistryClient(
                http, host: host, isPlain: false, credentials: CredentialSource(environment: [:], host: host))
            return try await body(RegistryLedger(client: client, path: Self.path))
        }
    }

    private static func service() throws -> Service {
        let text = "services:\n  app: {path: app, toolchain: command, build: \"true\", test: false}\n"
        let configuration = try Configuration(parsing: Array(text.utf8), fileName: "slipway.yaml")
        let catalog = try Catalog(configuration.file, document: configuration.document, fileName: "slipway.yaml") {
            $0.isRoot ? [(Array("app".utf8), true)] : [(Array("Dockerfile".utf8), false)]
        }
        return try #require(catalog.services.first)
    }

    /// Records of one image by different runs, each of its own key but for the last ones, which share one.
    private func records(_ count: Int, about image: Descriptor, in registry: RegistryFixture) throws -> [SealedRecord] {
        let stable = try Kept.record("stable").record
        return try (0..<count).map { index in
            var record = stable
            record.run.recordId = RecordID.new()
            record.run.sequence += Int64(index)
            record.image?.digest = image.digest
            record.image?.repository = "\(registry.host)/acme/app"
            let payload = try String(decoding: Statement(record).payload, as: UTF8.self)
                .replacing(record.inputs.key.hex, with: Digest.sha256([UInt8(min(index, 12))]).hex)
            return try SealedRecord(
                parsing: Envelope(payload: Array(payload.utf8), payloadType: Statement.payloadType).bytes)
        }
    }

    private func image(_ folder: FilePath) throws -> (Layout, Descriptor, Manifest) {
        let layout = try Layout(making: folder.appending("layout"))
        let config = try layout.add(
            Array(#"{"architecture":"amd64","os":"linux"}"#.utf8), mediaType: MediaType.configuration)
        let manifest = Manifest(config: config, layers: [try layout.add([1, 2, 3], mediaType: MediaType.layer)])
        return (layout, try layout.add(manifest.bytes, mediaType: MediaType.manifest), manifest)
    }

    @Test func `sixteen writers at once: every record is found by key, by digest and by its own tag`() async throws {
        try await RegistryFixture.withRegistry { registry in
            let (layout, image, manifest) = try image(registry.root)
            let repository = try #require(Self.repository)
            try await withLedger(registry.host) { ledger in
                let shipment = RegistryClient.Shipment(
                    layout: layout, image: image, manifest: manifest, baseRepository: nil)
                _ = try await ledger.client.push(shipment, to: repository, tags: [])
            }
            let records = try records(16, about: image, in: registry)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for record in records {
                    // Connections and a layout of its own, as another machine has them.
                    group.addTask {
                        try await withLedger(registry.host) { ledger in
                            let own = try Layout(making: registry.root.appending(record.id))
                            try await ledger.append(
                                record, of: Self.service(), using: own,
                                images: [.init(repository: repository, image: image)])
                        }
                    }
                }
                try await group.waitForAll()
            }
            let all = Set(records.map(\.id))
            try await withLedger(registry.host) { ledger in
                for record in records {
                    #expect(try await ledger.record(id: record.id, of: Self.service()).record?.id == record.id)
                    var query = LedgerQuery()
                    query.key = record.record.inputs.key
                    let found = try await ledger.find(query, in: repository)
                    #expect(found.items.contains { $0.id == record.id } && found.damaged.isEmpty)
                    let fast = try await ledger.record(withKey: record.record.inputs.key, of: Self.service()).record
                    #expect(fast?.record.inputs.key == record.record.inputs.key)
                }
                var query = LedgerQuery()
                query.image = image.digest
                #expect(try await Set(ledger.find(query, in: repository).items.map(\.id)) == all)
                query = LedgerQuery()
                query.commit = "\(records[0].record.source.commit)"
                #expect(try await Set(ledger.find(query, in: repository).items.map(\.id)) == all)
            }
        }
    }

    @Test func `a record is had with one request, and one of before with its blob`() async throws {
        try await RegistryFixture.withRegistry { registry in
            let repository = try #require(Self.repository)
            try await FaultProxy.withProxy(to: registry.host, []) { proxy in
                let stable = try Kept.record("library")
                try await withLedger(registry.host) { ledger in
                    let layout = try Layout(making: registry.root.appending("layout"))
                    try await ledger.append(stable, of: Self.service(), using: layout, images: [])
                }
                try await withLedger(proxy.host) { ledger in
                    let found = try await ledger.record(withKey: stable.record.inputs.key, of: Self.service())
                    #expect(found.record?.envelope == stable.envelope)
                }
                #expect(proxy.exchanges.map(\.path).filter { $0.contains("/blobs/") }.isEmpty)
                #expect(proxy.exchanges.count == 1)
                // As earlier versions wrote them: without the content beside its descriptor, or with another one.
                for data in [nil, "aGVsbG8=", "%%%"] as [String?] {
                    try await withLedger(proxy.host) { ledger in
                        let key = "key-\(stable.record.inputs.key.hex)"
                        let served = try #require(try await ledger.client.manifest(key, in: repository))
                        var manifest = try Manifest(parsing: served.bytes)
                        manifest.layers[0].data = data
                        let put = try await registry.curl(
                            "/v2/acme/app/manifests/\(key)", "-X", "PUT", "-H", "Content-Type: \(MediaType.manifest)",
                            "--data-binary", String(decoding: try manifest.bytes, as: UTF8.self))
                        #expect(put.exit == 0)
                        let found = try await ledger.record(withKey: stable.record.inputs.key, of: Self.service())
                        #expect(found.record?.envelope == stable.envelope)
                    }
                }
                #expect(proxy.exchanges.count { $0.path.contains("/blobs/") } == 3)
            }
        }
    }

    @Test func `what people wrote about an image is its referrer, and damage among it is named`() async throws {
        try await RegistryFixture.withRegistry { registry in
            let (layout, image, manifest) = try image(registry.root)
            let repository = try #require(Self.repository)
            try await withLedger(registry.host) { ledger in
                let shipment = RegistryClient.Shipment(
                    layout: layout, image: image, manifest: manifest, baseRepository: nil)
                _ = try await ledger.client.push(shipment, to: repository, tags: [])
                let waiver = try Stated.waiver(by: [SigningKey()])
                try await ledger.append(waiver, about: image.digest, in: repository, using: layout)
                let broken = RegistryClient.Artifact(
                    type: RegistryLedger.artifactType(of: .waiver), bytes: Array("{}".utf8), subject: image,
                    ownTag: try #require(ImageTag(parsing: "waiver-\(RecordID.new())")), movingTags: [])
                try await ledger.client.attach(broken, in: repository, using: layout)
                let everything = try await ledger.find(Stated.everything, in: repository)
                #expect(everything.items.map(\.id) == [waiver.id])
                #expect(everything.damaged.count == 1)
                let listed = try await ledger.client.artifacts(
                    RegistryLedger.artifactType(of: .waiver), about: image.digest, in: repository)
                #expect(listed.count == 2)
            }
        }
    }
}
