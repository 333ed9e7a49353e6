import Foundation
import Glibc
import Subprocess
import Synchronization
import SystemPackage

/// The real `docker-registry` on a free port of this machine, on a folder of its own.
public struct RegistryFixture: Sendable {
    public let host: String
    public let root: FilePath

    /// Whether the program is installed; `ci/test` sees to it.
    public static let isInstalled = ["/usr/bin/docker-registry", "/usr/local/bin/docker-registry"].contains {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Starts one, with users when given, and ends it when the body does.
    public static func withRegistry<Value: Sendable>(
        users: [String: String] = [:], _ body: @escaping @Sendable (RegistryFixture) async throws -> Value
    ) async throws -> Value {
        try await withTemporaryFolder { folder in
            let port = try freePort()
            let fixture = RegistryFixture(host: "127.0.0.1:\(port)", root: folder)
            try await fixture.configure(port: port, users: users)
            return try await fixture.serving(body)
        }
    }

    private func configure(port: UInt16, users: [String: String]) async throws {
        var text = """
            version: 0.1
            log: {accesslog: {disabled: true}, level: error}
            storage: {filesystem: {rootdirectory: \(root)/data}, delete: {enabled: true}, cache: {blobdescriptor: inmemory}}
            http: {addr: "127.0.0.1:\(port)"}

            """
        if !users.isEmpty {
            for (user, password) in users {
                let line = try await run("htpasswd", ["-Bbn", user, password])
                guard line.exit == 0 else { throw FixtureError("htpasswd: \(line.errors)") }
                try root.appending("htpasswd").put(line.output)
            }
            text += "auth: {htpasswd: {realm: slipway, path: \(root)/htpasswd}}\n"
        }
        try root.appending("config.yml").put(text)
    }

    private func serving<Value: Sendable>(
        _ body: @escaping @Sendable (RegistryFixture) async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                _ = try await Subprocess.run(
                    .name("docker-registry"), arguments: ["serve", root.appending("config.yml").string],
                    output: .discarded,
                    error: .discarded)
                return nil
            }
            group.addTask {
                try await waitUntilServing()
                return try await body(self)
            }
            while let value = try await group.next() {
                if let value {
                    group.cancelAll()
                    return value
                }
            }
            throw FixtureError("docker-registry ended early")
        }
    }

    private func waitUntilServing() async throws {
        for _ in 0..<3000 {
            if try await run("curl", ["-s", "-o", "/dev/null", "http://\(host)/v2/"]).exit == 0 { return }
            try await Task.sleep(for: .milliseconds(25))
        }
        throw FixtureError("docker-registry does not answer on \(host)")
    }

    /// Asks the registry something, as curl would.
    public func curl(_ path: String, _ arguments: String...) async throws -> Said {
        try await run("curl", ["-s"] + arguments + ["http://\(host)\(path)"])
    }
}

/// Ports below those that the kernel gives to whoever connects somewhere, each handed out once in a process.
private let ports = Mutex<UInt16>(20_000 + 2 * UInt16.random(in: 0..<5000))

/// A port nobody listens on, with the one after it; nobody else in this process gets either.
public func freePort() throws -> UInt16 {
    for _ in 0..<5000 {
        let port = ports.withLock { port in
            port = port >= 31_998 ? 20_000 : port + 2
            return port
        }
        if isFree(port), isFree(port + 1) { return port }
    }
    throw FixtureError("no free port")
}

/// Whether nobody listens on a port of this machine.
private func isFree(_ port: UInt16) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}
