import Disk
import Pipeline
import Signing
import SystemPackage

extension FolderLedger {
    /// The names of tests, in files called by the SHA-256 of their content: most builds have the same tests.
    private var names: FilePath { root.appending("names") }

    func keep(_ names: TestNames) throws -> Digest {
        let bytes = names.bytes
        let digest = Digest.sha256(bytes)
        let file = self.names.appending(digest.hex)
        guard try file.status() == nil else { return digest }
        try self.names.makeFolders()
        try file.write(bytes)
        return digest
    }

    /// Nil where they are not here, or not what they were.
    func names(_ digest: Digest) throws -> TestNames? {
        guard let bytes = try names.appending(digest.hex).contentsIfPresent(limit: 256 << 20),
            Digest.sha256(bytes) == digest
        else { return nil }
        return TestNames(parsing: bytes)
    }

    /// Removes those that the newest records of no service name; returns how many bytes each had.
    func removeOldNames(keepingNewest count: Int) throws -> [Int64] {
        guard try names.status() != nil else { return [] }
        let kept = try services().flatMap { try newest(of: $0, limit: count).records }
            .compactMap { $0.record.tests?.context?.names?.hex }
        return try Set(names.names().map(\.string)).subtracting(kept).sorted().map { name in
            let file = names.appending(name)
            let size = try file.status()?.size ?? 0
            try file.remove()
            return size
        }
    }
}
