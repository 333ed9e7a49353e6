import Fixtures
import Foundation
import OCI
import Pipeline
import SystemPackage
import Testing

@testable import Registry

/// Proxies, certificates, mirrors.
struct ConnectionCaseTests {
    @Test(arguments: [
        ("registry.example", "", true), ("registry.example", "*", false), ("registry.example", "example", false),
        ("registry.example", ".example", false), ("registry.example", "other.example, .example", false),
        ("registry.example", "registry.example", false), ("notregistry.example", "registry.example", true),
        ("a.registry.example", "registry.example", false), ("registry.example:5000", "registry.example:5000", false),
        ("registry.example:5000", "registry.example:443", true), ("10.1.2.3", "10.0.0.0/8", false),
        ("11.1.2.3", "10.0.0.0/8", true), ("10.1.2.3:5000", "10.1.2.3", false), ("[fd00::7]:5000", "fd00::/8", false),
        ("[fe80::1]", "fd00::/8", true), ("127.0.0.1:5000", "", false), ("localhost", "", false),
        ("registry.example", "10.0.0.0/99", true),
    ])
    func `case 15: which hosts are asked through a proxy`(host: String, exceptions: String, isProxied: Bool) throws {
        let environment = ["HTTPS_PROXY": "http://proxy.example:3128", "no_proxy": exceptions]
        let rule = try ProxyRule(environment: environment)
        #expect((rule.proxy(for: Origin(host: host, isPlain: false)) != nil) == isProxied)
        #expect(rule.proxy(for: Origin(host: host, isPlain: true)) == nil)
    }

    @Test(
        arguments: [
            ("http://proxy:3128", "proxy", 3128, nil), ("proxy", "proxy", 80, nil), ("proxy:8080/", "proxy", 8080, nil),
            ("http://ci:p%40ss@proxy:3128", "proxy", 3128, "p@ss"),
        ] as [(String, String, Int, String?)])
    func `case 15: forms of a proxy`(text: String, host: String, port: Int, password: String?) throws {
        let proxy = try ProxyRule.Proxy(parsing: text, of: "HTTPS_PROXY")
        #expect(proxy.host == host)
        #expect(proxy.port == port)
        #expect(proxy.password == password)
    }

    @Test func `case 15: a proxy of another kind is refused without showing its password`() async {
        let error = await World.failure {
            _ = try ProxyRule(environment: ["ALL_PROXY": "socks5://ci:s3cret@proxy:1080"])
        }
        #expect(error?.description == "ALL_PROXY: is no proxy that is spoken to by http: http://host:port")
    }

    @Test(arguments: [
        (UInt(407), "the proxy wants a password (407)"), (403, "the proxy refused to connect to registry.example:443"),
    ])
    func `case 15: a proxy is asked with its password, and named when it does not connect`(status: UInt, reason: String)
        async throws
    {
        let asked = Asked()
        try await LoopbackServer.withServer { request in
            asked.note(request)
            return .init(status)
        } _: { proxy in
            let error = await World.failure {
                try await World.withClient(
                    "registry.example", environment: ["HTTPS_PROXY": "http://ci:word@\(proxy.host)"]
                ) {
                    _ = try await $0.digest(of: "1", in: World.repository)
                }
            }
            #expect(error?.description == "registry.example: registry not reachable: \(reason)")
            #expect(asked.all.first?.path == "registry.example:443")
            #expect(
                asked.all.first?.headers["proxy-authorization"] == "Basic "
                    + Data("ci:word".utf8).base64EncodedString())
        }
    }

    @Test func `a mirror is read, and what it lacks is read from the registry itself`() async throws {
        let (here, there) = (Asked(), Asked())
        let content = #"{"schemaVersion":2,"mediaType":"\#(MediaType.index)","manifests":[]}"#
        let reply = LoopbackServer.Reply(200, headers: ["Content-Type": MediaType.index], body: content)
        try await LoopbackServer.withServer { request in
            there.note(request)
            return request.path.hasSuffix("/hub/acme/billing/manifests/1")
                ? reply : .init(404, headers: World.json, body: "{}")
        } _: { mirror in
            try await LoopbackServer.withServer { request in
                here.note(request)
                return reply
            } _: { server in
                try await RegistryClient.withConnections(limits: .quick) { connections in
                    let client = RegistryClient.forReading(
                        connections, host: server.host,
                        settings: {
                            $0 == server.host ? RegistrySettings(mirror: "\(mirror.host)/hub") : RegistrySettings()
                        },
                        credentials: .nobody)
                    _ = try await client.digest(of: "1", in: World.repository)
                    #expect(here.all.isEmpty)
                    _ = try await client.digest(of: "2", in: World.repository)
                    #expect(here.all.map(\.path) == ["/v2/acme/billing/manifests/2"])
                    #expect(there.all.count == 2)
                }
            }
        }
    }
}

