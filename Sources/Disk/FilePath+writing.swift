import CDisk
import Glibc
public import SystemPackage

extension FilePermissions {
    /// What other users may read, and what only the owner may.
    public static let shared: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]
    public static let secret: FilePermissions = [.ownerReadWrite]
}

extension FilePath {
    /// Replaces the file in one step: readers see the old content or the new, never a part.
    ///
    /// With `durable` the content is on the disk before the name is.
    public func write(
        _ bytes: [UInt8], permissions: FilePermissions = .shared, durable: Bool = false
    ) throws(DiskError) {
        let temporary = sibling()
        do {
            try temporary.create(bytes, permissions: permissions, durable: durable)
            try temporary.rename(to: self)
        } catch {
            unsafe temporary.withPlatformString { _ = unsafe unlink($0) }
            throw error
        }
    }

    /// A name beside this one that nobody else uses.
    private func sibling() -> FilePath {
        let name = ".\(lastComponent?.string ?? "").\(getpid()).\(UInt32.random(in: .min ... .max)).tmp"
        return removingLastComponent().appending(name)
    }

    /// Makes a file that must not exist yet.
    public func create(
        _ bytes: [UInt8], permissions: FilePermissions = .shared, durable: Bool = false
    ) throws(DiskError) {
        let descriptor = try open(
            .writeOnly, "create", options: [.create, .exclusiveCreate], permissions: permissions)
        try finish(descriptor, writing: bytes, durable: durable)
    }

    /// Adds to the end of a file, making it when it is not there.
    ///
    /// With `durable` it is on the disk when this returns.
    public func append(_ bytes: [UInt8], durable: Bool = false) throws(DiskError) {
        let descriptor = try open(.writeOnly, "write", options: [.create, .append], permissions: .shared)
        try finish(descriptor, writing: bytes, durable: durable)
    }

    private func finish(_ descriptor: FileDescriptor, writing bytes: [UInt8], durable: Bool) throws(DiskError) {
        do {
            try disk("write", self) { try descriptor.writeAll(bytes) }
            if durable { try disk("write", self) { fsync(descriptor.rawValue) } }
        } catch {
            descriptor.closeQuietly()
            throw error
        }
        try disk("write", self) { try descriptor.close() }
    }

    /// Makes the folder and those above it that are missing.
    public func makeFolders() throws(DiskError) {
        do {
            try disk("make", self) { unsafe withPlatformString { unsafe mkdir($0, 0o777) } }
        } catch {
            if error.code == EEXIST { return }
            let parent = removingLastComponent()
            guard error.code == ENOENT, parent != self, !parent.isEmpty else { throw error }
            try parent.makeFolders()
            try makeFolders()
        }
    }

    /// Removes a file, a link, or a folder with all that is in it; nothing when it is not there.
    public func remove() throws(DiskError) {
        guard let status = try status() else { return }
        if status.kind == .folder {
            // Some caches forbid themselves to be changed.
            if !status.permissions.contains(.ownerReadWriteExecute) {
                try disk("remove", self) { unsafe withPlatformString { unsafe chmod($0, 0o700) } }
            }
            for name in try names() { try appending(name).remove() }
            try disk("remove", self) { unsafe withPlatformString { unsafe rmdir($0) } }
        } else {
            try disk("remove", self) { unsafe withPlatformString { unsafe unlink($0) } }
        }
    }

    public func rename(to target: FilePath) throws(DiskError) {
        try disk("rename", self) {
            unsafe withPlatformString { from in unsafe target.withPlatformString { unsafe Glibc.rename(from, $0) } }
        }
    }

    /// Makes a symbolic link here, in place of one that stands here already.
    public func link(to target: FilePath) throws(DiskError) {
        let temporary = sibling()
        try disk("link", self) {
            unsafe target.withPlatformString { to in unsafe temporary.withPlatformString { unsafe symlink(to, $0) } }
        }
        try temporary.rename(to: self)
    }

    /// Waits until all that was written to the file system of this path is on its disk.
    public func syncFileSystem() throws(DiskError) {
        let descriptor = try open(.readOnly, "open")
        defer { descriptor.closeQuietly() }
        try disk("sync", self) { slipway_syncfs(descriptor.rawValue) }
    }
}

extension FilePath {
    /// For what is only in the way.
    public func removeQuietly() {
        do { try remove() } catch {}
    }
}

extension FilePath {
    /// Lets the owner of a folder do with it what he likes.
    public func allowOwner() throws(DiskError) {
        try disk("change", self) { unsafe withPlatformString { unsafe chmod($0, 0o700) } }
    }
}
