import Glibc
public import SystemPackage

/// What stands at a path, a symbolic link not followed.
public struct FileStatus: Equatable, Sendable {
    public let kind: Kind
    public let size: Int64
    /// When its content changed, in nanoseconds since 1970.
    public let modified: Int64
    /// When anything about it changed, its place included; unlike `modified` nobody can set it.
    public let changed: Int64
    public let permissions: FilePermissions

    public enum Kind: Equatable, Sendable {
        case file, folder, symbolicLink, other
    }

    public var isExecutable: Bool { permissions.contains(.ownerExecute) }
}

extension FilePath {
    /// What stands here, or nil when nothing does.
    public func status(followingLinks: Bool = false) throws(DiskError) -> FileStatus? {
        let found: Stat
        do {
            found = try disk("look at", self) { try stat(followTargetSymlink: followingLinks) }
        } catch {
            guard error.isAbsence else { throw error }
            return nil
        }
        let kind: FileStatus.Kind =
            switch found.type {
            case .regular: .file
            case .directory: .folder
            case .symbolicLink: .symbolicLink
            default: .other
            }
        func nanoseconds(_ time: timespec) -> Int64 { Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec) }
        return FileStatus(
            kind: kind, size: found.size, modified: nanoseconds(found.st_mtim), changed: nanoseconds(found.st_ctim),
            permissions: found.permissions)
    }

    /// The whole content of a file.
    ///
    /// Throws when it is larger than `limit` bytes.
    public func contents(limit: Int = 64 << 20) throws(DiskError) -> [UInt8] {
        var bytes: [UInt8] = []
        var isTooLarge = false
        try readChunks(of: 1 << 14) { chunk in
            isTooLarge = bytes.count + chunk.count > limit
            if !isTooLarge { bytes += chunk }
            return !isTooLarge
        }
        guard !isTooLarge else { throw DiskError("read", self, EFBIG) }
        return bytes
    }

    /// The content, or nil when there is no such file.
    public func contentsIfPresent(limit: Int = 64 << 20) throws(DiskError) -> [UInt8]? {
        do {
            return try contents(limit: limit)
        } catch {
            guard error.isAbsence else { throw error }
            return nil
        }
    }

    /// Hands the content over piece by piece, so that no file is ever held whole, until `body` returns false.
    public func readChunks(
        of size: Int = 1 << 18, _ body: (ArraySlice<UInt8>) throws(DiskError) -> Bool
    ) throws(DiskError) {
        let descriptor = try open(.readOnly, "read")
        defer { descriptor.closeQuietly() }
        var buffer = [UInt8](repeating: 0, count: size)
        while true {
            let count = try disk("read", self) {
                try unsafe buffer.withUnsafeMutableBytes { try unsafe descriptor.read(into: $0) }
            }
            guard count > 0, try body(buffer.prefix(count)) else { return }
        }
    }

    /// At most `count` bytes from a place in the file; fewer only at its end.
    public func slice(from offset: Int64, count: Int) throws(DiskError) -> [UInt8] {
        let descriptor = try open(.readOnly, "read")
        defer { descriptor.closeQuietly() }
        var buffer = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let read = try disk("read", self) {
                try unsafe buffer.withUnsafeMutableBytes { bytes in
                    try unsafe descriptor.read(
                        fromAbsoluteOffset: offset + Int64(filled),
                        into: UnsafeMutableRawBufferPointer(rebasing: bytes[filled...]))
                }
            }
            guard read > 0 else { break }
            filled += read
        }
        return Array(buffer.prefix(filled))
    }

    /// The names in a folder, sorted by their bytes.
    public func names() throws(DiskError) -> [FilePath.Component] {
        guard let stream = unsafe withPlatformString({ unsafe opendir($0) }) else {
            throw DiskError("list", self, errno)
        }
        defer { unsafe closedir(stream) }
        var names: [FilePath.Component] = []
        while let entry = unsafe readdir(stream) {
            let path = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe FilePath(platformString: $0) }
            }
            guard let name = path.lastComponent, name.kind == .regular else { continue }
            names.append(name)
        }
        return names.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    }

    /// Where a symbolic link points.
    public func linkTarget() throws(DiskError) -> FilePath {
        var buffer = [CChar](repeating: 0, count: 4097)
        try disk("read the link", self) { () -> Int32 in
            unsafe withPlatformString { unsafe Int32(readlink($0, &buffer, buffer.count - 1)) }
        }
        return FilePath(platformString: buffer)
    }

    func open(
        _ mode: FileDescriptor.AccessMode, _ operation: String, options: FileDescriptor.OpenOptions = [],
        permissions: FilePermissions? = nil
    ) throws(DiskError) -> FileDescriptor {
        try disk(operation, self) {
            try FileDescriptor.open(self, mode, options: options.union(.closeOnExec), permissions: permissions)
        }
    }

    /// The path as git and tar know it.
    public var bytes: [UInt8] {
        unsafe withPlatformString { pointer in
            unsafe Array(UnsafeRawBufferPointer(start: pointer, count: strlen(pointer)))
        }
    }

    public init(bytes: some Sequence<UInt8>) {
        unsafe self.init(platformString: bytes.map(CChar.init(bitPattern:)) + [0])
    }
}

extension FilePath.Component {
    public var bytes: [UInt8] { FilePath(root: nil, [self]).bytes }
}

extension FileDescriptor {
    /// For what was only read, or is already being given up because of another error.
    func closeQuietly() {
        do { try close() } catch {}
    }
}

extension FilePath {
    /// Where this leads once all links in it are followed; the path itself when that cannot be told.
    public func resolvingLinks() -> FilePath {
        guard let resolved = unsafe realpath(string, nil) else { return self }
        defer { unsafe free(resolved) }
        return unsafe FilePath(platformString: resolved)
    }
}

extension FilePath {
    /// How many bytes can still be written to the file system of this path by whoever runs this.
    public func freeBytes() throws(DiskError) -> Int64 {
        var facts = statvfs()
        try disk("look at", self) { unsafe withPlatformString { unsafe statvfs($0, &facts) } }
        return Int64(clamping: UInt64(facts.f_bavail) * UInt64(facts.f_frsize))
    }

    /// Whether a folder can be made or written to here, as far as permissions tell.
    public func isWritableFolder() throws(DiskError) -> Bool {
        guard let status = try status(followingLinks: true) else {
            let parent = removingLastComponent()
            return try parent == self || parent.isEmpty ? false : parent.isWritableFolder()
        }
        return unsafe status.kind == .folder && withPlatformString { unsafe access($0, W_OK | X_OK) } == 0
    }
}
