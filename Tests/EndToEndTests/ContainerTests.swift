import Fixtures
import Foundation
import Glibc
import Subprocess
import SystemPackage
import Testing

/// Engines for the tests of one suite: started once.
private struct Engines: SuiteTrait, TestScoping {
    @TaskLocal static var running: [ContainerFixture.Kind: ContainerFixture] = [:]

    func provideScope(
        for test: Test, testCase: Test.Case?, performing body: @Sendable @concurrent () async throws -> Void
    ) async throws {
        try await ContainerFixture.withDocker { docker in
            try await ContainerFixture.withPodman { podman in
                let all = [docker, podman].compactMap(\.self)
                try await Self.$running.withValue(Dictionary(uniqueKeysWithValues: all.map { ($0.kind, $0) })) {
                    try await body()
                }
            }
        }
    }
}

/// Commands in containers of the real engines.
@Suite(Engines(), .enabled(if: ContainerFixture.isInstalled, "docker.io and busybox-static are not installed"))
struct ContainerTests {
    static let image = ContainerFixture.image

    /// A repository with services that run in containers, on one engine; nothing where that engine is not.
    private func with(
        _ kind: ContainerFixture.Kind, _ configuration: String,
        _ body: (ContainerFixture, Monorepo) async throws -> Void
    ) async throws {
        guard let engine = Engines.running[kind] else { return }
        let text = configuration.replacing("IMAGE", with: Self.image).replacing(
            "CHECKED", with: ContainerFixture.checkedImage)
        try await withMonorepo(text) { repository in
            try await repository.git.commit("chore: folders", ["a/x": "", "b/x": "", ".gitignore": "*.out\n"])
            try await body(engine, repository)
        }
    }

    private func run(
        _ engine: ContainerFixture, _ repository: Monorepo, _ arguments: String...,
        environment: [String: String] = [:]
    ) async throws -> Said {
        try await Fixtures.run(
            SlipwayBinary.path.string, ["run"] + arguments, in: repository.root,
            environment: self.environment(engine).merging(environment) { $1 })
    }

    private func environment(_ engine: ContainerFixture) -> [String: String] {
        SlipwayBinary.environment.merging(engine.environment) { $1 }
            .merging(["SLIPWAY_CONTAINER_ENGINE": engine.kind.rawValue]) { $1 }
    }

    /// The containers of the run that is under way, or was last; other tests have theirs.
    private func left(_ engine: ContainerFixture, _ repository: Monorepo) async throws -> [String] {
        let runs = try repository.root.appending(".slipway/runs").children.filter { $0 != "latest" }
        let run = try #require(runs.max())
        return try await engine("ps", "--all", "--quiet", "--no-trunc", "--filter", "label=slipway.run=\(run)")
            .split(separator: "\n").map(String.init)
    }

    private func message(_ repository: Monorepo, _ service: String) throws -> String {
        let services = try repository.outcome()["services"] as? [[String: Any]] ?? []
        let steps = services.first { $0["name"] as? String == service }?["steps"] as? [[String: Any]]
        let ending = steps?.last?["ending"] as? [String: Any]
        return ending?["message"] as? String ?? ""
    }

    // MARK: - The command

