/// What is the matter with a clone, a machine and a configuration; and what is not.
public struct Diagnosis: Equatable, Sendable {
    /// By code, those of one code by their sentences.
    public let conditions: [Condition]
    /// Why no plan can be made, when none can.
    public let fault: Fault?

    /// Judges what was found.
    public init(of findings: Findings) {
        let all = [
            Self.form(findings), Self.history(findings), Self.objects(findings), Self.checkout(findings),
            Self.remote(findings), Self.oddities(findings), Self.setup(findings), Self.machine(findings),
        ]
        var conditions = all.flatMap(\.self)
        fault = findings.planning.trouble?.fault
        // A refusal that no rule above knows must not look like health.
        if let trouble = findings.planning.trouble, !conditions.contains(where: { $0.severity == .refusal }) {
            conditions.append(
                Condition(.plan, .refusal, trouble.message)
                    .costing("slipway plan and slipway run refuse", fix: trouble.hint))
        }
        self.conditions = conditions.sorted { left, right in
            left.code == right.code ? left.message < right.message : left.code.rawValue < right.code.rawValue
        }
    }

    public var worst: Condition.Severity { conditions.map(\.severity).max() ?? .ok }

    public func count(of severity: Condition.Severity) -> Int { conditions.count { $0.severity == severity } }
}

extension Diagnosis: Encodable {
    private enum CodingKeys: String, CodingKey {
        case schema, conditions
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(1, forKey: .schema)
        try container.encode(conditions, forKey: .conditions)
    }
}

extension PlanningFacts {
    /// Why no plan can be made, if it is because of this.
    func trouble(about subjects: Trouble.Subject...) -> Trouble? {
        trouble.flatMap { subjects.contains($0.subject) ? $0 : nil }
    }
}

extension Collection {
    /// The first few as a list.
    func list(_ limit: Int = 3) -> String where Element: CustomStringConvertible {
        prefix(limit).map(\.description).joined(separator: ", ") + (count > limit ? " and \(count - limit) more" : "")
    }

    /// `1 commit`, `2 commits`.
    func counted(_ noun: String) -> String { count.counted(noun) }
}

extension Int {
    func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}

extension String {
    /// The text as one word of a shell.
    var quoted: String {
        let isPlain = !isEmpty && utf8.allSatisfy { $0.isLetter || $0.isDigit || "/._-:@+,".utf8.contains($0) }
        return isPlain ? self : "'" + replacing("'", with: #"'\''"#) + "'"
    }
}
