/// A version after Semantic Versioning 2.0.0 (https://semver.org/spec/v2.0.0.html), strictly; numbers of any length.
public struct SemanticVersion: Hashable, Sendable {
    /// Digits without leading zeros.
    public let major: String
    public let minor: String
    public let patch: String
    /// The dot-separated identifiers after `-`; empty for a stable version.
    public let prerelease: [String]
    /// The dot-separated identifiers after `+`, which have no order.
    public let build: [String]

    public init?(parsing text: some StringProtocol) {
        let (rest, build) = Self.split(Array(text.utf8)[...], at: UInt8(ascii: "+"))
        let (core, prerelease) = Self.split(rest, at: UInt8(ascii: "-"))
        let numbers = core.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard numbers.count == 3, numbers.allSatisfy({ Self.isNumber($0) }) else { return nil }
        guard let prerelease = Self.identifiers(prerelease, areOrdered: true),
            let build = Self.identifiers(build, areOrdered: false)
        else { return nil }
        let texts = numbers.map { String(decoding: $0, as: UTF8.self) }
        self.init(major: texts[0], minor: texts[1], patch: texts[2], prerelease: prerelease, build: build)
    }

    private init(major: String, minor: String, patch: String, prerelease: [String] = [], build: [String] = []) {
        (self.major, self.minor, self.patch) = (major, minor, patch)
        (self.prerelease, self.build) = (prerelease, build)
    }

    /// 0.1.0, with which development usually begins.
    public static let first = SemanticVersion(major: "0", minor: "1", patch: "0")

    /// The three numbers.
    var core: String { "\(major).\(minor).\(patch)" }

    public var isStable: Bool { prerelease.isEmpty }
    public var isInitialDevelopment: Bool { major == "0" }

    /// Whether this version has lower precedence (semver.org, item 11).
    ///
    /// Build metadata counts for nothing.
    public func precedes(_ other: SemanticVersion) -> Bool { Self.order(self, other) == .before }

    public func hasSamePrecedence(as other: SemanticVersion) -> Bool { Self.order(self, other) == .same }

    /// The next version of that level; pre-release and build metadata are gone.
    public func bumped(_ level: Level) -> SemanticVersion {
        switch level {
        case .none: self
        case .patch: SemanticVersion(major: major, minor: minor, patch: Self.successor(of: patch))
        case .minor: SemanticVersion(major: major, minor: Self.successor(of: minor), patch: "0")
        case .major: SemanticVersion(major: Self.successor(of: major), minor: "0", patch: "0")
        }
    }

    /// The same version as far as it has an order.
    public var withoutBuild: SemanticVersion {
        SemanticVersion(major: major, minor: minor, patch: patch, prerelease: prerelease)
    }

    /// The same version with these identifiers after `-`; nil when they are no identifiers.
    public func withPrerelease(_ identifiers: [String]) -> SemanticVersion? {
        SemanticVersion(parsing: "\(major).\(minor).\(patch)-" + identifiers.joined(separator: "."))
    }
}

// MARK: - Grammar

extension SemanticVersion {
    private static func split(_ text: ArraySlice<UInt8>, at separator: UInt8) -> (ArraySlice<UInt8>, ArraySlice<UInt8>?)
    {
        guard let index = text.firstIndex(of: separator) else { return (text, nil) }
        return (text[..<index], text[(index + 1)...])
    }

    private static func isNumber(_ text: some Collection<UInt8>) -> Bool {
        !text.isEmpty && text.allSatisfy(\.isDigit) && (text.count == 1 || text.first != UInt8(ascii: "0"))
    }

    private static func identifiers(_ text: ArraySlice<UInt8>?, areOrdered: Bool) -> [String]? {
        guard let text else { return [] }
        let identifiers = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isValid = identifiers.allSatisfy { identifier in
            guard !identifier.isEmpty else { return false }
            let bytes = identifier.allSatisfy { $0.isDigit || $0.isLetter || $0 == UInt8(ascii: "-") }
            return bytes && (!areOrdered || !identifier.allSatisfy(\.isDigit) || isNumber(identifier))
        }
        return isValid ? identifiers.map { String(decoding: $0, as: UTF8.self) } : nil
    }

    static func successor(of number: String) -> String {
        var digits = Array(number.utf8)
        for index in digits.indices.reversed() {
            if digits[index] < UInt8(ascii: "9") {
                digits[index] += 1
                return String(decoding: digits, as: UTF8.self)
            }
            digits[index] = UInt8(ascii: "0")
        }
        return "1" + String(decoding: digits, as: UTF8.self)
    }
}

// MARK: - Precedence

extension SemanticVersion {
    private enum Order { case before, same, after }

    private static func order(_ left: SemanticVersion, _ right: SemanticVersion) -> Order {
        let major = order(ofNumbers: left.major, right.major)
        guard major == .same else { return major }
        let minor = order(ofNumbers: left.minor, right.minor)
        guard minor == .same else { return minor }
        let patch = order(ofNumbers: left.patch, right.patch)
        guard patch == .same else { return patch }
        if left.isStable || right.isStable {
            return left.isStable == right.isStable ? .same : left.isStable ? .after : .before
        }
        for (one, other) in zip(left.prerelease, right.prerelease) {
            let order = order(ofIdentifiers: one, other)
            guard order == .same else { return order }
        }
        let (one, other) = (left.prerelease.count, right.prerelease.count)
        return one == other ? .same : one < other ? .before : .after
    }

    private static func order(ofNumbers left: String, _ right: String) -> Order {
        guard left.utf8.count == right.utf8.count else {
            return left.utf8.count < right.utf8.count ? .before : .after
        }
        return order(ofBytes: left, right)
    }

    private static func order(ofIdentifiers left: String, _ right: String) -> Order {
        switch (left.utf8.allSatisfy(\.isDigit), right.utf8.allSatisfy(\.isDigit)) {
        case (true, true): order(ofNumbers: left, right)
        case (true, false): .before
        case (false, true): .after
        case (false, false): order(ofBytes: left, right)
        }
    }

    private static func order(ofBytes left: String, _ right: String) -> Order {
        if left == right { return .same }
        return left.utf8.lexicographicallyPrecedes(right.utf8) ? .before : .after
    }
}

extension SemanticVersion: CustomStringConvertible {
    public var description: String {
        let prerelease = prerelease.isEmpty ? "" : "-" + prerelease.joined(separator: ".")
        return core + prerelease + (build.isEmpty ? "" : "+" + build.joined(separator: "."))
    }
}

extension SemanticVersion: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let version = SemanticVersion(parsing: text) else {
            throw JSONError(place: decoder.codingPath.place, problem: "\"\(text.prefix(80))\" is no semantic version")
        }
        self = version
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// How much a change asks of a version.
public enum Level: String, Codable, CaseIterable, Comparable, Sendable {
    case none, patch, minor, major

    private var rank: Int {
        switch self {
        case .none: 0
        case .patch: 1
        case .minor: 2
        case .major: 3
        }
    }

    public static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }
}