    @Test(arguments: ContainerFixture.Kind.allCases)
    func `a command sees the work tree, its own variables, and nothing of this machine`(_ kind: ContainerFixture.Kind)
        async throws
    {
        let configuration = """
            services:
              a:
                path: a
                toolchain: command
                container: IMAGE
                environment: [TOLD, LINES]
                build: id -u > id.out; id -g >> id.out; pwd > pwd.out; env > env.out; cat > in.out; ls -d / /usr > usr.out || true
                test: [busybox, sh, -c, "echo '<testsuite name=\\"s\\"><testcase name=\\"t\\"/></testsuite>' > $SLIPWAY_REPORTS/x.xml"]
                reports: [x/*.xml]
                images: false

            """
        try await with(kind, configuration) { engine, repository in
            let said = try await run(
                engine, repository, environment: ["TOLD": "a 'b' $c", "LINES": "1\n2", "UNTOLD": "x"])
            #expect(said.exit == 0, "\(said.output)\(said.errors)")
            let home = repository.root.appending("a")
            #expect(try home.appending("id.out").text == "\(getuid())\n\(getgid())\n")
            #expect(try home.appending("pwd.out").text == "\(home)\n")
            #expect(try home.appending("in.out").text == "")
            #expect(try home.appending("usr.out").text == "/\n")
            let seen = try home.appending("env.out").text
            let names = Set(seen.split(separator: "\n").compactMap { $0.split(separator: "=").first }.map(String.init))
            let engines: Set = ["PATH", "HOSTNAME", "HOME", "container", "TERM", "PWD", "SHLVL"]
            let told: Set = [
                "TOLD", "LINES", "2", "LC_ALL", "SLIPWAY_SERVICE", "SLIPWAY_VERSION", "SLIPWAY_COMMIT", "SLIPWAY_ROOT",
                "SLIPWAY_REPORTS", "SLIPWAY_RUN", "SLIPWAY_JOBS", "SOURCE_DATE_EPOCH",
            ]
            #expect(names.subtracting(engines) == told)
            #expect(seen.contains("TOLD=a 'b' $c\n"))
            #expect(seen.contains("LINES=1\n2\n"))
            #expect(seen.contains("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"))
            #expect(try repository.verdicts() == ["a": "stable"])
            let left = try await self.left(engine, repository)
            #expect(left.isEmpty)
            #expect(!repository.root.appending(".slipway/containers").isThere)
        }
    }

    @Test(arguments: ContainerFixture.Kind.allCases)
    func `the exit of the command is the exit of the step`(_ kind: ContainerFixture.Kind) async throws {
        let table: [(build: String, code: Int32, state: String, reason: String)] = [
            ("exit 3", 11, "failed", "build-failed"), ("exit 125", 11, "failed", "build-failed"),
            ("no-such-program", 11, "failed", "command-not-found"),
            ("[/no/such/program, x]", 11, "failed", "command-not-found"), ("[/etc]", 11, "failed", "build-failed"),
            ("sh -c 'kill -9 $$'; exit $?", 75, "failed", "killed"),
        ]
        for row in table {
            let configuration = """
                services:
                  a: {path: a, toolchain: command, container: IMAGE, images: false, build: \(row.build), test: false}

                """
            try await with(kind, configuration) { engine, repository in
                let said = try await run(engine, repository)
                #expect(said.exit == row.code, "\(row.build): \(said.output)\(said.errors)")
                #expect(try repository.verdicts() == ["a": row.state], "\(row.build)")
                #expect(try repository.reasons() == ["a": row.reason], "\(row.build)")
                let left = try await self.left(engine, repository)
                #expect(left.isEmpty)
            }
        }
    }

    @Test(arguments: ContainerFixture.Kind.allCases)
    func `the value of a variable is on nobody's command line`(_ kind: ContainerFixture.Kind) async throws {
        let configuration = """
            services:
              a:
                path: a
                toolchain: command
                container: IMAGE
                images: false
                environment: [TOKEN]
                build: touch begun.out; until [ -e go.out ]; do sleep 0.05; done; printf %s "$TOKEN" > token.out
                test: false

            """
        try await with(kind, configuration) { engine, repository in
            let home = repository.root.appending("a")
            async let said = run(engine, repository, environment: ["TOKEN": "s3cret-\(getpid())"])
            while !home.appending("begun.out").isThere { try await Task.sleep(for: .milliseconds(10)) }
            let lines = try await Fixtures.run("ps", ["-eo", "args"]).output
            let id = try #require(try await left(engine, repository).first)
            let started = try await engine("inspect", "--format", "{{json .Path}} {{json .Args}}", id)
            try home.appending("go.out").put("")
            let ended = try await said
            #expect(lines.contains("start --attach \(id)"))
            #expect(!lines.contains("s3cret-\(getpid())"))
            #expect(!started.contains("s3cret-\(getpid())"))
            #expect(ended.exit == 0, "\(ended.output)\(ended.errors)")
            #expect(try home.appending("token.out").text == "s3cret-\(getpid())")
        }
    }

