import CProcess
import Glibc
import SystemPackage

/// Processes that commands left behind where no signal to a group reaches them: in a session of their own.
public enum Descendants {
    /// From now on whoever loses its parent becomes a child of this process, and can be found.
    public static func adopt() { _ = slipway_adopt_orphans() }

    /// Ends every child there is, and those that its end makes ours; returns when none is left.
    ///
    /// Only for when nothing is to run any more.
    public static func end() {
        for _ in 0..<1000 {
            let children = children()
            if children.isEmpty { return }
            for child in children {
                kill(child, SIGKILL)
                waitpid(child, nil, WNOHANG)
            }
            usleep(1000)
        }
    }

    /// The orphans that came to this process, as proc(5) lists them; none where the kernel does not tell.
    private static func children() -> [pid_t] {
        do {
            let list = try FileDescriptor.open(FilePath("/proc/self/task/\(getpid())/children"), .readOnly)
            let bytes = try list.closeAfter {
                var bytes = [UInt8](repeating: 0, count: 1 << 16)
                let count = unsafe try bytes.withUnsafeMutableBytes { unsafe try list.read(into: $0) }
                return bytes.prefix(count)
            }
            return String(decoding: bytes, as: UTF8.self).split { $0.isWhitespace }.compactMap { pid_t($0) }
        } catch {
            return []
        }
    }
}
