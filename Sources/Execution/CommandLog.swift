public import SystemPackage

/// The log of one command: plain while it is written, so that it can be followed; packed once it is done.
public struct CommandLog: Equatable, Sendable {
    /// Where it is while it is written.
    public let path: FilePath

    public init(at path: FilePath) {
        self.path = path
    }

    /// Where it is when it is done.
    public var packed: FilePath {
        path.removingLastComponent().appending((path.lastComponent?.string ?? "") + Self.suffix)
    }

    /// What the name of a packed log ends with.
    public static let suffix = ".gz"

    /// Hands its text over piece by piece, whichever of the two it is by now, until `body` returns false.
    ///
    /// Throws when there is none, or what is there is damaged.
    public func readChunks(_ body: (ArraySlice<UInt8>) throws -> Bool) throws {
        if try readPlain(body) { return }
        let file = try open(packed)
        defer { file.closeQuietly() }
        var place: Int64 = 0
        while let member = try member(of: file, at: place) {
            place += Int64(member.count)
            guard let text = LogMembers.text(member) else { throw ExecutionError.damagedLog(packed.string) }
            guard try body(text[...]) else { return }
        }
    }

    /// The end of its text: at most so many bytes.
    public func tail(_ count: Int) throws -> [UInt8] {
        var end: [UInt8] = []
        if try readPlain({
            end = Array((end + $0).suffix(count))
            return true
        }) {
            return end
        }
        let file = try open(packed)
        defer { file.closeQuietly() }
        var places: [Int64] = []
        var place: Int64 = 0
        while let length = try length(in: file, at: place) {
            places.append(place)
            place += Int64(length)
        }
        for place in places.reversed() where end.count < count {
            guard let text = try member(of: file, at: place).flatMap(LogMembers.text) else {
                throw ExecutionError.damagedLog(packed.string)
            }
            end = text.suffix(count - end.count) + end
        }
        return end
    }

    /// Packs it, if it is there and plain.
    ///
    /// The plain one goes only when the packed one is whole.
    func pack() throws {
        let temporary = path.removingLastComponent().appending(".\(path.lastComponent?.string ?? "").tmp")
        do {
            let target = try FileDescriptor.open(
                temporary, .writeOnly, options: [.create, .truncate, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
            try target.closeAfter {
                let packer = LogMembers.Packer()
                var isEmpty = true
                _ = try readPlain { text in
                    isEmpty = false
                    try target.writeAll(packer.member(text))
                    return true
                }
                if isEmpty { try target.writeAll(packer.member([])) }
            }
            try rename(temporary, to: packed)
            try unlink(path)
        } catch let code as Errno {
            throw ExecutionError.cannotLog(packed.string, code)
        }
    }

    // MARK: - Reading

    private func open(_ path: FilePath) throws -> FileDescriptor {
        do {
            return try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        } catch let code as Errno {
            throw ExecutionError.cannotReadLog(path.string, code)
        }
    }

    /// Hands over the plain text, if that is what there is.
    private func readPlain(_ body: (ArraySlice<UInt8>) throws -> Bool) throws -> Bool {
        let file: FileDescriptor
        do {
            file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        } catch Errno.noSuchFileOrDirectory {
            return false
        } catch let code as Errno {
            throw ExecutionError.cannotReadLog(path.string, code)
        }
        defer { file.closeQuietly() }
        let size = try Int64(file.seek(offset: 0, from: .end))
        var place: Int64 = 0
        while true {
            // One buffer a piece would be too much for the many logs that are short.
            let piece = try bytes(of: file, at: place, count: Int(clamping: min(max(size - place, 1 << 12), 1 << 20)))
            guard !piece.isEmpty, try body(piece[...]) else { return true }
            place += Int64(piece.count)
        }
    }

    /// The bytes at a place: fewer only at the end of the file.
    private func bytes(of file: FileDescriptor, at place: Int64, count: Int) throws -> [UInt8] {
        do {
            return unsafe try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                let room = UnsafeMutableRawBufferPointer(buffer)
                while filled < count {
                    let more = try unsafe file.read(
                        fromAbsoluteOffset: place + Int64(filled),
                        into: UnsafeMutableRawBufferPointer(rebasing: room[filled...]))
                    guard more > 0 else { break }
                    filled += more
                }
            }
        } catch let code as Errno {
            throw ExecutionError.cannotReadLog(path.string, code)
        }
    }

    private func length(in file: FileDescriptor, at place: Int64) throws -> Int? {
        let head = try bytes(of: file, at: place, count: LogMembers.headSize)
        guard !head.isEmpty else { return nil }
        guard let length = LogMembers.length(head[...]) else { throw ExecutionError.damagedLog(packed.string) }
        return length
    }

    private func member(of file: FileDescriptor, at place: Int64) throws -> [UInt8]? {
        try length(in: file, at: place).map { try bytes(of: file, at: place, count: $0) }
    }
}
