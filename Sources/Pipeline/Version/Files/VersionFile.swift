/// A file that states the version of a service, read and changed as bytes: what is not the version stays as it is.
public struct VersionFile: Equatable, Sendable {
    public let path: Path
    public let dialect: Dialect

    /// How a version stands in a file.
    public enum Dialect: String, Codable, Sendable, CaseIterable {
        case gradle
        case gradleKotlin = "gradle-kotlin"
        case gradleProperties = "gradle-properties"
        case maven, npm, cargo, python
        /// A Kotlin script that describes a deployment.
        case deployment
        /// Nothing but the version.
        case plain
    }

    private static let dialects: [String: Dialect] = [
        "build.gradle": .gradle, "build.gradle.kts": .gradleKotlin, "gradle.properties": .gradleProperties,
        "pom.xml": .maven, "package.json": .npm, "Cargo.toml": .cargo, "pyproject.toml": .python,
        "k8.kts": .deployment, "version.txt": .plain, "VERSION.txt": .plain, "VERSION": .plain,
    ]

    /// The names of the files that can be read, for messages.
    public static let names = dialects.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }

    /// Nil for a file whose name tells of no dialect.
    public init?(path: Path) {
        guard let dialect = Self.dialects[path.name] else { return nil }
        (self.path, self.dialect) = (path, dialect)
    }
}

// MARK: - Reading

extension VersionFile {
    /// No file that people write is longer.
    private static let byteLimit = 4 << 20

    public func reading(of text: String) -> Reading { reading(of: Array(text.utf8)) }

    public func reading(of bytes: [UInt8]) -> Reading {
        guard bytes.count <= Self.byteLimit else {
            return .unreadable(reason: "is longer than \(Self.byteLimit >> 20) MB", line: 1)
        }
        if let index = bytes.firstIndex(of: 0) {
            return .unreadable(
                reason: "holds a NUL byte, so it is no text in UTF-8", line: Self.line(of: index, in: bytes))
        }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let start = bytes.starts(with: mark) ? mark.count : 0
        let found = mentions(in: start == 0 ? bytes : Array(bytes.dropFirst(start))).map { $0.moved(by: start) }
        for mention in found.prefix(Self.mentionLimit) {
            guard case .broken(let reason) = mention.kind else { continue }
            return .unreadable(reason: reason, line: Self.line(of: mention.range.lowerBound, in: bytes))
        }
        guard found.count < 2 else {
            let starts = found.prefix(Self.mentionLimit).map(\.range.lowerBound).sorted()
            return .ambiguous(lines: starts.map { Self.line(of: $0, in: bytes) })
        }
        return found.first.map { reading(of: $0, in: bytes) } ?? .absent
    }

    /// Nobody looks up more places than these.
    private static let mentionLimit = 8

    private func mentions(in bytes: [UInt8]) -> [VersionMention] {
        switch dialect {
        case .gradle: VersionMention.gradle(Source(bytes, .groovy))
        case .gradleKotlin: VersionMention.gradle(Source(bytes, .kotlin))
        case .deployment: VersionMention.deployment(Source(bytes, .kotlin), folder: path.parent)
        case .gradleProperties: VersionMention.properties(bytes)
        case .maven: VersionMention.pom(bytes)
        case .npm: VersionMention.package(bytes)
        case .cargo: VersionMention.cargo(bytes)
        case .python: VersionMention.python(bytes)
        case .plain: VersionMention.plain(bytes)
        }
    }

    private func reading(of mention: VersionMention, in bytes: [UInt8]) -> Reading {
        let line = Self.line(of: mention.range.lowerBound, in: bytes)
        switch mention.kind {
        case .text(let text):
            let version = SemanticVersion(parsing: text) ?? (dialect == .python ? PythonVersion.read(text) : nil)
            return .stated(
                Statement(text: text, version: version, line: line, range: mention.range, echoes: mention.echoes))
        case .computed(let what): return .dynamic(line: line, what: what)
        case .broken(let reason): return .unreadable(reason: reason, line: line)
        }
    }

    private static func line(of offset: Int, in bytes: [UInt8]) -> Int {
        bytes[..<min(offset, bytes.count)].count { $0 == 0x0A } + 1
    }
}

// MARK: - Writing

extension VersionFile {
    /// The file with another version in it, and with no other byte changed.
    ///
    /// Only a version that stands there as text, once, can be changed.
    public func writing(_ version: SemanticVersion, into bytes: [UInt8]) -> Result<[UInt8], Problem> {
        switch reading(of: bytes) {
        case .stated(let statement):
            guard let text = spelling(of: version) else { return .failure(unsayable(version, line: statement.line)) }
            var result = bytes
            for range in ([statement.range] + statement.echoes).sorted(by: { $0.lowerBound > $1.lowerBound }) {
                result.replaceSubrange(range, with: text.utf8)
            }
            return .success(result)
        case let other: return .failure(Problem(file: path, reading: other, version: version))
        }
    }

    public func writing(_ version: SemanticVersion, into text: String) -> Result<[UInt8], Problem> {
        writing(version, into: Array(text.utf8))
    }

    /// Nil when the format has no way to say this version.
    private func spelling(of version: SemanticVersion) -> String? {
        switch dialect {
        case .python: PythonVersion.text(for: version)
        // Images are tagged with it.
        case .deployment: ImageTag(version)?.text
        default: version.description
        }
    }

    private func unsayable(_ version: SemanticVersion, line: Int) -> Problem {
        dialect == .python
            ? Problem(
                file: path, line: line, "\(version) is no version of a Python package (PEP 440)",
                hint: "release a version without a suffix, or with alpha.N, beta.N, rc.N or dev.N")
            : Problem(
                file: path, line: line, "\(version) cannot be the tag of an image",
                hint: "release a version without build metadata")
    }
}
