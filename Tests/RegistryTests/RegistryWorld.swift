import Crypto
import Fixtures
import Foundation
import OCI
import Pipeline
import Synchronization
import SystemPackage
import Testing

@testable import Registry

extension RegistryLimits {
    /// For tests: as patient as it has to be on a busy machine, and quick where it repeats.
    static var quick: RegistryLimits {
        var limits = RegistryLimits()
        limits.retries.shortest = .milliseconds(4)
        limits.retries.longest = .milliseconds(60)
        limits.retries.budget = .seconds(20)
        limits.retries.settling = .seconds(2)
        limits.retries.strangers = 2
        return limits
    }
}

/// What most cases stand on: a name, small images, a client with what it was told.
enum World {
    static let repository: RepositoryName = {
        guard let name = RepositoryName(parsing: "acme/billing") else { preconditionFailure("a name") }
        return name
    }()

    static let json = ["Content-Type": "application/json"]

    static func tag(_ text: String) throws -> ImageTag { try #require(ImageTag(parsing: text)) }

    static func digest(of text: String) -> Pipeline.Digest {
        Pipeline.Digest(bytes: Array(SHA256.hash(data: Data(text.utf8))))
    }

    static func descriptor(of text: String, type: String = MediaType.layer) -> Descriptor {
        Descriptor(mediaType: type, digest: digest(of: text), size: Int64(text.utf8.count))
    }

    /// An image of layers with these contents; they are no archives, which no registry minds.
    static func shipment(
        _ folder: FilePath, layers: [String] = ["one layer"], revision: String = "abc", types: [String] = []
    ) throws -> RegistryClient.Shipment {
        let layout = try Layout(making: folder.appending("layout"))
        let descriptors = try layers.enumerated().map { index, text in
            try layout.add(
                Array(text.utf8), mediaType: types.indices.contains(index) ? types[index] : MediaType.layer)
        }
        let config = try layout.add(
            Array(#"{"architecture":"amd64","os":"linux","revision":"\#(revision)"}"#.utf8),
            mediaType: MediaType.configuration)
        let manifest = Manifest(
            config: config, layers: descriptors,
            annotations: ["org.opencontainers.image.revision": revision, "slipway.key": "sha256:x"])
        let image = try layout.add(try manifest.bytes, mediaType: MediaType.manifest)
        return RegistryClient.Shipment(layout: layout, image: image, manifest: manifest, baseRepository: nil)
    }

    /// A client with connections of its own.
    static func withClient<Value: Sendable>(
        _ host: String, environment: [String: String] = [:], limits: RegistryLimits = .quick,
        settings: RegistrySettings = RegistrySettings(), helper: CredentialHelper = .none,
        report: @escaping @Sendable (String) -> Void = { _ in },
        _ body: (RegistryClient) async throws -> Value
    ) async throws -> Value {
        try await RegistryClient.withConnections(limits: limits, environment: environment, report: report) {
            let credentials = CredentialSource(environment: environment, host: host, helper: helper)
            return try await body(RegistryClient($0, host: host, settings: settings, credentials: credentials))
        }
    }

    static let user = ["SLIPWAY_REGISTRY_USER": "ci", "SLIPWAY_REGISTRY_PASSWORD": "s3cret-word"]
    static let basic = "Basic " + Data("ci:s3cret-word".utf8).base64EncodedString()

    static func failure(_ body: () async throws -> Void) async -> RegistryError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? RegistryError
        }
    }

    /// The real registry with a proxy of ours in front of it.
    static func withFaults<Value: Sendable>(
        _ faults: [WireFault] = [], _ body: @escaping @Sendable (RegistryFixture, FaultProxy) async throws -> Value
    ) async throws -> Value {
        try await RegistryFixture.withRegistry { registry in
            try await FaultProxy.withProxy(to: registry.host, faults) { proxy in try await body(registry, proxy) }
        }
    }

    /// Pushes an image through a proxy with faults, and says what that came to.
    static func push(
        through faults: [WireFault], limits: RegistryLimits = .quick, layers: [String] = ["one layer"]
    ) async throws -> (exchanges: [FaultProxy.Exchange], error: RegistryError?) {
        try await withFaults(faults) { registry, proxy in
            let shipment = try shipment(registry.root, layers: layers)
            let error = await failure {
                try await withClient(proxy.host, limits: limits) {
                    _ = try await $0.push(shipment, to: repository, tags: [tag("1.0.0")])
                }
            }
            if error == nil {
                // Whatever happened on the way, what lies there is the image.
                try await withClient(registry.host) {
                    let digest = try await $0.digest(of: "1.0.0", in: repository)
                    #expect(digest == shipment.image.digest)
                }
            }
            return (proxy.exchanges, error)
        }
    }
}

/// What a scripted server was asked, in order.
final class Asked: Sendable {
    private let requests = Mutex<[LoopbackServer.Request]>([])

    var all: [LoopbackServer.Request] { requests.withLock { $0 } }

    /// Notes a request; returns how many there were with its method and path, itself included.
    @discardableResult
    func note(_ request: LoopbackServer.Request) -> Int {
        requests.withLock { requests in
            requests.append(request)
            return requests.count { $0.method == request.method && $0.path == request.path }
        }
    }
}

extension [FaultProxy.Exchange] {
    /// How many requests of a method have this in their address.
    func count(_ method: String, _ path: String) -> Int { count { $0.method == method && $0.path.contains(path) } }
}

/// Counts from one.
final class Counter: Sendable {
    private let number = Mutex(0)

    var value: Int { number.withLock { $0 } }

    func next() -> Int {
        number.withLock { number in
            number += 1
            return number
        }
    }
}

/// A value that many tasks change.
final class Mutexed<Value: Sendable>: Sendable {
    private let content: Mutex<Value>

    init(_ value: Value) {
        content = Mutex(value)
    }

    var value: Value { content.withLock { $0 } }

    func change(_ body: (inout sending Value) -> Void) { content.withLock { body(&$0) } }
}
