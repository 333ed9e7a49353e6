import Fixtures
import Foundation
import SystemPackage
import Testing

/// Each registry of `ci/registry`, run for real: what slipway and what others can do there.
@Suite(
    .enabled(if: RegistrySetup.isInstalled, "docker-registry, nginx, htpasswd, openssl or skopeo is not installed"),
    .serialized)
struct RegistrySetupTests {
    struct Diagnosis: Decodable {
        let setup: String
        let capabilities: [Capability]
        let conditions: [Condition]
        let left: [String]

        struct Capability: Decodable {
            let name: String
            let has: Bool?
        }

        struct Condition: Decodable {
            let code: String
            let severity: String
            let message: String
            let fix: String?
        }

        func has(_ name: String) -> Bool? { capabilities.first { $0.name == name }?.has }
    }

    private func doctor(
        _ setup: RegistrySetup, in folder: FilePath, environment: [String: String] = [:], exit: Int32
    ) async throws -> Diagnosis {
        let said = try await setup.slipway(
            "doctor", "--registry", "\(setup.host)/acme", "--json", in: folder, environment: environment)
        #expect(said.exit == exit, "\(said.output)\(said.errors)")
        return try JSONDecoder().decode(Diagnosis.self, from: Data(said.output.utf8))
    }

    struct Expected: Sendable, CustomTestStringConvertible {
        let kind: RegistrySetup.Kind
        let name: String
        let isPublic: Bool
        var testDescription: String { kind.rawValue }
    }

    static let writable = [
        Expected(kind: .plain, name: "plain", isPublic: true), Expected(kind: .tls, name: "htpasswd", isPublic: false),
        Expected(kind: .token, name: "c-token", isPublic: true),
        Expected(kind: .publicRead, name: "d-static-bearer", isPublic: true),
    ]

    @Test(arguments: writable) func `doctor recognises it, and leaves next to nothing`(row: Expected) async throws {
        try await RegistrySetup.with(row.kind) { setup in
            let found = try await doctor(setup, in: setup.folder, environment: setup.login, exit: 0)
            #expect(found.setup == row.name)
            #expect(found.has("public-read") == row.isPublic)
            #expect(found.has("range") == true)
            #expect(found.has("mount") == true)
            #expect(found.has("resume") == false)
            #expect(found.has("referrers") == false)
            #expect(found.has("deletion") == true)
            #expect(found.has("immutable-tags") == false)
            #expect(found.has("conditional-put") == false)
            #expect(found.has("paging") == false)
            #expect(!found.left.contains { $0.contains("tags") })
            // Without a password it says what is missing, where one is needed.
            if row.kind != .plain {
                let other = try await doctor(setup, in: setup.folder, exit: 75)
                #expect(other.conditions.first?.code == "registry-login")
            }
        }
    }

    @Test func `a wrong password is told, with the hash that is read`() async throws {
        try await RegistrySetup.with(.tls) { setup in
            let wrong = ["SLIPWAY_REGISTRY_USER": "slipway", "SLIPWAY_REGISTRY_PASSWORD": "guess"]
            let found = try await doctor(setup, in: setup.folder, environment: wrong, exit: 75)
            #expect(found.conditions.first?.message.contains("slipway (from SLIPWAY_REGISTRY_USER)") == true)
            #expect(found.conditions.first?.fix?.contains("htpasswd -B") == true)
        }
    }

    @Test(arguments: writable) func `slipway builds, pushes and verifies there`(row: Expected) async throws {
        try await RegistrySetup.with(row.kind) { setup in
            let configuration = "registry: \(setup.host)/acme\n" + Monorepo.configuration
            try await withMonorepo(configuration) { repo in
                let ran = try await setup.slipway("run", "app", in: repo.root, environment: setup.login)
                #expect(ran.exit == 0, "\(ran.output)\(ran.errors)")
                let verified = try await setup.slipway("image", "verify", in: repo.root, environment: setup.login)
                #expect(verified.exit == 0, "\(verified.output)\(verified.errors)")
                #expect(verified.output.contains("all as recorded"))
                // Whoever has no password reads where reading is free, and writes nowhere but on the plain one.
                let read = try await setup.slipway("image", "verify", in: repo.root)
                #expect((read.exit == 0) == row.isPublic, "\(read.output)\(read.errors)")
                try await repo.git.commit("feat: more", ["services/app/src.txt": "more\n"])
                let refused = try await setup.slipway("run", "app", in: repo.root)
                #expect((refused.exit == 0) == (row.kind == .plain), "\(refused.output)\(refused.errors)")
            }
        }
    }

