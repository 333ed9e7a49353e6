import Fixtures
import Foundation
import OCI
import Pipeline
import SystemPackage
import Testing

@testable import Registry

/// Who asks, with what, and who gets to see it.
struct AuthenticationCaseTests {
    private static let manifest = #"{"schemaVersion":2,"mediaType":"\#(MediaType.index)","manifests":[]}"#
    private static let index = ["Content-Type": MediaType.index]

    @Test(
        .enabled(if: RegistryFixture.isInstalled, "docker-registry is not installed"), arguments: [false, true])
    func `cases 19 and 20: writes want a password and reads do not, whatever the ping says`(pingIsOpen: Bool)
        async throws
    {
        try await RegistryFixture.withRegistry { registry in
            let challenge = [("WWW-Authenticate", #"Basic realm="push""#)]
            // What nginx does with `limit_except GET HEAD`: a guard in front of the real registry.
            let guarding: FaultProxy.Guard = { method, path, authorization in
                if path == "/v2/", !pingIsOpen, authorization == nil { return .early(401, headers: challenge) }
                let isReading = method == "GET" || method == "HEAD"
                return isReading || authorization == World.basic ? nil : .early(401, headers: challenge)
            }
            try await FaultProxy.withProxy(to: registry.host, guarding: guarding) { proxy in
                let shipment = try World.shipment(registry.root)
                try await World.withClient(proxy.host, environment: World.user) {
                    let receipt = try await $0.push(shipment, to: World.repository, tags: [World.tag("1.0.0")])
                    #expect(receipt.uploaded.count == 2)
                }
                try await World.withClient(proxy.host) {
                    let digest = try await $0.digest(of: "1.0.0", in: World.repository)
                    #expect(digest == shipment.image.digest)
                }
                // Nobody asked the ping, and no reading had a password with it.
                #expect(!proxy.exchanges.contains { $0.path == "/v2/" })
                #expect(
                    proxy.exchanges.filter { $0.method == "GET" || $0.method == "HEAD" }.allSatisfy {
                        $0.authorization == nil
                    })
            }
        }
    }

    /// A registry that wants tokens, and its token service, in one.
    private func withTokens<Value: Sendable>(
        _ grant: @escaping @Sendable (LoopbackServer.Request) -> LoopbackServer.Reply,
        allows: @escaping @Sendable (LoopbackServer.Request) -> Bool,
        challenge: @escaping @Sendable (String) -> [(String, String)] = {
            [
                (
                    "WWW-Authenticate",
                    #"Bearer realm="http://\#($0)/token",service="rx",scope="repository:acme/billing:pull""#
                )
            ]
        },
        _ body: (LoopbackServer, Asked) async throws -> Value
    ) async throws -> Value {
        let asked = Asked()
        return try await LoopbackServer.withServer { request in
            asked.note(request)
            if request.path.hasPrefix("/token") { return grant(request) }
            guard allows(request) else {
                var reply = LoopbackServer.Reply(
                    401, headers: World.json, body: #"{"errors":[{"code":"UNAUTHORIZED","message":"no"}]}"#)
                reply.more = challenge(request.headers["host"] ?? "")
                return reply
            }
            return .init(200, headers: Self.index, body: Self.manifest)
        } _: { server in
            try await body(server, asked)
        }
    }

    @Test func `case 21: an anonymous token reads; that it does not write is said with what would`() async throws {
        try await withTokens { _ in
            .init(200, body: #"{"token":"stranger"}"#)
        } allows: { request in
            request.method != "POST" && request.headers["authorization"] == "Bearer stranger"
        } challenge: { host in
            [("WWW-Authenticate", #"Bearer realm="http://\#(host)/token",service="rx",error="insufficient_scope""#)]
        } _: { server, _ in
            try await World.withClient(server.host) { client in
                let digest = try await client.digest(of: "x", in: World.repository)
                #expect(digest == World.digest(of: Self.manifest))
                let error = await World.failure {
                    _ = try await Upload(
                        client: client, blob: World.descriptor(of: "x"), file: "/dev/null", repository: World.repository
                    ).run()
                }
                #expect(
                    error?.description.contains(
                        "denied without credentials (401 UNAUTHORIZED no; insufficient_scope)") == true)
                #expect(error?.hint?.contains("SLIPWAY_REGISTRY_USER") == true)
            }
        }
    }

    @Test func `case 22: a token that ends in the middle is replaced, and the request repeated`() async throws {
        let grants = Counter()
        try await withTokens { _ in
            .init(200, body: #"{"token":"t\#(grants.next())","expires_in":300}"#)
        } allows: { request in
            // The second request finds its token ended.
            request.headers["authorization"]
                == (grants.value < 2 && request.path.hasSuffix("/b") ? "" : "Bearer t\(grants.value)")
        } _: { server, asked in
            try await World.withClient(server.host, environment: World.user) { client in
                _ = try await client.digest(of: "a", in: World.repository)
                _ = try await client.digest(of: "b", in: World.repository)
            }
            #expect(asked.all.filter { $0.path.hasPrefix("/token") }.count == 2)
            #expect(
                asked.all.filter { $0.path.hasSuffix("/b") }.map { $0.headers["authorization"] } == [
                    "Bearer t1", "Bearer t2",
                ])
        }
    }

    @Test(arguments: [
        (#"{"token":"a"}"#, "a", 60), (#"{"access_token":"b","expires_in":900}"#, "b", 900),
        (#"{"token":"","access_token":"c"}"#, "c", 60), (#"{"token":"d","expires_in":0}"#, "d", 60),
        (#"{"token":"e","expires_in":300,"issued_at":"2099-01-01T00:00:00Z"}"#, "e", 300),
        (#"{"token":"f","expires_in":300,"issued_at":"1999-01-01T00:00:00Z"}"#, "f", 300),
        (#"{"token":"g","expires_in":-5}"#, "g", 60),
    ])
    func `case 23: how long a token holds`(body: String, token: String, seconds: Int) throws {
        let grant = try #require(try TokenOrder.Grant(Array(body.utf8)))
        #expect(grant.token == token)
        #expect(grant.lifetime == .seconds(seconds))
    }

    @Test(arguments: [#"{"token":"a\r\nX: y"}"#, "{}", #"{"token":7}"#])
    func `case 23: what is no token`(body: String) throws {
        let grant = try TokenOrder.Grant(Array(body.utf8))
        #expect(grant == nil)
    }

    @Test(
        arguments: [
            (
                #"Bearer realm="https://a/t",service="x, y",SCOPE="repository:a:pull,push",odd=1, basic Realm="r""#,
                ["bearer", "basic"]
            ),
            (
                #"BASIC realm="a, b", bearer REALM="https://a/t", scope="repository:a:push,pull repository:b:pull""#,
                ["basic", "bearer"]
            ),
            (#"Negotiate, Bearer realm = "https://a/t",service="\"q\"""#, ["negotiate", "bearer"]),
            ("", []), ("\"", ["\""]), (",,,", []),
        ] as [(String, [String])])
    func `case 24: challenges in every form`(header: String, schemes: [String]) {
        let all = Challenge.all(in: header)
        #expect(all.map(\.scheme) == schemes)
        if let bearer = all.first(where: { $0.scheme == "bearer" }) {
            #expect(bearer.parameters["realm"] == "https://a/t")
        }
    }

    @Test func `case 24: two challenges in two lines, the token's second, its scopes in another order`() async throws {
        try await withTokens { request in
            request.path.contains("scope=repository:acme/billing:push,pull")
                ? .init(200, body: #"{"token":"both"}"#) : .init(400)
        } allows: { request in
            request.headers["authorization"] == "Bearer both"
        } challenge: { host in
            [
                ("WWW-Authenticate", #"basic realm="x, y""#),
                (
                    "WWW-Authenticate",
                    #"BEARER odd="1",scope="repository:acme/billing:push,pull",Realm="http://\#(host)/token""#
                ),
            ]
        } _: { server, asked in
            try await World.withClient(server.host) { client in
                _ = try await client.digest(of: "a", in: World.repository)
                // What allows writing allows reading: no second token is asked for.
                _ = try await client.digest(of: "b", in: World.repository)
            }
            #expect(asked.all.filter { $0.path.hasPrefix("/token") }.count == 1)
        }
    }

    @Test func `case 25: forbidden is not answered with another token, and names who was refused`() async throws {
        let asked = Asked()
        try await LoopbackServer.withServer { request in
            asked.note(request)
            guard request.headers["authorization"] != nil else {
                return .init(401, headers: ["WWW-Authenticate": "Basic realm=\"r\""])
            }
            return .init(403, headers: World.json, body: #"{"errors":[{"code":"DENIED","message":"not yours"}]}"#)
        } _: { server in
            let error = await World.failure {
                try await World.withClient(server.host, environment: World.user) {
                    _ = try await $0.digest(of: "x", in: World.repository)
                }
            }
            #expect(
                error?.description.hasSuffix("denied as ci (from SLIPWAY_REGISTRY_USER) (403 DENIED not yours)") == true
            )
            #expect(error?.hint == "ask the owner of the registry for write access to this repository")
            #expect(asked.all.count == 2)
        }
    }

    @Test(
        arguments: [
            (.missing, "is not there"), (.tooSlow, "does not answer"),
            (.said(exit: 0, output: Array("hello".utf8)), "did not answer in JSON"),
            (.said(exit: 0, output: Array("{}".utf8)), "did not say user and secret"),
            (.said(exit: 3, output: []), "failed (exit 3)"),
            (.said(exit: 1, output: Array("credentials not found in native keychain\n".utf8)), nil),
        ] as [(CredentialHelper.Ending, String?)])
    func `case 26: a program that gives no credentials does not keep from reading, and is named where they are needed`(
        ending: CredentialHelper.Ending, complaint: String?
    ) async throws {
        try await withTemporaryFolder { folder in
            try await LoopbackServer.withServer { request in
                request.method == "GET"
                    ? .init(200, headers: Self.index, body: Self.manifest)
                    : .init(401, headers: ["WWW-Authenticate": "Basic realm=\"r\""])
            } _: { server in
                try folder.appending("config.json").put(#"{"credHelpers":{"\#(server.host)":"safe"}}"#)
                let helper = CredentialHelper { program, name in
                    #expect(program == "docker-credential-safe")
                    #expect(name == server.host)
                    return ending
                }
                try await World.withClient(
                    server.host, environment: ["DOCKER_CONFIG": folder.string], helper: helper
                ) { client in
                    _ = try await client.digest(of: "x", in: World.repository)
                    let error = await World.failure {
                        _ = try await Upload(
                            client: client, blob: World.descriptor(of: "x"), file: "/dev/null",
                            repository: World.repository
                        ).run()
                    }
                    let text = try #require(error?.description)
                    #expect(text.contains("denied without credentials (401"))
                    #expect(
                        text.contains("docker-credential-safe, named in \(folder)/config.json, \(complaint ?? "")")
                            == (complaint != nil))
                }
            }
        }
    }

    @Test func `case 26: a program that knows them is believed`() async throws {
        try await withTemporaryFolder { folder in
            try folder.appending("config.json").put(#"{"credsStore":"safe","auths":{"r.example":{}}}"#)
            let helper = CredentialHelper { _, _ in
                .said(exit: 0, output: Array(#"{"ServerURL":"r.example","Username":"eve","Secret":"s"}"#.utf8))
            }
            let source = CredentialSource(environment: ["DOCKER_CONFIG": folder.string], host: nil, helper: helper)
            let found = try await source.credentials(for: "r.example", World.repository).0
            #expect(found?.user == "eve")
            #expect(found?.description == "eve (from docker-credential-safe, named in \(folder)/config.json)")
        }
    }

    @Test func `case 27: an identity token is exchanged in a body, never shown in an address`() async throws {
        try await withTemporaryFolder { folder in
            try await withTokens { request in
                request.method == "POST" ? .init(200, body: #"{"access_token":"short"}"#) : .init(401)
            } allows: { request in
                request.headers["authorization"] == "Bearer short"
            } _: { server, asked in
                try folder.appending("config.json").put(
                    #"{"auths":{"\#(server.host)":{"auth":"\#(Data("<token>:long-lived".utf8).base64EncodedString())"}}}"#
                )
                try await World.withClient(server.host, environment: ["DOCKER_CONFIG": folder.string]) {
                    _ = try await $0.digest(of: "x", in: World.repository)
                }
                let posts = asked.all.filter { $0.method == "POST" }
                #expect(
                    posts.map { String(decoding: $0.body, as: UTF8.self) } == [
                        "grant_type=refresh_token&client_id=slipway&service=rx&scope=repository:acme/billing:pull&refresh_token=long-lived"
                    ])
                #expect(!asked.all.contains { $0.path.contains("long-lived") })
            }
        }
    }

    @Test(arguments: [
        ("r.example", "r.example", true), ("https://r.example", "r.example", true),
        ("https://r.example/v1/", "r.example", true), ("r.example/v2/", "r.example", true),
        ("r.example:5000", "r.example:5000", true), ("r.example", "r.example:5000", false),
        ("r.example/acme", "r.example", true), ("r.example/acme/billing", "r.example", true),
        ("r.example/ac", "r.example", false), ("r.example/other", "r.example", false),
        ("https://index.docker.io/v1/", "registry-1.docker.io", true), ("evil-r.example", "r.example", false),
    ])
    func `case 28: keys of auths`(key: String, host: String, isFound: Bool) async throws {
        try await withTemporaryFolder { folder in
            let auth = Data("ci:right".utf8).base64EncodedString()
            try folder.appending("auth.json").put(#"{"auths":{"\#(key)":{"auth":"\#(auth)"}}}"#)
            let source = CredentialSource(
                environment: ["REGISTRY_AUTH_FILE": folder.appending("auth.json").string], host: nil)
            let found = try await source.credentials(for: host, World.repository).0
            #expect((found?.user == "ci") == isFound)
        }
    }

    @Test func `case 28: the key that says most is meant, and variables before all files`() async throws {
        try await withTemporaryFolder { folder in
            func auth(_ user: String) -> String { Data("\(user):p".utf8).base64EncodedString() }
            try folder.appending("config.json").put(
                #"{"auths":{"r.example":{"auth":"\#(auth("all"))"},"r.example/acme":{"auth":"\#(auth("acme"))"}}}"#)
            var environment = ["DOCKER_CONFIG": folder.string]
            let files = CredentialSource(environment: environment, host: "r.example")
            let found = try await files.credentials(for: "r.example", World.repository).0
            #expect(found?.user == "acme")
            environment.merge(World.user) { $1 }
            let all = CredentialSource(environment: environment, host: "r.example")
            let first = try await all.credentials(for: "r.example", World.repository).0
            #expect(first?.user == "ci")
            // What the variables hold is for the one registry that is pushed to.
            let other = try await all.credentials(for: "s.example", World.repository).0
            #expect(other == nil)
        }
    }

    @Test(.enabled(if: RegistryFixture.isInstalled, "docker-registry is not installed"))
    func `case 29: secrets are in no error and no note`() async throws {
        let said = Mutexed<[String]>([])
        let faults: [WireFault] = [
            WireFault("PUT", "/blobs/uploads/", times: 1000, .resetInside(bytes: 0))
        ]
        try await World.withFaults(faults) { registry, proxy in
            let shipment = try World.shipment(registry.root)
            let error = await World.failure {
                try await World.withClient(
                    proxy.host, environment: World.user, report: { line in said.change { $0.append(line) } }
                ) {
                    _ = try await $0.push(shipment, to: World.repository, tags: [World.tag("1.0.0")])
                }
            }
            let all = (said.value + [error?.description ?? "", error?.hint ?? ""]).joined(separator: "\n")
            #expect(error != nil)
            #expect(!all.contains("_state"))
            #expect(!all.contains("s3cret-word"))
            #expect(!all.contains(World.basic))
        }
    }

    @Test(arguments: [
        // registry over TLS, realm, is a password sent there?
        (false, "https://auth.example/token", true), (false, "https://10.1.2.3/token", true),
        (false, "https://r.example/token", true), (false, "http://r.example/token", false),
        (false, "http://127.0.0.1/token", false), (true, "http://r.example:81/token", true),
        (true, "http://127.0.0.1:5001/token", true), (true, "http://auth.example/token", false),
        (true, "https://auth.example/token", true), (false, "ftp://auth.example/", false), (false, "", false),
        (false, "https://r.example@evil.example/", false),
    ])
    func `case 30: where a token service may be`(isPlain: Bool, realm: String, isAllowed: Bool) async throws {
        try await RegistryClient.withConnections { connections in
            let client = RegistryClient(
                connections, host: "r.example", settings: RegistrySettings(http: isPlain), credentials: .nobody)
            let challenge = Challenge(scheme: "bearer", parameters: ["realm": realm])
            let error = await World.failure {
                _ = try TokenOrder(challenge, scopes: [], of: client.transport)
            }
            #expect((error == nil) == isAllowed)
        }
    }
}
