extension ConfigurationFile {
    /// `{name: buf, run: […], …}`: a tool that compares interfaces.
    public struct AdapterEntry: Decodable, Equatable, Sendable {
        public var name: String?
        public var version: String?
        public var run: [String]?
        public var document: String?
        public var exit: [String: AdapterMeaning]?
        public var findings: AdapterFindings?
        public var canary: String?
        public var timeout: Seconds?
        public var sha256: String?
    }

    /// `{calls: calls.json, index: "http_logs_{call}-{date}", …}`: what goes into the audit index.
    public struct AuditEntry: Decodable, Equatable, Sendable {
        public var calls: String?
        public var index: String?
        public var payload: String?
        public var templates: [String]?
        public var pipelines: [String]?
        public var reindex: [String]?
    }
}
