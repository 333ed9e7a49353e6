import Disk
import SystemPackage

/// How much memory the commands of a run can have together.
public enum MachineMemory {
    /// What this machine has, or the container that this runs in, if that is less; nil when neither says.
    public static var bytes: Int64? { (limits + [total].compactMap(\.self)).min() }

    private static var total: Int64? {
        let line = text(of: "/proc/meminfo").split(separator: "\n").first { $0.hasPrefix("MemTotal:") }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int64($0) }.map { $0 << 10 }
    }

    /// Those of both versions of control groups; one that is not set is no number, or one beyond any machine.
    private static var limits: [Int64] {
        ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"].compactMap { file in
            Int64(text(of: file).prefix { $0.isNumber }).flatMap { $0 > 0 ? $0 : nil }
        }
    }

    private static func text(of file: String) -> String {
        do {
            return String(decoding: try FilePath(file).contentsIfPresent(limit: 1 << 16) ?? [], as: UTF8.self)
        } catch {
            return ""
        }
    }
}
