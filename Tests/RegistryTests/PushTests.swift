import AsyncHTTPClient
import Crypto
import Disk
import Fixtures
import Foundation
import OCI
import Pipeline
import Synchronization
import SystemPackage
import Testing

@testable import Registry

/// The client against the real `docker-registry`, and against servers that are none.
@Suite(.enabled(if: RegistryFixture.isInstalled, "docker-registry is not installed"))
struct PushTests {
    private static let repository: RepositoryName = {
        guard let name = RepositoryName(parsing: "acme/billing") else { preconditionFailure("a name") }
        return name
    }()

    private func tag(_ text: String) throws -> ImageTag { try #require(ImageTag(parsing: text)) }

    /// A small image in a layout.
    private func shipment(_ folder: FilePath, content: String = "hello", revision: String = "abc") async throws
        -> RegistryClient.Shipment
    {
        let context = folder.appending("context-\(content.count)-\(content.hashValue)")
        try context.appending("app").put(content)
        let layout = try Layout(making: folder.appending("layout"))
        let plan = try ImagePlan(Dockerfile(parsing: "FROM scratch\nCOPY app /app\n", path: "Dockerfile"))
        let labels = ["org.opencontainers.image.revision": revision, "slipway.key": "sha256:\(content)"]
        var builder = try ImageBuilder(
            plan, context: BuildContext(root: context), bases: [:],
            marks: ImageMarks(created: Timestamp(seconds: 0), labels: labels), layout: layout)
        let image = try await builder.build()
        return RegistryClient.Shipment(
            layout: layout, image: image.descriptor, manifest: image.manifest, baseRepository: nil)
    }

    private func withClient<Value: Sendable>(
        _ host: String, environment: [String: String] = [:], _ body: (RegistryClient) async throws -> Value
    ) async throws -> Value {
        try await RegistryClient.withConnections(limits: .quick) { http in
            let credentials = CredentialSource(environment: environment, host: host)
            return try await body(RegistryClient(http, host: host, isPlain: false, credentials: credentials))
        }
    }

    private func failure(_ body: () async throws -> Void) async -> (any Failure)? {
        do {
            try await body()
            return nil
        } catch {
            return error as? any Failure
        }
    }

    @Test func `a push uploads, a second one uploads nothing, and others can read it`() async throws {
        try await RegistryFixture.withRegistry { registry in
            try await withClient(registry.host) { client in
                let shipment = try await shipment(registry.root)
                let tags = [try tag("1.0.0-0.main.1.gabc"), try tag("sha-abc")]
                let first = try await client.push(shipment, to: Self.repository, tags: tags)
                #expect(
                    Set(first.uploaded)
                        == Set(shipment.manifest.layers.map(\.digest) + [shipment.manifest.config.digest]))
                let second = try await client.push(shipment, to: Self.repository, tags: tags)
                #expect(second.uploaded.isEmpty)
                let said = try await run(
                    "skopeo",
                    [
                        "inspect", "--tls-verify=false", "--format", "{{.Digest}}",
                        "docker://\(registry.host)/acme/billing:sha-abc",
                    ])
                #expect(said.output.trimmingCharacters(in: .newlines) == "\(shipment.image.digest)")
                try await sh(
                    "skopeo copy --src-tls-verify=false docker://\(registry.host)/acme/billing:sha-abc oci:copy:x && umoci unpack --image copy:x b && test \"$(cat b/rootfs/app)\" = hello",
                    in: registry.root)
            }
        }
    }

