import Glibc
public import SystemPackage

/// A file that stays open to be written at its end, until nobody has it any more.
public final class OpenFile: Sendable {
    private let descriptor: FileDescriptor
    private let path: FilePath

    /// Makes the file when it is not there.
    public init(appendingTo path: FilePath) throws(DiskError) {
        self.path = path
        descriptor = try path.open(.writeOnly, "write", options: [.create, .append], permissions: .shared)
    }

    deinit { descriptor.closeQuietly() }

    public func write(_ bytes: [UInt8]) throws(DiskError) {
        try disk("write", path) { try descriptor.writeAll(bytes) }
    }

    /// Returns once what was written is on the disk.
    public func sync() throws(DiskError) {
        try disk("sync", path) { fdatasync(descriptor.rawValue) }
    }
}
