import Fixtures
import Foundation
import Glibc
import Subprocess
import SystemPackage
import Testing

/// Images whose Dockerfiles need a builder, by the real ones.
@Suite(.serialized, .enabled(if: BuilderFixture.isInstalled, "docker.io and busybox-static are not installed"))
struct BuilderTests {
    /// The parts of an image of the local layout.
    private func image(_ repository: Monorepo) throws -> (manifest: [String: Any], configuration: [String: Any]) {
        let layout = repository.root.appending(".slipway/images")
        func json(_ path: FilePath) throws -> [String: Any] {
            try JSONSerialization.jsonObject(with: Data(path.text.utf8)) as? [String: Any] ?? [:]
        }
        func blob(_ descriptor: [String: Any]) throws -> [String: Any] {
            let hex = (descriptor["digest"] as? String ?? "").dropFirst(7)
            return try json(layout.appending("blobs/sha256/\(hex)"))
        }
        let services = try repository.outcome()["services"] as? [[String: Any]] ?? []
        let app = services.first { $0["name"] as? String == "app" }
        let facts = try #require(app?["image"] as? [String: Any])
        let manifest = try blob(facts)
        return (manifest, try blob(manifest["config"] as? [String: Any] ?? [:]))
    }

    private func facts(_ repository: Monorepo) throws -> [String: Any] {
        let services = try repository.outcome()["services"] as? [[String: Any]] ?? []
        return services.first { $0["name"] as? String == "app" }?["image"] as? [String: Any] ?? [:]
    }

    private func layers(_ manifest: [String: Any]) -> [String] {
        (manifest["layers"] as? [[String: Any]] ?? []).compactMap { $0["digest"] as? String }
    }

    private func message(_ repository: Monorepo) throws -> String {
        let services = try repository.outcome()["services"] as? [[String: Any]] ?? []
        let steps = services.first { $0["name"] as? String == "app" }?["steps"] as? [[String: Any]]
        return (steps?.last?["ending"] as? [String: Any])?["message"] as? String ?? ""
    }

    private func log(_ repository: Monorepo) async throws -> String {
        try await sh("zcat .slipway/runs/latest/logs/app.image.log.gz", in: repository.root)
    }

    /// All files of the image, as umoci unpacks them.
    private func unpacked(_ repository: Monorepo, _ name: String, _ body: (FilePath) throws -> Void) async throws {
        let tag = try #require((try facts(repository)["digest"] as? String)?.dropFirst(7))
        try await withTemporaryFolder { folder in
            try await sh(
                """
                cp -r "\(repository.root)/.slipway/images" layout
                cd layout && ref=$(python3 -c "
                import json; print([m['annotations']['org.opencontainers.image.ref.name'] for m in json.load(open('index.json'))['manifests'] if m['digest'].endswith('\(tag)')][0])")
                python3 - <<'E'
                import json
                index = json.load(open('index.json'))
                index['manifests'] = [m for m in index['manifests'] if m['digest'].endswith('\(tag)')][:1]
                index['manifests'][0]['annotations'] = {'org.opencontainers.image.ref.name': 'it'}
                json.dump(index, open('index.json', 'w'))
                E
                cd .. && umoci unpack --image layout:it \(name)
                """, in: folder)
            try body(folder.appending(name).appending("rootfs"))
        }
    }

    @Test(arguments: BuilderFixture.Kind.allCases)
    func `RUN that needs the code is done by a builder, and only its layers are new`(
        _ kind: BuilderFixture.Kind
    ) async throws {
        try await BuilderFixture.with(kind) { builder in
            let dockerfile = """
                FROM oci:base:box
                ENV NAME=world
                COPY code /code
                RUN echo "hello $NAME" > /out && cat /code && echo told
                CMD ["/bin/cat", "/out"]

                """
            try await builder.repository(dockerfile) { repository in
                let said = try await builder.slipway(repository, "run")
                #expect(said.exit == 0, "\(said.output)\(said.errors)")
                let (manifest, configuration) = try image(repository)
                let base = try await sh(
                    "python3 -c \"import json; i=json.load(open('index.json')); m=json.load(open('blobs/sha256/'+i['manifests'][0]['digest'][7:])); print(m['layers'][0]['digest'])\"",
                    in: repository.root.appending("app/base"))
                #expect(layers(manifest).first == base.trimmingCharacters(in: .whitespacesAndNewlines))
                #expect(layers(manifest).count > 1)
                let labels = (configuration["config"] as? [String: Any])?["Labels"] as? [String: String] ?? [:]
                #expect(labels["org.opencontainers.image.title"] == "app")
                #expect(!labels.keys.contains { $0.hasPrefix("slipway.build") })
                try await unpacked(repository, "bundle") { root throws in
                    #expect(try root.appending("out").text == "hello world\n")
                    #expect(try root.appending("code").text == "1\n")
                }
                #expect(try await log(repository).contains("told"))
                #expect(try (facts(repository)["builder"] as? String)?.hasPrefix(kind.name) == true)
                #expect(try await builder.leftovers() == "")
            }
        }
    }

