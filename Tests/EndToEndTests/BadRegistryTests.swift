import Fixtures
import Foundation
import SystemPackage
import Testing

/// Set-ups that are known to be bad, made for real: that `doctor --registry` names each.
@Suite(.enabled(if: RegistrySetup.isInstalled, "docker-registry, nginx, htpasswd, openssl or skopeo is not installed"))
struct BadRegistryTests {
    private struct Diagnosis: Decodable {
        let setup: String
        let conditions: [Condition]

        struct Condition: Decodable {
            let code: String
            let severity: String
            let message: String
        }
    }

    private func doctor(
        _ host: String, in folder: FilePath, exit: Int32, environment: [String: String] = [:]
    ) async throws -> [String] {
        let said = try await slipway("doctor", "--registry", host, "--json", in: folder, environment: environment)
        #expect(said.exit == exit, "\(said.output)\(said.errors)")
        let found = try JSONDecoder().decode(Diagnosis.self, from: Data(said.output.utf8))
        return [found.setup] + found.conditions.filter { $0.severity != "ok" && $0.severity != "note" }.map(\.code)
    }

    /// nginx with these lines in front of a registry; `$REGISTRY` is what is behind.
    private func withProxy(
        _ location: String, _ body: @escaping @Sendable (String, FilePath) async throws -> Void
    ) async throws {
        try await RegistryFixture.withRegistry { registry in
            let port = try freePort()
            let folder = registry.root
            let text = """
                daemon off; pid \(folder)/nginx.pid; error_log \(folder)/nginx.log; events {}
                http {
                  access_log off; client_body_temp_path \(folder)/b; proxy_temp_path \(folder)/p; fastcgi_temp_path \(folder)/f;
                  uwsgi_temp_path \(folder)/u; scgi_temp_path \(folder)/s;
                  server { listen 127.0.0.1:\(port); \(location.replacing("$REGISTRY", with: "http://\(registry.host)")) }
                }
                """
            try folder.appending("nginx.conf").put(text)
            try await sh(
                """
                chmod 755 \(folder)
                printf '%s' secret | htpasswd -niB ada > htpasswd
                nginx -e \(folder)/nginx.log -p \(folder) -c \(folder)/nginx.conf >/dev/null 2>&1 </dev/null & echo $! > proxy.pid
                for i in $(seq 200); do curl -s -o /dev/null http://127.0.0.1:\(port)/v2/ && break; sleep 0.02; done
                """, in: folder)
            do {
                try await body("127.0.0.1:\(port)", folder)
                try await sh("kill $(cat proxy.pid)", in: folder)
            } catch {
                try await sh("kill $(cat proxy.pid)", in: folder)
                throw error
            }
        }
    }

    private static let login = ["SLIPWAY_REGISTRY_USER": "ada", "SLIPWAY_REGISTRY_PASSWORD": "secret"]
    private static let headers =
        "proxy_set_header Authorization \"\"; proxy_set_header Host $http_host; proxy_http_version 1.1;"

    @Test func `A: an open ping and a password for writing`() async throws {
        let block = """
            client_max_body_size 0;
            location /v2/ { limit_except GET HEAD { auth_basic x; auth_basic_user_file htpasswd; } \(Self.headers) proxy_pass $REGISTRY; }
            """
        try await withProxy(block) { host, folder in
            let found = try await doctor(host, in: folder, exit: 0, environment: Self.login)
            #expect(found == ["a-basic-on-write", "registry-access"])
        }
    }

    @Test func `B: a password for the ping and for writing`() async throws {
        let block = """
            client_max_body_size 0;
            location = /v2/ { auth_basic x; auth_basic_user_file htpasswd; \(Self.headers) proxy_pass $REGISTRY; }
            location /v2/ { limit_except GET HEAD { auth_basic x; auth_basic_user_file htpasswd; } \(Self.headers) proxy_pass $REGISTRY; }
            """
        try await withProxy(block) { host, folder in
            let found = try await doctor(host, in: folder, exit: 0, environment: Self.login)
            #expect(found == ["b-basic-on-ping", "registry-access"])
        }
    }

    @Test func `the megabyte that nginx takes`() async throws {
        try await withProxy("location /v2/ { \(Self.headers) proxy_pass $REGISTRY; }") { host, folder in
            let found = try await doctor(host, in: folder, exit: 75)
            #expect(found == ["plain", "registry-body-limit"])
        }
    }

    @Test func `a proxy that does not say who was asked`() async throws {
        let block =
            "client_max_body_size 0; location /v2/ { proxy_set_header Host registry.internal; proxy_pass $REGISTRY; }"
        try await withProxy(block) { host, folder in
            let found = try await doctor(host, in: folder, exit: 75)
            #expect(found == ["plain", "registry-location"])
        }
    }

    @Test func `a registry that remembers what its garbage collection removed`() async throws {
        try await RegistryFixture.withRegistry { registry in
            let first = try await doctor(registry.host, in: registry.root, exit: 0)
            #expect(first == ["plain"])
            try await sh("docker-registry garbage-collect config.yml >/dev/null 2>&1", in: registry.root)
            let second = try await doctor(registry.host, in: registry.root, exit: 75)
            #expect(second == ["plain", "registry-serving"])
        }
    }

    @Test func `what is no registry is said to be none`() async throws {
        try await withTemporaryFolder { folder in
            let closed = try await slipway("doctor", "--registry", "127.0.0.1:1", in: folder)
            #expect(closed.exit == 75)
            #expect(closed.errors.contains("127.0.0.1:1"))
            let unnamed = try await slipway("doctor", "--registry", in: folder)
            #expect(unnamed.exit == 65)
            #expect(unnamed.errors.contains("no registry is configured"))
            let mistaken = try await slipway("doctor", "registry.example", in: folder)
            #expect(mistaken.exit == 64)
        }
    }
}
