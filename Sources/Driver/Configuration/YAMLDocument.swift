import Pipeline
import Yams

extension Document {
    /// How much of a document is read.
    struct Limits {
        let bytes: Int
        let values: Int

        /// For what people write.
        static let settings = Limits(bytes: 1 << 20, values: 100_000)
    }

    /// Reads YAML 1.1, of which JSON is a part.
    ///
    /// Aliases are followed, but what they expand to is limited.
    init(yaml bytes: [UInt8], fileName: String, limits: Limits = .settings) throws(ConfigurationError) {
        guard bytes.count <= limits.bytes else {
            throw ConfigurationError(file: fileName, line: 1, "larger than \(limits.bytes >> 20) MiB")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError(file: fileName, line: 1, "is not UTF-8")
        }
        let node: Node?
        do {
            // Without its rules: they are regular expressions, which take longer to make than most plans.
            node = try compose(yaml: text, .basic)
        } catch {
            throw Self.configurationError(error, fileName: fileName)
        }
        var budget = limits.values
        let document = node.map { Self.document($0, &budget) }
        guard budget > 0 else {
            throw ConfigurationError(file: fileName, line: 1, "expands to more than \(limits.values / 1000),000 values")
        }
        self = document ?? Document(line: 1, .map([]))
    }

    private static func document(_ node: Node, _ budget: inout Int) -> Document {
        budget -= 1
        let line = node.mark?.line ?? 1
        guard budget > 0 else { return Document(line: line, .null) }
        switch node {
        case .scalar(let scalar): return Document(line: line, content(of: scalar))
        case .sequence(let sequence): return Document(line: line, .list(sequence.map { document($0, &budget) }))
        case .mapping(let mapping):
            let entries = mapping.map { key, value in
                Entry(key: key.scalar?.string ?? "", line: key.mark?.line ?? line, value: document(value, &budget))
            }
            return Document(line: line, .map(entries))
        case .alias: return Document(line: line, .null)
        }
    }

    private static func content(of scalar: Node.Scalar) -> Content {
        let tag = scalar.tag.description
        if tag.isEmpty { return scalar.style == .plain ? Content(plain: scalar.string) : .text(scalar.string) }
        switch (tag, Content(plain: scalar.string)) {
        case ("tag:yaml.org,2002:str", _), ("!", _): return .text(scalar.string)
        case ("tag:yaml.org,2002:null", .null): return .null
        case ("tag:yaml.org,2002:bool", .bool(let value)): return .bool(value)
        case ("tag:yaml.org,2002:int", .integer(let value)): return .integer(value)
        default: return .other(scalar.string)
        }
    }

    private static func configurationError(_ error: any Error, fileName: String) -> ConfigurationError {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            ConfigurationError(file: fileName, line: mark.line, "is no YAML: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            ConfigurationError(
                file: fileName, line: context.mark.line, "has \"\(duplicates.joined(separator: ", "))\" twice")
        case .reader(let problem, _, _, _):
            ConfigurationError(file: fileName, line: 1, "is no YAML: \(problem)")
        default:
            ConfigurationError(file: fileName, line: 1, "is no YAML: \(error)")
        }
    }
}

extension Schema {
    /// Reads a file of this form into a noun.
    ///
    /// Throws a `ConfigurationError` with every finding and its line.
    func decode<Noun: Decodable>(_ type: Noun.Type, from document: Document, fileName: String) throws -> Noun {
        var findings: [Finding] = []
        let json = read(document, findings: &findings)
        guard findings.isEmpty else { throw ConfigurationError(file: fileName, findings: findings) }
        do {
            return try Noun(json: json)
        } catch {
            throw ConfigurationError(file: fileName, line: document.line, "\(error)")
        }
    }
}