    @Test(arguments: [BuilderFixture.Kind.buildKit, .buildah])
    func `RUN before the code is done once: changed code needs no builder`(_ kind: BuilderFixture.Kind) async throws {
        try await BuilderFixture.with(kind) { builder in
            let dockerfile = "FROM oci:base:box\nRUN echo prepared > /prepared\nCOPY code /code\n"
            try await builder.repository(dockerfile) { repository in
                let first = try await builder.slipway(repository, "run")
                #expect(first.exit == 0, "\(first.output)\(first.errors)")
                let before = try layers(image(repository).manifest)
                try await repository.git.commit("fix: code", ["app/code": "2\n"])
                // There is none any more.
                let nowhere = [
                    "DOCKER_HOST": "unix:///nowhere/docker.sock", "CONTAINERS_STORAGE_CONF": "/nowhere/conf",
                ]
                let second = try await builder.slipway(repository, "run", environment: nowhere)
                #expect(second.exit == 0, "\(second.output)\(second.errors)")
                let after = try layers(image(repository).manifest)
                #expect(before.dropLast() == after.dropLast())
                #expect(before.last != after.last)
                try await unpacked(repository, "bundle") { root throws in
                    #expect(try root.appending("code").text == "2\n")
                    #expect(try root.appending("prepared").text == "prepared\n")
                }
                // Another line is another base.
                try await repository.git.commit(
                    "feat: more", ["app/Dockerfile": dockerfile.replacing("prepared >", with: "more >")])
                let third = try await builder.slipway(repository, "run", environment: nowhere)
                #expect(third.exit != 0)
                #expect(try message(repository).hasPrefix("app/Dockerfile:2: RUN needs a builder; \(kind.name)"))
            }
        }
    }

    @Test(.enabled(if: RegistryFixture.isInstalled, "docker-registry is not installed"))
    func `what was built once is there for every machine that reads the registry`() async throws {
        try await RegistryFixture.withRegistry { registry in
            try await BuilderFixture.with(.buildKit) { builder in
                let dockerfile = "FROM oci:base:box\nRUN echo prepared > /prepared\nCOPY code /code\n"
                try await builder.repository(dockerfile) { repository in
                    let text = try repository.root.appending("slipway.yaml").text
                    try await repository.git.commit(
                        "ci: registry", ["slipway.yaml": text + "registry: \(registry.host)/acme\n"])
                    let first = try await builder.slipway(repository, "run")
                    #expect(first.exit == 0, "\(first.output)\(first.errors)")
                    #expect(try await registry.curl("/v2/acme/app/tags/list").output.contains("base-key-"))
                    try await sh("rm -rf .slipway", in: repository.root)
                    try await repository.git.commit("fix: code", ["app/code": "2\n"])
                    let second = try await builder.slipway(
                        repository, "run", environment: ["DOCKER_HOST": "unix:///nowhere/docker.sock"])
                    #expect(second.exit == 0, "\(second.output)\(second.errors)")
                }
            }
        }
    }

    @Test(arguments: [BuilderFixture.Kind.classic, .buildah])
    func `a builder stands on an image of this repository, and makes the target with its arguments`(
        _ kind: BuilderFixture.Kind
    ) async throws {
        try await BuilderFixture.with(kind) { builder in
            let dockerfile = """
                FROM floor AS one
                ARG WORD=none
                COPY code /code
                RUN cat /word /code > /all && echo $WORD >> /all

                FROM nothing.invalid/never
                RUN false

                """
            let settings = """
                images: [{arguments: {WORD: told}, target: one}]
                  floor: {path: floor, toolchain: command, build: false, test: false}
                """
            try await builder.repository(dockerfile, settings: settings) { repository in
                try await repository.git.commit(
                    "feat: floor",
                    ["floor/Dockerfile": "FROM oci:../app/base:box\nCOPY word /word\n", "floor/word": "floor\n"])
                let said = try await builder.slipway(repository, "run")
                #expect(said.exit == 0, "\(said.output)\(said.errors)")
                try await unpacked(repository, "bundle") { root throws in
                    #expect(try root.appending("all").text == "floor\n1\ntold\n")
                }
            }
        }
    }

