import Fixtures
import NIOHTTP1
import OCI
import Pipeline
import Testing

@testable import Registry

/// Connections that break, servers that are busy, proxies that answer in place of a registry.
@Suite(.enabled(if: RegistryFixture.isInstalled, "docker-registry is not installed"))
struct TransportCaseTests {
    private static let html = [("Content-Type", "text/html"), ("Server", "nginx/1.22.1")]

    @Test
    func `case 1: a body that is cut is sent again, from the beginning or from where the registry proves it has come`()
        async throws
    {
        let body = String(repeating: "layer ", count: 50_000)
        // One after the other, so that it is the layer that is cut, not the configuration, which is too small for it.
        var limits = RegistryLimits.quick
        limits.uploads = 1
        let (exchanges, error) = try await World.push(
            through: [WireFault("PUT", "/blobs/uploads/", .resetInside(bytes: 100_000))], limits: limits,
            layers: [body])
        #expect(error == nil)
        // A session for each blob, and one more where the first was lost.
        #expect(exchanges.count("POST", "/blobs/uploads/") == 3 || exchanges.count("PATCH", "/blobs/uploads/") == 1)
    }

    @Test func `case 1: who gives up says how often was tried`() async throws {
        let (_, error) = try await World.push(
            through: [WireFault("PUT", "/blobs/uploads/", times: 1000, .resetInside(bytes: 0))])
        #expect(error?.description.contains("registry not reachable: ") == true)
        #expect(error?.description.contains("attempts)") == true)
    }

    @Test func `case 2: a blob whose reply was lost is not sent twice`() async throws {
        let (exchanges, error) = try await World.push(through: [WireFault("PUT", "/blobs/uploads/", .resetAfter)])
        #expect(error == nil)
        #expect(exchanges.count("PUT", "/blobs/uploads/") == 2)
    }

    @Test func `case 3: a manifest whose reply was lost is looked at, not stored again`() async throws {
        let (exchanges, error) = try await World.push(through: [WireFault("PUT", "/manifests/sha256", .resetAfter)])
        #expect(error == nil)
        #expect(exchanges.count("PUT", "/manifests/sha256") == 1)
    }

    @Test(arguments: [(404, 2, true), (416, 2, true), (404, 3, false), (416, 3, false)] as [(UInt, Int, Bool)])
    func `case 4: a lost session is begun anew, three times for one blob at most`(
        status: UInt, times: Int, survives: Bool
    ) async throws {
        var limits = RegistryLimits.quick
        limits.uploads = 1
        let (exchanges, error) = try await World.push(
            through: [WireFault("PUT", "/blobs/uploads/", times: times, .status(status))], limits: limits)
        #expect((error == nil) == survives)
        #expect(exchanges.count("POST", "/blobs/uploads/") == (survives ? times + 2 : 3))
    }

    @Test(arguments: ["1", "Sun, 06 Nov 1994 08:49:37 GMT"])
    func `cases 5 and 6: the wish of a busy registry is heard, in seconds or as a date`(wish: String) async throws {
        let (exchanges, error) = try await World.push(
            through: [WireFault("PUT", "/manifests/", .status(429, headers: [("Retry-After", wish)]))])
        #expect(error == nil)
        #expect(exchanges.contains { $0.status == 429 })
    }

    @Test(
        arguments: [
            ("17", .seconds(17)), (" 3 ", .seconds(3)), ("Thu, 01 Jan 1970 00:01:40 GMT", .seconds(40)),
            ("Thu, 01 Jan 1970 00:00:10 GMT", .zero), ("soon", nil), ("-5", nil), ("", nil),
            ("Thu, 99 Jan 1970 00:00:10 GMT", nil),
        ] as [(String, Duration?)])
    func `cases 5 and 6: what Retry-After asks for`(text: String, pause: Duration?) {
        let headers = HTTPHeaders([("Retry-After", text)])
        #expect(Repetition.wish(headers, Timestamp(seconds: 60)) == pause)
    }

    @Test func `case 7: a pause that is longer than a run waits fails at once, and says when to come back`()
        async throws
    {
        let (exchanges, error) = try await World.push(
            through: [WireFault(times: 100, .status(429, headers: [("Retry-After", "900")]))])
        #expect(error?.description.contains("it wants to be asked again in 900 s") == true)
        #expect(error?.hint?.contains("come back in 900 s") == true)
        #expect(exchanges.count == 1)
    }

    @Test(arguments: [UInt(502), 504])
    func `case 9: a page of a proxy is said to be the proxy's`(status: UInt) async throws {
        let (_, error) = try await World.push(
            through: [WireFault("PUT", "/manifests/", times: 1000, .status(status, headers: Self.html, body: "<html>"))]
        )
        #expect(error?.description.hasSuffix(": proxy answered \(status) (nginx/1.22.1)") == true)
        #expect(error?.description.contains("JSON") == false)
    }