    @Test func `a registry for reading serves what another wrote, and takes nothing`() async throws {
        try await RegistrySetup.with(.plain) { writing in
            let configuration = "registry: \(writing.host)/acme\n" + Monorepo.configuration
            try await withMonorepo(configuration) { repo in
                let ran = try await writing.slipway("run", "app", in: repo.root)
                #expect(ran.exit == 0, "\(ran.output)\(ran.errors)")
                let store = writing.folder.removingLastComponent()
                try await RegistrySetup.with(.readOnly, on: store) { reading in
                    let found = try await doctor(reading, in: repo.root, exit: 75)
                    #expect(found.setup == "e-read-only")
                    #expect(found.conditions.first?.code == "registry-read-only")
                    let commit = try await repo.git.head().prefix(12)
                    let name = "\(reading.host)/acme/app:sha-\(commit)"
                    let seen = try await reading.slipway("image", "inspect", name, in: repo.root)
                    #expect(seen.exit == 0, "\(seen.errors)")
                    try await sh("skopeo copy -q --src-tls-verify=false docker://\(name) oci:copy:x", in: store)
                    let gone = try await reading.slipway("image", "delete", name, "--yes", in: repo.root)
                    #expect(gone.exit == 75)
                    #expect(gone.errors.contains("deletes nothing"), "\(gone.errors)")
                    let promoted = try await reading.slipway("image", "promote", name, "production", in: repo.root)
                    #expect(promoted.exit == 75)
                    #expect(promoted.errors.contains("read-only"), "\(promoted.errors)")
                }
            }
        }
    }

    // MARK: - Other clients

    /// What skopeo, buildah and podman come to with a login and without.
    @Test(arguments: writable) func `others push with a login, and pull without where they may`(row: Expected)
        async throws
    {
        try await RegistrySetup.with(row.kind) { setup in
            let name = "\(setup.host)/acme/others"
            try await sh(
                """
                mkdir -p root && echo content > root/file
                cat > storage.conf <<END
                [storage]
                driver = "vfs"
                graphroot = "\(setup.folder)/graph"
                runroot = "\(setup.folder)/run"
                END
                id=$(buildah from scratch) && buildah copy -q $id root / >/dev/null && buildah commit -q $id local >/dev/null
                echo '{}' > none.json
                """, in: setup.folder, environment: environment(setup))
            func works(_ command: String) async throws -> Bool {
                try await run("/bin/sh", ["-ec", command], in: setup.folder, environment: environment(setup)).exit == 0
            }
            let tls = "--tls-verify=\(setup.verifies)"
            let person = row.kind == .plain ? "" : "--creds slipway:\(RegistrySetup.password)"
            let nobody = "--authfile none.json"
            #expect(try await works("buildah push -q \(tls) \(person) local docker://\(name):buildah"))
            #expect(try await works("podman push -q \(tls) \(person) localhost/local docker://\(name):podman"))
            let destination = person.replacing("--creds", with: "--dest-creds")
            #expect(
                try await works(
                    "skopeo copy -q --dest-\(tls.dropFirst(2)) --src-\(tls.dropFirst(2)) \(destination) "
                        + "\(person.replacing("--creds", with: "--src-creds")) docker://\(name):podman docker://\(name):skopeo"
                ))
            for tag in ["buildah", "podman", "skopeo"] {
                let pulled = try await works(
                    "skopeo copy -q --src-\(tls.dropFirst(2)) \(nobody) docker://\(name):\(tag) dir:\(tag)")
                #expect(pulled == row.isPublic, "\(tag)")
            }
            let podman = try await works("podman pull -q \(tls) \(nobody) \(name):skopeo")
            #expect(podman == row.isPublic)
            let buildah = try await works("buildah pull -q \(tls) \(nobody) \(name):skopeo")
            #expect(buildah == row.isPublic)
            if row.kind != .plain {
                let pushed = try await works(
                    "skopeo copy -q --dest-\(tls.dropFirst(2)) \(nobody) dir:buildah docker://\(name):theirs")
                #expect(!pushed)
            }
        }
    }

    private func environment(_ setup: RegistrySetup) -> [String: String] {
        GitFixture.environment.merging(
            ["HOME": setup.folder.string, "CONTAINERS_STORAGE_CONF": "\(setup.folder)/storage.conf"]) { $1 }
    }

    @Test(.enabled(if: ContainerFixture.isInstalled, "dockerd, docker or busybox is not installed"))
    func `docker pushes with a login, and pulls without where it may`() async throws {
        try await ContainerFixture.withDocker { docker in
            for row in Self.writable {
                try await RegistrySetup.with(row.kind) { setup in
                    let name = "\(setup.host)/acme/box:1"
                    try await docker("tag", ContainerFixture.image, name)
                    if row.kind != .plain {
                        try await sh(
                            "mkdir -p login && printf '%s' \(RegistrySetup.password) | docker --config login login -u slipway --password-stdin \(setup.host) 2>&1",
                            in: setup.folder, environment: docker.environment)
                    }
                    try await docker("--config", "\(setup.folder)/login", "push", "-q", name)
                    try await docker("rmi", name)
                    let pulled = try await run(
                        "docker", ["--config", "\(setup.folder)/nobody", "pull", "-q", name],
                        environment: GitFixture.environment.merging(docker.environment) { $1 })
                    #expect((pulled.exit == 0) == row.isPublic, "\(row.kind.rawValue): \(pulled.errors)")
                    if row.kind != .plain {
                        try await docker("tag", ContainerFixture.checkedImage, name)
                        let pushed = try await run(
                            "docker", ["--config", "\(setup.folder)/nobody", "push", "-q", name],
                            environment: GitFixture.environment.merging(docker.environment) { $1 })
                        #expect(pushed.exit != 0, "\(row.kind.rawValue)")
                    }
                }
            }
        }
    }
}
