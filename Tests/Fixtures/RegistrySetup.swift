import Foundation
import SystemPackage

/// A registry that a script under `ci/registry` runs, with everything around it; gone when the test ends.
public struct RegistrySetup: Sendable {
    public enum Kind: String, CaseIterable, Sendable {
        case plain, tls, token
        case publicRead = "public-read"
        case readOnly = "read-only"

        var isSecure: Bool { self == .tls || self == .token || self == .publicRead }
    }

    public let kind: Kind
    public let host: String
    /// What it wrote.
    public let folder: FilePath
    public static let password = "correct-horse"

    /// Whether the programs are installed; `ci/test` sees to it.
    public static let isInstalled = [
        "/usr/bin/docker-registry", "/usr/sbin/nginx", "/usr/bin/htpasswd", "/usr/bin/openssl", "/usr/bin/skopeo",
    ].allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }

    static let scripts: FilePath = {
        let here = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
        return here.appending("ci").appending("registry")
    }()

    /// Starts one; on a folder that another one writes to, when given.
    public static func with<Value: Sendable>(
        _ kind: Kind, on folder: FilePath? = nil, _ body: @Sendable (RegistrySetup) async throws -> Value
    ) async throws -> Value {
        try await withTemporaryFolder { own in
            let port = try freePort()
            let place = (folder ?? own).appending("registry")
            let name = kind.isSecure ? try await ownName() : "127.0.0.1"
            let setup = RegistrySetup(kind: kind, host: "\(name):\(port)", folder: place)
            let pid = try await sh(
                "mkdir -p \(place); setsid \(scripts)/\(kind.rawValue) \(place) \(port) \(name) >\(own)/log 2>&1 </dev/null & echo $!",
                in: own, environment: ["REGISTRY_PASSWORD": password])
            let group = pid.trimmingCharacters(in: .whitespacesAndNewlines)
            do {
                try await setup.waitUntilServing(log: own.appending("log"))
                try setup.trust()
                let value = try await body(setup)
                try await setup.end(group)
                return value
            } catch {
                try await setup.end(group)
                throw error
            }
        }
    }

    /// A name of this machine: loopback addresses are spoken to in plain HTTP.
    private static func ownName() async throws -> String {
        try await sh(
            "name=$(hostname) && getent hosts \"$name\" >/dev/null && printf %s \"$name\" || printf 127.0.0.1", in: "/")
    }

    private func end(_ group: String) async throws {
        distrust()
        try await sh(
            "/bin/kill -TERM -- -\(group) || :; while /bin/kill -0 -- -\(group) 2>/dev/null; do sleep 0.02; done",
            in: "/")
    }

    private func waitUntilServing(log: FilePath) async throws {
        let address = "\(kind.isSecure ? "https" : "http")://\(host)/v2/"
        for _ in 0..<3000 {
            let said = try await run("curl", ["-sk", "-o", "/dev/null", address])
            // What is behind the proxy may come later.
            let behind = try await run(
                "curl", ["-sk", "-o", "/dev/null", "-w", "%{http_code}", address + "x/tags/list"])
            // Whatever it answers, it is there.
            let tokens =
                kind == .token ? try await run("curl", ["-sk", "-o", "/dev/null", "https://\(realm)/"]).exit : 0
            if said.exit == 0, behind.exit == 0, behind.output != "502", tokens == 0 { return }
            try await Task.sleep(for: .milliseconds(25))
        }
        throw FixtureError("\(kind.rawValue) does not answer: \(try log.text)")
    }

    // MARK: - Clients

    /// Where docker, podman, skopeo and buildah look for authorities.
    private var realm: String {
        let parts = host.split(separator: ":")
        return "\(parts[0]):\((Int(parts[1]) ?? 0) + 1)"
    }

    private var certificates: [String] {
        (kind == .token ? [host, realm] : [host]).map { "/etc/docker/certs.d/\($0)" }
    }

    private func trust() throws {
        guard kind.isSecure else { return }
        let authority = try folder.appending("ca.crt").text
        for place in certificates { try FilePath(place).appending("ca.crt").put(authority) }
        let system = FilePath("/etc/ssl/certs/ca-certificates.crt")
        try folder.appending("bundle.crt").put((system.isThere ? try system.text : "") + authority)
    }

    private func distrust() {
        for place in certificates { try? FileManager.default.removeItem(atPath: place) }
    }

    /// Variables for the program of ours.
    public var login: [String: String] {
        ["SLIPWAY_REGISTRY_USER": "slipway", "SLIPWAY_REGISTRY_PASSWORD": Self.password]
    }

    /// Whether what skopeo, podman and buildah are told of TLS.
    public var verifies: String { kind.isSecure ? "true" : "false" }

    /// Runs slipway on a machine that knows the authority.
    @discardableResult
    public func slipway(
        _ arguments: String..., in folder: FilePath, environment: [String: String] = [:]
    ) async throws -> Said {
        let bundle = "/etc/ssl/certs/ca-certificates.crt"
        let script = """
            if [ -e \(self.folder)/bundle.crt ] && [ -e \(bundle) ] && unshare -m true 2>/dev/null; then
              exec unshare -m /bin/sh -c 'mount --bind \(self.folder)/bundle.crt \(bundle) && exec "$0" "$@"' "$0" "$@"
            fi
            exec "$0" "$@"
            """
        return try await run(
            "/bin/sh", ["-c", script, SlipwayBinary.path.string] + arguments, in: folder,
            environment: SlipwayBinary.environment.merging(environment) { $1 })
    }
}
