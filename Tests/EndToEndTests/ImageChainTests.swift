import Fixtures
import Foundation
import Pipeline
import SystemPackage
import Testing

/// Images of one repository that stand on each other, and images for several platforms: the built program, a real
/// registry, and what skopeo says.
struct ImageChainTests {
    private static let files = [
        "base/Dockerfile": "FROM scratch\nCOPY os /os\nENV LEVEL=base\n", "base/os": "1\n",
        "middle/Dockerfile": "ARG FROM=base\nFROM $FROM\nCOPY lib /lib\nENV LEVEL=${LEVEL}-middle\n",
        "middle/lib": "1\n",
        "top/Dockerfile":
            "FROM middle AS m\nFROM m\nCOPY app /app\nCOPY --from=base /os /copy\nENV LEVEL=${LEVEL}-top\n",
        "top/app": "1\n",
    ]

    private static let services = """
          base: {path: base, toolchain: command, build: false, test: false}
          middle: {path: middle, toolchain: command, build: false, test: false}
          top: {path: top, toolchain: command, build: false, test: false}

        """

    private func withRepository(
        _ configuration: String, _ files: [String: String] = files, _ body: (FilePath) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let root = folder.appending("repository")
            for (path, text) in files { try root.appending(FilePath(path).components).put(text) }
            try root.appending("slipway.yaml").put(configuration)
            try await sh("git init -q -b main; git add -A; git commit -qm 'feat: begin'", in: root)
            try await body(root)
        }
    }

    /// The services a run made something for.
    private func made(_ root: FilePath) throws -> Set<String> {
        let outcome = try JSON(parsing: root.appending(".slipway/runs/latest/outcome.json").text, profile: .lenient)
        return Set(
            (outcome["services"]?.array ?? []).filter { $0["verdict"]?["state"]?.string != "reused" }
                .compactMap { $0["name"]?.string })
    }

    private func layers(_ image: String, _ options: String = "", in root: FilePath) async throws -> [String] {
        let text = try await sh("skopeo inspect \(options) --raw '\(image)'", in: root)
        return try JSON(parsing: text, profile: .lenient)["layers"]?.array?.compactMap { $0["digest"]?.string } ?? []
    }

    @Test func `three images that stand on each other are made in their order, and again only from where one changed`()
        async throws
    {
        try await withRepository("services:\n" + Self.services) { root in
            let first = try await slipway("run", "--jobs", "4", in: root)
            #expect(first.exit == 0, "\(first.output)\(first.errors)")
            let tag = "sha-" + (try await sh("git rev-parse --short=12 HEAD", in: root)).prefix(12)
            var all: [[String]] = []
            for name in ["base", "middle", "top"] {
                all.append(try await layers("oci:.slipway/images:\(name):\(tag)", in: root))
            }
            #expect(all.map(\.count) == [1, 2, 4])
            #expect(all[1].starts(with: all[0]) && all[2].starts(with: all[1]))
            let config = try await sh("skopeo inspect --config 'oci:.slipway/images:top:\(tag)'", in: root)
            #expect(config.contains("LEVEL=base-middle-top"))
            #expect(config.contains("org.opencontainers.image.base.digest"))

            let second = try await slipway("run", in: root)
            #expect(second.output.contains("3 reused"), "\(second.output)\(second.errors)")

            // The uppermost alone: what it stands on comes from a record.
            try root.appending("top/app").put("2\n")
            try await sh("git commit -qam 'fix: top'", in: root)
            let third = try await slipway("run", in: root)
            #expect(third.exit == 0, "\(third.output)\(third.errors)")
            #expect(try made(root) == ["top"])
            let next = "sha-" + (try await sh("git rev-parse --short=12 HEAD", in: root)).prefix(12)
            #expect(try await layers("oci:.slipway/images:top:\(next)", in: root).prefix(2) == all[1][...])

            // The lowest: everything above it.
            try root.appending("base/os").put("2\n")
            try await sh("git commit -qam 'fix: base'", in: root)
            let fourth = try await slipway("run", in: root)
            #expect(fourth.exit == 0, "\(fourth.output)\(fourth.errors)")
            #expect(try made(root) == ["base", "middle", "top"])
        }
    }

    @Test(.enabled(if: RegistryFixture.isInstalled, "docker-registry is not installed"))
    func `in a registry, another clone goes on from what the first one pushed`() async throws {
        try await RegistryFixture.withRegistry { registry in
            let configuration =
                "registry: \(registry.host)/acme\nledger: [registry, folder]\nservices:\n" + Self.services
            try await withRepository(configuration) { root in
                let first = try await slipway("run", in: root)
                #expect(first.exit == 0, "\(first.output)\(first.errors)")
                try await sh("git clone -q repository other", in: root.removingLastComponent())
                let other = root.removingLastComponent().appending("other")
                try other.appending("top/app").put("2\n")
                try await sh("git commit -qam 'fix: top'", in: other)
                let second = try await slipway("run", in: other)
                #expect(second.exit == 0, "\(second.output)\(second.errors)")
                #expect(try made(other) == ["top"])
            }
        }
    }

    @Test(.enabled(if: RegistryFixture.isInstalled, "docker-registry is not installed"))
    func `an image for several platforms is an index, and each of its images has a tag`() async throws {
        let files = [
            "app/Dockerfile":
                "FROM scratch\nARG TARGETARCH\nARG GREETING=none\nCOPY out/$TARGETARCH /app\nLABEL g=$GREETING\n",
            "app/out/amd64": "x86\n", "app/out/arm64": "arm\n",
        ]
        try await RegistryFixture.withRegistry { registry in
            let configuration = """
                registry: \(registry.host)/acme
                services:
                  app:
                    path: app
                    toolchain: command
                    build: false
                    test: false
                    images: [{platforms: [linux/amd64, linux/arm64], arguments: {GREETING: hello}}]

                """
            try await withRepository(configuration, files) { root in
                let said = try await slipway("run", in: root)
                #expect(said.exit == 0, "\(said.output)\(said.errors)")
                let tag = "sha-" + (try await sh("git rev-parse --short=12 HEAD", in: root)).prefix(12)
                let image = "docker://\(registry.host)/acme/app:\(tag)"
                let raw = try await sh("skopeo inspect --tls-verify=false --raw '\(image)'", in: root)
                let index = try JSON(parsing: raw, profile: .lenient)
                let platforms = index["manifests"]?.array?.compactMap { $0["platform"]?["architecture"]?.string }
                #expect(platforms == ["amd64", "arm64"])
                #expect(index["annotations"]?["org.opencontainers.image.title"] == .string("app"))
                for (number, architecture) in ["amd64", "arm64"].enumerated() {
                    let own = "\(image)-linux-\(architecture)"
                    let digest = try await sh("skopeo inspect --tls-verify=false --raw '\(own)' | sha256sum", in: root)
                    #expect(index["manifests"]?.array?[number]["digest"]?.string == "sha256:" + digest.prefix(64))
                    let config = try await sh("skopeo inspect --tls-verify=false --config '\(own)'", in: root)
                    #expect(config.contains("\"architecture\": \"\(architecture)\"") && config.contains("\"hello\""))
                }
                let again = try await slipway("run", in: root)
                #expect(again.output.contains("1 reused"), "\(again.output)\(again.errors)")
                try await sh("touch -d '40 days ago' .slipway/images/blobs/sha256/*", in: root)
                let cleaned = try await slipway("clean", in: root)
                #expect(cleaned.exit == 0, "\(cleaned.output)\(cleaned.errors)")
            }
        }
    }

    @Test func `a base that has not this platform says which it has, and one that is an index is chosen from`()
        async throws
    {
        let configuration = """
            services:
              app: {path: app, toolchain: command, build: false, test: false, images: [{platforms: [linux/s390x]}]}

            """
        let files = ["app/Dockerfile": "FROM oci:base:v1\nCOPY a /a\n", "app/a": "a\n"]
        try await withRepository(configuration, files) { root in
            let script = """
                umoci init --layout app/base; umoci new --image app/base:v1
                python3 - <<'E'
                import json, hashlib
                p = 'app/base/'
                i = json.load(open(p + 'index.json'))
                m = i['manifests'][0]
                amd = dict(m, platform={'os': 'linux', 'architecture': 'amd64'}); amd.pop('annotations', None)
                b = json.dumps({'schemaVersion': 2, 'mediaType': 'application/vnd.oci.image.index.v1+json',
                    'manifests': [dict(amd, platform={'os': 'unknown', 'architecture': 'unknown'}), amd]}).encode()
                d = hashlib.sha256(b).hexdigest()
                open(p + 'blobs/sha256/' + d, 'wb').write(b)
                i['manifests'] = [{'mediaType': 'application/vnd.oci.image.index.v1+json', 'digest': 'sha256:' + d,
                    'size': len(b), 'annotations': {'org.opencontainers.image.ref.name': 'v1'}}]
                json.dump(i, open(p + 'index.json', 'w'))
                E
                printf 'base\\n' > app/.gitignore
                git add -A; git commit -qm 'feat: base'
                """
            try await sh(script, in: root)
            let said = try await slipway("run", in: root)
            #expect(said.exit != 0)
            let text = said.output + said.errors
            #expect(text.contains("base image oci:base:v1: has no linux/s390x, only linux/amd64"), "\(text)")
            try await sh("sed -i 's/s390x/amd64/' slipway.yaml; git commit -qam 'fix: platform'", in: root)
            let then = try await slipway("run", in: root)
            #expect(then.exit == 0, "\(then.output)\(then.errors)")
        }
    }
}
