import Glibc

/// One command and all it started, as far as that can be told from what others started.
struct ProcessGroup {
    let leader: pid_t
    /// Descendants that left the group, as they were when it was told to stop.
    private var strays: [ProcessTable.Entry] = []
    /// What those who were reaped here have used.
    private(set) var used = rusage()
    /// How the leader ended; it is reaped by then, and its number may be anybody's.
    private(set) var status: Int32?

    init(leader: pid_t) { self.leader = leader }

    /// Tells all to stop, those too that went into a session of their own.
    mutating func askToStop() {
        strays = ProcessTable.descendants(of: leader).filter { getpgid($0.id) != leader }
        signal(SIGTERM)
    }

    /// Ends all at once.
    func end() { signal(SIGKILL) }

    private func signal(_ number: Int32) {
        kill(-leader, number)
        for stray in strays where stray.isThere { kill(stray.id, number) }
    }

    /// Takes the leader off the list of processes, once it has ended.
    mutating func reapLeader() {
        var code: Int32 = 0
        while unsafe wait4(leader, &code, 0, &used) < 0 && errno == EINTR {}
        status = code
    }

    /// Whether nobody is left; orphans that became ours are reaped on the way.
    mutating func isGone() -> Bool {
        var more = rusage()
        while unsafe wait4(-leader, nil, WNOHANG, &more) > 0 { used.add(more) }
        strays.removeAll { !$0.isThere || waitpid($0.id, nil, WNOHANG) > 0 }
        return strays.isEmpty && kill(-leader, 0) != 0
    }
}

extension rusage {
    fileprivate mutating func add(_ other: rusage) {
        ru_utime.add(other.ru_utime)
        ru_stime.add(other.ru_stime)
        ru_maxrss = max(ru_maxrss, other.ru_maxrss)
    }

    /// Time of processors, by programs and for them, in milliseconds.
    var cpuMs: Int64 { ru_utime.milliseconds + ru_stime.milliseconds }
}

extension timeval {
    fileprivate mutating func add(_ other: timeval) {
        tv_sec += other.tv_sec + (tv_usec + other.tv_usec) / 1_000_000
        tv_usec = (tv_usec + other.tv_usec) % 1_000_000
    }

    fileprivate var milliseconds: Int64 { Int64(tv_sec) * 1000 + Int64(tv_usec) / 1000 }
}
