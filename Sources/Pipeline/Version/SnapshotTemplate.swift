/// How builds that are no release are called: `{next}-0.{slug}.{n}.g{sha12}` unless a repository says otherwise.
///
/// `{next}` is the version to come, `{slug}` the branch, `{n}` the number of commits since the last release, `{sha7}` to
/// `{sha40}` the commit. A template is tried when it is read, on what makes the most trouble, so that it never fails later.
public struct SnapshotTemplate: Equatable, Sendable {
    public let text: String
    /// What follows `{next}-`.
    private let pieces: [Piece]

    private enum Piece: Equatable, Sendable {
        case literal(String)
        case slug, count
        case commit(digits: Int)
    }

    /// What a name is made of.
    struct Facts {
        let slug: String
        let count: Int
        let commit: ObjectID
    }

    /// The usual form: `0.` sorts it below every channel, `g` keeps a commit of digits only legal.
    public static let standard = SnapshotTemplate(
        text: "{next}-0.{slug}.{n}.g{sha12}",
        pieces: [.literal("0."), .slug, .literal("."), .count, .literal(".g"), .commit(digits: 12)])

    private init(text: String, pieces: [Piece]) {
        (self.text, self.pieces) = (text, pieces)
    }

    /// Throws `SnapshotTemplateError` for a template that would not always give a version and an image tag.
    public init(parsing text: String) throws(SnapshotTemplateError) {
        let beginning = "{next}-"
        guard text.utf8.starts(with: beginning.utf8) else { throw .withoutNext }
        self.init(text: text, pieces: try Self.pieces(of: text.dropFirst(beginning.count)))
        guard pieces.contains(where: { if case .commit = $0 { true } else { false } }) else { throw .withoutCommit }
        for facts in Self.trials {
            let tail = tail(facts)
            guard let version = Self.longest.withPrerelease(Self.identifiers(tail)), version.build.isEmpty else {
                throw .noVersion(tail)
            }
            // A build of uncommitted work has a longer name.
            guard let dirty = version.withPrerelease(version.prerelease + [Snapshot.dirty]), ImageTag(dirty) != nil
            else { throw .noTag("\(version)") }
        }
    }

    /// The identifiers of a snapshot's version.
    func identifiers(_ facts: Facts) -> [String] { Self.identifiers(tail(facts)) }

    private static func identifiers(_ tail: String) -> [String] {
        tail.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    }

    private func tail(_ facts: Facts) -> String {
        pieces.reduce(into: "") { text, piece in
            switch piece {
            case .literal(let literal): text += literal
            case .slug: text += facts.slug
            case .count: text += "\(facts.count)"
            case .commit(let digits): text += "\(facts.commit)".prefix(digits)
            }
        }
    }

    private static func pieces(of text: Substring) throws(SnapshotTemplateError) -> [Piece] {
        var pieces: [Piece] = []
        var rest = text
        while let open = rest.firstIndex(of: "{") {
            if open > rest.startIndex { pieces.append(.literal(String(rest[..<open]))) }
            guard let close = rest[open...].firstIndex(of: "}") else { throw .unknown(String(rest[open...])) }
            let name = rest[rest.index(after: open)..<close]
            guard let piece = piece(named: name) else { throw .unknown("{\(name)}") }
            pieces.append(piece)
            rest = rest[rest.index(after: close)...]
        }
        return rest.isEmpty ? pieces : pieces + [.literal(String(rest))]
    }

    private static func piece(named name: Substring) -> Piece? {
        switch name {
        case "slug": return .slug
        case "n": return .count
        default:
            guard name.hasPrefix("sha"), let digits = Int(name.dropFirst(3)), (7...40).contains(digits),
                name == "sha\(digits)"
            else { return nil }
            return .commit(digits: digits)
        }
    }

    // MARK: - Trials

    /// A version longer than any that people write.
    private static let longest = SemanticVersion(parsing: "10000.10000.10000") ?? .first

    /// Commits of digits only, with and without a zero ahead, and one of letters; the shortest slug and the longest.
    private static var trials: [Facts] {
        let commits = ["0012345678", "1234567890", "0000000000", "abcdefabcd"].compactMap {
            ObjectID(parsing: String(repeating: $0, count: 4))
        }
        let slugs = ["x", String(repeating: "x", count: Snapshot.slugLimit)]
        return commits.flatMap { commit in
            slugs.flatMap { slug in
                [0, 7, 1_000_000].map { Facts(slug: slug, count: $0, commit: commit) }
            }
        }
    }
}

/// Why a template cannot name builds.
public enum SnapshotTemplateError: Error, Equatable, CustomStringConvertible {
    case withoutNext
    case withoutCommit
    case unknown(String)
    case noVersion(String)
    case noTag(String)

    public var description: String {
        switch self {
        case .withoutNext: "does not begin with {next}-, so it would not sort below the release to come"
        case .withoutCommit: "names no commit ({sha12}), so two builds would have one name"
        case .unknown(let name):
            "holds \(name.prefix(40).description.printable), which is none of {slug}, {n}, {sha7} to {sha40}"
        case .noVersion(let text): "would give -\(text.prefix(80).description.printable), which is no semantic version"
        case .noTag(let text):
            "would give \(text.prefix(160).description.printable), which is too long for an image tag"
        }
    }
}

extension SnapshotTemplate: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        do {
            try self.init(parsing: text)
        } catch {
            throw JSONError(place: decoder.codingPath.place, problem: "\(error)")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