    @Test func `case 10: a proxy that takes no large bodies is named with what would let it, and is not asked again`()
        async throws
    {
        let body = String(repeating: "x", count: 3 << 20)
        var limits = RegistryLimits.quick
        limits.uploads = 1
        let (exchanges, error) = try await World.push(
            through: [WireFault("PUT", "/blobs/uploads/", times: 9, .early(413, headers: Self.html, body: "<html>"))],
            limits: limits, layers: [body])
        #expect(error?.description.contains("proxy answered 413 (nginx/1.22.1), for it 3 MiB is too much") == true)
        #expect(error?.hint?.contains("client_max_body_size on 127.0.0.1") == true)
        #expect(exchanges.count { $0.status == 413 } == 1)
    }

    @Test func `case 11: a full disk is for its operator, and no reason to ask again`() async throws {
        let body =
            #"{"errors":[{"code":"UNKNOWN","message":"unknown error","detail":"write /x: no space left on device"}]}"#
        let (exchanges, error) = try await World.push(
            through: [
                WireFault(
                    "POST", "/blobs/uploads/", times: 1000,
                    .status(500, headers: [("Content-Type", "application/json")], body: body))
            ])
        #expect(error?.description.hasSuffix("the disk of the registry is full") == true)
        #expect(error?.fault == .environment)
        #expect(exchanges.count("POST", "/blobs/uploads/") <= 2)
    }

