import Glibc
public import SystemPackage

/// An exclusive lock on a file, held until this value ends; the kernel drops it with the process.
public struct FileLock: ~Copyable {
    private let descriptor: FileDescriptor
    private let path: FilePath

    /// Takes the lock, or returns nil when somebody else holds it.
    public init?(trying path: FilePath) throws(DiskError) {
        let descriptor = try path.open(.readWrite, "lock", options: .create, permissions: .shared)
        guard flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            descriptor.closeQuietly()
            guard code == EWOULDBLOCK else { throw DiskError("lock", path, code) }
            return nil
        }
        (self.descriptor, self.path) = (descriptor, path)
    }

    /// Says in the file who holds the lock.
    public func sign(_ text: String) throws(DiskError) {
        try disk("write", path) { ftruncate(descriptor.rawValue, 0) }
        try disk("write", path) { try descriptor.seek(offset: 0, from: .start) }
        try disk("write", path) { try descriptor.writeAll(text.utf8) }
    }

    deinit { descriptor.closeQuietly() }
}
