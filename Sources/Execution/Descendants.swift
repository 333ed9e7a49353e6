import CProcess
import Glibc

/// Processes that commands left behind where no signal to a group reaches them: in a session of their own.
public enum Descendants {
    /// From now on whoever loses its parent becomes a child of this process, and can be found.
    public static func adopt() { _ = slipway_adopt_orphans() }

    /// Ends every child there is, and those that its end makes ours; returns when none is left.
    ///
    /// Only for when nothing is to run any more.
    public static func end() {
        for _ in 0..<1000 {
            let children = ProcessTable.children(of: getpid())
            if children.isEmpty { return }
            for child in children {
                kill(child, SIGKILL)
                waitpid(child, nil, WNOHANG)
            }
            usleep(1000)
        }
    }

    /// Ends the processes that were started with all of these variables, each as `NAME=value`: first asked, then killed.
    ///
    /// Returns how many there were. Processes of others, whose variables cannot be read, are never touched, nor is this one.
    public static func end(marked marks: [String], grace: Duration = .seconds(2)) -> Int {
        let marks = marks.map { Array($0.utf8) }
        func found() -> Set<ProcessTable.Entry> {
            Set(
                ProcessTable.all.filter { $0 != getpid() && ProcessTable.isMarked($0, marks) }
                    .compactMap(ProcessTable.Entry.init))
        }
        var seen: Set<ProcessTable.Entry> = []
        let deadline = ContinuousClock.now + grace
        // Some seconds after the last warning, whoever is still there will never go.
        while ContinuousClock.now < deadline + .seconds(3) {
            let there = found()
            if there.isEmpty { break }
            let isLate = ContinuousClock.now >= deadline
            for process in isLate ? there : there.subtracting(seen) where process.isThere {
                kill(process.id, isLate ? SIGKILL : SIGTERM)
            }
            seen.formUnion(there)
            usleep(5000)
        }
        return seen.count
    }
}
