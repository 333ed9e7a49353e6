import Fixtures
import Foundation
import Glibc
import Subprocess
import SystemPackage
import Testing

/// Being told to stop, being killed, being two.
struct InterruptTests {
    private static let slow = """
        services:
          quick: {path: a, toolchain: command, build: "true", test: false}
          slow:
            path: b
            toolchain: command
            needs: [quick]
            build: "setsid sleep MARK & (trap '' TERM INT; sleep MARK) & sleep 0.1; trap '' TERM INT; touch begun; sleep MARK"
            test: false
          after: {path: c, toolchain: command, needs: [slow], build: "true", test: false}

        """

    private func waitFor(_ file: FilePath) async throws {
        for _ in 0..<6000 where !file.isThere { try await Task.sleep(for: .milliseconds(10)) }
        #expect(file.isThere)
    }

    /// Starts slipway in the background, lets `meddle` do its worst, and returns how it ended.
    private func running(
        _ arguments: [String], in folder: FilePath, _ meddle: @escaping @Sendable (pid_t) async throws -> Void
    ) async throws -> (status: TerminationStatus, output: String) {
        let result = try await Subprocess.run(
            .path(SlipwayBinary.path), arguments: Arguments(arguments),
            environment: .custom(
                SlipwayBinary.environment.reduce(into: [:]) { keyed, variable in
                    if let key = Environment.Key(rawValue: variable.key) { keyed[key] = variable.value }
                }),
            workingDirectory: folder, input: .none, output: .string(limit: 1 << 20), error: .combinedWithOutput
        ) { execution in
            try await meddle(execution.processIdentifier.value)
        }
        return (result.terminationStatus, result.standardOutput)
    }

