extension Schema {
    private static let null = JSON.null

    static let ratchets = [
        Field("vanished-tests", .integer(0...1_000_000), "How many tests may vanish.", standard: .integer(0)),
        Field("grown-skips", .integer(0...1_000_000), "How many skips may be added.", standard: .integer(0)),
    ]

    static let retention = [
        Field("logs", .duration, "How long logs and reports of runs are kept.", standard: .string("14d")),
        Field("layers", .size, "How much room image layers may take.", standard: .string("5GB")),
        Field("snapshots", .duration, "How long images that are no release are kept.", standard: .string("30d")),
    ]

    static let registry = [
        Field(
            "ca", .either([.nothing, .text]), "The certificate authority of the registry, a PEM file.", standard: null),
        Field(
            "client-cert", .either([.nothing, .text]),
            "The certificate to show, with its key in it or in a `.key` beside it.",
            standard: null),
        Field(
            "http", .bool, "Whether it speaks plain HTTP although it is not on this machine.", standard: .bool(false)),
        Field(
            "mirror", .either([.nothing, .text]), "Where to read base images instead: a host, or host/path.",
            standard: null),
    ]

    /// What an environment demands.
    public static let policy = [
        Field(
            "mode", .choice(["advisory", "enforced"]), "Whether a failing item blocks.", standard: .string("enforced")),
        Field("allowUnsigned", .bool, "Whether records without a signature count.", standard: .bool(false)),
        Field("branches", .list(.text), "Branches (globs) whose records count.", standard: .array([.string("*")])),
        Field(
            "signers",
            .object([
                Field("threshold", .integer(1...16), "How many distinct keys must have signed.", standard: .integer(1)),
                Field(
                    "decisions", .integer(0...16),
                    "How many distinct keys of role decision must have signed a decision before it is acted on.",
                    standard: .integer(0)),
            ]), "Who must have signed."),
        Field("clean", .bool, "Whether records of uncommitted work are refused.", standard: .bool(true)),
        Field("checks", .object(checks), "What is demanded of each item."),
        Field("maxAge", .object(ages), "How old evidence may be."),
        Field(
            "requiresDeployedIn", .list(.object(soak)), "Where the same image must have run before.",
            standard: .array([])),
        Field("monotonic", .object(monotonic), "What must grow."),
        Field("waiver", .object(waiver), "Who may waive what."),
        Field(
            "missing",
            .object([
                Field("deadline", .duration, "When missing evidence becomes a no, counted from the first question.")
            ]),
            "What missing evidence means."),
        Field(
            "prerelease", .bool,
            "Whether pre-releases may go there. Without it none may, while builds that are no release at all may; with "
                + "`false` only releases may."),
    ]

    private static let checks = [
        Field("tests", .object(tests), "Point 1: tests and stability."),
        point("migrationsOrder", "Point 2: migrations run first."),
        point("coexistence", "Point 3: migrations suit the running version."),
        point("semver", "Point 4: breaking changes only in majors."),
        point("auditIndex", "Point 5: audit index updated."),
    ]

    private static let tests = [
        Field(
            "min", .choice(["stable", "flaky", "unstable"]), "The worst verdict that passes.",
            standard: .string("stable")),
        Field(
            "evidence", .choice(["exit-code", "output", "reports"]),
            "The weakest evidence that passes; without it a service declared test-less passes, too."),
        Field("consecutive", .integer(1...100), "How many builds of the branch in a row.", standard: .integer(1)),
        Field(
            "quarantineMax", .integer(0...10_000), "How many failing tests may be in quarantine; without it any number."
        ),
        Field(
            "skipGrowthMax", .integer(0...10_000),
            "How many more tests may be skipped than in the record before and in what is deployed."),
    ]

    private static let ages = [
        Field("record", .duration, "How old the record may be."),
        Field(
            "auditIndexState", .duration,
            "How old the comparison with the audit index may be, where a call changed what it writes."),
        Field("migrationState", .duration, "How old an export of the state of the database may be."),
        Field("decision", .duration, "How long a decision holds.", standard: .string("1h")),
    ]

