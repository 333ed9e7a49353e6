import Fixtures
import Foundation
import OCI
import Pipeline
import SystemPackage
import Testing

@testable import Registry

/// Bytes that are not what they are said to be.
struct ContentCaseTests {
    private static let octets = ["Content-Type": "application/octet-stream"]

    /// A server of one body, which is spoilt as often as a test says.
    private func withBody<Value: Sendable>(
        _ content: String, type: String, spoilt: Int, isCut: Bool, headers: [String: String] = [:],
        _ body: (RegistryClient, Asked) async throws -> Value
    ) async throws -> Value {
        let asked = Asked()
        return try await LoopbackServer.withServer { request in
            let isSpoilt = asked.note(request) <= spoilt
            var all = headers.merging(["Content-Type": type]) { $1 }
            all["Content-Length"] = "\(content.utf8.count)"
            let text = !isSpoilt ? content : isCut ? String(content.prefix(3)) : "X" + content.dropFirst()
            return .init(200, headers: all, body: text, isCut: isSpoilt && isCut)
        } _: { server in
            try await World.withClient(server.host) { try await body($0, asked) }
        }
    }

    @Test(arguments: [1, 1000], [false, true])
    func `cases 31 and 32: a blob that is damaged or cut is read once more, and then refused`(spoilt: Int, isCut: Bool)
        async throws
    {
        let content = "a small blob of bytes"
        let blob = World.descriptor(of: content)
        try await withBody(content, type: "application/octet-stream", spoilt: spoilt, isCut: isCut) { client, asked in
            try await withTemporaryFolder { folder in
                let error = await World.failure {
                    let bytes = try await client.blob(blob, in: World.repository)
                    #expect(bytes == Array(content.utf8))
                }
                #expect((error == nil) == (spoilt == 1))
                let file = folder.appending("b")
                let second = await World.failure {
                    try await client.download(blob, from: World.repository, to: file)
                    #expect(try file.text == content)
                }
                #expect((second == nil) == (spoilt == 1))
                guard spoilt > 1, !isCut else { return }
                // Both digests, and no third attempt.
                for error in [error, second] {
                    let text = try #require(error?.description)
                    #expect(text.contains("\(blob.digest)"))
                    #expect(text.contains("but serves \(World.digest(of: "X" + content.dropFirst()))"))
                }
                #expect(asked.all.count == 4)
            }
        }
    }

    @Test(arguments: [1, 1000])
    func `case 31: a manifest that is damaged is read once more, and then refused`(spoilt: Int) async throws {
        let content = #"{"schemaVersion":2,"mediaType":"\#(MediaType.index)","manifests":[]}"#
        let digest = World.digest(of: content)
        try await withBody(content, type: MediaType.index, spoilt: spoilt, isCut: false) { client, asked in
            let error = await World.failure { _ = try await client.manifest("\(digest)", in: World.repository) }
            #expect((error == nil) == (spoilt == 1))
            #expect(asked.all.count == 2)
        }
    }

    @Test(arguments: [("sha256:" + String(repeating: "0", count: 64), 1), (nil, 0)] as [(String?, Int)])
    func `case 33: the registry's own word for a digest is not needed, and not believed`(said: String?, notes: Int)
        async throws
    {
        let content = #"{"schemaVersion":2,"mediaType":"\#(MediaType.index)","manifests":[]}"#
        let lines = Mutexed<[String]>([])
        try await LoopbackServer.withServer { _ in
            var headers = ["Content-Type": MediaType.index]
            headers["Docker-Content-Digest"] = said
            return .init(200, headers: headers, body: content)
        } _: { server in
            try await World.withClient(server.host, report: { line in lines.change { $0.append(line) } }) {
                let digest = try await $0.digest(of: "1", in: World.repository)
                #expect(digest == World.digest(of: content))
            }
        }
        #expect(lines.value.count == notes)
    }