    private func withSlowRepository(_ number: Int, _ body: (Monorepo, String) async throws -> Void) async throws {
        // None is the beginning of another.
        let mark = "\(3700 + number).\(getpid())"
        try await withMonorepo(Self.slow.replacing("MARK", with: mark)) { repository in
            try await repository.git.commit("chore: more", ["a/x": "", "b/x": "", "c/x": "", ".gitignore": "begun\n"])
            try await body(repository, mark)
        }
    }

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 143)] as [(Int32, Int32)])
    func `a signal ends every child, writes what is known, and leaves with its code`(signal: Int32, code: Int32)
        async throws
    {
        try await withSlowRepository(Int(signal)) { repository, mark in
            let begun = repository.root.appending("b/begun")
            let ended = try await running(["run", "--jobs", "2"], in: repository.root) { pid in
                try await self.waitFor(begun)
                kill(pid, signal)
                // More of the same changes nothing.
                kill(pid, signal)
            }
            #expect(ended.status == .exited(code), "\(ended.output)")
            #expect(try await run("pgrep", ["-f", mark]).exit == 1)
            #expect(try repository.verdicts() == ["quick": "stable", "slow": "incomplete", "after": "incomplete"])
            #expect(try repository.outcome()["interrupted"] as? Bool == true)
            // What was finished stays finished; the rest is still to do.
            let plan = try await repository.slipway("plan")
            #expect(plan.output.contains("2 of 3 to build"))
            #expect(plan.output.contains("quick  reused"))
        }
    }

    @Test func `killed outright, the next run goes on with what was finished`() async throws {
        try await withSlowRepository(9) { repository, mark in
            let begun = repository.root.appending("b/begun")
            let ended = try await running(["run", "--jobs", "2"], in: repository.root) { pid in
                try await self.waitFor(begun)
                // The journal tells it, once the record is on disk.
                while try await sh("cat .slipway/runs/*/journal.jsonl || true", in: repository.root).isEmpty {
                    try await Task.sleep(for: .milliseconds(10))
                }
                kill(pid, SIGKILL)
            }
            #expect(ended.status == .signaled(SIGKILL))
            try await run("pkill", ["-9", "-f", mark])
            let plan = try await repository.slipway("plan")
            #expect(plan.output.contains("quick  reused"))
            #expect(plan.output.contains("2 of 3 to build"))
        }
    }

    @Test func `of two runs in one checkout the second waits, or is turned away with the name of the first`()
        async throws
    {
        try await withSlowRepository(7) { repository, _ in
            let begun = repository.root.appending("b/begun")
            let ended = try await running(["run"], in: repository.root) { pid in
                try await self.waitFor(begun)
                let refused = try await repository.slipway("run", "--no-wait")
                #expect(refused.exit == 75)
                #expect(refused.errors.contains("another run works in this checkout: process \(pid), started "))
                // The second begins only when the first has ended.
                let second = try await self.running(["run", "quick"], in: repository.root) { _ in
                    try await Task.sleep(for: .milliseconds(3000))
                    kill(pid, SIGTERM)
                }
                #expect(second.status == .exited(0))
                #expect(second.output.contains("waiting for another run in this checkout (process \(pid)"))
                #expect(second.output.contains("1 reused"))
            }
            #expect(ended.status == .exited(143))
        }
    }

    private static let leaving = """
        services:
          left:
            path: a
            toolchain: command
            build: |
              setsid sh -c 'trap "" TERM; sleep MARK; :' &
              touch begun; sleep MARK; :
            test: false

        """

    @Test func `what a killed run left behind is ended by the next, and nothing else`() async throws {
        let (mark, strange) = ("3799.\(getpid())", "3798.\(getpid())")
        try await withMonorepo(Self.leaving.replacing("MARK", with: mark)) { repository in
            try await repository.git.commit("chore: more", ["a/x": "", ".gitignore": "begun\n"])
            // Somebody else's, of another checkout.
            try await sh("SLIPWAY_RUN=1 SLIPWAY_ROOT=/elsewhere setsid sleep \(strange) > /dev/null 2>&1 &", in: "/")
            let ended = try await running(["run", "--through", "build"], in: repository.root) { pid in
                try await self.waitFor(repository.root.appending("a/begun"))
                kill(pid, SIGKILL)
            }
            #expect(ended.status == .signaled(SIGKILL))
            #expect(try await run("pgrep", ["-f", mark]).exit == 0)
            try await repository.git.commit(
                "fix: end", ["slipway.yaml": "services: {left: {path: a, toolchain: command, build: env, test: false}}"]
            )
            let next = try await repository.slipway("run", "--through", "build")
            #expect(next.exit == 0, "\(next.errors)")
            #expect(next.errors.contains("did not come to its end; "), "\(next.errors)")
            #expect(try await run("pgrep", ["-f", mark]).exit == 1)
            #expect(try await run("pkill", ["-f", strange]).exit == 0)
            // Once is enough.
            let third = try await repository.slipway("run", "--force", "--through", "build")
            #expect(third.exit == 0 && !third.errors.contains("did not come to its end"))
            // One that began in the second of a run that ended, whichever of the two has the larger name.
            let runs = repository.root.appending(".slipway/runs")
            let last = try FileManager.default.destinationOfSymbolicLink(atPath: runs.appending("latest").string)
            let twin = "\(last.prefix { $0 != "-" })-00000000"
            try FileManager.default.createDirectory(
                atPath: runs.appending("\(twin)/logs").string, withIntermediateDirectories: true)
            let fourth = try await repository.slipway("run", "--force", "--through", "build")
            #expect(fourth.errors.contains("\(twin) did not come to its end"), "\(fourth.errors)")
        }
    }

    @Test func `a child that somebody else stopped is no failed test`() async throws {
        let configuration = """
            services:
              shot: {path: a, toolchain: command, build: "kill -9 $$", test: false}

            """
        try await withMonorepo(configuration) { repository in
            try await repository.git.commit("chore: more", ["a/x": ""])
            let run = try await repository.slipway("run")
            #expect(run.exit == 75, "\(run.output)")
            #expect(try repository.reasons() == ["shot": "killed"])
        }
    }

    @Test func `children that are stopped before us make no verdict`() async throws {
        let configuration = """
            services:
              stopped: {path: a, toolchain: command, build: "touch begun; exec sleep MARK", test: false}

            """
        let mark = "3797.\(getpid())"
        try await withMonorepo(configuration.replacing("MARK", with: mark)) { repository in
            try await repository.git.commit("chore: more", ["a/x": "", ".gitignore": "begun\n"])
            let ended = try await running(["run"], in: repository.root) { pid in
                try await self.waitFor(repository.root.appending("a/begun"))
                // As Jenkins does: first the child, then its parent, and later the parent again.
                // In one go, and by a pattern that does not find the shell itself.
                try await sh(
                    "pkill -f '[3]\(mark.dropFirst())'; sleep 0.3; kill -TERM \(pid); kill -TERM \(pid)",
                    in: repository.root)
            }
            #expect(ended.status == .exited(143), "\(ended.output)")
            #expect(try repository.verdicts() == ["stopped": "incomplete"])
        }
    }

    @Test func `killed at any moment, all that is on the disk can be read, and the next run goes on`() async throws {
        let soak = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "../../ci/soak/run")
        var environment = SlipwayBinary.environment
        (environment["SLIPWAY"], environment["KILLS"]) = (SlipwayBinary.path.string, "8")
        let said = try await run("python3", [soak.path], environment: environment)
        #expect(said.exit == 0, "\(said.output)\(said.errors)")
        #expect(said.output.contains("8 (") && said.output.contains(" ok"))
    }
}