/// The real registry behind TLS, with an authority of its own.
@Suite(.enabled(if: RegistryFixture.isInstalled, "docker-registry is not installed"))
struct TLSCaseTests {
    /// A registry whose certificate an own authority signed; with `wantsCertificate`, clients have to show one as well.
    private func withTLS<Value: Sendable>(
        wantsCertificate: Bool = false, _ body: @escaping @Sendable (String, FilePath) async throws -> Value
    ) async throws -> Value {
        try await withTemporaryFolder { folder in
            try await sh(
                """
                openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 2 -subj /CN=own 2>/dev/null
                for name in server client; do
                  openssl req -newkey rsa:2048 -nodes -keyout $name.key -out $name.csr -subj /CN=$name 2>/dev/null
                  printf 'subjectAltName=IP:127.0.0.1,DNS:localhost\\n' > ext
                  openssl x509 -req -in $name.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out $name.crt 2>/dev/null
                done
                cat client.crt client.key > client.pem
                """, in: folder)
            let port = try freePort()
            let clients = wantsCertificate ? ", clientcas: [\(folder)/ca.crt]" : ""
            try folder.appending("config.yml").put(
                """
                version: 0.1
                log: {accesslog: {disabled: true}, level: error}
                storage: {filesystem: {rootdirectory: \(folder)/data}}
                http: {addr: "127.0.0.1:\(port)", tls: {certificate: \(folder)/server.crt, key: \(folder)/server.key\(clients)}}

                """)
            return try await withProcess(["docker-registry", "serve", folder.appending("config.yml").string]) {
                for _ in 0..<400 {
                    let said = try await run("curl", ["-sk", "-o", "/dev/null", "https://127.0.0.1:\(port)/v2/"])
                    // With certificates it ends the handshake, which is an answer.
                    if said.exit != 7 { break }
                    try await Task.sleep(for: .milliseconds(25))
                }
                return try await body("127.0.0.1:\(port)", folder)
            }
        }
    }

    private func push(_ host: String, _ folder: FilePath, _ settings: RegistrySettings, home: FilePath? = nil)
        async throws -> RegistryError?
    {
        let shipment = try World.shipment(folder)
        return await World.failure {
            try await World.withClient(host, environment: home.map { ["HOME": $0.string] } ?? [:], settings: settings) {
                _ = try await $0.push(shipment, to: World.repository, tags: [World.tag("1.0.0")])
            }
        }
    }

    @Test func `an own authority is believed where it is named, in the configuration or in certs.d`() async throws {
        try await withTLS { host, folder in
            let unknown = try await push(host, folder, RegistrySettings(http: false))
            #expect(unknown?.description.contains("its certificate is signed by nobody this machine knows") == true)
            #expect(unknown?.hint?.contains("registries: {\(host): {ca: ca.pem}}") == true)
            let known = try await push(host, folder, RegistrySettings(ca: folder.appending("ca.crt")))
            #expect(known == nil)
            try folder.appending("home/.config/containers/certs.d/\(host)/ca.crt").put(folder.appending("ca.crt").text)
            let engines = try await push(host, folder, RegistrySettings(), home: folder.appending("home"))
            #expect(engines == nil)
            let missing = try await push(host, folder, RegistrySettings(ca: folder.appending("nothing.crt")))
            #expect(missing?.description.hasSuffix("is not there, and the connection to the registry needs it") == true)
        }
    }

    @Test func `case 14: plain http on a port of https is said`() async throws {
        try await withTLS { host, folder in
            let error = try await push(host, folder, RegistrySettings(http: true))
            #expect(error?.description == "\(host): registry not reachable: it speaks https, not plain http")
            #expect(error?.hint?.contains("http: true") == true)
        }
    }

    @Test func `a certificate of ours is shown, and asked for where it is missing`() async throws {
        try await withTLS(wantsCertificate: true) { host, folder in
            let ca = folder.appending("ca.crt")
            let without = try await push(host, folder, RegistrySettings(ca: ca))
            #expect(without?.description.contains("it wants a certificate of ours that it knows") == true)
            #expect(without?.hint?.contains("client-cert") == true)
            for file in ["client.pem", "client.crt"] {
                let shown = try await push(
                    host, folder, RegistrySettings(ca: ca, clientCertificate: folder.appending(file)))
                #expect(shown == nil)
            }
        }
    }
}