    @Test(arguments: [
        ("application/vnd.docker.distribution.manifest.v1+prettyjws", "{}", "is a manifest of schema 1"),
        ("application/json", #"{"schemaVersion":1,"fsLayers":[]}"#, "is a manifest of schema 1"),
        (
            "application/vnd.cncf.helm", #"{"mediaType":"application/vnd.cncf.helm"}"#,
            "is of a kind that is no image: application/vnd.cncf.helm"
        ),
        ("application/json", "[[[[[[", "is no manifest"),
        ("application/json", String(repeating: "[", count: 100_000), "is no manifest"),
    ])
    func `cases 34 and 35: manifests of other kinds are refused by name`(type: String, body: String, reason: String)
        async throws
    {
        let asked = Asked()
        try await LoopbackServer.withServer { request in
            asked.note(request)
            return .init(200, headers: ["Content-Type": type], body: body)
        } _: { server in
            let error = await World.failure {
                try await World.withClient(server.host) { _ = try await $0.manifest("1", in: World.repository) }
            }
            #expect(error?.description.contains("\(server.host)/acme/billing:1: \(reason)") == true)
            // A registry that is told what we read does not convert.
            for type in MediaType.acceptedManifests {
                #expect(asked.all.first?.headers["accept"]?.contains(type) == true)
            }
        }
    }

    @Test func `case 35: a manifest that no registry takes is not sent, and none of its size is read`() async throws {
        let asked = Asked()
        let big = String(repeating: " ", count: (4 << 20) + 1)
        try await LoopbackServer.withServer { request in
            asked.note(request)
            return .init(200, headers: ["Content-Type": MediaType.manifest], body: big)
        } _: { server in
            try await World.withClient(server.host) { client in
                let sent = await World.failure {
                    let manifest = RegistryClient.ManifestBytes(bytes: Array(big.utf8), mediaType: MediaType.manifest)
                    try await client.put(manifest, as: "1", in: World.repository)
                }
                #expect(sent?.description.contains("has a manifest of 4 MiB, and 4 MiB is the most") == true)
                #expect(asked.all.isEmpty)
                let read = await World.failure { _ = try await client.manifest("1", in: World.repository) }
                #expect(
                    read?.description.hasSuffix("is a manifest of more than 4 MiB, which no registry takes") == true)
            }
        }
    }

    @Test func `case 35: a configuration of more than 8 MiB is not read to its end`() async throws {
        let big = String(repeating: " ", count: (8 << 20) + 1)
        try await LoopbackServer.withServer { _ in
            .init(200, headers: Self.octets, body: big)
        } _: { server in
            let error = await World.failure {
                try await World.withClient(server.host) {
                    _ = try await $0.blob(World.descriptor(of: "x"), in: World.repository)
                }
            }
            #expect(error?.description.hasSuffix("a document of more than 8 MiB is none") == true)
        }
    }

    @Test(arguments: [(Int64(20), "has 20 bytes, and it has more"), (22, "has 22 bytes, and it has 21")])
    func `case 36: a manifest that lies about a size is found out on reading`(size: Int64, reason: String) async throws
    {
        let content = "a small blob of bytes"
        var blob = World.descriptor(of: content)
        blob.size = size
        try await LoopbackServer.withServer { _ in
            .init(200, headers: Self.octets, body: content)
        } _: { server in
            try await withTemporaryFolder { folder in
                let error = await World.failure { [blob] in
                    try await World.withClient(server.host) {
                        try await $0.download(blob, from: World.repository, to: folder.appending("b"))
                    }
                }
                #expect(error?.description.contains(reason) == true)
            }
        }
    }

    @Test(.enabled(if: RegistryFixture.isInstalled, "docker-registry is not installed"))
    func `cases 38 and 39: layers of every kind stay what they are, and those of others are not sent`() async throws {
        let types = [
            MediaType.layer, "application/vnd.oci.image.layer.v1.tar", "application/vnd.oci.image.layer.v1.tar+zstd",
            "application/vnd.docker.image.rootfs.diff.tar.gzip",
        ]
        try await World.withFaults { registry, proxy in
            let shipment = try World.shipment(
                registry.root, layers: ["a", "b", "c", "d"], types: types)
            try await World.withClient(proxy.host) { client in
                _ = try await client.push(shipment, to: World.repository, tags: [World.tag("1.0.0")])
                let served = try await client.manifest("1.0.0", in: World.repository)
                let layers = try Manifest(parsing: try #require(served).bytes).layers
                #expect(layers.map(\.mediaType) == types)
            }
        }
        let foreign = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
        try await withTemporaryFolder { folder in
            let shipment = try World.shipment(folder, layers: ["a", "windows"], types: [MediaType.layer, foreign])
            #expect(shipment.blobs.map(\.digest) == [World.digest(of: "a"), shipment.manifest.config.digest])
        }
    }
}
