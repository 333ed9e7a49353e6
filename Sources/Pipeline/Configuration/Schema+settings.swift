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
                Field("threshold", .integer(1...1), "How many distinct keys must have signed.", standard: .integer(1))
            ]), "Who must have signed."),
        Field("clean", .bool, "Whether records of uncommitted work are refused.", standard: .bool(true)),
        Field("checks", .object(checks), "What is demanded of each item."),
        Field("maxAge", .object(ages), "How old evidence may be."),
        Field(
            "requiresDeployedIn", .list(.object(soak)), "Where it must have run before.", standard: .array([]),
            isLater: true),
        Field("monotonic", .object(monotonic), "What must grow.", isLater: true),
        Field("waiver", .object(waiver), "Who may waive what.", isLater: true),
        Field(
            "missing", .object([Field("deadline", .duration, "When missing evidence becomes a no.", isLater: true)]),
            "What missing evidence means."),
        Field("prerelease", .bool, "Whether pre-releases may go there.", standard: .bool(false), isLater: true),
    ]

    private static let checks = [
        Field("tests", .object(tests), "Point 1: tests and stability."),
        later("migrationsOrder", ["off", "warn", "enforce"], "Point 2: migrations run first."),
        later("coexistence", ["off", "warn", "enforce"], "Point 3: migrations suit the running version."),
        later("semver", ["off", "warn", "enforce"], "Point 4: breaking changes only in majors."),
        later("auditIndex", ["off", "warn", "enforce"], "Point 5: audit index updated."),
    ]

    private static let tests = [
        Field(
            "min", .choice(["stable", "flaky", "unstable"]), "The worst verdict that passes.",
            standard: .string("stable")),
        Field(
            "evidence", .choice(["exit-code", "output", "reports"]),
            "The weakest evidence that passes; without it a service declared test-less passes, too."),
        Field("consecutive", .integer(1...1), "How many stable builds in a row.", standard: .integer(1)),
        Field(
            "quarantineMax", .integer(0...10_000), "How many failing tests may be in quarantine; without it any number."
        ),
        Field("skipGrowthMax", .integer(0...10_000), "How many skips may be new.", isLater: true),
    ]

    private static let ages = [
        Field("record", .duration, "How old the record may be."),
        Field("auditIndexState", .duration, "How old the state of the audit index may be.", isLater: true),
        Field("migrationState", .duration, "How old the state of the database may be.", isLater: true),
        Field("decision", .duration, "How long a decision holds.", standard: .string("1h")),
    ]

    /// A choice that only its first value, the standard, is taken of for now.
    private static func later(_ name: String, _ choices: [String], _ meaning: String) -> Field {
        Field(name, .choice(choices), meaning, standard: choices.first.map(JSON.string), isLater: true)
    }

    private static let soak = [
        Field("environment", .text, "Where."), Field("minSoakMinutes", .integer(0...1_000_000), "How long."),
    ]

    private static let monotonic = [
        Field("version", .choice(["off", "strict"]), "The version."), Field("sequence", .bool, "The sequence number."),
    ]

    private static let waiver = [
        Field("roles", .list(.text), "Who may sign."), Field("maxDays", .integer(1...3650), "How long at most."),
        Field("forbid", .list(.text), "What cannot be waived."), Field("twoPersonFor", .list(.text), "What needs two."),
        Field("followUpHours", .integer(0...100_000), "When it must be followed up."),
    ]

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
        Field("alg", .choice(["ed25519"]), "The algorithm.", standard: .string("ed25519")),
        Field("spki", .text, "The public key: SubjectPublicKeyInfo in base64."),
        Field("role", .choice(["build", "waiver", "decision", "deploy"]), "What it may sign."),
        Field(
            "scope", .choice(["local", "pr", "branch", "release"]), "The highest scope its records may claim.",
            standard: .string("release")),
        Field("builderIds", .list(.text), "Builders it may sign for; empty: all.", standard: .array([])),
        Field("services", .list(.text), "Services (globs) it may sign for.", standard: .array([.string("*")])),
        Field("branches", .list(.text), "Branches (globs) it may sign for.", standard: .array([.string("*")])),
        Field("environments", .list(.text), "Environments it may decide for.", isLater: true),
        Field("title", .text, "What its holder is.", isLater: true),
        Field("notBefore", .text, "From when its signatures count (RFC 3339, UTC)."),
        Field("notAfter", .text, "Until when its signatures count (RFC 3339, UTC)."),
        Field(
            "revokedFromSequence", .integer(0...Int64(1) << 53 - 1),
            "From which sequence its signatures no longer count."),
    ]
}
