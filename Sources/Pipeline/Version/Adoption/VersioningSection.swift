/// The section `versioning:` of `slipway.yaml` that a repository's tags and commits suggest.
public struct VersioningSection: Equatable, Sendable {
    private let settings: [Setting]

    /// One setting, and why it is proposed.
    fileprivate struct Setting: Equatable, Sendable {
        let name: String
        let reason: String?
        /// What stands behind the name, and the lines below it.
        let lines: [String]
    }

    /// `policy` is nil where nobody looked at the commits; old tags that are known already are left out.
    public init(
        _ versioning: AdoptionProposal.Versioning, _ policy: PolicyProposal? = nil, knowing tags: Set<String> = []
    ) {
        var settings = [Setting(name: "tag", reason: nil, lines: [Self.quoted(versioning.tag)])]
        if let policy {
            settings.append(
                Setting(name: "unconventional", reason: policy.reason, lines: [policy.unconventional.rawValue]))
            let mapping = policy.mapping.map { mapping in
                "- {match: \(Self.quoted(mapping.match)), level: \(mapping.level.rawValue)}"
                    + "  # \(mapping.subjects) of \(policy.subjects) subjects"
            }
            if !mapping.isEmpty { settings.append(Setting(name: "mapping", reason: nil, lines: [""] + mapping)) }
        }
        if let horizon = versioning.horizon {
            settings.append(Setting(name: "horizon", reason: nil, lines: ["\"\(horizon)\""]))
        }
        let legacy = versioning.legacy.filter { !tags.contains($0.tag) }.map { entry in
            let note = entry.note.isEmpty ? "" : "  # " + Self.onOneLine(entry.note)
            return "- {tag: \(Self.quoted(entry.tag)), version: \(entry.version)}\(note)"
        }
        if !legacy.isEmpty { settings.append(Setting(name: "legacy", reason: nil, lines: [""] + legacy)) }
        self.settings = settings
    }

    /// The section as it stands in the file.
    public var yaml: String { (["versioning:"] + settings.flatMap(\.yaml)).joined(separator: "\n") + "\n" }

    /// The names of its settings, and each as it stands in the file.
    public var parts: [(name: String, yaml: String)] {
        settings.map { ($0.name, $0.yaml.joined(separator: "\n") + "\n") }
    }

    /// A text between double quotes, in which YAML escapes as JSON does.
    private static func quoted(_ text: String) -> String { JSON.string(text).canonicalText }

    private static func onOneLine(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.isWhitespace || $0.value < 0x20 ? " " : $0 }))
    }
}

extension VersioningSection.Setting {
    fileprivate var yaml: [String] {
        let first = lines.first.map { $0.isEmpty ? "" : " \($0)" } ?? ""
        return (reason.map { ["  # \($0)"] } ?? []) + ["  \(name):\(first)"] + lines.dropFirst().map { "    \($0)" }
    }
}

extension AdoptionProposal {
    /// The settings as they stand in `slipway.yaml`.
    public var yaml: String { VersioningSection(versioning).yaml }
}
