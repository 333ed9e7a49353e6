import Glibc
public import Pipeline
import SystemPackage

// The one address of calls to the file system: atomic writes, locks, listings. Durable where it says so.

/// What the file system refused.
public struct DiskError: Failure, Equatable {
    public let operation: String
    public let path: String
    public let code: Int32

    init(_ operation: String, _ path: FilePath, _ code: Int32) {
        (self.operation, self.path, self.code) = (operation, path.string, code)
    }

    public var fault: Fault { .environment }

    public var hint: String? {
        switch code {
        case ENOSPC, EDQUOT: "make room on that file system and run again"
        case EROFS: "the file system is read-only: mount it writable, or work in another folder"
        case EACCES, EPERM: "check who owns it and run as a user who may"
        default: nil
        }
    }

    public var isAbsence: Bool { code == ENOENT || code == ENOTDIR }

    /// What the system said, without path and operation.
    public var reason: String { "\(Errno(rawValue: code))" }

    public var description: String { "\(path.printable): cannot \(operation): \(reason)" }
}

/// Repeats a call that a signal interrupted; throws when it fails for good.
@discardableResult
func disk(_ operation: String, _ path: FilePath, _ call: () -> Int32) throws(DiskError) -> Int32 {
    while true {
        let result = call()
        if result >= 0 { return result }
        let code = errno
        guard code == EINTR else { throw DiskError(operation, path, code) }
    }
}

/// The same for calls of swift-system, which throw the code themselves.
@discardableResult
func disk<Result>(
    _ operation: String, _ path: FilePath, _ call: () throws -> Result
) throws(DiskError) -> Result {
    do {
        return try call()
    } catch let code as Errno {
        throw DiskError(operation, path, code.rawValue)
    } catch {
        throw DiskError(operation, path, EIO)
    }
}

extension DiskError {
    /// Whether nobody may write there, as opposed to nobody being able to.
    public var isReadOnly: Bool { [EROFS, EACCES, EPERM].contains(code) }
}
