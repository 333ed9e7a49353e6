import Foundation
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
    public static func withDocker<Value>(_ body: (ContainerFixture) async throws -> Value) async throws -> Value {
        try await withTemporaryFolder { folder in
            let fixture = ContainerFixture(
                kind: .docker, root: folder, environment: ["DOCKER_HOST": "unix://\(folder)/docker.sock"])
            try await sh(
                """
                setsid dockerd --host unix://\(folder)/docker.sock --data-root \(folder)/data --exec-root \(folder)/exec \
                  --pidfile \(folder)/pid --iptables=false --ip6tables=false --bridge=none >log 2>&1 </dev/null &
                """, in: folder)
            do {
                try await fixture.waitUntilServing()
                try await fixture.makeImages()
                let value = try await body(fixture)
                try await fixture.end()
                return value
            } catch {
                try await fixture.end()
                throw error
            }
        }
    }

    private func end() async throws {
        guard root.appending("pid").isThere else { return }
        let left = try await ask(["ps", "--all", "--quiet"]).output.split(separator: "\n")
        if !left.isEmpty { _ = try await ask(["rm", "--force"] + left.map(String.init)) }
        try await stop()
    }

    /// Ends the daemon under whoever works with it.
    public func stop() async throws {
        let pid = try root.appending("pid").text
        try await sh("kill \(pid); while [ -e pid ]; do sleep 0.05; done", in: root)
    }

    private func waitUntilServing() async throws {
        for _ in 0..<3000 {
            if try await ask(["version"]).exit == 0 { return }
            try await Task.sleep(for: .milliseconds(25))
        }
        throw FixtureError("dockerd does not answer: \(try root.appending("log").text.suffix(2000))")
    }

    // MARK: - Podman

    /// A Podman that keeps everything in a folder of its own; nil where it cannot run anything.
    public static func withPodman<Value>(_ body: (ContainerFixture?) async throws -> Value) async throws -> Value {
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

    /// A database as Debian has it, with a health check and a user `app`.
    public static let postgresImage = "slipway.test/postgres:15"

    /// Whether there is one to put into an image.
    public static let hasPostgres = FileManager.default.isExecutableFile(atPath: "/usr/lib/postgresql/15/bin/initdb")

    /// Puts this machine's PostgreSQL and the libraries it needs into an image.
    public func makePostgresImage() async throws {
        try await sh(
            #"""
            mkdir -p pg/bin pg/etc pg/tmp pg/run pg/usr/share/postgresql && chmod 1777 pg/tmp pg/run && cp -a box/bin pg/
            home=/usr/lib/postgresql/15; mkdir -p pg$home/bin
            for name in initdb postgres pg_isready psql; do cp $home/bin/$name pg$home/bin/; done
            cp -a $home/lib pg$home/ && rm -rf pg$home/lib/llvmjit* pg$home/lib/bitcode
            cp -a /usr/share/postgresql/15 pg/usr/share/postgresql/
            ldd $home/bin/initdb $home/bin/postgres $home/bin/psql pg$home/lib/*.so | grep -v ':$' | grep -o '/[^ ]*' | sort -u |
              while read -r file; do mkdir -p "pg$(dirname $file)" && cp -L "$file" "pg$file"; done
            printf 'root:x:0:0::/:/bin/sh\npostgres:x:70:70::/tmp:/bin/sh\n' > pg/etc/passwd
            tar -C pg -c . | docker import --change 'USER postgres' --change "ENV PATH=$home/bin:/bin" \
              --change 'HEALTHCHECK CMD pg_isready -h localhost' \
              --change 'CMD ["sh","-c","initdb -D /tmp/d -A trust -U app --no-sync && exec postgres -D /tmp/d -k /tmp"]' \
              - slipway.test/postgres:15
            """#, in: root, environment: environment)
    }
}
