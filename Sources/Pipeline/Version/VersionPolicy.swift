/// How the versions of a service follow from its history.
public struct VersionPolicy: Equatable, Sendable {
    public var messages = MessagePolicy()
    /// What changes do below 1.0.0.
    public var zeroMajor = ZeroMajor.breakingMinor
    /// What a shipped change counts as when no commit says so.
    public var floor = Level.none
    public var attribution = Attribution()
    public var channels = Channels()
    public var maintenance = LineTemplate.standard
    /// Whether a stable release must have been a candidate.
    public var requiresCandidate = false

    public init() {}

    /// Below 1.0.0 nothing is promised, and nobody agrees on what that means for numbers.
    public enum ZeroMajor: String, Codable, CaseIterable, Sendable {
        /// Breaking changes and features move the minor.
        case breakingMinor = "breaking-minor"
        /// Breaking changes move the minor, features the patch.
        case shift
        /// As above 1.0.0: a breaking change makes 1.0.0.
        case plain
    }

    /// Which commits count for a service, and for how much.
    public struct Attribution: Equatable, Sendable {
        public var source = Source.commits
        public var crossScope = CrossScope.patch
        /// Found in `Name <address>`.
        public var ignoredAuthors: [SubjectPattern] = []
        /// What a library does to those that need it, where the need says nothing else.
        public var propagation = Propagation.patch

        public init() {}
    }

    /// Whose messages are read.
    public enum Source: String, Codable, CaseIterable, Sendable {
        /// Those of all commits but merges.
        case commits
        /// Those of the first parents, merges included.
        case firstParent = "first-parent"
    }

    /// What a commit counts for here when its scope names another service that it changes as well.
    public enum CrossScope: String, Codable, CaseIterable, Sendable {
        case patch, same
    }

    /// What a change of a library does to those that need it.
    public enum Propagation: String, Codable, CaseIterable, Sendable {
        case none, patch, match

        func level(_ level: Level) -> Level {
            switch self {
            case .none: .none
            case .patch: min(level, .patch)
            case .match: level
            }
        }
    }

    /// The level that moves the number which this level is meant for, of a version like this one.
    func effective(_ level: Level, on version: SemanticVersion) -> Level {
        guard version.isInitialDevelopment else { return level }
        switch (zeroMajor, level) {
        case (.plain, _): return level
        case (_, .major): return .minor
        case (.shift, .minor): return .patch
        default: return level
        }
    }
}

/// On which branches releases are candidates, and of which channel: `rc`, `beta`.
public struct Channels: Equatable, Sendable {
    /// Patterns of branches, in order; one channel for all branches has the pattern `**`.
    public var byBranch: [(pattern: String, channel: String)]

    public init(_ byBranch: [(pattern: String, channel: String)] = []) {
        self.byBranch = byBranch
    }

    public static func == (left: Channels, right: Channels) -> Bool {
        left.byBranch.elementsEqual(right.byBranch) { $0 == $1 }
    }

    /// Nil where releases are stable.
    public func channel(of branch: String) -> String? {
        guard let path = try? Path(parsing: branch) else { return nil }
        return byBranch.first { Glob(anchored: $0.pattern).matches(path) }?.channel
    }

    /// Whether a text can be the name of one: an identifier of a pre-release that is no number.
    public static func isName(_ text: String) -> Bool {
        !text.utf8.allSatisfy(\.isDigit)
            && text.utf8.allSatisfy { $0.isDigit || $0.isLetter || $0 == UInt8(ascii: "-") }
    }
}

/// How maintenance branches are called: `release/{service}/{line}`.
public struct LineTemplate: Equatable, Sendable {
    public let template: String

    public static let standard = LineTemplate("release/{service}/{line}")

    /// Nil unless the template names `{line}` once.
    public init?(parsing template: String) {
        guard template.split(separator: "{line}", omittingEmptySubsequences: false).count == 2 else { return nil }
        self.init(template)
    }

    private init(_ template: String) {
        self.template = template
    }

    /// The line a branch maintains for a service; nil for every other branch.
    public func line(of branch: String, for service: ServiceName) -> ReleaseLine? {
        let parts = template.replacing("{service}", with: service.text)
            .split(separator: "{line}", omittingEmptySubsequences: false)
        guard parts.count == 2, branch.hasPrefix(parts[0]), branch.hasSuffix(parts[1]),
            branch.count > parts[0].count + parts[1].count
        else { return nil }
        return ReleaseLine(parsing: branch.dropFirst(parts[0].count).dropLast(parts[1].count))
    }
}

/// The versions a maintenance branch may make: `1.4.x` or `1.x`.
public struct ReleaseLine: Equatable, Sendable {
    public let major: String
    /// Nil when any minor of the major may be made.
    public let minor: String?

    init?(parsing text: Substring) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.last == "x" ? parts.dropLast() : parts[...]
        let version = numbers.joined(separator: ".") + String(repeating: ".0", count: max(0, 3 - numbers.count))
        guard (1...2).contains(numbers.count), numbers.count == 2 || parts.last == "x",
            let sample = SemanticVersion(parsing: version)
        else { return nil }
        (major, minor) = (sample.major, numbers.count == 2 ? sample.minor : nil)
    }

    public func contains(_ version: SemanticVersion) -> Bool {
        version.major == major && (minor == nil || version.minor == minor)
    }
}

extension ReleaseLine: CustomStringConvertible {
    public var description: String { minor.map { "\(major).\($0).x" } ?? "\(major).x" }
}
