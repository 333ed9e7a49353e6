import Disk
public import SystemPackage

/// What the steps of a run printed.
public struct RunLogs: Sendable {
    /// The folder of the run.
    public let folder: FilePath

    /// No line of a log needs more to be recognised.
    private static let lineLimit = 2000

    /// Where a log is that a result names.
    public func path(of log: String) -> FilePath { folder.appending(FilePath(log).components) }

    /// The last lines of a log, as far as there are any.
    public func tail(of log: String, lines: Int) -> [String] {
        let file = path(of: log)
        let most = min(lines * 1024, 1 << 18)
        do {
            let size = try file.status()?.size ?? 0
            let bytes = try file.slice(from: max(0, size - Int64(most)), count: most)
            return bytes.split(separator: UInt8(ascii: "\n")).suffix(lines).map {
                String(decoding: $0.prefix(Self.lineLimit), as: UTF8.self)
            }
        } catch {
            return []
        }
    }
}
