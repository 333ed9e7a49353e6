import Fixtures
import Foundation
import Glibc
import Subprocess
import SystemPackage
import Testing

/// One plan, several processes on one machine.
struct LocalAgentsTests {
    /// An outcome without what differs between two runs of one plan.
    private func content(_ json: Any) -> Any {
        let ofTheRun: Set = ["run", "startedAt", "finishedAt", "record", "log", "wallMs", "cpuMs", "peakKB", "merged"]
        if let members = json as? [String: Any] {
            return members.filter { !ofTheRun.contains($0.key) }.mapValues { content($0) }
        }
        return (json as? [Any])?.map { content($0) } ?? json
    }

    private func bytes(_ text: String) throws -> String {
        let json = content(try JSONSerialization.jsonObject(with: Data(text.utf8)))
        return String(decoding: try JSONSerialization.data(withJSONObject: json, options: [.sortedKeys]), as: UTF8.self)
    }

    /// A copy of a repository with all that lies in it, so that each begins with the same records.
    private func copy(_ repository: Monorepo, _ name: String) async throws -> FilePath {
        let folder = repository.root.removingLastComponent()
        try await sh("cp -a monorepo \(name)", in: folder)
        return folder.appending(name)
    }

    @Test(arguments: [
        [:],
        ["services/web/tap": "1..2\nok 1 - web works\nnot ok 2 - adds\n"],
        ["libs/lib/Makefile": "", "libs/lib/src.txt": "", "fail": ""],
    ])
    func `two, three and nine agents come to the same bytes as one run`(change: [String: String]) async throws {
        let configuration = Monorepo.configuration.replacing(
            "cp src.txt out/lib", with: "test ! -e ../../fail && cp src.txt out/lib")
        try await withMonorepo(configuration) { repository in
            // Something is reused, something is built only because others need it.
            try await repository.slipway("run", "lib", "solo")
            try await repository.git.commit("fix: more", change.merging(["services/app/src.txt": "2\n"]) { $1 })
            let plan = repository.root.removingLastComponent().appending("plan.json")
            try plan.put(try await repository.slipway("plan", "--json").output)
            let alone = try await copy(repository, "alone")
            let one = try await slipway("run", "--plan", plan.string, in: alone)
            let expected = try bytes(alone.appending(".slipway/runs/latest/outcome.json").text)
            for count in [2, 3, 9] {
                let checkout = try await copy(repository, "agents-\(count)")
                let many = try await slipway(
                    "run", "--plan", plan.string, "--local-agents", "\(count)", "--json", in: checkout)
                #expect(many.exit == one.exit, "\(many.errors)")
                #expect(try bytes(many.output) == expected)
                #expect(try checkout.appending(".slipway/runs/latest/outcome.json").text == many.output)
                #expect(try checkout.appending(".slipway/agents").children == [])
                #expect(try await sh("git worktree list", in: checkout).split(separator: "\n").count == 1)
                #expect(try await sh("git status --porcelain", in: checkout) == "")
            }
        }
    }

    @Test func `a first run from nothing, told once, and the next one has nothing to do`() async throws {
        try await withMonorepo { repository in
            let first = try await repository.slipway("run", "--local-agents", "2")
            #expect(first.exit == 0, "\(first.errors)")
            #expect(first.output.contains("app   stable"))
            #expect(first.output.contains("run one: podman run"))
            let told = first.errors.split(separator: "\n")
            #expect(told.filter { $0 == "[app] selected: new" }.count == 1, "\(first.errors)")
            #expect(told.filter { $0.hasPrefix("[app] build") }.count == 1)
            let second = try await repository.slipway("run", "--local-agents", "2")
            #expect(second.exit == 0, "\(second.errors)")
            #expect(second.output == "4 reused: a record has their key\n")
            let plain = try await repository.slipway("run")
            #expect(plain.output == second.output)
            // Logs lie where those of any run do.
            let logs = try await sh("ls .slipway/runs/*/logs", in: repository.root)
            #expect(logs.contains("app.build.log") && logs.contains("web.test.log"))
        }
    }