    /// What is demanded of a point: in an advisory environment `warn` unless it says otherwise, elsewhere `enforce`.
    private static func point(_ name: String, _ meaning: String) -> Field {
        let usual = "Without it: warn where advisory, else enforce."
        return Field(name, orOff(["warn", "enforce"]), "\(meaning) \(usual)")
    }

    /// YAML takes `off` for a truth value.
    private static func orOff(_ choices: [String]) -> Schema { .either([.choice(["off"] + choices), .exactly(false)]) }

    private static let soak = [
        Field("environment", .text, "Where."), Field("minSoakMinutes", .integer(0...1_000_000), "How long."),
    ]

    private static let monotonic = [
        Field("version", orOff(["strict"]), "The version. Without it: off where advisory, else strict."),
        Field("sequence", .bool, "The sequence number. Without it: false where advisory, else true."),
        Field(
            "scheme", .choice(["semver2", "suffix-after"]),
            "How versions are compared: with suffix-after `1.5.3-1` comes after `1.5.3`.",
            standard: .string("semver2")),
    ]

    private static let waiver = [
        Field("roles", .list(.text), "Who may sign, by the title of their key; nobody else."),
        Field("maxDays", .integer(1...3650), "How many days one may hold; without it any number."),
        Field("forbid", .list(item), "Items that cannot be waived; of identity two people can, always."),
        Field("twoPersonFor", .list(item), "Items that need two people."),
        Field("followUpHours", .integer(0...100_000), "Within how many hours one must be followed up."),
        Field(
            "approveOwn", .bool, "Whether people may approve what they committed to or asked for.",
            standard: .bool(false)),
    ]

    private static let item = Schema.choice(Decision.Item.ID.allCases.map(\.rawValue))

    /// A policy file: environments by name.
    public static let policyFile = Schema.object([
        Field("version", .integer(1...1), "The version of this format.", standard: .integer(1)),
        Field("environments", .map(.object(policy)), "What each environment demands."),
    ])

    /// A trust file: who may sign what.
    public static let trustFile = Schema.object([
        Field("version", .integer(1...1_000_000), "Grows with every change of the file."),
        Field("keys", .list(.object(key)), "The trusted keys."),
        Field("prevented", .list(.text), "Digests that are never allowed.", standard: .array([])),
    ])

    private static let key = [
        Field("id", .text, "What people call the key."),
        Field("alg", .choice(["ed25519", "p256"]), "The algorithm, for people: the key itself says it."),
        Field("spki", .text, "The public key: SubjectPublicKeyInfo in base64."),
        Field("role", .choice(["build", "waiver", "decision", "deploy"]), "What it may sign."),
        Field(
            "scope", .choice(["local", "pr", "branch", "release"]), "The highest scope its records may claim.",
            standard: .string("release")),
        Field("builderIds", .list(.text), "Builders it may sign for; empty: all.", standard: .array([])),
        Field("services", .list(.text), "Services (globs) it may sign for.", standard: .array([.string("*")])),
        Field("branches", .list(.text), "Branches (globs) it may sign for.", standard: .array([.string("*")])),
        Field(
            "repositories", .list(.text), "Addresses of repositories (globs) it may sign for.",
            standard: .array([.string("*")])),
        Field(
            "environments", .list(.text), "Environments (globs) its waivers, decisions and deployments count for.",
            standard: .array([.string("*")])),
        Field("title", .text, "What its holder is: policies say which titles may waive."),
        Field("notBefore", .text, "From when its signatures count (RFC 3339, UTC)."),
        Field("notAfter", .text, "Until when its signatures count (RFC 3339, UTC)."),
        Field(
            "revokedFromSequence", .integer(0...Int64(1) << 53 - 1),
            "From which sequence its signatures no longer count."),
    ]
}
