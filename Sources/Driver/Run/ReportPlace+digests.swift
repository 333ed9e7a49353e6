import Disk
import OCI
import Pipeline
import Signing
import SystemPackage

extension ReportPlace {
    /// What was read, with the digests of the files as they are left: whoever seals the record later reads them again.
    func readWithDigests(since began: Int64, exit: Int32) throws -> TestReading {
        var reading = try readHiding(since: began, exit: exit)
        reading.files = try reportFiles().filter { file in
            try file.status().map { $0.modified >= began } ?? false
        }.map(Stability.ReportFile.init(at:))
        return reading
    }
}

extension Stability.ReportFile {
    /// A file as it is now, named by its whole path.
    init(at file: FilePath) throws {
        var bytes: Int64 = 0
        let digest = try Digest.sha256 { take in
            try file.readChunks { chunk in
                take(chunk)
                bytes += Int64(chunk.count)
                return true
            }
        }
        self.init(path: file.string, sha256: digest, bytes: bytes)
    }

    /// The same named from a folder; nil for a file elsewhere.
    func named(from root: FilePath) -> Stability.ReportFile? {
        var file = FilePath(path)
        guard file.removePrefix(root), !file.isEmpty else { return nil }
        return Stability.ReportFile(path: file.string, sha256: sha256, bytes: bytes)
    }
}

extension Stability.ImageFacts.PlatformImage {
    /// The images of an index by platform; nil for none.
    static func list(_ parts: [BuiltImage]) -> [Self]? {
        parts.isEmpty ? nil : parts.map { Self(platform: $0.platform, digest: $0.descriptor.digest) }
    }
}

extension Stability.Run {
    /// The same with the reports that its tests left, as far as there is room for them.
    func naming(_ reports: [Stability.ReportFile]) -> Stability.Run {
        guard !reports.isEmpty else { return self }
        var copy = self
        copy.reports = Array(reports.sorted { $0.path < $1.path }.prefix(Stability.ReportFile.listLimit))
        copy.reportCount = reports.count > Stability.ReportFile.listLimit ? reports.count : nil
        return copy
    }
}
