import Disk
import Pipeline
import Signing
import SystemPackage

extension ReportPlace {
    /// Reads everything there is, without what must not be read; the files that are kept with the run lose it, too.
    ///
    /// What tests left in their own folders is theirs, and stays as it is.
    func readHiding(since began: Int64, exit: Int32) throws -> TestReading {
        guard let redaction else { return try read(since: began, exit: exit) }
        let report = try read(since: began, exit: exit).hiding(with: redaction, hash: Digest.sha256)
        try Self.hide(redaction, in: folder)
        return report
    }

    private static func hide(_ redaction: Redaction, in place: FilePath) throws {
        switch try place.status()?.kind {
        case .folder:
            for name in try place.names() { try hide(redaction, in: place.appending(name)) }
        case .file:
            // What hides a text is always shorter than the text.
            var (before, after) = (0, 0)
            try passing(place, through: redaction) {
                before += $0
                after += $1.count
            }
            guard after < before else { return }
            let temporary = place.removingLastComponent().appending(".\(place.lastComponent?.string ?? "").tmp")
            let file = try OpenFile(appendingTo: temporary)
            try passing(place, through: redaction) { _, clean in try file.write(clean) }
            try temporary.rename(to: place)
        default: break
        }
    }

    /// Hands over a file as it is when cleaned, piece by piece, each with the length of what it was made of.
    private static func passing(
        _ file: FilePath, through redaction: Redaction, _ body: (Int, [UInt8]) throws -> Void
    ) throws {
        var stream = RedactionStream(redaction)
        var trouble: (any Error)?
        try file.readChunks { chunk in
            do {
                try body(chunk.count, stream.feed(chunk))
            } catch {
                trouble = error
            }
            return trouble == nil
        }
        if let trouble { throw trouble }
        try body(0, stream.finish())
    }
}