    @Test func `images for several platforms are refused with the line that needs a builder`() async throws {
        try await BuilderFixture.with(.buildah) { builder in
            let settings = "images: [{platforms: [linux/amd64, linux/arm64]}]"
            try await builder.repository("FROM oci:base:box\nRUN true\n", settings: settings) { repository in
                let said = try await builder.slipway(repository, "plan")
                let text =
                    "app/Dockerfile:2: RUN needs a builder, and images for several platforms are made natively only"
                #expect(said.output.contains(text), "\(said.output)")
            }
        }
    }

    @Test(arguments: BuilderFixture.Kind.allCases)
    func `a line that fails is red, tells its end and leaves nothing`(_ kind: BuilderFixture.Kind) async throws {
        try await BuilderFixture.with(kind) { builder in
            let dockerfile = "FROM oci:base:box\nCOPY code /code\nRUN echo before; exit 7\n"
            try await builder.repository(dockerfile) { repository in
                let said = try await builder.slipway(repository, "run")
                #expect(said.exit == 11, "\(said.output)\(said.errors)")
                #expect(try message(repository).contains("7"))
                #expect(try await log(repository).contains("before"))
                #expect(try await builder.leftovers() == "")
            }
        }
    }

    // MARK: - Secrets

    @Test(arguments: [BuilderFixture.Kind.buildKit, .buildah, .podman])
    func `a secret reaches the line that mounts it, and nothing else`(_ kind: BuilderFixture.Kind) async throws {
        try await BuilderFixture.with(kind) { builder in
            let dockerfile = """
                FROM oci:base:box
                COPY code /code
                RUN --mount=type=secret,id=TOKEN cat /run/secrets/TOKEN && wc -c < /run/secrets/TOKEN > /count
                RUN cat /proc/*/cmdline > /lines || true

                """
            try await builder.repository(dockerfile, settings: "secrets: [TOKEN]") { repository in
                let secret = "s3cret-value-\(UInt32.random(in: .min ... .max))"
                let said = try await builder.slipway(repository, "run", environment: ["TOKEN": secret])
                #expect(said.exit == 0, "\(said.output)\(said.errors)")
                let log = try await log(repository)
                #expect(!log.contains(secret))
                #expect(log.contains("***"))
                let found = try await run("/bin/grep", ["-rl", secret, "\(repository.root)/.slipway"])
                #expect(found.exit == 1, "\(found.output)")
                try await unpacked(repository, "bundle") { root throws in
                    #expect(try root.appending("count").text == "\(secret.utf8.count)\n")
                    // Where builds are not isolated from the host, those of all processes.
                    #expect(!(try root.appending("lines").text.contains(secret)))
                }
                let found2 = try await run("/bin/grep", ["-rlI", secret, builder.root.string])
                #expect(found2.output == "")
            }
        }
    }

    @Test func `the classic builder is given no secrets, and it is said who can be`() async throws {
        try await BuilderFixture.with(.classic) { builder in
            let dockerfile = "FROM oci:base:box\nRUN --mount=type=secret,id=TOKEN true\n"
            try await builder.repository(dockerfile, settings: "secrets: [TOKEN]") { repository in
                let said = try await builder.slipway(repository, "run", environment: ["TOKEN": "long-secret-text"])
                #expect(said.exit != 0)
                #expect(said.output.contains("BuildKit, buildah and podman can"), "\(said.output)")
                let none = try await builder.slipway(repository, "plan", environment: [:])
                #expect(none.output.contains("app/Dockerfile:2: RUN needs a builder"), "\(none.output)")
            }
        }
    }

    // MARK: - Ends

    @Test(arguments: BuilderFixture.Kind.allCases)
    func `a build that is told to stop leaves no process and no image`(_ kind: BuilderFixture.Kind) async throws {
        try await BuilderFixture.with(kind) { builder in
            let time = "\(Int.random(in: 100_000...900_000))"
            let dockerfile = "FROM oci:base:box\nCOPY code /code\nRUN sleep \(time)\n"
            try await builder.repository(dockerfile) { repository in
                try await stopping(builder, repository, asleep: time, with: SIGTERM)
                try await until { try await !isAsleep(time) }
                #expect(try await builder.leftovers() == "")
                try noWork(in: repository)
            }
        }
    }

