extension Schema {
    /// How versions follow from commits.
    static let versioning = [
        Field("tag", .text, "How releases are tagged; ends in {version}.", standard: .string("{service}/v{version}")),
        choice("zero-major", VersionPolicy.ZeroMajor.self, "What changes do below 1.0.0."),
        Field(
            "unconventional", .choice(["none", "patch", "minor"]), "What commits without a convention count as.",
            standard: .string("none")),
        Field(
            "floor", .choice(["none", "patch"]), "What a shipped change counts as when no commit says so.",
            standard: .string("none")),
        Field(
            "propagate", .choice(["patch", "none", "match"]),
            "What a change of a library does to those that need it.", standard: .string("patch")),
        Field(
            "channel", .either([.nothing, .text, .map(.text)]),
            "The pre-release channel: of all branches, or of branches by pattern.", standard: JSON.null),
        choice("commit-source", VersionPolicy.Source.self, "Which commits are read."),
        choice("squash", MessagePolicy.Squash.self, "Which part of a squashed message decides."),
        choice(
            "cross-scope", VersionPolicy.CrossScope.self,
            "What a commit counts for here whose scope names another service that it changes."),
        list("ignore-authors", .text, "Authors (regular expressions) whose commits do not count."),
        list("mapping", .object(mapping), "Levels by pattern; the first that fits counts."),
        list("presets", .choice(MessagePolicy.Preset.allCases.map(\.rawValue)), "Named sets of mappings."),
        list("legacy", .object(legacy), "Old tags and the versions they stand for."),
        Field(
            "horizon", .either([.nothing, .text]), "The commit before which history is not read.", standard: JSON.null),
        Field(
            "maintenance", .text, "How maintenance branches are called.",
            standard: .string(LineTemplate.standard.template)),
        Field(
            "require-candidate", .bool, "Whether a stable release must have been a candidate.", standard: .bool(false)),
        Field(
            "changelog", .either([.nothing, .text]),
            "A file in the folder of a service that tells of its releases, such as CHANGELOG.md; a release writes it.",
            standard: JSON.null),
        Field("sign", .choice(["none", "ssh", "gpg"]), "How tags are signed.", standard: .string("none")),
        Field(
            "snapshot", .text,
            "How builds that are no release are called: `{next}-`, then `{slug}` (branch), `{n}` (commits since the last release), `{sha7}` to `{sha40}`.",
            standard: .string(SnapshotTemplate.standard.text)),
        Field(
            "branch-tags", .bool, "Whether each branch has a moving image tag.", standard: .bool(false), isLater: true),
    ]

    static let serviceVersion =
        [
            Field("initial", .text, "The first version.", standard: .string("0.1.0")),
            Field(
                "files", .list(.text), "Files that state the version; a release writes it into them.",
                standard: .array([])),
        ] + versioning

    private static let mapping = [
        Field("match", .text, "A regular expression for the subject."),
        Field("type", .text, "The type of the commit."), Field("scope", .text, "Its scope."),
        Field("path", .text, "A path (glob) it changes."),
        Field("level", .choice(Level.allCases.map(\.rawValue)), "What it counts as."),
    ]

    private static let legacy = [
        Field("tag", .text, "The tag."), Field("version", .text, "The version."),
    ]

    /// A choice among the cases of a type, of which the first is the standard.
    private static func choice<Choice: CaseIterable & RawRepresentable<String>>(
        _ name: String, _ type: Choice.Type, _ meaning: String
    ) -> Field {
        let names = type.allCases.map(\.rawValue)
        return Field(name, .choice(names), meaning, standard: names.first.map(JSON.string))
    }

    private static func list(_ name: String, _ element: Schema, _ meaning: String) -> Field {
        Field(name, .list(element), meaning, standard: .array([]))
    }
}
