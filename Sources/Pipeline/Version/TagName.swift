/// How releases of a service are tagged: a template that ends in `{version}`, `{service}/v{version}` by default.
public struct TagName: Equatable, Sendable, Codable {
    public let template: String

    public static let standard = TagName("{service}/v{version}")

    /// Nil unless the template ends in `{version}` and names it once.
    public init?(parsing template: String) {
        let ending = "{version}"
        guard template.hasSuffix(ending), template.firstRange(of: ending)?.upperBound == template.endIndex else {
            return nil
        }
        self.init(template)
    }

    private init(_ template: String) {
        self.template = template
    }

    public func prefix(for service: ServiceName) -> String {
        String(template.dropLast("{version}".count)).replacing("{service}", with: service.text)
    }

    /// The version a tag states for a service.
    public func version(of tag: String, for service: ServiceName) -> SemanticVersion? {
        Self.version(of: tag, behind: prefix(for: service))
    }

    /// The version behind a prefix: all the rest must be one.
    public static func version(of tag: String, behind prefix: String) -> SemanticVersion? {
        guard tag.utf8.starts(with: prefix.utf8) else { return nil }
        return SemanticVersion(parsing: tag[tag.utf8.index(tag.startIndex, offsetBy: prefix.utf8.count)...])
    }
}
