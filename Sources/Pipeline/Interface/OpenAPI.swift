/// An OpenAPI document, read as far as its operations; schemas are read when they are compared.
///
/// OpenAPI 3.0 and 3.1 (https://spec.openapis.org/oas/) and Swagger 2.0. What is for people does not count: servers,
/// tags, names of operations, descriptions, examples.
struct OpenAPI: Sendable {
    let source: InterfaceSource
    /// By path without the names of its parameters, and method.
    let operations: [String: Operation]

    enum Dialect: Sendable {
        case swagger20, openapi30, openapi31
    }

    /// One thing that can be called, or that the service calls itself (a webhook or a callback).
    struct Operation: Sendable {
        let title: String
        let node: Int
        /// Whether the service is the one that calls.
        let isOutgoing: Bool
        var parameters: [String: Parameter] = [:]
        var body: Body?
        var responses: [String: Response] = [:]
        /// The ways to be let in, of which one is enough; none where nobody is asked.
        var security: [Credentials] = []
    }

    struct Parameter: Sendable {
        let title: String
        let member: Member
        /// How lists and objects are written.
        let style: String
    }

    /// Schemas by media type.
    typealias Content = [String: Member]

    struct Body: Sendable {
        let member: Member
        let content: Content
    }

    struct Response: Sendable {
        let line: Int
        let headers: [String: Member]
        let content: Content
    }

    /// Schemes that are asked for together, and the scopes of each.
    typealias Credentials = [String: Set<String>]

    /// Throws all that keeps the operations from being known; schemas are not looked at.
    init(_ document: Document, fileName: String) throws(ConfigurationError) {
        var source = InterfaceSource(document)
        var findings: [Finding] = []
        guard let dialect = Self.dialect(of: source, &findings) else {
            throw ConfigurationError(file: fileName, findings: findings)
        }
        source.mergesReferences = dialect == .openapi31
        var reader = OpenAPIReader(source: source, dialect: dialect)
        reader.readAll()
        guard reader.findings.isEmpty else { throw ConfigurationError(file: fileName, findings: reader.findings) }
        (self.source, operations) = (reader.source, reader.operations)
    }

    private static func dialect(of source: InterfaceSource, _ findings: inout [Finding]) -> Dialect? {
        let root = InterfaceSource.root
        guard let node = source.member("openapi", of: root) ?? source.member("swagger", of: root) else {
            findings.append(
                Finding(
                    line: source.line(root), "is no OpenAPI document: it has neither openapi nor swagger",
                    hint: "the version belongs there, such as openapi: 3.1.0"))
            return nil
        }
        let version = source.plain(node) ?? ""
        let parts = version.split(separator: ".", omittingEmptySubsequences: false)
        let isSwagger = source.member("openapi", of: root) == nil
        switch (isSwagger, parts.first, parts.dropFirst().first) {
        case (true, "2", "0"): return .swagger20
        case (false, "3", "0"): return .openapi30
        case (false, "3", "1"): return .openapi31
        default:
            let name = isSwagger ? "Swagger" : "OpenAPI"
            let message = "\(name) \(version.brief) is not understood, only OpenAPI 3.0 and 3.1 and Swagger 2.0"
            findings.append(Finding(line: source.line(node), message))
            return nil
        }
    }
}
