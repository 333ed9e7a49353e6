import Execution
import Fixtures
import Glibc
import Pipeline
import SystemPackage
import Testing

struct InvocationTests {
    private func invocation(
        _ script: String, in folder: FilePath, environment: [String: String] = ["PATH": "/usr/bin:/bin"],
        timeout: Int64 = 60
    ) -> Invocation {
        Invocation(
            ["sh", "-c", script], in: folder, environment: environment, log: folder.appending("log"),
            timeout: Seconds(timeout), grace: .milliseconds(300), patience: .milliseconds(100))
    }

    /// Whether any process carries this mark in its command line.
    private func isAlive(_ mark: String) async throws -> Bool {
        try await run("pgrep", ["-f", mark]).exit == 0
    }

    /// Waits for a file that a child makes, so that a test need not guess how long something takes.
    private func waitFor(_ file: FilePath) async throws {
        while !file.isThere { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test func `output of both kinds goes to the log, in order`() async throws {
        try await withTemporaryFolder { folder in
            let ending = try await invocation("echo one; echo two >&2; echo three; exit 3", in: folder).run()
            #expect(ending == .exited(3))
            #expect(try folder.appending("log").text == "one\ntwo\nthree\n")
        }
    }

    @Test func `a command sees what it is given and nothing else, and no input`() async throws {
        try await withTemporaryFolder { folder in
            let environment = ["PATH": "/usr/bin:/bin", "A": "1 $(x)"]
            _ = try await invocation("env | grep -v ^PWD= | grep -v ^_=; cat", in: folder, environment: environment)
                .run()
            #expect(
                try folder.appending("log").text.split(separator: "\n").sorted() == ["A=1 $(x)", "PATH=/usr/bin:/bin"])
        }
    }

    @Test func `a program that is not there is named`() async throws {
        try await withTemporaryFolder { folder in
            var command = invocation("", in: folder)
            command.arguments = ["no-such-program", "x"]
            let ending1 = try await command.run()
            #expect(ending1 == .notFound("no-such-program"))
            command.arguments = ["./no-such-program"]
            let ending2 = try await command.run()
            #expect(ending2 == .notFound("./no-such-program"))
        }
    }

    @Test func `a program of the folder is found by its relative path`() async throws {
        try await withTemporaryFolder { folder in
            try folder.appending("run.sh").put("#!/bin/sh\necho here\n", executable: true)
            var command = invocation("", in: folder)
            command.arguments = ["./run.sh"]
            let ending3 = try await command.run()
            #expect(ending3 == .exited(0))
            #expect(try folder.appending("log").text == "here\n")
        }
    }

    @Test func `a folder that is not there is an error of its own`() async throws {
        try await withTemporaryFolder { folder in
            var command = invocation("true", in: folder)
            command.directory = folder.appending("gone")
            await #expect(throws: ExecutionError.self) { try await command.run() }
        }
    }

    @Test func `a command that never ends is ended, with its children that ignore it`() async throws {
        try await withTemporaryFolder { folder in
            let mark = "3600.\(getpid())1"
            let script = "trap '' TERM; sh -c \"trap '' TERM; sleep \(mark)\" & sleep \(mark)"
            let ending = try await invocation(script, in: folder, timeout: 1).run()
            #expect(ending == .timedOut(after: Seconds(1)))
            let isThere1 = try await isAlive(mark)
            #expect(!isThere1)
        }
    }

    @Test func `what a command leaves in the background goes with it`() async throws {
        try await withTemporaryFolder { folder in
            let mark = "3600.\(getpid())2"
            let ending = try await invocation("sh -c \"trap '' TERM; sleep \(mark)\" & exit 0", in: folder).run()
            #expect(ending == .exited(0))
            let isThere2 = try await isAlive(mark)
            #expect(!isThere2)
        }
    }

    @Test func `a cancelled command is interrupted, and nothing of it is left`() async throws {
        try await withTemporaryFolder { folder in
            let mark = "3600.\(getpid())3"
            let command = invocation(
                "sh -c \"trap '' TERM; sleep \(mark)\" & touch begun; trap '' TERM; sleep \(mark)", in: folder)
            let ending = try await withThrowingTaskGroup(of: Ending?.self) { group in
                group.addTask { try await command.run() }
                group.addTask {
                    try await self.waitFor(folder.appending("begun"))
                    return nil
                }
                var ending: Ending?
                for try await result in group {
                    if let result { ending = result } else { group.cancelAll() }
                }
                return ending
            }
            #expect(ending == .interrupted)
            let isThere3 = try await isAlive(mark)
            #expect(!isThere3)
        }
    }

    @Test func `a child that somebody else killed is killed, not failed`() async throws {
        try await withTemporaryFolder { folder in
            let ending4 = try await invocation("kill -9 $$", in: folder).run()
            #expect(ending4 == .signalled(9))
            let ending5 = try await invocation("sh -c 'kill -15 $$'; exit $?", in: folder).run()
            #expect(ending5 == .signalled(15))
        }
    }

    @Test func `a child that died of a stop signal before we heard of it was interrupted`() async throws {
        try await withTemporaryFolder { folder in
            var command = invocation("kill -15 $$", in: folder)
            command.patience = .seconds(30)
            let patient = command
            let ending = try await withThrowingTaskGroup(of: Ending?.self) { group in
                group.addTask { try await patient.run() }
                group.addTask {
                    // The log is there before the command is; the signal follows at once, ours only now.
                    try await self.waitFor(folder.appending("log"))
                    try await Task.sleep(for: .milliseconds(300))
                    return nil
                }
                var ending: Ending?
                for try await result in group {
                    if let result { ending = result } else { group.cancelAll() }
                }
                return ending
            }
            #expect(ending == .interrupted)
        }
    }

    @Test func `a log that cannot be written is said, not swallowed`() async throws {
        try await withTemporaryFolder { folder in
            var command = invocation("true", in: folder)
            command.log = folder.appending("no/such/folder/log")
            await #expect(throws: ExecutionError.self) { try await command.run() }
        }
    }
}
