import Execution
import Fixtures
import Pipeline
import SystemPackage
import Testing

struct InquiryTests {
    private func inquiry(_ script: String, timeout: Int64 = 60) -> Inquiry {
        var inquiry = Inquiry(["sh", "-c", script], in: "/", environment: ["PATH": "/usr/bin:/bin", "A": "1"])
        inquiry.timeout = Seconds(timeout)
        return inquiry
    }

    private func ask(_ inquiry: Inquiry) async throws -> (Ending, String, String) {
        let answer = try await inquiry.ask()
        return (
            answer.ending, String(decoding: answer.output, as: UTF8.self),
            String(decoding: answer.errors, as: UTF8.self)
        )
    }

    @Test func `both kinds of output are the answer, with the exit code`() async throws {
        let answer = try await ask(inquiry("echo one; echo two >&2; echo $A; exit 3"))
        #expect(answer == (.exited(3), "one\n1\n", "two\n"))
    }

    @Test func `a command is told what it is to be told, whatever the bytes`() async throws {
        var command = inquiry("cat")
        command.input = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
        let answer = try await command.ask()
        #expect(answer.output == command.input)
        #expect(answer.ending == .exited(0))
    }

    @Test func `a command that is told nothing sees the end at once`() async throws {
        let answer = try await ask(inquiry("cat; echo end"))
        #expect(answer.1 == "end\n")
    }

    @Test func `a command need not listen`() async throws {
        for script in ["exit 4", "exec <&-; echo deaf; exit 4"] {
            var command = inquiry(script)
            command.input = [UInt8](repeating: 0x61, count: 4 << 20)
            let answer = try await command.ask()
            #expect(answer.ending == .exited(4), "\(script)")
        }
    }

    @Test func `a command that says too much is ended`() async throws {
        for script in ["yes", "yes >&2"] {
            var command = inquiry(script)
            command.limit = 10_000
            await #expect(throws: ExecutionError.tooMuchOutput("sh", limit: 10_000)) { try await command.ask() }
        }
        var exact = inquiry("printf 12345")
        exact.limit = 5
        let answer = try await ask(exact)
        #expect(answer.1 == "12345")
    }

    @Test func `a command that never ends is ended, and what it said is kept`() async throws {
        let answer = try await ask(inquiry("echo begun; exec sleep 3600", timeout: 1))
        #expect(answer.0 == .timedOut(after: Seconds(1)))
        #expect(answer.1 == "begun\n")
    }

    @Test func `a child that keeps the output open keeps nobody waiting`() async throws {
        let mark = "3600.77\(UInt32.random(in: 0...99_999))"
        let answer = try await ask(inquiry("sleep \(mark) & echo done"))
        #expect(answer.0 == .exited(0))
        #expect(answer.1 == "done\n")
        #expect(try await run("pgrep", ["-f", mark]).exit == 1)
    }

    @Test func `a program that is not there is named`() async throws {
        let answer = try await Inquiry(["no-such-program"], in: "/", environment: ["PATH": "/usr/bin"]).ask()
        #expect(answer.ending == .notFound("no-such-program"))
    }

    @Test func `a folder that is not there is an error of its own`() async throws {
        await #expect(throws: ExecutionError.self) {
            try await Inquiry(["true"], in: "/no/such/folder", environment: ["PATH": "/usr/bin"]).ask()
        }
    }

    @Test func `a cancelled task is an interrupt`() async throws {
        try await withTemporaryFolder { folder in
            let begun = folder.appending("begun")
            let answer = try await withThrowingTaskGroup(of: Inquiry.Answer.self) { group in
                group.addTask { try await inquiry("touch \(begun); exec sleep 3600").ask() }
                while !begun.isThere { try await Task.sleep(for: .milliseconds(5)) }
                group.cancelAll()
                return try await group.next()
            }
            #expect(answer?.ending == .interrupted)
        }
    }
}
