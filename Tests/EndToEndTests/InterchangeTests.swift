import Fixtures
import Foundation
import SystemPackage
import Testing

/// What we push, others pull and run; what they push, we read and build on.
@Suite(
    .enabled(
        if: RegistryFixture.isInstalled && ContainerFixture.isInstalled,
        "docker-registry, dockerd, docker or busybox is not installed"))
struct InterchangeTests {
    /// A service whose image runs: a shell from busybox, and a script that the build made.
    private static func configuration(_ host: String) -> String {
        """
        registry: \(host)/acme
        services:
          hello:
            path: services/hello
            toolchain: command
            build: mkdir -p out/bin && cp /bin/busybox out/bin/busybox && printf 'hello from %s\\n' "$(cat word)" > out/word
            test: false

        """
    }

    private static let dockerfile = """
        FROM scratch
        COPY out/ /
        USER 1000:1000
        ENV GREETING=hi
        WORKDIR /work
        ENTRYPOINT ["/bin/busybox"]
        CMD ["cat", "/word"]

        """

    private func withHello(
        _ body: @escaping @Sendable (Monorepo, RegistryFixture, String) async throws -> Void
    ) async throws {
        try await RegistryFixture.withRegistry { registry in
            try await withRepository { git in
                try await git.commit(
                    "feat: begin",
                    [
                        "slipway.yaml": Self.configuration(registry.host), "services/hello/Dockerfile": Self.dockerfile,
                        "services/hello/word": "here", ".gitignore": "out/\n",
                    ])
                let repo = Monorepo(existing: git)
                let ran = try await repo.slipway("run")
                #expect(ran.exit == 0, "\(ran.output)\(ran.errors)")
                try await body(repo, registry, "\(registry.host)/acme/hello:sha-\(try await git.head().prefix(12))")
            }
        }
    }

    private func comparison(_ repo: Monorepo, _ one: String, _ other: String) async throws -> [String: Any] {
        let said = try await repo.slipway("image", "diff", "--json", one, other)
        #expect(said.exit == 0, "\(one) \(other) \(said.errors)")
        return try JSONSerialization.jsonObject(with: Data(said.output.utf8)) as? [String: Any] ?? [:]
    }

    @Test func `skopeo copies it everywhere, and umoci unpacks it`() async throws {
        try await withHello { repo, registry, name in
            try await sh(
                """
                skopeo copy -q --src-tls-verify=false docker://\(name) dir:as-dir
                skopeo copy -q --src-tls-verify=false docker://\(name) docker-archive:as-archive:hello:1
                skopeo copy -q --src-tls-verify=false docker://\(name) oci:as-oci:hello
                skopeo copy -q dir:as-dir oci:back:hello
                umoci unpack --image back:hello bundle
                test "$(cat bundle/rootfs/word)" = "hello from here"
                tar -tf as-archive | grep -q manifest.json
                """, in: repo.root)
            let oci = try await comparison(repo, name, "oci:as-oci:hello")
            #expect(oci["verdict"] as? String == "identical")
            let back = try await comparison(repo, name, "oci:back:hello")
            #expect(back["verdict"] as? String == "identical")
        }
    }

