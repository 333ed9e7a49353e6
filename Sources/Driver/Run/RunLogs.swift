import Execution
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
        let isPacked = log.hasSuffix(CommandLog.suffix)
        let plain = isPacked ? String(log.dropLast(CommandLog.suffix.count)) : log
        do {
            let bytes = try CommandLog(at: path(of: plain)).tail(min(lines * 1024, 1 << 18))
            return bytes.split(separator: UInt8(ascii: "\n")).suffix(lines).map {
                String(decoding: $0.prefix(Self.lineLimit), as: UTF8.self)
            }
        } catch {
            return []
        }
    }
}