    @Test func `case 12: a server that accepts and never answers is given up`() async throws {
        var limits = RegistryLimits.quick
        limits.timeouts.connect = .milliseconds(100)
        limits.timeouts.firstByte = .milliseconds(200)
        let (_, error) = try await World.push(through: [WireFault(times: 100, .silence)], limits: limits)
        #expect(
            error?.description.hasSuffix("registry not reachable: it accepts connections and does not answer") == true)
    }

    @Test func `case 12: a server that says nothing when TLS begins is given up`() async throws {
        var limits = RegistryLimits.quick
        limits.timeouts.connect = .milliseconds(100)
        limits.timeouts.handshake = .milliseconds(200)
        // Something that listens and waits for a request that never comes in plain text.
        try await SilentServer.withServer { host in
            let error = await World.failure {
                try await World.withClient(host, limits: limits, settings: RegistrySettings(http: false)) {
                    _ = try await $0.digest(of: "x", in: World.repository)
                }
            }
            #expect(error?.description.contains("registry not reachable: ") == true)
        }
    }

    @Test func `case 13: a connection that was idle and is gone costs nothing but another one`() async throws {
        try await World.withFaults { registry, proxy in
            var limits = RegistryLimits.quick
            limits.retries.budget = .zero
            try await World.withClient(proxy.host, limits: limits) { client in
                let none = try await client.digest(of: "x", in: World.repository)
                #expect(none == nil)
                proxy.replace([WireFault("GET", "/manifests/", .resetBefore)])
                _ = try? await client.digest(of: "y", in: World.repository)
                #expect(proxy.exchanges.count("GET", "/manifests/y") <= 2)
            }
        }
    }

    @Test func `case 14: nobody listens, and no such name`() async throws {
        let port = try freePort()
        let refused = await World.failure {
            try await World.withClient("127.0.0.1:\(port)") { _ = try await $0.digest(of: "x", in: World.repository) }
        }
        #expect(refused?.description == "127.0.0.1:\(port): registry not reachable: Connection refused")
        let unknown = await World.failure {
            try await World.withClient("registry.invalid") { _ = try await $0.digest(of: "x", in: World.repository) }
        }
        #expect(
            unknown?.description == "registry.invalid: registry not reachable: the name registry.invalid is not known")
    }

    @Test func `case 14: https on a port of plain http is said, and never tried without TLS`() async throws {
        let asked = Asked()
        try await LoopbackServer.withServer { request in
            asked.note(request)
            return .init(200)
        } _: { server in
            let error = await World.failure {
                try await World.withClient(server.host, settings: RegistrySettings(http: false)) {
                    _ = try await $0.digest(of: "x", in: World.repository)
                }
            }
            #expect(error?.description.hasSuffix("it speaks plain http, not https") == true)
            #expect(error?.hint?.contains("http: true") == true)
            #expect(asked.all.isEmpty)
        }
    }

    @Test func `case 16: a reply that comes byte by byte is given up`() async throws {
        var limits = RegistryLimits.quick
        limits.timeouts.firstByte = .milliseconds(200)
        limits.timeouts.connect = .seconds(60)
        limits.timeouts.slowest = 1 << 20
        limits.retries.budget = .milliseconds(300)
        try await World.withFaults { [limits] registry, proxy in
            let shipment = try World.shipment(registry.root)
            try await World.withClient(registry.host) {
                _ = try await $0.push(shipment, to: World.repository, tags: [World.tag("1.0.0")])
            }
            proxy.replace([WireFault("GET", "/manifests/", times: 100, .trickle(milliseconds: 20))])
            let error = await World.failure {
                try await World.withClient(proxy.host, limits: limits) {
                    _ = try await $0.digest(of: "1.0.0", in: World.repository)
                }
            }
            #expect(error?.description.contains("bytes in ") == true)
        }
    }

    @Test func `case 17: the address of an upload may be relative`() async throws {
        try await World.withFaults { registry, proxy in
            proxy.replace([
                WireFault(
                    "POST", "/uploads/", times: 9,
                    .rewrite(header: "Location", from: "http://\(proxy.host)", to: "")),
                WireFault(
                    "POST", "/uploads/", times: 9,
                    .rewrite(header: "Location", from: "http://\(registry.host)", to: "")),
            ])
            let shipment = try World.shipment(registry.root)
            try await World.withClient(proxy.host) {
                let receipt = try await $0.push(shipment, to: World.repository, tags: [World.tag("1.0.0")])
                #expect(receipt.uploaded.count == 2)
            }
            // The address already had a query: what is added to it comes behind an &.
            #expect(
                proxy.exchanges.contains {
                    $0.method == "PUT" && $0.path.contains("_state=") && $0.path.contains("&digest=")
                })
        }
    }

    @Test(
        arguments: [
            ("/v2/x", "https://r.example/v2/x"), ("//s.example/y", "https://s.example/y"),
            ("https://s.example:8443/z?a=1", "https://s.example:8443/z?a=1"), ("w", "https://r.example/v2/a/w"),
            ("?q", "https://r.example/v2/a/b?q"), ("ftp://s.example/", nil), ("https://user@s.example/", nil),
        ] as [(String, String?)])
    func `case 17: what an address in a reply means`(reference: String, address: String?) {
        #expect(Origin.resolve(reference, against: "https://r.example/v2/a/b?c") == address)
    }

    @Test func `case 17: an upload on another host gets the bytes and no credentials`() async throws {
        let (here, there) = (Asked(), Asked())
        try await LoopbackServer.withServer { request in
            there.note(request)
            return .init(201)
        } _: { store in
            try await LoopbackServer.withServer { request in
                here.note(request)
                let isAsked = request.headers["authorization"] == World.basic
                switch request.method {
                case "POST" where !isAsked: return .init(401, headers: ["WWW-Authenticate": "Basic realm=\"r\""])
                case "POST": return .init(202, headers: ["Location": "http://\(store.host)/put?_state=abc"])
                case "HEAD": return .init(404)
                default: return .init(500)
                }
            } _: { server in
                try await withTemporaryFolder { folder in
                    let shipment = try World.shipment(folder)
                    let layer = try #require(shipment.manifest.layers.first)
                    try await World.withClient(server.host, environment: World.user) {
                        let isSent = try await $0.upload(
                            layer, from: shipment.layout.file(of: layer.digest), to: World.repository, mountingFrom: nil
                        )
                        #expect(isSent)
                    }
                }
            }
            #expect(there.all.map(\.path) == ["/put?_state=abc&digest=\(World.digest(of: "one layer"))"])
            #expect(there.all.allSatisfy { $0.headers["authorization"] == nil })
            #expect(there.all.first?.body == Array("one layer".utf8))
        }
    }

    @Test func `case 18: reading is led on without credentials, five times at most, and writing is not`() async throws {
        let elsewhere = Asked()
        let content = "one layer"
        try await LoopbackServer.withServer { request in
            elsewhere.note(request)
            return .init(200, headers: ["Content-Type": "application/octet-stream"], body: content)
        } _: { store in
            try await LoopbackServer.withServer { request in
                if request.headers["authorization"] == nil {
                    return .init(401, headers: ["WWW-Authenticate": "Basic realm=\"r\""])
                }
                if request.method == "POST" { return .init(307, headers: ["Location": "http://\(store.host)/up"]) }
                if request.path.contains("/manifests/") { return .init(302, headers: ["Location": request.path]) }
                return .init(307, headers: ["Location": "http://\(store.host)/signed?key=1"])
            } _: { server in
                try await World.withClient(server.host, environment: World.user) { client in
                    let bytes = try await client.blob(World.descriptor(of: content), in: World.repository)
                    #expect(bytes == Array(content.utf8))
                    #expect(elsewhere.all.count == 1)
                    #expect(elsewhere.all.first?.headers["authorization"] == nil)
                    let loop = await World.failure { _ = try await client.digest(of: "x", in: World.repository) }
                    #expect(loop?.description.hasSuffix("is led on more than 5 times") == true)
                    let write = await World.failure {
                        _ = try await Upload(
                            client: client, blob: World.descriptor(of: content), file: "/dev/null",
                            repository: World.repository
                        ).run()
                    }
                    #expect(write?.description.contains("is led on to http://\(store.host): use that as") == true)
                    #expect(elsewhere.all.count == 1)
                }
            }
        }
    }
}
