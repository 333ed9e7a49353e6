import CProcess
import Glibc
import Pipeline
import SystemPackage

/// What every command is started with: exactly its environment, and a session of its own, so that all it starts can be
/// ended with it.
struct Launch {
    let arguments: [String]
    let directory: FilePath
    let environment: [String: String]

    private var program: String { arguments.first ?? "" }

    /// What became of the start: a process, or an ending that is the command's own fault.
    private enum Start {
        case running(pid_t)
        case ended(Ending)
    }

    /// Runs the command to its end, on this thread: `bytes` are its input, and a listener is handed what it says on one
    /// output or on two.
    ///
    /// Throws when it cannot be started for reasons that are not its own, and what the listener throws.
    func run(
        told bytes: [UInt8], outputs count: Int, _ limits: Supervision.Limits, _ sink: Supervision.Sink
    ) throws -> Conclusion {
        let input = try input(bytes)
        defer { input.closeQuietly() }
        let pipes = try Pipe.several(count)
        let start: Start
        do {
            start = try self.start(input: input, output: pipes[0].writing, errors: pipes[count - 1].writing)
        } catch {
            for pipe in pipes { pipe.close() }
            throw error
        }
        for pipe in pipes { pipe.writing.closeQuietly() }
        switch start {
        case .running(let process):
            var supervision = try Supervision(process, outputs: pipes.map(\.reading), limits: limits)
            return try supervision.watch(sink)
        case .ended(let ending):
            for pipe in pipes { pipe.reading.closeQuietly() }
            return Conclusion(ending)
        }
    }

    private func input(_ bytes: [UInt8]) throws(ExecutionError) -> FileDescriptor {
        do {
            guard bytes.isEmpty else { return try .holding(bytes) }
            return try .open(FilePath("/dev/null"), .readOnly, options: .closeOnExec)
        } catch {
            throw .cannotTell(program, error as? Errno ?? .ioError)
        }
    }

    /// Starts the command; the descriptors become its standard ones.
    private func start(input: FileDescriptor, output: FileDescriptor, errors: FileDescriptor) throws(ExecutionError)
        -> Start
    {
        let place = try folder()
        defer { place.closeQuietly() }
        guard let file = file() else { return .ended(.notFound(program)) }
        guard file.isExecutable else {
            return .ended(.failed("\(program): is not executable", hint: "chmod +x it, and commit that"))
        }
        guard !(arguments + environment.map { $0.key + $0.value }).contains(where: { $0.utf8.contains(0) }) else {
            return .ended(.failed("\(program): an argument or a variable holds a NUL", hint: nil))
        }
        var process: pid_t = 0
        let code = unsafe withCStrings(arguments) { arguments in
            unsafe withCStrings(environment.map { "\($0.key)=\($0.value)" }) { environment in
                unsafe file.path.withPlatformString { path in
                    var launch = unsafe slipway_launch(
                        path: path, arguments: arguments, environment: environment, directory: place.rawValue,
                        input: input.rawValue, output: output.rawValue, errors: errors.rawValue)
                    // Whoever wrote the program may have started something meanwhile that has the file open for a moment.
                    var patience = 200
                    var code = unsafe slipway_spawn(&process, &launch)
                    while code == ETXTBSY, patience > 0 {
                        usleep(5000)
                        patience -= 1
                        code = unsafe slipway_spawn(&process, &launch)
                    }
                    return code
                }
            }
        }
        switch code {
        case 0: return .running(process)
        case ENOEXEC, EACCES, ENOENT:
            let hint = "it needs a first line such as #!/bin/sh that names a program of this machine"
            return .ended(.failed("\(program): cannot be executed: \(Errno(rawValue: code))", hint: hint))
        default: throw .cannotStart(program, in: directory.string, reason: "\(Errno(rawValue: code))")
        }
    }

    private func folder() throws(ExecutionError) -> FileDescriptor {
        do {
            return try FileDescriptor.open(directory, .readOnly, options: [.directory, .closeOnExec])
        } catch {
            throw .cannotStart(program, in: directory.string, reason: "\(error)")
        }
    }

    // MARK: - The program

    /// Where the program is, as a shell would look for it; what is there and no program counts only if it was named by path.
    private func file() -> (path: FilePath, isExecutable: Bool)? {
        if program.contains("/") { return look(at: directory.pushing(FilePath(program))) }
        guard !program.isEmpty else { return nil }
        return (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":", omittingEmptySubsequences: false).lazy
            .compactMap { look(at: directory.pushing(FilePath(String($0))).appending(program)) }
            .first { $0.isExecutable }
    }

    private func look(at path: FilePath) -> (path: FilePath, isExecutable: Bool)? {
        do {
            let isFile = try path.stat(followTargetSymlink: true).type == .regular
            return unsafe (path, isFile && path.withPlatformString { unsafe access($0, X_OK) } == 0)
        } catch {
            return nil
        }
    }

    // MARK: - The ending

    /// A shell says 128+n of a command that a signal ended.
    ///
    /// Only what somebody sends to stop a process is told as a signal: one that a process brings upon itself, as by a bad
    /// address, is a failure like any other.
    static func ending(_ status: Int32) -> Ending {
        let sent = [SIGHUP, SIGINT, SIGKILL, SIGTERM]
        // wait(2): the low seven bits are the signal, the next byte is the code.
        let (signal, code) = (status & 0x7F, status >> 8 & 0xFF)
        if signal != 0 { return sent.contains(signal) ? .signalled(signal) : .exited(128 + signal) }
        return sent.contains(code - 128) ? .signalled(code - 128) : .exited(code)
    }
}

/// Texts as C takes lists of them, for the time of a call.
private func withCStrings<Result>(
    _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var pointers = unsafe texts.map { unsafe strdup($0) }
    unsafe pointers.append(nil)
    defer { for index in texts.indices { unsafe free(pointers[index]) } }
    return unsafe pointers.withUnsafeBufferPointer { list in
        guard let first = list.baseAddress else { preconditionFailure("it has its end at least") }
        return unsafe body(first)
    }
}