    @Test(arguments: [BuilderFixture.Kind.classic, .buildah])
    func `what a killed build leaves is put in order by the next run`(_ kind: BuilderFixture.Kind) async throws {
        try await BuilderFixture.with(kind) { builder in
            let time = "\(Int.random(in: 100_000...900_000))"
            let dockerfile = "FROM oci:base:box\nCOPY code /code\nRUN sleep \(time)\n"
            try await builder.repository(dockerfile) { repository in
                try await stopping(builder, repository, asleep: time, with: SIGKILL)
                #expect(try await builder.leftovers() != "")
                try await repository.git.commit("fix: wait", ["app/Dockerfile": "FROM scratch\nCOPY code /code\n"])
                let next = try await builder.slipway(repository, "run")
                #expect(next.exit == 0, "\(next.output)\(next.errors)")
                try await until { try await !isAsleep(time) }
                #expect(try await builder.leftovers() == "")
                try noWork(in: repository)
            }
        }
    }

    @Test func `a build that an engine would go on with for ever is ended when its time is over`() async throws {
        try await BuilderFixture.with(.classic) { builder in
            let time = "\(Int.random(in: 100_000...900_000))"
            try await builder.repository(
                "FROM oci:base:box\nRUN sleep \(time)\n", settings: "timeout: 10s"
            ) { repository in
                let said = try await builder.slipway(repository, "run")
                #expect(said.exit == 11, "\(said.output)\(said.errors)")
                #expect(try message(repository).contains("stopped after 10s"))
                try await until { try await !isAsleep(time) }
            }
        }
    }

    private func noWork(in repository: Monorepo) throws {
        let names = try repository.root.appending(".slipway/builders").children
        #expect(names.filter { $0.hasPrefix("work-") } == [])
    }

    private func isAsleep(_ time: String) async throws -> Bool {
        try await run("/usr/bin/pgrep", ["-f", "^sleep \(time)$"]).exit == 0
    }

    private func until(_ condition: () async throws -> Bool) async throws {
        for _ in 0..<1000 {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("it never came to that")
    }

    private func stopping(
        _ builder: BuilderFixture, _ repository: Monorepo, asleep time: String, with signal: Int32
    ) async throws {
        _ = try await Subprocess.run(
            .path(SlipwayBinary.path), arguments: ["run"],
            environment: .custom(
                builder.environment().reduce(into: [:]) { keyed, variable in
                    if let key = Environment.Key(rawValue: variable.key) { keyed[key] = variable.value }
                }),
            workingDirectory: repository.root, input: .none, output: .string(limit: 1 << 20),
            error: .combinedWithOutput
        ) { execution in
            try await until { try await isAsleep(time) }
            kill(execution.processIdentifier.value, signal)
        }
    }

    @Test func `an engine that is stopped in the middle is the world's fault`() async throws {
        try await BuilderFixture.with(.buildKit) { builder in
            let time = "\(Int.random(in: 100_000...900_000))"
            try await builder.repository("FROM oci:base:box\nRUN sleep \(time)\n") { repository in
                async let said = builder.slipway(repository, "run")
                try await until { try await isAsleep(time) }
                try await builder.engine?.stop()
                let output = try await said
                #expect(output.exit != 0)
                let text = try message(repository)
                #expect(text.contains("docker"), "\(text)")
                #expect(try repository.reasons()["app"] == "unavailable", "\(text)")
            }
        }
    }

    @Test func `where there is no builder, the line and what to do are said`() async throws {
        try await BuilderFixture.with(.buildKit) { builder in
            try await builder.repository("FROM oci:base:box\n\nRUN true\n") { repository in
                let text = try repository.root.appending("slipway.yaml").text
                try await repository.git.commit(
                    "ci: any", ["slipway.yaml": text.replacing("    builder: docker\n", with: "")])
                let said = try await builder.slipway(
                    repository, "run",
                    environment: ["DOCKER_HOST": "unix:///nowhere/docker.sock", "SLIPWAY_BUILDER": "docker"])
                #expect(said.exit != 0)
                #expect(said.output.contains("app/Dockerfile:3: RUN needs a builder; docker"), "\(said.output)")
                let wrong = try await builder.slipway(repository, "run", environment: ["SLIPWAY_BUILDER": "kaniko"])
                #expect(wrong.output.contains("there is no builder \"kaniko\""), "\(wrong.output)")
                try await repository.git.commit(
                    "ci: none", ["slipway.yaml": text.replacing("builder: docker", with: "builder: native")])
                let native = try await builder.slipway(repository, "run")
                #expect(native.exit != 0)
                #expect(native.output.contains("app/Dockerfile:3: RUN needs a builder"), "\(native.output)")
            }
        }
    }
}
