import CLibgit2
import Glibc
public import Pipeline

/// The SHA-256 of a file's content; nil when it cannot be read.
public typealias ContentHash = (_ file: String) -> Digest?

/// What git-lfs commits in place of a file (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md).
///
/// libgit2 runs no filters, so what such a file would be committed as is told here.
struct LargeFilePointer {
    private static let beginning = Array("version https://git-lfs.github.com/spec/".utf8)
    /// A pointer is not longer than this.
    static let limit: Int64 = 1024

    let bytes: [UInt8]

    init(_ digest: Digest, size: Int64) {
        bytes = Array("version https://git-lfs.github.com/spec/v1\noid sha256:\(digest.hex)\nsize \(size)\n".utf8)
    }

    /// Whether the attributes at the root of a tree speak of git-lfs; without them no file is opened to look for pointers.
    static func areNamed(in attributes: String) -> Bool {
        let descriptor = open(attributes, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var text = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(descriptor, &text, text.count)
        return count > 0 && String(decoding: text.prefix(count), as: UTF8.self).contains("filter=lfs")
    }

    /// Whether a file of the work tree is a pointer, because nobody fetched what it points to.
    static func stands(at file: String) -> Bool {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var start = [UInt8](repeating: 0, count: beginning.count)
        return read(descriptor, &start, start.count) == beginning.count && start == beginning
    }
}

extension Repository {
    /// Whether the attributes of a path say that git-lfs keeps its content.
    func isLargeFile(_ path: Path) throws(GitError) -> Bool {
        var value: UnsafePointer<CChar>?
        let bytes = path.bytes + [0]
        try git("git_attr_get") {
            bytes.withUnsafeBufferPointer { buffer in
                buffer.withMemoryRebound(to: CChar.self) {
                    git_attr_get(&value, handle.pointer, 0, $0.baseAddress, "filter")
                }
            }
        }
        return value.map { String(cString: $0) == "lfs" } ?? false
    }

    /// The pointer that a commit of a large file would hold; nil for what is none, or is a pointer already.
    func pointer(
        at path: Path, in workTree: String, size: Int64, hash: ContentHash
    ) throws(GitError) -> LargeFilePointer? {
        guard try isLargeFile(path) else { return nil }
        let file = workTree + path.description
        guard !(size <= LargeFilePointer.limit && LargeFilePointer.stands(at: file)) else { return nil }
        return hash(file).map { LargeFilePointer($0, size: size) }
    }
}
