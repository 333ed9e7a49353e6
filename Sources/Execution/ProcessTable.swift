import Glibc
import SystemPackage

/// What proc(5) tells of processes.
///
/// Processes come and go meanwhile: what cannot be read is not there.
enum ProcessTable {
    /// One process, told from a later one of the same number by when it began.
    struct Entry: Hashable {
        let id: pid_t
        let began: UInt64

        /// The process of this number now; nil when there is none.
        init?(_ id: pid_t) {
            // The name in parentheses may hold anything; what follows does not. The start is the 22nd field.
            guard let text = ProcessTable.read("/proc/\(id)/stat"), let end = text.lastIndex(of: UInt8(ascii: ")"))
            else { return nil }
            let fields = text[(end + 1)...].split(separator: UInt8(ascii: " "))
            guard fields.count > 19, let began = UInt64(String(decoding: fields[19], as: UTF8.self)) else { return nil }
            (self.id, self.began) = (id, began)
        }

        /// Whether it is still this one that has the number.
        var isThere: Bool { Entry(id) == self }
    }

    /// All processes there are.
    static var all: [pid_t] { numbers(in: "/proc") }

    /// The children of a process, whichever of its threads started them; none where the kernel does not tell.
    static func children(of process: pid_t) -> [pid_t] {
        numbers(in: "/proc/\(process)/task").flatMap { thread -> [pid_t] in
            let list = read("/proc/\(process)/task/\(thread)/children") ?? []
            return list.split(separator: UInt8(ascii: " ")).compactMap { pid_t(String(decoding: $0, as: UTF8.self)) }
        }
    }

    /// All that descend from a process, as far as their parents live.
    static func descendants(of process: pid_t) -> [Entry] {
        var found: [Entry] = []
        var open = [process]
        while let next = open.popLast() {
            let children = children(of: next).compactMap(Entry.init).filter { !found.contains($0) }
            found += children
            open += children.map(\.id)
        }
        return found
    }

    /// Whether a process was started with all of these variables, each as `NAME=value`.
    static func isMarked(_ process: pid_t, _ marks: [[UInt8]]) -> Bool {
        guard let bytes = read("/proc/\(process)/environ"), !bytes.isEmpty else { return false }
        let variables = Set(bytes.split(separator: 0).map(Array.init))
        return marks.allSatisfy(variables.contains)
    }

    /// Whether what a process sees as `/` is a mount that names this text.
    static func isRooted(_ process: pid_t, in text: String) -> Bool {
        guard let bytes = read("/proc/\(process)/mountinfo") else { return false }
        return bytes.split(separator: UInt8(ascii: "\n")).contains { line in
            let fields = line.split(separator: UInt8(ascii: " "))
            return fields.count > 4 && fields[4] == [UInt8(ascii: "/")]
                && String(decoding: line, as: UTF8.self).contains(text)
        }
    }

    private static func numbers(in folder: String) -> [pid_t] {
        guard let stream = unsafe opendir(folder) else { return [] }
        defer { unsafe closedir(stream) }
        var numbers: [pid_t] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if let number = pid_t(name) { numbers.append(number) }
        }
        return numbers
    }

    /// A file of it, as far as four megabytes.
    private static func read(_ path: String) -> [UInt8]? {
        do {
            let file = try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
            return try file.closeAfter {
                var bytes: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 1 << 14)
                while bytes.count < 4 << 20 {
                    let count = unsafe try buffer.withUnsafeMutableBytes { unsafe try file.read(into: $0) }
                    if count == 0 { break }
                    bytes += buffer[..<count]
                }
                return bytes
            }
        } catch {
            return nil
        }
    }
}
