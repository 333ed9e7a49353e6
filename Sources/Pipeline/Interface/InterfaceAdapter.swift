/// A tool that compares two states of a document, and what is to be believed of what it says.
///
/// Tools end with the same code whether something breaks or they could not read their input, print nothing when they fail,
/// or pass whatever they do not understand. So what they mean is declared, and a change that is known to break shows first
/// that they see one.
public struct InterfaceAdapter: Equatable, Sendable, Codable {
    public var name: String
    public var version = "unstated"
    /// With `{base}` and `{head}` in place of the two files.
    public var arguments: [String]
    public var document: Path
    /// A document that breaks against any release.
    public var canary: Path
    public var exits: [Int32: AdapterMeaning] = [:]
    public var findings = AdapterFindings()
    public var limits = Limits()

    /// What keeps it from being run, or from running on.
    public struct Limits: Equatable, Sendable, Codable {
        public var timeout = Seconds(120)
        /// The digest of the program.
        public var sha256: Digest?

        public init() {}
    }

    public init(name: String, arguments: [String], document: Path, canary: Path) {
        (self.name, self.arguments, self.document, self.canary) = (name, arguments, document, canary)
    }
}

/// What an exit code of a tool means.
public enum AdapterMeaning: String, CaseIterable, Codable, Sendable {
    /// Nothing breaks.
    case none
    case breaking
    /// It could not tell.
    case error
}

/// How the findings of a tool are read.
public struct AdapterFindings: Equatable, Sendable, Codable {
    public var format = Format.lines
    /// JSON pointers (RFC 6901): to the list in the output, and to members in each finding.
    public var list = ""
    public var id = "/id"
    public var place = "/path"
    public var level = "/level"
    /// The bump each severity demands.
    public var levels: [String: Level] = [:]
    /// Where in the output it says how much was looked at.
    public var examined: String?

    public enum Format: String, CaseIterable, Codable, Sendable {
        case lines, json, sarif
        case jsonLines = "json-lines"
    }

    public init() {}

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init()
        format = try container.decodeIfPresent(Format.self, forKey: .format) ?? format
        list = try container.decodeIfPresent(String.self, forKey: .list) ?? list
        id = try container.decodeIfPresent(String.self, forKey: .id) ?? id
        place = try container.decodeIfPresent(String.self, forKey: .place) ?? place
        level = try container.decodeIfPresent(String.self, forKey: .level) ?? level
        levels = try container.decodeIfPresent([String: Level].self, forKey: .levels) ?? levels
        examined = try container.decodeIfPresent(String.self, forKey: .examined)
    }

    /// One finding as a tool prints it.
    public struct Parsed: Equatable, Sendable {
        public let id: String
        public let place: String
        /// Nil where the tool does not tell, or nothing is declared of what it tells.
        public let level: Level?
    }
}

extension AdapterFindings {
    /// Reads what a tool printed; nothing printed is no finding.
    public func read(_ output: [UInt8]) throws(JSONError) -> (findings: [Parsed], examined: Int?) {
        let isEmpty = output.allSatisfy { $0 == UInt8(ascii: " ") || (9...13).contains($0) }
        guard format != .lines else { return (lines(of: output).map { parsed(line: $0) }, nil) }
        guard !isEmpty else { return ([], nil) }
        let profile = JSONProfile.lenient.limited(to: 16 << 20)
        guard format != .jsonLines else {
            var found: [Parsed] = []
            for line in lines(of: output) {
                found.append(parsed(json: try JSON(parsing: Array(line.utf8), profile: profile)))
            }
            return (found, nil)
        }
        let document = try JSON(parsing: output, profile: profile)
        let looked = examined.flatMap { document.value(at: $0)?.integer }.map { Int(clamping: $0) }
        if format == .sarif {
            guard let runs = document["runs"]?.array else { throw JSONError(place: "/runs", problem: "is no list") }
            return (runs.flatMap { $0["results"]?.array ?? [] }.map(parsed(sarif:)), looked)
        }
        switch document.value(at: list) {
        case .array(let elements)?: return (elements.map(parsed(json:)), looked)
        case .null?: return ([], looked)
        default: throw JSONError(place: list.isEmpty ? "the output" : list, problem: "is no list of findings")
        }
    }

    private func lines(of output: [UInt8]) -> [String] {
        output.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
            .map { String(decoding: $0, as: UTF8.self) }.filter { !$0.allSatisfy(\.isWhitespace) }
    }

    private func parsed(line: String) -> Parsed { Parsed(id: "finding", place: line.brief, level: nil) }

    private func parsed(json finding: JSON) -> Parsed {
        Parsed(
            id: finding.value(at: id)?.shortText ?? "finding", place: finding.value(at: place)?.shortText ?? "",
            level: levels.isEmpty ? nil : demanded(by: finding.value(at: level)?.shortText))
    }

    private func parsed(sarif result: JSON) -> Parsed {
        let location = result["locations"]?.array?.first?["physicalLocation"]
        let file = location?["artifactLocation"]?["uri"]?.string
        let line = location?["region"]?["startLine"]?.integer
        let place = file.map { $0 + (line.map { ":\($0)" } ?? "") } ?? result["message"]?["text"]?.string ?? ""
        return Parsed(
            id: result["ruleId"]?.string?.brief ?? "finding", place: place.brief,
            level: levels.isEmpty ? nil : demanded(by: result["level"]?.string ?? "warning"))
    }

    /// A severity that nothing is declared of is the worst.
    private func demanded(by severity: String?) -> Level { severity.flatMap { levels[$0] } ?? .major }
}

extension JSON {
    /// The value at a JSON pointer; the value itself for the empty one.
    func value(at pointer: String) -> JSON? {
        guard !pointer.isEmpty else { return self }
        guard pointer.hasPrefix("/") else { return nil }
        return pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            .reduce(Optional(self)) { value, step in
                let name = step.replacing("~1", with: "/").replacing("~0", with: "~")
                if case .array(let elements)? = value {
                    return Int(name).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
                }
                return value?[name]
            }
    }

    fileprivate var shortText: String? { settingText?.brief }
}
