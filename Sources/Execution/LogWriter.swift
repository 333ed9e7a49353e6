import Glibc
import Pipeline
import SystemPackage

/// A log as it is written: what comes, without what must not be read.
struct LogWriter: ~Copyable {
    private let path: FilePath
    private let file: FileDescriptor
    private var redaction: RedactionStream?

    /// Makes the log, in place of one that is there.
    init(at path: FilePath, _ redaction: Redaction?) throws(ExecutionError) {
        do {
            file = try FileDescriptor.open(
                path, .writeOnly, options: [.create, .truncate, .append, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
        } catch {
            throw .cannotLog(path.string, error as? Errno ?? .ioError)
        }
        self.path = path
        self.redaction = redaction.map(RedactionStream.init)
    }

    deinit { file.closeQuietly() }

    mutating func take(_ piece: ArraySlice<UInt8>) throws(ExecutionError) {
        guard let clean = redaction?.feed(piece) else { return try write(piece) }
        try write(clean[...])
    }

    /// Writes what was held back, as it might have been the beginning of something.
    mutating func finish() throws(ExecutionError) {
        if let rest = redaction?.finish() { try write(rest[...]) }
    }

    private func write(_ bytes: ArraySlice<UInt8>) throws(ExecutionError) {
        guard !bytes.isEmpty else { return }
        do {
            _ = try file.writeAll(bytes)
        } catch {
            throw .cannotLog(path.string, error as? Errno ?? .ioError)
        }
    }
}

/// Moves a file; throws the code of the system.
func rename(_ path: FilePath, to target: FilePath) throws {
    let code = unsafe path.withPlatformString { from in
        unsafe target.withPlatformString { unsafe Glibc.rename(from, $0) }
    }
    if code != 0 { throw Errno(rawValue: errno) }
}

/// Removes a file; throws the code of the system.
func unlink(_ path: FilePath) throws {
    if unsafe path.withPlatformString({ unsafe Glibc.unlink($0) }) != 0 { throw Errno(rawValue: errno) }
}
