import Disk
import Execution
import Pipeline
import SystemPackage

/// A PostgreSQL that is there for one trial: a folder of its own, a socket in it, no port, and gone afterwards.
struct TrialServer: Sendable {
    let place: FilePath
    private let programs: PostgresPrograms
    private let timeout: Seconds

    /// How leads to the database whoever is to use it.
    var address: [String: String] {
        ["PGHOST": place.string, "PGPORT": "5432", "PGUSER": "postgres", "PGDATABASE": "postgres"]
    }

    /// Makes an empty server for the time of `body`.
    ///
    /// When it returns or throws, and when the task is cancelled, no process and no file of it is left.
    static func using<Value: Sendable>(
        _ programs: PostgresPrograms, _ traces: TrialTraces, log: FilePath, timeout: Seconds,
        _ body: (TrialServer) async throws -> Value
    ) async throws -> Value {
        let place = try await programs.makePlace(traces)
        let server = TrialServer(place: place, programs: programs, timeout: timeout)
        do {
            let value = try await server.whileRunning(log, body)
            try traces.clear(place)
            return value
        } catch {
            try traces.clear(place)
            throw error
        }
    }

    private var data: FilePath { place.appending("data") }

    private func whileRunning<Value: Sendable>(
        _ log: FilePath, _ body: (TrialServer) async throws -> Value
    ) async throws -> Value {
        try await programs.carryOut(
            [
                programs.folder.appending("initdb").string, "-D", data.string, "-U", "postgres", "--auth=trust",
                "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions",
            ], at: place)
        // It ends with this scope, as whatever is not awaited does.
        async let _ = invocation(log).run()
        try await waitUntilUp(log)
        return try await body(self)
    }

    private func invocation(_ log: FilePath) -> Invocation {
        // Nothing of it has to outlive this machine, and nothing of it may outlive its folder.
        let settings = [
            "listen_addresses=", "unix_socket_directories=\(place)", "unix_socket_permissions=0700", "fsync=off",
            "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "max_connections=100",
            "shared_buffers=16MB", "dynamic_shared_memory_type=mmap", "logging_collector=off",
        ]
        let arguments =
            [programs.folder.appending("postgres").string, "-D", data.string] + settings.flatMap { ["-c", $0] }
        // However long the tests take that use it.
        return Invocation(
            programs.prefix + arguments, in: "/", environment: programs.variables(at: place), log: log,
            timeout: Seconds(7 * 86_400))
    }

    private func waitUntilUp(_ log: FilePath) async throws {
        for _ in 0..<600 {
            if try await ask("SELECT 1").ending == .exited(0) { return }
            // A log is packed once its command has ended.
            if try CommandLog(at: log).packed.status() != nil { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw TrialError.notUp(log: "\(log.lastComponent?.string ?? "")\(CommandLog.suffix)")
    }

    // MARK: - Questions

    /// Asks one thing; each row is a line.
    func ask(_ question: String) async throws -> Inquiry.Answer {
        try await psql(["-f", "-"], told: Array(question.utf8))
    }

    /// Has scripts carried out up to the first error; what they select is nobody's concern.
    func carryOut(_ input: [UInt8]) async throws -> Inquiry.Answer {
        try await psql(["-o", "/dev/null", "-f", "-"], told: input)
    }

    /// Has a file carried out as psql understands it.
    func carryOut(file: FilePath) async throws -> Inquiry.Answer {
        try await psql(["-o", "/dev/null", "-f", file.string], told: [])
    }

    private func psql(_ arguments: [String], told input: [UInt8]) async throws -> Inquiry.Answer {
        let settings = ["PGCLIENTENCODING": "UTF8", "PGOPTIONS": "-c client_min_messages=error"]
        let variables = programs.variables(at: place).merging(address.merging(settings) { $1 }) { $1 }
        let fixed = ["-X", "-q", "-A", "-t", "-w", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose"]
        var inquiry = Inquiry(
            [programs.folder.appending("psql").string] + fixed + arguments, in: "/", environment: variables)
        (inquiry.input, inquiry.timeout, inquiry.limit) = (input, timeout, 64 << 20)
        let answer = try await inquiry.ask()
        guard answer.ending != .interrupted else { throw CancellationError() }
        return answer
    }
}
