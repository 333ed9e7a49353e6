import Glibc
import Pipeline

/// Goes through a work tree folder by folder, beside its index.
///
/// Files are looked at by their names in an open folder, which is quicker than by their whole paths; a folder that has as
/// many names as the index knows there has nothing else.
struct WorkTreeScan {
    var suspects = Suspects()
    /// What the index does not know.
    private(set) var strange: [Path] = []
    private let index: IndexFile
    private let part: Int
    private let parts: Int
    private let root: String
    private let mayHavePointers: Bool

    init(_ index: IndexFile, part: Int, of parts: Int, at root: String) {
        (self.index, self.part, self.parts, self.root) = (index, part, parts, root)
        mayHavePointers = LargeFilePointer.areNamed(in: root + ".gitattributes")
    }

    /// The entries of one folder: which, and how much of their paths leads there.
    private struct Range {
        let low: Int
        let high: Int
        let prefix: Int

        var count: Int { high - low }
    }

    mutating func run() throws(GitError) {
        let descriptor = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .call("open \(root)", code: errno, message: "cannot be read") }
        try scan(Range(low: 0, high: index.entries.count, prefix: 0), descriptor)
    }

    /// A folder so big that its folders go to different parts.
    private func isShared(_ range: Range) -> Bool { parts > 1 && range.count > index.entries.count / 8 }

    private func isMine(_ range: Range) -> Bool { range.low * parts / max(1, index.entries.count) == part }

    /// Looks at one folder, and closes it.
    private mutating func scan(_ range: Range, _ descriptor: Int32) throws(GitError) {
        guard let stream = fdopendir(descriptor) else {
            close(descriptor)
            throw .call("list a folder of the work tree", code: errno, message: "cannot be read")
        }
        defer { closedir(stream) }
        let isLead = !isShared(range) || part == 0
        var present = 0
        var position = range.low
        while position < range.high {
            let entry = index.entries[position]
            if let slash = slash(in: entry.path, from: range.prefix) {
                let inner = Range(low: position, high: end(of: position, slash + 1, range.high), prefix: slash + 1)
                let name = range.prefix..<slash
                // Whoever has a folder that is not shared has all that is in it.
                if !isShared(range) || isShared(inner) || isMine(inner) {
                    if try scanInner(inner, named: entry.path, name, in: descriptor) { present += 1 }
                } else if isLead, isThere(Array(entry.path[name]), in: descriptor) {
                    present += 1
                }
                position = inner.high
                continue
            }
            if isLead, look(at: entry, from: range.prefix, in: descriptor) { present += 1 }
            position += 1
        }
        if isLead { findStrange(in: stream, range, present: present) }
    }

    private func isThere(_ name: [UInt8], in descriptor: Int32) -> Bool {
        var status = stat()
        return name.withCString { fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW) } == 0
    }

    /// A folder in the folder; false when there is nothing of that name.
    private mutating func scanInner(
        _ inner: Range, named path: UnsafeBufferPointer<UInt8>, _ part: Swift.Range<Int>, in descriptor: Int32
    ) throws(GitError) -> Bool {
        let name = Array(path[part])
        let folder = name.withCString { openat(descriptor, $0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
        if folder >= 0 {
            try scan(inner, folder)
            return true
        }
        guard errno == ENOENT || errno == ENOTDIR || errno == ELOOP else {
            throw .call("open \(Path(bytes: Array(path[..<part.upperBound])))", code: errno, message: "cannot be read")
        }
        for position in inner.low..<inner.high { noteMissing(index.entries[position]) }
        // A file took the place of the folder.
        let isThere = isThere(name, in: descriptor)
        if isThere { strange.append(Path(bytes: Array(path[..<part.upperBound]))) }
        return isThere
    }

    /// Compares one file with its entry; false when there is nothing of that name.
    private mutating func look(at entry: IndexFile.Entry, from prefix: Int, in descriptor: Int32) -> Bool {
        var status = stat()
        let name = entry.path.baseAddress.map { UnsafeRawPointer($0 + prefix).assumingMemoryBound(to: CChar.self) }
        let found = name.map { fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW) == 0 } ?? false
        if entry.mode == 0o160000 {
            suspects.submodules.append(path(of: entry))
        } else if entry.isFlagged {
            suspects.flagged.append(path(of: entry))
        } else if !found || !index.matches(entry, status) {
            suspects.changed.append(path(of: entry))
            // A folder took the place of the file.
            if found, status.st_mode & S_IFMT == S_IFDIR { strange.append(path(of: entry)) }
        }
        if mayHavePointers, found, (100...LargeFilePointer.limit).contains(Int64(status.st_size)) {
            suspects.small.append(path(of: entry))
        }
        return found
    }

    private mutating func noteMissing(_ entry: IndexFile.Entry) {
        if entry.mode == 0o160000 {
            suspects.submodules.append(path(of: entry))
        } else if entry.isFlagged {
            suspects.flagged.append(path(of: entry))
        } else {
            suspects.changed.append(path(of: entry))
        }
    }

    /// Of a sparse index some entries are whole folders, and end in a slash.
    private func path(of entry: IndexFile.Entry) -> Path {
        Path(bytes: Array(entry.path.last == UInt8(ascii: "/") ? entry.path.dropLast() : entry.path[...]))
    }

    private mutating func findStrange(in stream: OpaquePointer, _ range: Range, present: Int) {
        let isRoot = range.prefix == 0
        var count = 0
        FolderListing.each(stream) { name in count += isRoot && name.elementsEqual(".git".utf8) ? 0 : 1 }
        guard count != present else { return }
        var known: Set<[UInt8]> = isRoot ? [Array(".git".utf8)] : []
        for position in range.low..<range.high {
            let path = index.entries[position].path
            known.insert(Array(path[range.prefix..<(slash(in: path, from: range.prefix) ?? path.count)]))
        }
        let folder =
            range.prefix == 0 ? Path.root : Path(bytes: Array(index.entries[range.low].path[..<(range.prefix - 1)]))
        rewinddir(stream)
        FolderListing.each(stream) { name in
            if !known.contains(Array(name)) { strange.append(folder.appending(Array(name))) }
        }
    }

    // MARK: - Paths

    private func slash(in path: UnsafeBufferPointer<UInt8>, from prefix: Int) -> Int? {
        guard let base = path.baseAddress, prefix < path.count,
            let found = memchr(base + prefix, 0x2F, path.count - prefix)
        else { return nil }
        let slash = UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) - base
        // The last byte of a whole folder: its name ends there, and nothing is in it.
        return slash + 1 == path.count ? nil : slash
    }

    /// Where the entries end that share the first bytes of the path of one.
    private func end(of position: Int, _ length: Int, _ limit: Int) -> Int {
        let entries = index.entries
        guard let base = entries[position].path.baseAddress else { return position + 1 }
        func shares(_ other: Int) -> Bool {
            let path = entries[other].path
            return path.count > length && path.baseAddress.map { memcmp($0, base, length) == 0 } ?? false
        }
        var step = 1
        var low = position
        while low + step < limit, shares(low + step) {
            low += step
            step *= 2
        }
        var high = min(low + step, limit)
        while low + 1 < high {
            let middle = (low + high) / 2
            if shares(middle) { low = middle } else { high = middle }
        }
        return high
    }
}