    @Test(arguments: [["--through", "test"], ["solo", "lib"], ["--through", "build", "lib"], ["--offline"]])
    func `asked for a part of it, twice: what there is to do is done once`(arguments: [String]) async throws {
        try await withMonorepo { repository in
            func agents() async throws -> Said {
                try await run(
                    SlipwayBinary.path.string, ["run", "--local-agents", "2", "--json"] + arguments,
                    in: repository.root, environment: SlipwayBinary.environment)
            }
            let plain = try await copy(repository, "plain")
            for _ in 1...2 {
                let said = try await agents()
                #expect(said.exit == 0, "\(said.errors)")
                let alone = try await run(
                    SlipwayBinary.path.string, ["run"] + arguments, in: plain, environment: SlipwayBinary.environment)
                #expect(alone.exit == 0, "\(alone.errors)")
                // Named services have no outcome of others, and a plan that names records differs with them.
                let expected = try verdicts(plain.appending(".slipway/runs/latest/outcome.json").text)
                #expect(try verdicts(said.output).merging(expected) { $1 } == verdicts(said.output))
            }
        }
    }

    private func verdicts(_ text: String) throws -> [String: String] {
        let json = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        return (json?["services"] as? [[String: Any]] ?? []).reduce(into: [:]) { verdicts, service in
            guard let name = service["name"] as? String, let verdict = service["verdict"] as? [String: Any] else {
                return
            }
            verdicts[name] = verdict["state"] as? String
        }
    }

    @Test func `a red service is told with its log`() async throws {
        try await withMonorepo(
            Monorepo.configuration.replacing(
                "build: \"true\"\n    test: false", with: "build: echo oops && exit 3\n    test: false")
        ) {
            repository in
            let said = try await repository.slipway("run", "--local-agents", "3")
            #expect(said.exit == 11)
            #expect(said.output.contains("  | oops"), "\(said.output)")
            let line = try #require(said.output.split(separator: "\n").first { $0.contains("  log: ") })
            #expect(FilePath(String(line.dropFirst("  log: ".count))).isThere, "\(line)")
        }
    }

    @Test func `uncommitted work is refused with the way out`() async throws {
        try await withMonorepo { repository in
            try repository.git.put("services/solo/src.txt", "changed\n")
            let said = try await repository.slipway("run", "--local-agents", "2")
            #expect(said.exit == 65)
            #expect(said.errors.contains("services/solo/src.txt is not committed"))
            #expect(said.errors.contains("commit or stash it, or leave --local-agents out"))
            #expect(try await repository.slipway("run", "--local-agents", "1").exit == 0)
        }
    }

    // MARK: - Stopped and killed

    private static let slow = """
        services:
          quick: {path: a, toolchain: command, build: "true", test: false}
          slow:
            path: b
            toolchain: command
            build: "touch MARK.begun; trap '' TERM; sleep NUMBER"
            test: false
          other:
            path: c
            toolchain: command
            build: "touch MARK.other; sleep NUMBER"
            test: false

        """

    private func withSlowRepository(_ number: Int, _ body: (Monorepo, FilePath, String) async throws -> Void)
        async throws
    {
        // None is the beginning of another.
        let sleep = "\(4700 + number).\(getpid())"
        let mark = "/tmp/slipway-agents-\(UUID().uuidString)"
        let configuration = Self.slow.replacing("MARK", with: mark).replacing("NUMBER", with: sleep)
        defer { for ending in ["begun", "other"] { try? FileManager.default.removeItem(atPath: "\(mark).\(ending)") } }
        try await withMonorepo(configuration) { repository in
            try await repository.git.commit("chore: more", ["a/x": "", "b/x": "", "c/x": ""])
            try await body(repository, FilePath(mark), sleep)
        }
    }

    private func running(
        in folder: FilePath, _ meddle: @escaping @Sendable (pid_t) async throws -> Void
    ) async throws -> (status: TerminationStatus, output: String) {
        let result = try await Subprocess.run(
            .path(SlipwayBinary.path), arguments: ["run", "--local-agents", "3", "--jobs", "3"],
            environment: .custom(
                SlipwayBinary.environment.reduce(into: [:]) { keyed, variable in
                    if let key = Environment.Key(rawValue: variable.key) { keyed[key] = variable.value }
                }),
            workingDirectory: folder, input: .none, output: .string(limit: 1 << 20), error: .combinedWithOutput
        ) { try await meddle($0.processIdentifier.value) }
        return (result.terminationStatus, result.standardOutput)
    }

