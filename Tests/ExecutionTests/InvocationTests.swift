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
        var invocation = Invocation(
            ["sh", "-c", script], in: folder, environment: environment, log: folder.appending("log"),
            timeout: Seconds(timeout))
        (invocation.limits.grace, invocation.limits.patience) = (.milliseconds(300), .milliseconds(100))
        return invocation
    }

    /// What a log says, packed or not.
    private func log(in folder: FilePath) throws -> String {
        var bytes: [UInt8] = []
        try CommandLog(at: folder.appending("log")).readChunks {
            bytes += $0
            return true
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Runs a command whose task is cancelled once a file is there and `after` has passed.
    private func cancelled(_ command: Invocation, once file: FilePath, after: Duration = .zero) async throws -> Ending?
    {
        try await withThrowingTaskGroup(of: Ending?.self) { group in
            group.addTask { try await command.run().ending }
            group.addTask {
                try await self.waitFor(file)
                try await Task.sleep(for: after)
                return nil
            }
            var ending: Ending?
            for try await result in group {
                if let result { ending = result } else { group.cancelAll() }
            }
            return ending
        }
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
            let ending = try await invocation("echo one; echo two >&2; echo three; exit 3", in: folder).run().ending
            #expect(ending == .exited(3))
            #expect(try log(in: folder) == "one\ntwo\nthree\n")
        }
    }

    @Test func `a command sees what it is given and nothing else, and no input`() async throws {
        try await withTemporaryFolder { folder in
            let environment = ["PATH": "/usr/bin:/bin", "A": "1 $(x)"]
            _ = try await invocation("env | grep -v ^PWD= | grep -v ^_=; cat", in: folder, environment: environment)
                .run().ending
            #expect(
                try log(in: folder).split(separator: "\n").sorted() == ["A=1 $(x)", "PATH=/usr/bin:/bin"])
        }
    }

    @Test func `a program that is not there is named`() async throws {
        try await withTemporaryFolder { folder in
            var command = invocation("", in: folder)
            command.arguments = ["no-such-program", "x"]
            let ending1 = try await command.run().ending
            #expect(ending1 == .notFound("no-such-program"))
            command.arguments = ["./no-such-program"]
            let ending2 = try await command.run().ending
            #expect(ending2 == .notFound("./no-such-program"))
        }
    }

    @Test func `a program of the folder is found by its relative path`() async throws {
        try await withTemporaryFolder { folder in
            try folder.appending("run.sh").put("#!/bin/sh\necho here\n", executable: true)
            var command = invocation("", in: folder)
            command.arguments = ["./run.sh"]
            let ending3 = try await command.run().ending
            #expect(ending3 == .exited(0))
            #expect(try log(in: folder) == "here\n")
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
            let ending = try await invocation(script, in: folder, timeout: 1).run().ending
            #expect(ending == .timedOut(after: Seconds(1)))
            let isThere1 = try await isAlive(mark)
            #expect(!isThere1)
        }
    }

    @Test func `what a command leaves in the background goes with it`() async throws {
        try await withTemporaryFolder { folder in
            let mark = "3600.\(getpid())2"
            let ending = try await invocation("sh -c \"trap '' TERM; sleep \(mark)\" & exit 0", in: folder).run().ending
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
            let ending = try await cancelled(command, once: folder.appending("begun"))
            #expect(ending == .interrupted)
            let isThere3 = try await isAlive(mark)
            #expect(!isThere3)
        }
    }

    @Test(arguments: ["kill -15 $$", "sh -c 'kill -15 $$'; exit $?", "exit 3"])
    func `a child that was stopped before we heard of it was interrupted`(script: String) async throws {
        try await withTemporaryFolder { folder in
            var command = invocation("touch begun; " + script, in: folder)
            (command.limits.patience, command.limits.hesitation) = (.seconds(30), .seconds(30))
            let ending = try await cancelled(command, once: folder.appending("begun"), after: .milliseconds(200))
            #expect(ending == .interrupted)
        }
    }

    @Test func `a child that succeeded before we heard of an interrupt has succeeded`() async throws {
        try await withTemporaryFolder { folder in
            let ending = try await invocation("exit 0", in: folder).run().ending
            #expect(ending == .exited(0))
        }
    }

    @Test(arguments: [
        ("kill -9 $$", Ending.signalled(9)), ("kill -15 $$", .signalled(15)), ("kill -1 $$", .signalled(1)),
        ("sh -c 'kill -15 $$'; exit $?", .signalled(15)), ("kill -11 $$", .exited(139)), ("kill -6 $$", .exited(134)),
        ("exit 255", .exited(255)), ("exit 0", .exited(0)),
    ])
    func `what somebody sent is a signal, what a program brings upon itself is a failure`(
        script: String, ending: Ending
    )
        async throws
    {
        try await withTemporaryFolder { folder in
            let found = try await invocation("ulimit -c 0; " + script, in: folder).run().ending
            #expect(found == ending)
        }
    }

    @Test func `a child that left its group is told to stop as well, and then ended`() async throws {
        try await withTemporaryFolder { folder in
            let mark = "3600.\(getpid())4"
            let polite = "setsid sh -c \"trap 'touch told; exit' TERM; touch one; while :; do sleep 0.01; done\""
            let deaf = "setsid sh -c \"trap '' TERM; touch two; while :; do sleep \(mark); done\""
            let script = "\(polite) & \(deaf) & while ! [ -e one -a -e two ]; do sleep 0.01; done; touch begun; wait"
            let ending = try await cancelled(invocation(script, in: folder), once: folder.appending("begun"))
            #expect(ending == .interrupted)
            #expect(folder.appending("told").isThere)
            let isThere = try await isAlive(mark)
            #expect(!isThere)
        }
    }

    @Test func `those who are told to stop may put their things in order, also when their parent is gone first`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let child = "sh -c 'trap \"sleep 0.1; touch done; exit\" TERM; touch begun; while :; do sleep 0.01; done'"
            var command = invocation("\(child) & wait", in: folder)
            command.limits.grace = .seconds(20)
            let ending = try await cancelled(command, once: folder.appending("begun"))
            #expect(ending == .interrupted)
            #expect(folder.appending("done").isThere)
        }
    }

    @Test func `a command that says nothing for too long is ended, one that speaks is not`() async throws {
        try await withTemporaryFolder { folder in
            var command = invocation("for i in 1 2 3 4 5 6; do echo $i; sleep 0.3; done", in: folder)
            command.limits.idle = Seconds(1)
            let speaking = try await command.run().ending
            #expect(speaking == .exited(0))
            command.arguments[2] = "echo once; exec sleep 3600"
            let silent = try await command.run().ending
            #expect(silent == .silent(for: Seconds(1)))
            #expect(try log(in: folder) == "once\n")
        }
    }

    @Test func `one that left its group and never stops talking keeps nobody waiting`() async throws {
        try await withTemporaryFolder { folder in
            let ending = try await invocation("setsid yes & sleep 0.05; exit 0", in: folder).run().ending
            #expect(ending == .exited(0))
            #expect(try log(in: folder).hasPrefix("y\ny\n"))
        }
    }

    @Test func `what a command used is told`() async throws {
        try await withTemporaryFolder { folder in
            let work = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done"
            let busy = try await invocation(work, in: folder).run()
            #expect(try #require(busy.cpuMs) >= 50)
            let small = try await invocation("true", in: folder).run()
            #expect(small.peakKB == nil)
        }
    }

    @Test func `secrets do not reach the log`() async throws {
        try await withTemporaryFolder { folder in
            var command = invocation("printf 'a hunter'; sleep 0.05; echo '22 b'; printf hunte", in: folder)
            command.redaction = Redaction(hiding: [Array("hunter22".utf8)])
            _ = try await command.run()
            #expect(try log(in: folder) == "a *** b\nhunte")
        }
    }

    @Test func `what cannot be executed says so`() async throws {
        try await withTemporaryFolder { folder in
            try folder.appending("plain").put("echo here\n")
            try folder.appending("odd").put("#!/no/such/interpreter\n", executable: true)
            try folder.appending("blank").put("echo here\n", executable: true)
            for (program, words) in [
                ("./plain", "not executable"), ("./.", "not executable"), ("./odd", "No such file"),
                ("./blank", "Exec format"),
            ] {
                var command = invocation("", in: folder)
                command.arguments = [program]
                let ending = try await command.run().ending
                guard case .failed(let message, .some) = ending else {
                    Issue.record("\(program): \(ending)")
                    continue
                }
                #expect(message.hasPrefix(program + ": ") && message.contains(words))
            }
        }
    }

    @Test func `a command has no descriptor but three, no signal ignored, and leads its session`() async throws {
        try await withTemporaryFolder { folder in
            let script = """
                ls /proc/self/fd | tr '\\n' ' '; readlink /proc/$$/fd/0
                for kind in SigIgn SigBlk; do
                    mask=$(sed -n "s/^$kind:.//p" /proc/$$/status)
                    echo $kind $((0x$mask & 0x7FFFFFFF))
                done
                [ "$(cut -d' ' -f6 /proc/$$/stat)" = $$ ] && echo leader
                """
            _ = try await invocation(script, in: folder).run()
            // ls itself has one more open: the folder it lists. Signals 32 and 33 are those of the C library.
            let text = try log(in: folder)
            #expect(text == "0 1 2 3 /dev/null\nSigIgn 0\nSigBlk 0\nleader\n", "\(text)")
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
