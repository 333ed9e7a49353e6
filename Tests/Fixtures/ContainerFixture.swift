import Foundation
import Subprocess
import SystemPackage

/// A real container engine with nothing in it but a small image and a checked one; gone with all its containers.
public struct ContainerFixture: Sendable {
    public enum Kind: String, CaseIterable, Sendable {
        case docker, podman
    }

    /// Has the programs of a shell, and a server.
    public static let image = "slipway.test/box:1"
    /// The same with a health check: whether `/tmp/ready` is there.
    public static let checkedImage = "slipway.test/checked:1"

    public let kind: Kind
    public let root: FilePath
    /// What its client goes by.
    public let environment: [String: String]

    /// Whether there is what both engines and their images are made of; `ci/test` sees to Docker's part.
    public static let isInstalled = isThere("dockerd") && isThere("docker") && isThere("busybox")

    private static func isThere(_ program: String) -> Bool {
        ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"].contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
        }
    }

    /// Asks the engine something, as a user would; throws when it refuses.
    @discardableResult
    public func callAsFunction(_ arguments: String...) async throws -> String {
        let said = try await ask(arguments)
        guard said.exit == 0 else { throw FixtureError("\(kind.rawValue) \(arguments): \(said.errors)") }
        return said.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func ask(_ arguments: [String]) async throws -> Said {
        try await run(kind.rawValue, arguments, environment: GitFixture.environment.merging(environment) { $1 })
    }

    /// The containers there are, dead or alive, but for one.
    public func containers(except stranger: String? = nil) async throws -> [String] {
        let ids = try await self("ps", "--all", "--quiet", "--no-trunc").split(separator: "\n").map(String.init)
        return ids.filter { $0 != stranger }
    }

    // MARK: - Docker

    /// A Docker of its own, without a bridge, until the body ends.
    public static func withDocker<Value: Sendable>(
        _ body: @escaping @Sendable (ContainerFixture) async throws -> Value
    ) async throws -> Value {
        try await withTemporaryFolder { folder in
            let fixture = ContainerFixture(
                kind: .docker, root: folder, environment: ["DOCKER_HOST": "unix://\(folder)/docker.sock"])
            return try await withThrowingTaskGroup(of: Value?.self) { group in
                group.addTask {
                    try await fixture.serve()
                    return nil
                }
                group.addTask {
                    try await fixture.waitUntilServing()
                    try await fixture.makeImages()
                    let value = try await body(fixture)
                    let left = try await fixture.ask(["ps", "--all", "--quiet"]).output.split(separator: "\n")
                    if !left.isEmpty { _ = try await fixture.ask(["rm", "--force"] + left.map(String.init)) }
                    return value
                }
                defer { group.cancelAll() }
                while let value = try await group.next() { if let value { return value } }
                throw FixtureError("dockerd ended early: \(try folder.appending("log").text.suffix(2000))")
            }
        }
    }

    private func serve() async throws {
        let log = try FileDescriptor.open(
            root.appending("log"), .writeOnly, options: [.create], permissions: .ownerReadWrite)
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(10))]
        _ = try await Subprocess.run(
            .name("dockerd"),
            arguments: [
                "--host", "unix://\(root)/docker.sock", "--data-root", "\(root)/data", "--exec-root", "\(root)/exec",
                "--pidfile", "\(root)/pid", "--iptables=false", "--ip6tables=false", "--bridge=none",
            ], platformOptions: options, input: .none,
            output: .fileDescriptor(log, closeAfterSpawningProcess: true), error: .combinedWithOutput)
    }

    /// Ends the daemon under whoever works with it.
    public func stop() async throws {
        let pid = try root.appending("pid").text
        try await sh("kill \(pid); while kill -0 \(pid) 2>&-; do :; done", in: root)
    }

    private func waitUntilServing() async throws {
        for _ in 0..<600 {
            if try await ask(["version"]).exit == 0 { return }
            try await Task.sleep(for: .milliseconds(25))
        }
        throw FixtureError("dockerd does not answer: \(try root.appending("log").text.suffix(2000))")
    }

    // MARK: - Podman

    /// A Podman that keeps everything in a folder of its own; nil where it cannot run anything.
    public static func withPodman<Value: Sendable>(
        _ body: @escaping @Sendable (ContainerFixture?) async throws -> Value
    ) async throws -> Value {
        guard isThere("podman") else { return try await body(nil) }
        return try await withTemporaryFolder { folder in
            try folder.appending("storage.conf").put(
                "[storage]\ndriver = \"vfs\"\ngraphroot = \"\(folder)/graph\"\nrunroot = \"\(folder)/run\"\n")
            // Limits that a machine which may not raise its own can keep.
            try folder.appending("containers.conf").put(
                """
                [containers]
                default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
                [engine]
                runtime = "runc"
                events_logger = "file"

                """)
            let fixture = ContainerFixture(
                kind: .podman, root: folder,
                environment: [
                    "CONTAINERS_STORAGE_CONF": "\(folder)/storage.conf", "CONTAINERS_CONF": "\(folder)/containers.conf",
                    "HOME": folder.string,
                ])
            try await fixture.makeImages()
            let works = try await fixture.ask(["run", "--rm", "--network=none", image, "true"])
            guard works.exit == 0 else {
                print("NOT RUN: containers with podman (\(works.errors))")
                return try await body(nil)
            }
            let value = try await body(fixture)
            _ = try await fixture.ask(["rm", "--force", "--all", "--time", "0"])
            return value
        }
    }

    // MARK: - Images

    private func makeImages() async throws {
        let client = kind.rawValue
        try await sh(
            """
            mkdir -p box/bin box/tmp box/etc && chmod 1777 box/tmp && cp "$(command -v busybox)" box/bin/busybox
            for name in $(busybox --list); do [ $name = busybox ] || ln -sf busybox box/bin/$name; done
            tar -C box -c . | \(client) import - \(Self.image)
            mkdir -p context && printf 'FROM \(Self.image)\\nHEALTHCHECK CMD test -e /tmp/ready\\n' > context/Dockerfile
            DOCKER_BUILDKIT=0 \(client) build \(kind == .podman ? "--format docker" : "") -q -t \(Self.checkedImage) context 2>&1
            """, in: root, environment: environment)
    }
}