    @Test func `docker pulls and runs it, and what docker pushes is read and built on`() async throws {
        try await ContainerFixture.withDocker { docker in
            try await withHello { repo, registry, name in
                try await docker("pull", "-q", name)
                let said = try await docker("run", "--rm", "--network=none", name)
                #expect(said == "hello from here")
                let user = try await docker(
                    "run", "--rm", "--network=none", name, "sh", "-c", "id -u; pwd; echo $GREETING")
                #expect(user == "1000\n/work\nhi")

                // The same image, in Docker's own media types.
                let theirs = "\(registry.host)/docker/hello:1"
                try await docker("tag", name, theirs)
                try await docker("push", "-q", theirs)
                let pushed = try await comparison(repo, name, theirs)
                #expect(pushed["files"] as? [String] == [] || (pushed["files"] as? [Any])?.isEmpty == true)
                #expect(["compressor", "settings"].contains(pushed["verdict"] as? String ?? ""), "\(pushed)")
                let inspected = try await repo.slipway("image", "inspect", theirs)
                #expect(
                    inspected.output.contains("application/vnd.docker.distribution.manifest.v2+json"),
                    "\(inspected.errors)")

                let base = "\(registry.host)/docker/box:1"
                try await docker("tag", ContainerFixture.image, base)
                try await docker("push", "-q", base)
                try await build(on: base, repo, registry)
                let head = try await repo.git.head()
                let built = "\(registry.host)/acme/hello:sha-\(head.prefix(12))"
                try await docker("pull", "-q", built)
                let ran = try await docker("run", "--rm", "--network=none", built, "cat", "/word")
                #expect(ran == "hello from here")
            }
        }
    }

    /// Makes a native image on a base, and sees that it is recorded.
    private func build(on base: String, _ repo: Monorepo, _ registry: RegistryFixture) async throws {
        try await repo.git.commit(
            "feat: another base",
            [
                "services/hello/Dockerfile":
                    "FROM \(base)\nCOPY out/word /word\nENTRYPOINT []\nCMD [\"cat\", \"/word\"]\n"
            ])
        let ran = try await repo.slipway("run")
        #expect(ran.exit == 0, "\(base): \(ran.output)\(ran.errors)")
        let head = try await repo.git.head()
        let changed = try await comparison(repo, base, "\(registry.host)/acme/hello:sha-\(head.prefix(12))")
        let files = (changed["files"] as? [[String: Any]] ?? []).map { "\($0["path"] ?? "") \($0["change"] ?? "")" }
        #expect(files == ["word added"], "\(base)")
    }

    @Test func `podman pulls and runs it, and what podman and buildah push is read and built on`() async throws {
        try await ContainerFixture.withPodman { podman in
            guard let podman else { return }
            try await withHello { repo, registry, name in
                try await podman("pull", "-q", "--tls-verify=false", name)
                let said = try await podman("run", "--rm", "--network=none", name)
                #expect(said == "hello from here")
                try await sh(
                    """
                    push() { buildah push -q --tls-verify=false $1 docker://\(registry.host)/buildah/$2; }
                    # A layer that was pushed before is not compressed anew: each is one of its own.
                    for form in gzip zstd plain docker podman; do
                      echo $form > box/form && id=$(buildah from scratch) && buildah add -q $id box / >/dev/null
                      case $form in docker) as=docker;; *) as=oci;; esac
                      buildah commit -q --format $as $id made-$form >/dev/null
                    done
                    push made-gzip gzip:1 && push "--compression-format zstd made-zstd" zstd:1
                    push made-docker docker:1
                    skopeo copy -q --dest-oci-accept-uncompressed-layers containers-storage:localhost/made-plain oci:plain:x
                    skopeo copy -q --preserve-digests --dest-tls-verify=false oci:plain:x docker://\(registry.host)/buildah/plain:1
                    podman push -q --tls-verify=false localhost/made-podman docker://\(registry.host)/buildah/podman:1
                    """, in: podman.root, environment: podman.environment)
                let forms = [
                    "gzip": "v1.tar+gzip", "zstd": "v1.tar+zstd", "plain": "v1.tar", "docker": "diff.tar.gzip",
                    "podman": "v1.tar+gzip",
                ]
                for (form, type) in forms.sorted(by: { $0.key < $1.key }) {
                    let base = "\(registry.host)/buildah/\(form):1"
                    let changed = try await comparison(repo, "\(registry.host)/buildah/gzip:1", base)
                    let files = (changed["files"] as? [[String: Any]] ?? []).compactMap { $0["path"] as? String }
                    #expect(files == (form == "gzip" ? [] : ["form"]), "\(form)")
                    let inspected = try await repo.slipway("image", "inspect", "--json", base)
                    #expect(inspected.output.contains("\"buildah "), "\(form): \(inspected.output)")
                    #expect(inspected.output.contains("\(type)\""), "\(form): \(inspected.output)")
                    if form == "plain" { try await build(on: base, repo, registry) }
                }
            }
        }
    }

    @Test func `layers that are compressed differently stay so in one image`() async throws {
        try await withHello { repo, registry, name in
            let mixed = "\(registry.host)/mixed/hello:mixed"
            // A zstd base below a gzip layer of ours.
            try await sh(
                """
                umoci init --layout u && umoci new --image u:base && umoci unpack --image u:base b1 && echo one > b1/rootfs/one
                umoci repack --image u:base b1
                skopeo copy -q --dest-compress-format zstd --dest-tls-verify=false oci:u:base docker://\(registry.host)/mixed/base:1
                """, in: repo.root)
            try await repo.git.commit(
                "feat: mixed",
                [
                    "services/hello/Dockerfile": """
                    FROM \(registry.host)/mixed/base:1
                    COPY --from=\(registry.host)/mixed/base:1 /one /two
                    COPY out/word /word

                    """
                ])
            let ran = try await repo.slipway("run")
            #expect(ran.exit == 0, "\(ran.output)\(ran.errors)")
            let head = try await repo.git.head()
            let built = "\(registry.host)/acme/hello:sha-\(head.prefix(12))"
            let said = try await repo.slipway("image", "inspect", built, "--json")
            #expect(said.output.contains("tar+zstd"), "\(said.output)")
            #expect(said.output.contains("tar+gzip"))
            let promoted = try await repo.slipway("image", "promote", built, mixed)
            #expect(promoted.exit == 0, "\(promoted.errors)")
            try await sh(
                """
                skopeo copy -q --src-tls-verify=false docker://\(mixed) oci:m:x
                for blob in m/blobs/sha256/*; do zcat $blob 2>/dev/null | tar -xO two 2>/dev/null || true; done > two
                test "$(cat two)" = one
                """, in: repo.root)
            let same = try await comparison(repo, mixed, "oci:m:x")
            #expect(same["verdict"] as? String == "identical")
        }
    }
}
