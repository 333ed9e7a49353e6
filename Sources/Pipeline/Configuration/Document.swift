/// A configuration text as a tree that remembers its lines, whatever syntax it was written in.
public struct Document: Equatable, Sendable {
    /// The line this value begins on, counted from 1.
    public let line: Int
    public let content: Content

    public indirect enum Content: Equatable, Sendable {
        case null
        case bool(Bool)
        case integer(Int64)
        case text(String)
        /// A plain scalar that reads as something no setting takes, such as `1.10`: a fraction or a date.
        case other(String)
        case list([Document])
        case map([Entry])
    }

    public struct Entry: Equatable, Sendable {
        public let key: String
        public let line: Int
        public let value: Document

        public init(key: String, line: Int, value: Document) {
            (self.key, self.line, self.value) = (key, line, value)
        }
    }

    public init(line: Int, _ content: Content) {
        (self.line, self.content) = (line, content)
    }

    /// The value of a member, or nil when this is no map or has none of that name.
    public subscript(_ key: String) -> Document? {
        guard case .map(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }

    /// The line of the innermost member along `keys` that exists.
    public func line(of keys: String...) -> Int {
        var place = line
        var document: Document? = self
        for key in keys {
            guard case .map(let entries) = document?.content, let entry = entries.first(where: { $0.key == key }) else {
                break
            }
            (place, document) = (entry.line, entry.value)
        }
        return place
    }

    /// Whether it is one word of YAML that is no text, such as `true`, `8` or `1.10`.
    var isScalar: Bool {
        switch content {
        case .bool, .integer, .other: true
        case .null, .text, .list, .map: false
        }
    }

    var kind: String {
        switch content {
        case .null: "nothing"
        case .bool(let flag): "\(flag)"
        case .integer(let number): "the integer \(number)"
        case .text: "a text"
        case .other(let text): "\(text), which YAML does not read as a text"
        case .list: "a list"
        case .map: "a map"
        }
    }
}

/// One thing wrong in a configuration file.
public struct Finding: Equatable, Sendable, Codable {
    public let line: Int
    public let message: String
    public let hint: String?

    public init(line: Int, _ message: String, hint: String? = nil) {
        (self.line, self.message, self.hint) = (line, message, hint)
    }
}

/// All that is wrong in a configuration, policy or trust file.
public struct ConfigurationError: Failure, Equatable {
    public let file: String
    public let findings: [Finding]

    public init(file: String, findings: [Finding]) {
        (self.file, self.findings) = (file, findings.sorted { $0.line < $1.line })
    }

    public init(file: String, line: Int, _ message: String, hint: String? = nil) {
        self.init(file: file, findings: [Finding(line: line, message, hint: hint)])
    }

    public var fault: Fault { .input }
    public var hint: String? { findings.count == 1 ? findings[0].hint : nil }

    public var description: String {
        findings.map { finding in
            let hint = findings.count > 1 ? finding.hint.map { " (\($0))" } ?? "" : ""
            return "\(file):\(finding.line): \(finding.message)\(hint)"
        }.joined(separator: "\n")
    }
}
