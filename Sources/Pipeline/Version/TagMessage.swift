/// The message of a release tag: a line for people, the changelog, and a last line for machines.
public struct TagMessage: Equatable, Sendable {
    public let subject: String
    public let changelog: String
    public let release: ReleaseTrailer

    /// What the last line begins with; a trailer, as git-interpret-trailers(1) reads them.
    private static let key = "Slipway-Release: "
    /// How long a changelog may be, in bytes; the record has all of it.
    static let changelogLimit = 512 << 10
    private static let trailerLimit = 64 << 10

    /// Takes texts that commits wrote: what could hide anything on a terminal, or pass for a signature, is made harmless.
    public init(subject: String, changelog: String, release: ReleaseTrailer) {
        let words = Self.lines(of: subject).joined(separator: " ")
        self.subject = words.isEmpty ? "\(release.service) \(release.version)" : words
        self.changelog = Self.bounded(Self.lines(of: changelog)).joined(separator: "\n")
        self.release = release
    }

    /// The bytes of the message, the final line break included.
    public var bytes: [UInt8] {
        get throws {
            let trailer = try JSON(encoding: release).canonicalText
            let parts = [subject, changelog, Self.key + trailer].filter { !$0.isEmpty }
            return Array((parts.joined(separator: "\n\n") + "\n").utf8)
        }
    }

    /// Reads a message that anybody may have written.
    public init(parsing bytes: [UInt8]) throws(ReleaseTagError) {
        guard bytes.count <= TagObject.limit, let text = String(validating: bytes, as: UTF8.self) else {
            throw .malformed("its message is no text of at most \(TagObject.limit) bytes")
        }
        let lines = text.utf8.split(separator: UInt8(ascii: "\n")).map { Substring($0) }
        guard let last = lines.last, last.utf8.starts(with: Self.key.utf8) else {
            throw .malformed("its last line is not \"\(Self.key)…\"")
        }
        let release = try Self.release(Array(last.utf8.dropFirst(Self.key.utf8.count)))
        let first = lines.count > 1 ? lines[0] : ""
        let changelog = lines.count > 1 ? text[first.endIndex..<last.startIndex] : ""
        self.init(subject: String(first), changelog: String(changelog), release: release)
    }

    private static func release(_ bytes: [UInt8]) throws(ReleaseTagError) -> ReleaseTrailer {
        do {
            let json = try JSON(parsing: bytes, profile: .strict.limited(to: trailerLimit))
            let schema = json["schema"]?.integer
            if let schema, schema != ReleaseTrailer.currentSchema { throw ReleaseTagError.otherFormat(schema) }
            return try ReleaseTrailer(json: json)
        } catch let error as ReleaseTagError {
            throw error
        } catch {
            throw .malformed("its last line: \("\(error)".prefix(200).description.printable)")
        }
    }

    // MARK: - Harmless texts

    /// The lines of a text without empty ones at either end, each printable and none like the beginning of a signature.
    private static func lines(of text: String) -> [String] {
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            var bytes = Array(line)
            while let last = bytes.last, last == 0x20 || last == 0x09 || last == 0x0D { bytes.removeLast() }
            let plain = String(decoding: bytes, as: UTF8.self).printable
            return plain.utf8.starts(with: TagObject.armour.utf8) ? " " + plain : plain
        }
        guard let first = lines.firstIndex(where: { !$0.isEmpty }), let last = lines.lastIndex(where: { !$0.isEmpty })
        else { return [] }
        return Array(lines[first...last])
    }

    private static func bounded(_ lines: [String]) -> [String] {
        func size(_ line: String) -> Int { line.utf8.count + 1 }
        guard lines.reduce(0, { $0 + size($1) }) > changelogLimit else { return lines }
        // The note about what is left out has to fit, too.
        var room = changelogLimit - 64
        let kept = lines.prefix { line in
            room -= size(line)
            return room >= 0
        }
        return kept + ["(lines left out: \(lines.count - kept.count))"]
    }
}
