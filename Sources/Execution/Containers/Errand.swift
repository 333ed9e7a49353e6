internal import CProcess
internal import Glibc
internal import Pipeline

/// A short command that must be done although the task was cancelled, and although signals come: it holds its thread.
///
/// Ends containers when a run is told to stop. In a session of its own, because whoever stops a run signals its children
/// first.
struct Errand {
    let arguments: [String]
    let environment: [String: String]
    var timeout = Seconds(20)

    /// Runs it to its end, or to the end of its time.
    func run() throws(ExecutionError) -> Inquiry.Answer {
        let program = arguments.first ?? ""
        let (output, errors) = (slipway_memory_file(), slipway_memory_file())
        defer {
            close(output)
            close(errors)
        }
        var child: pid_t = 0
        let code = spawn(&child, output, errors)
        if code == ENOENT { return Inquiry.Answer(.notFound(program)) }
        guard code == 0 else {
            throw .cannotStart(program, in: ".", reason: unsafe String(cString: strerror(code)))
        }
        let ending = wait(for: child)
        return Inquiry.Answer(ending, output: Self.content(of: output), errors: Self.content(of: errors))
    }

    private func spawn(_ child: inout pid_t, _ output: Int32, _ errors: Int32) -> Int32 {
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
        unsafe posix_spawn_file_actions_adddup2(&actions, errors, 2)
        // glibc tells POSIX_SPAWN_SETSID to GNU sources only.
        unsafe posix_spawnattr_setflags(&attributes, 0x80)
        let words = unsafe Self.pointers(arguments)
        let variables = unsafe Self.pointers(environment.map { "\($0.key)=\($0.value)" })
        defer { unsafe Self.release(words + variables) }
        guard let program = unsafe words.first.flatMap(\.self) else { return ENOENT }
        return unsafe posix_spawnp(&child, program, &actions, &attributes, words, variables)
    }

    private static func pointers(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        unsafe texts.map { unsafe strdup($0) } + [nil]
    }

    private static func release(_ pointers: [UnsafeMutablePointer<CChar>?]) {
        var left = unsafe pointers
        while let pointer = unsafe left.popLast() { unsafe free(pointer) }
    }

    private func wait(for child: pid_t) -> Ending {
        var status: Int32 = 0
        for _ in 0..<max(1, timeout.count * 200) {
            let ended = unsafe waitpid(child, &status, WNOHANG)
            if ended == child { return status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .signalled(status & 0x7F) }
            if ended < 0, errno != EINTR { return .failed("nobody knows how it ended", hint: nil) }
            usleep(5000)
        }
        kill(-child, SIGKILL)
        _ = unsafe waitpid(child, &status, 0)
        return .timedOut(after: timeout)
    }

    /// What was written to a file in memory, as far as 4 MiB.
    private static func content(of file: Int32) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(min(max(0, lseek(file, 0, SEEK_END)), 4 << 20)))
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(file, $0.baseAddress, $0.count, 0) }
        bytes.removeLast(bytes.count - max(0, count))
        return bytes
    }
}