    private func waitFor(_ isSo: @Sendable () async throws -> Bool) async throws {
        while try await !isSo() { try await Task.sleep(for: .milliseconds(20)) }
    }

    /// The process of one agent.
    private func agent(_ number: Int, in root: FilePath) async throws -> pid_t {
        let said = try await run("pgrep", ["-f", "--", "--repo \(root)/.slipway/agents/agent-\(number) "])
        return try #require(pid_t(said.output.split(separator: "\n").first ?? ""))
    }

    @Test func `told to stop, all agents stop, and what is known is told`() async throws {
        try await withSlowRepository(1) { repository, mark, sleep in
            let ended = try await running(in: repository.root) { pid in
                try await self.waitFor {
                    FilePath("\(mark).begun").isThere && FilePath("\(mark).other").isThere
                        && repository.root.appending(".slipway/ledger/by-service/quick").isThere
                }
                kill(pid, SIGTERM)
                kill(pid, SIGTERM)
            }
            #expect(ended.status == .exited(143), "\(ended.output)")
            #expect(try await run("pgrep", ["-f", sleep]).exit == 1)
            #expect(
                try repository.verdicts() == ["quick": "stable", "slow": "incomplete", "other": "incomplete"],
                "\(ended.output)")
            #expect(try repository.reasons()["slow"] == "interrupted")
            #expect(try repository.outcome()["interrupted"] as? Bool == true)
            #expect(try repository.root.appending(".slipway/agents").children == [])
        }
    }

    @Test func `killed outright, its agents come to their end, and the next run goes on from there`() async throws {
        let flag = FilePath("/tmp/slipway-agents-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(atPath: flag.string) }
        let configuration = Self.slow.replacing("MARK", with: flag.string + ".x").replacing(
            "trap '' TERM; sleep NUMBER", with: "until test -e \(flag); do sleep 0.05; done"
        ).replacing("; sleep NUMBER", with: "")
        try await withMonorepo(configuration) { repository in
            try await repository.git.commit("chore: more", ["a/x": "", "b/x": "", "c/x": ""])
            let ended = try await running(in: repository.root) { pid in
                try await self.waitFor { FilePath("\(flag).x.begun").isThere }
                kill(pid, SIGKILL)
            }
            #expect(ended.status == .signaled(SIGKILL))
            async let next = repository.slipway("run", "--local-agents", "2")
            let lock = repository.root.appending(".slipway/lock")
            try await waitFor { try lock.text.contains("with 2 agents") }
            try flag.put("")
            let said = try await next
            #expect(said.exit == 0, "\(said.errors)")
            #expect(said.output == "3 reused: a record has their key\n", "\(said.errors)")
            for ending in ["begun", "other"] { try? FileManager.default.removeItem(atPath: "\(flag).x.\(ending)") }
        }
    }

    @Test func `what a killed agent had begun is lost, the others go on, and nothing of it lives`() async throws {
        try await withSlowRepository(2) { repository, mark, sleep in
            let ended = try await running(in: repository.root) { _ in
                try await self.waitFor { FilePath("\(mark).begun").isThere && FilePath("\(mark).other").isThere }
                let parts = try await sh(
                    "grep -l '\"service\":\"slow\"' .slipway/runs/*/slow.1.jsonl | xargs cat", in: repository.root)
                let shard = try #require(parts.firstMatch(of: /"shard":"([1-3])\/3"/)?.1)
                kill(try await self.agent(try #require(Int(shard)), in: repository.root), SIGKILL)
                // The other one is ended by its own doing.
                let other = try await run("pgrep", ["-x", "-f", "sleep \(sleep)"])
                for line in other.output.split(separator: "\n") {
                    let environment = try await run("sh", ["-c", "tr '\\0' '\\n' < /proc/\(line)/environ"])
                    if environment.output.contains("SLIPWAY_SERVICE=other\n") { kill(pid_t(line) ?? 0, SIGHUP) }
                }
            }
            #expect(ended.status == .exited(12), "\(ended.output)")
            #expect(ended.output.contains("was killed: what it had begun is lost"))
            #expect(
                try repository.verdicts() == ["quick": "stable", "slow": "incomplete", "other": "failed"],
                "\(ended.output)")
            #expect(try repository.reasons()["slow"] == "lost")
            #expect(try await run("pgrep", ["-f", sleep]).exit == 1)
        }
    }
}
