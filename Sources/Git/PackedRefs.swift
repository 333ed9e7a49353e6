import Glibc
import Pipeline

/// The references that git packed into one file (https://git-scm.com/docs/git-pack-refs), read where they lie.
///
/// What tags of tags and commits lead to stands there as well; libgit2 would look each up.
final class PackedRefs {
    private let file: Mapping
    /// Whether it says of each tag what it leads to.
    private let isPeeled: Bool
    private let isSorted: Bool

    /// One line, and the one below it.
    struct Ref {
        let name: UnsafeRawBufferPointer
        let id: ObjectID
        /// What an annotated tag leads to.
        let peeled: ObjectID?
        /// Whether it would say what it leads to if that were something else than it names.
        let isPeeled: Bool
    }

    /// Opens that of a repository; nil when it has none.
    init?(_ commonFolder: String) {
        guard let file = Mapping(commonFolder + "packed-refs") else { return nil }
        self.file = file
        var reader = LineReader(bytes: UnsafeRawBufferPointer(start: file.start, count: file.size))
        let traits = reader.next().map { String(decoding: $0, as: UTF8.self) } ?? ""
        let words = traits.hasPrefix("# pack-refs with:") ? traits.split(separator: " ") : []
        isPeeled = words.contains("peeled") || words.contains("fully-peeled")
        isSorted = words.contains("sorted")
    }

    /// Whether there is any whose name begins like this.
    func holdsAny(below prefix: String) throws(GitError) -> Bool {
        var found = false
        try each(below: prefix) { _ in found = true }
        return found
    }

    /// Visits those whose names begin like this, without that beginning.
    ///
    /// Throws when the file is damaged.
    func each(below prefix: String, _ take: (Ref) throws(GitError) -> Void) throws(GitError) {
        let prefix = Array(prefix.utf8)
        var reader = LineReader(bytes: UnsafeRawBufferPointer(start: file.start, count: file.size))
        var last: (name: UnsafeRawBufferPointer, id: ObjectID)?
        while let line = reader.next() {
            guard let first = line.first, first != UInt8(ascii: "#") else { continue }
            let start = first == UInt8(ascii: "^") ? 1 : 0
            guard let id = ObjectID(hexadecimal: line, from: start) else { throw damaged }
            if let ref = last {
                last = nil
                try take(Ref(name: ref.name, id: ref.id, peeled: start == 1 ? id : nil, isPeeled: isPeeled))
            }
            guard start == 0 else { continue }
            guard line.count > 41, line[40] == 0x20 else { throw damaged }
            let name = UnsafeRawBufferPointer(rebasing: line[41...])
            guard name.starts(with: prefix) else {
                if isSorted, prefix.lexicographicallyPrecedes(name) { return }
                continue
            }
            last = (UnsafeRawBufferPointer(rebasing: name[prefix.count...]), id)
        }
        if let ref = last { try take(Ref(name: ref.name, id: ref.id, peeled: nil, isPeeled: isPeeled)) }
    }

    private var damaged: GitError {
        .call("read packed-refs", code: -1, message: "a line of packed-refs is damaged")
    }
}

/// References with a file each.
enum LooseRefs {
    private static let deepest = 64

    /// The names of those below a folder, relative to it; links to folders are not followed.
    static func names(below folder: String) -> [String] {
        var names: [String] = []
        collect(folder, "", 0, &names)
        return names
    }

    private static func collect(_ folder: String, _ prefix: String, _ depth: Int, _ names: inout [String]) {
        guard depth < deepest else { return }
        for name in PackFolder.names(in: folder) where !name.hasPrefix(".") && !name.hasSuffix(".lock") {
            var status = stat()
            guard lstat("\(folder)/\(name)", &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                collect("\(folder)/\(name)", "\(prefix)\(name)/", depth + 1, &names)
            } else {
                names.append(prefix + name)
            }
        }
    }
}
