/// A version somebody asked for in a commit: `Release-As: billing@2.0.0`.
public struct ReleaseAs: Equatable, Sendable {
    /// Nil when it is for whatever the commit touches.
    public let service: ServiceName?
    public let target: Target

    /// What was asked for.
    public enum Target: Equatable, Sendable {
        case version(SemanticVersion)
        case level(Level)
        /// Neither; what stands there instead.
        case invalid(String)
    }

    init(parsing text: MessageBytes) {
        let invalid = (service: ServiceName?.none, target: Target.invalid(text.prefix(120).text))
        guard let at = text.firstIndex(of: UInt8(ascii: "@")) else {
            (service, target) = (nil, Self.target(text) ?? invalid.target)
            return
        }
        if let name = ServiceName(parsing: text[..<at].text), let asked = Self.target(text[(at + 1)...]) {
            (service, target) = (name, asked)
        } else {
            (service, target) = invalid
        }
    }

    private static func target(_ bytes: MessageBytes) -> Target? {
        let text = bytes.text
        if let version = SemanticVersion(parsing: text) { return .version(version) }
        return Level(rawValue: text.lowercased()).flatMap { $0 == .none ? nil : .level($0) }
    }
}
