import Glibc

/// Processes that have a file system of their own, as what runs in a container has.
public enum RootedProcesses {
    /// Ends all whose root is a mount of a layer, by its id.
    ///
    /// What they start meanwhile is ended as well; some seconds later it is given up.
    public static func end(inLayer layer: String) {
        for _ in 0..<500 {
            let left = ProcessTable.all.filter { ProcessTable.isRooted($0, in: layer) }
            if left.isEmpty { return }
            for process in left { kill(process, SIGKILL) }
            usleep(10_000)
        }
    }
}