    @Test func `a tag that stands for another image is refused, with both and their revisions`() async throws {
        try await RegistryFixture.withRegistry { registry in
            try await withClient(registry.host) { client in
                let one = try await shipment(registry.root, content: "one", revision: "rev-one")
                let two = try await shipment(registry.root, content: "two", revision: "rev-two")
                _ = try await client.push(one, to: Self.repository, tags: [tag("1.0.0")])
                let error = await failure { _ = try await client.push(two, to: Self.repository, tags: [tag("1.0.0")]) }
                #expect(
                    error?.description
                        == "\(registry.host)/acme/billing:1.0.0 is already \(one.image.digest) of revision rev-one, and this is \(two.image.digest) of revision rev-two"
                )
                #expect(try await client.digest(of: "1.0.0", in: Self.repository) == one.image.digest)
                // Nothing of the refused image was sent.
                let isThere1 = try await client.hasBlob(two.manifest.config.digest, in: Self.repository)
                #expect(!isThere1)
            }
        }
    }

    @Test func `with a password it works, without or with a wrong one it says who was refused`() async throws {
        try await RegistryFixture.withRegistry(users: ["ci": "right"]) { registry in
            let shipment = try await shipment(registry.root)
            let right = ["SLIPWAY_REGISTRY_USER": "ci", "SLIPWAY_REGISTRY_PASSWORD": "right"]
            try await withClient(registry.host, environment: right) { client in
                _ = try await client.push(shipment, to: Self.repository, tags: [tag("1.0.0")])
            }
            let wrong = ["SLIPWAY_REGISTRY_USER": "ci", "SLIPWAY_REGISTRY_PASSWORD": "wr0ng"]
            let denied = await failure {
                try await withClient(registry.host, environment: wrong) { client in
                    _ = try await client.push(shipment, to: Self.repository, tags: [tag("1.0.0")])
                }
            }
            #expect(denied?.description.contains("denied as ci (from SLIPWAY_REGISTRY_USER) (401") == true)
            #expect(denied?.description.contains("wr0ng") == false)
            #expect(denied?.fault == .environment)
            let anonymous = await failure {
                try await withClient(registry.host) { client in
                    _ = try await client.push(shipment, to: Self.repository, tags: [tag("1.0.0")])
                }
            }
            #expect(anonymous?.description.contains("denied without credentials (401") == true)
            #expect(anonymous?.hint?.contains("SLIPWAY_REGISTRY_USER") == true)
        }
    }

    @Test func `docker's configuration is read, and said to be the source`() async throws {
        try await RegistryFixture.withRegistry(users: ["ci": "right"]) { registry in
            let auth = Data("ci:right".utf8).base64EncodedString()
            try registry.root.appending("docker/config.json").put(
                #"{"auths":{"https://\#(registry.host)/v1/":{"auth":"\#(auth)"}}}"#)
            let environment = ["DOCKER_CONFIG": registry.root.appending("docker").string]
            try await withClient(registry.host, environment: environment) { client in
                let none = try await client.digest(of: "none", in: Self.repository)
                #expect(none == nil)
            }
            let bad = Data("ci:bad".utf8).base64EncodedString()
            try registry.root.appending("docker/config.json").put(
                #"{"auths":{"\#(registry.host)":{"auth":"\#(bad)"}}}"#)
            let error = await failure {
                try await withClient(registry.host, environment: environment) {
                    _ = try await $0.digest(of: "none", in: Self.repository)
                }
            }
            #expect(error?.description.contains("denied as ci (from \(registry.root)/docker/config.json)") == true)
        }
    }

    @Test func `a registry that is not there is said to be`() async throws {
        let port = try freePort()
        let error = await failure {
            try await withClient("127.0.0.1:\(port)") { _ = try await $0.digest(of: "x", in: Self.repository) }
        }
        #expect(error?.description == "127.0.0.1:\(port): registry not reachable: Connection refused")
        #expect(error?.fault == .environment)
    }

    @Test func `a web page is no registry`() async throws {
        let page = LoopbackServer.Reply(
            404, headers: ["Content-Type": "text/html", "Server": "nginx/1.22"], body: "<html>no</html>")
        try await LoopbackServer.withServer { _ in
            page
        } _: { server in
            let error = await failure {
                try await withClient(server.host) { _ = try await $0.digest(of: "x", in: Self.repository) }
            }
            #expect(
                error?.description
                    == "\(server.host): reading x answered with a web page (404, nginx/1.22), not as a registry does")
        }
    }

    @Test func `a registry that accepts and does not serve is found out before any tag`() async throws {
        let asked = Recorder()
        let digest = String(repeating: "0", count: 64)
        try await LoopbackServer.withServer { request in
            asked.add("\(request.method) \(request.path)")
            switch request.method {
            case "HEAD": return .init(404)
            case "POST": return .init(202, headers: ["Location": "/v2/acme/billing/blobs/uploads/\(digest)"])
            case "PUT": return .init(201)
            default: return request.path.contains("/blobs/") ? .init(200) : .init(404)
            }
        } _: { server in
            try await withTemporaryFolder { folder in
                let shipment = try await shipment(folder)
                let error = await failure {
                    try await withClient(server.host) {
                        _ = try await $0.push(shipment, to: Self.repository, tags: [tag("1.0.0")])
                    }
                }
                #expect(error?.description.contains("but serves nothing") == true)
                #expect(error?.hint?.contains("garbage collection") == true)
                #expect(!asked.all.contains { $0.hasPrefix("PUT") && $0.hasSuffix("/1.0.0") })
            }
        }
    }

    @Test func `a server that is busy for a moment is asked again`() async throws {
        let asked = Recorder()
        try await LoopbackServer.withServer { request in
            asked.add(request.path)
            return asked.all.count < 3
                ? .init(503) : .init(404, headers: ["Content-Type": "application/json"], body: "{}")
        } _: { server in
            try await withClient(server.host) { client in
                let none = try await client.digest(of: "x", in: Self.repository)
                #expect(none == nil)
            }
            #expect(asked.all.count == 3)
        }
    }

    @Test func `documents are found by tag and by what they are about, also by several writers at once`() async throws {
        try await RegistryFixture.withRegistry { registry in
            try await withClient(registry.host) { client in
                let shipment = try await shipment(registry.root)
                _ = try await client.push(shipment, to: Self.repository, tags: [tag("1.0.0")])
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<6 {
                        group.addTask {
                            let artifact = RegistryClient.Artifact(
                                type: "application/x-test", bytes: Array("document \(number)\n".utf8),
                                subject: shipment.image,
                                ownTag: try tag("doc-\(number)"), movingTags: [try tag("newest")])
                            try await client.attach(artifact, in: Self.repository, using: shipment.layout)
                        }
                    }
                    try await group.waitForAll()
                }
                let found = try await client.artifacts(
                    "application/x-test", about: shipment.image.digest, in: Self.repository)
                #expect(
                    Set(found.map { String(decoding: $0, as: UTF8.self) }) == Set((0..<6).map { "document \($0)\n" }))
                #expect(try await client.artifact("doc-3", in: Self.repository) == Array("document 3\n".utf8))
                #expect(try await client.artifact("newest", in: Self.repository) != nil)
                #expect(
                    try await client.artifacts("application/other", about: shipment.image.digest, in: Self.repository)
                        .isEmpty)
            }
        }
    }

    @Test func `a download that is cut begins anew, and leaves nothing of the first attempt`() async throws {
        let content = String(repeating: "layer ", count: 50_000)
        let blob = Descriptor(
            mediaType: "x", digest: Digest(bytes: Array(SHA256.hash(data: Data(content.utf8)))),
            size: Int64(content.utf8.count))
        let asked = Recorder()
        try await LoopbackServer.withServer { request in
            asked.add(request.path)
            let isFirst = asked.all.count == 1
            return .init(
                200, headers: ["Content-Type": "application/octet-stream", "Content-Length": "\(content.utf8.count)"],
                body: isFirst ? String(content.prefix(100_000)) : content, isCut: isFirst)
        } _: { server in
            try await withTemporaryFolder { folder in
                let file = folder.appending("b")
                try await withClient(server.host) { try await $0.download(blob, from: Self.repository, to: file) }
                #expect(asked.all.count == 2)
                #expect(try file.text == content)
            }
        }
    }

    @Test func `a registry whose cache knows a layer that its disk lost gets it again`() async throws {
        try await RegistryFixture.withRegistry { registry in
            try await withClient(registry.host) { client in
                let one = try await shipment(registry.root, revision: "rev-one")
                _ = try await client.push(one, to: Self.repository, tags: [tag("1.0.0")])
                let layer = try #require(one.manifest.layers.first)
                let hex = layer.digest.hex
                let data = "data/docker/registry/v2/blobs/sha256/\(hex.prefix(2))/\(hex)/data"
                try FileManager.default.removeItem(atPath: registry.root.appending(FilePath(data).components).string)
                let claims = try await client.hasBlob(layer.digest, in: Self.repository)
                #expect(claims)
                let two = try await shipment(registry.root, revision: "rev-two")
                #expect(two.manifest.layers.first?.digest == layer.digest)
                let receipt = try await client.push(two, to: Self.repository, tags: [tag("1.0.1")])
                #expect(receipt.uploaded.contains(layer.digest))
                try await sh(
                    "skopeo copy --src-tls-verify=false docker://\(registry.host)/acme/billing:1.0.1 oci:copy:x",
                    in: registry.root)
            }
        }
    }

    @Test(arguments: [UInt(401), 403, 500])
    func `evidence that may not be listed is not evidence that is absent`(status: UInt) async throws {
        try await LoopbackServer.withServer { request in
            request.path.contains("/referrers/")
                ? .init(status, headers: ["Content-Type": "application/json"], body: "{}")
                : .init(404, headers: ["Content-Type": "application/json"], body: "{}")
        } _: { server in
            let error = await failure {
                try await withClient(server.host) {
                    _ = try await $0.artifacts(
                        "x", about: try #require(Digest(hex: String(repeating: "a", count: 64))), in: Self.repository)
                }
            }
            #expect(error?.fault == .environment)
        }
    }

    @Test func `a blob that changed on the way is refused`() async throws {
        try await LoopbackServer.withServer { _ in
            .init(200, headers: ["Content-Type": "application/octet-stream"], body: "other")
        } _: { server in
            try await withTemporaryFolder { folder in
                let blob = Descriptor(
                    mediaType: "x", digest: try #require(Digest(hex: String(repeating: "a", count: 64))), size: 5)
                let error = await failure {
                    try await withClient(server.host) {
                        try await $0.download(blob, from: Self.repository, to: folder.appending("b"))
                    }
                }
                #expect(error?.description.contains("but serves sha256:") == true)
            }
        }
    }
}

struct AddressTests {
    @Test(arguments: [
        ("localhost", true), ("localhost:5000", true), ("127.0.0.1:5000", true), ("127.9.9.9", true),
        ("[::1]:5000", true),
        ("localhost.evil.example", false), ("127.0.0.1.evil.example", false), ("registry.example", false),
        ("10.0.0.1", false),
    ])
    func `only this machine is spoken to without TLS`(host: String, isHere: Bool) {
        #expect(Origin.isOnThisMachine(host) == isHere)
    }

    @Test func `challenges with quoted commas, several of them, in any case`() {
        let header = #"Bearer realm="https://a/t",service="x, y",SCOPE="repository:a:pull,push", basic Realm="r""#
        let all = Challenge.all(in: header)
        #expect(all.map(\.scheme) == ["bearer", "basic"])
        #expect(
            all.first?.parameters == ["realm": "https://a/t", "service": "x, y", "scope": "repository:a:pull,push"])
        #expect(all.last?.parameters == ["realm": "r"])
    }
}

/// Remembers what several tasks say.
final class Recorder: Sendable {
    private let lines = Mutex<[String]>([])

    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
}