    @Test(arguments: ContainerFixture.Kind.allCases)
    func `a command that ignores its end is ended when its time is up`(_ kind: ContainerFixture.Kind) async throws {
        let configuration = """
            services:
              a:
                path: a
                toolchain: command
                container: IMAGE
                images: false
                timeout: 6s
                build: trap '' TERM INT; sh -c "trap '' TERM; sleep 3600"
                test: false

            """
        try await with(kind, configuration) { engine, repository in
            let said = try await run(engine, repository)
            #expect(said.exit == 11, "\(said.output)\(said.errors)")
            #expect(try repository.reasons() == ["a": "timeout"])
            let left = try await self.left(engine, repository)
            #expect(left.isEmpty)
        }
    }

    // MARK: - Sidecars

    @Test(arguments: ContainerFixture.Kind.allCases)
    func `sidecars are here and have names, each service has its own, and what they said is kept`(
        _ kind: ContainerFixture.Kind
    ) async throws {
        func service(_ name: String) -> String {
            """
              \(name):
                path: \(name)
                toolchain: command
                images: false
                container:
                  image: IMAGE
                  sidecars:
                    db:
                      image: IMAGE
                      environment: {NAME: "\(name)'s", HOME: /srv}
                      command: [sh, -c, 'mkdir /srv; echo "$NAME $HOME" > /srv/x; echo serving $NAME; exec httpd -f -p 5432 -h /srv']
                      health: wget -qO- http://localhost:5432/x
                    queue: {image: IMAGE, command: [httpd, -f, -p, "6000", -h, /etc], health: [wget, -O, /dev/null, "http://queue:6000/hosts"]}
                build: '! wget -qO- http://localhost:5432/x'
                test: 'echo 1..2; wget -qO- http://db:5432/x | grep -qx "\(name).s /srv" && echo ok 1 - name; wget -qO- http://localhost:6000/hosts >/dev/null && echo ok 2 - here'

            """
        }
        try await with(kind, "services:\n" + service("a") + service("b")) { engine, repository in
            let said = try await run(engine, repository, "--jobs", "2")
            let logs = repository.root.appending(".slipway/runs/latest/logs")
            let all = try await sh("cat *", in: logs)
            #expect(said.exit == 0, "\(said.output)\(said.errors)\(all)")
            #expect(try repository.verdicts() == ["a": "stable", "b": "stable"])
            let told = try await Fixtures.run("zcat", [logs.appending("a.sidecar-db.log.gz").string])
            #expect(told.output == "serving a's\n")
            #expect(logs.appending("b.sidecar-queue.log.gz").isThere)
            let left = try await self.left(engine, repository)
            #expect(left.isEmpty)
        }
    }

    @Test(arguments: ContainerFixture.Kind.allCases)
    func `a sidecar that is not ready, or ends, is no failed test`(_ kind: ContainerFixture.Kind) async throws {
        let table = [
            (
                "{image: IMAGE, command: [sh, -c, 'echo no room; sleep 3600'], health: echo shut; false, ready-within: 6s}",
                "sidecar db (\(Self.image)) was not ready within 6s; its last lines: no room; its health check: shut"
            ),
            (
                "{image: CHECKED, command: [sh, -c, 'echo never; sleep 3600'], ready-within: 6s}",
                "sidecar db (\(ContainerFixture.checkedImage)) was not ready within 6s; its last lines: never"
            ),
            (
                "{image: IMAGE, command: [sh, -c, 'echo dead; exit 4'], health: 'true'}",
                "sidecar db (\(Self.image)) ended with exit 4; its last lines: dead"
            ),
        ]
        for (sidecar, problem) in table {
            let configuration = """
                services:
                  a:
                    path: a
                    toolchain: command
                    images: false
                    container: {image: IMAGE, sidecars: {db: \(sidecar)}}
                    test: touch ran.out

                """
            try await with(kind, configuration) { engine, repository in
                let said = try await run(engine, repository)
                #expect(said.exit == 75, "\(said.output)\(said.errors)")
                #expect(try repository.reasons() == ["a": "unavailable"])
                #expect(try message(repository, "a") == problem)
                #expect(!repository.root.appending("a/ran.out").isThere)
                let left = try await self.left(engine, repository)
                #expect(left.isEmpty)
            }
        }
    }

    @Test(arguments: ContainerFixture.Kind.allCases)
    func `the health check of an image is asked, and without any it is said that nobody knows`(
        _ kind: ContainerFixture.Kind
    ) async throws {
        let configuration = """
            services:
              a:
                path: a
                toolchain: command
                images: false
                container:
                  image: IMAGE
                  sidecars:
                    db: {image: CHECKED, command: [sh, -c, 'sleep 1; httpd -p 5432 -h /etc; touch /tmp/ready; sleep 3600']}
                    silent: {image: IMAGE, command: [sleep, "3600"]}
                test: wget -qO- http://db:5432/hosts >&2 && printf '1..1\\nok 1 - a\\n'

            """
        try await with(kind, configuration) { engine, repository in
            let said = try await run(engine, repository)
            #expect(said.exit == 0, "\(said.output)\(said.errors)")
            #expect(said.errors.contains("note: a: nothing tells whether sidecar silent is ready; health: would"))
            #expect(!said.errors.contains("sidecar db"))
        }
    }

    @Test(.enabled(if: ContainerFixture.hasPostgres, "postgresql is not installed"))
    func `a real PostgreSQL stands beside tests`() async throws {
        let configuration = """
            services:
              a:
                path: a
                toolchain: command
                images: false
                container: {image: \(ContainerFixture.postgresImage), sidecars: {db: \(ContainerFixture.postgresImage)}}
                test: '[ "$(psql -h db -U app -d postgres -Atc "select 6 * 7")" = 42 ] && printf "1..1\\nok 1 - answers\\n"'

            """
        try await with(.docker, configuration) { engine, repository in
            try await engine.makePostgresImage()
            let said = try await run(engine, repository)
            #expect(said.exit == 0, "\(said.output)\(said.errors)")
            #expect(try repository.verdicts() == ["a": "stable"])
            let log = try await Fixtures.run(
                "zcat", [".slipway/runs/latest/logs/a.sidecar-db.log.gz"], in: repository.root
            ).output
            #expect(log.contains("database system is ready to accept connections"))
        }
    }

    // MARK: - Engines that fail

    @Test func `an image that cannot be had, and an engine that is not there, are the world's fault`() async throws {
        let configuration = """
            services:
              a: {path: a, toolchain: command, container: "localhost:1/none:1", images: false, build: "true", test: false}

            """
        try await with(.docker, configuration) { engine, repository in
            let said = try await run(engine, repository)
            #expect(said.exit == 75, "\(said.output)\(said.errors)")
            #expect(try repository.reasons() == ["a": "unavailable"])
            #expect(try message(repository, "a").hasPrefix("container image localhost:1/none:1: "))
            #expect(said.output.contains("docker pull localhost:1/none:1 shows whether it can be had"))

            let other = try await run(engine, repository, environment: ["SLIPWAY_CONTAINER_ENGINE": "no-such-engine"])
            #expect(other.exit == 75)
            #expect(
                try message(repository, "a") == "no container engine answers: no-such-engine: not installed")
            let doctor = try await slipway(
                "doctor", in: repository.root, environment: ["SLIPWAY_CONTAINER_ENGINE": "no-such-engine"])
            #expect(doctor.output.contains("no container engine answers"), "\(doctor.output)")
            let well = try await slipway("doctor", in: repository.root, environment: environment(engine))
            #expect(well.output.contains(" answers, for a"), "\(well.output)")
        }
    }

    @Test func `an engine that is stopped under a command is the world's fault`() async throws {
        try await ContainerFixture.withDocker { engine in
            let configuration = """
                services:
                  a: {path: a, toolchain: command, container: \(Self.image), images: false, build: touch begun.out; sleep 3600, test: false}

                """
            try await withMonorepo(configuration) { repository in
                try await repository.git.commit("chore: folders", ["a/x": "", ".gitignore": "*.out\n"])
                async let said = self.run(engine, repository)
                while !repository.root.appending("a/begun.out").isThere {
                    try await Task.sleep(for: .milliseconds(10))
                }
                try await engine.stop()
                let ended = try await said
                #expect(ended.exit == 75, "\(ended.output)\(ended.errors)")
                #expect(try self.message(repository, "a").hasPrefix("docker no longer answers: "))
                #expect(ended.errors.contains("the next one removes them"))
            }
        }
    }
}
