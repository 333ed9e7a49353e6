extension ConfigurationFile {
    /// A folder, or `{path: folder, trial: {…}}`.
    public struct MigrationsEntry: Decodable, Equatable, Sendable {
        public let path: String?
        public let trial: TrialEntry?

        private enum CodingKeys: String, CodingKey {
            case path, trial
        }

        public init(from decoder: any Decoder) throws {
            if let path = try? decoder.singleValueContainer().decode(String.self) {
                (self.path, trial) = (path, nil)
            } else {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                path = try container.decodeIfPresent(String.self, forKey: .path)
                trial = try container.decodeIfPresent(TrialEntry.self, forKey: .trial)
            }
        }
    }

    /// Whether new migrations are tried, or how: `true`, or `{setup: …, placeholders: …, previous-tests: …}`.
    public struct TrialEntry: Decodable, Equatable, Sendable {
        public let isWanted: Bool
        public let setup: String?
        public let placeholders: [String: String]?
        public let previousTests: Command?

        private enum CodingKeys: String, CodingKey {
            case setup, placeholders
            case previousTests = "previous-tests"
        }

        public init(from decoder: any Decoder) throws {
            if let flag = try? decoder.singleValueContainer().decode(Bool.self) {
                (isWanted, setup, placeholders, previousTests) = (flag, nil, nil, nil)
                return
            }
            let container = try decoder.container(keyedBy: CodingKeys.self)
            isWanted = true
            setup = try container.decodeIfPresent(String.self, forKey: .setup)
            placeholders = try container.decodeIfPresent([String: String].self, forKey: .placeholders)
            previousTests = try container.decodeIfPresent(Command.self, forKey: .previousTests)
        }
    }
}

extension Schema {
    static let migrations = [
        Field("path", .text, "The folder; by default each `db/migration` in the folders of the service."),
        Field(
            "trial", .either([.bool, .object(trial)]),
            "Whether new migrations are tried on an empty PostgreSQL that is made for it.", standard: .bool(false)),
    ]

    private static let trial = [
        Field(
            "setup", .text,
            "A script for psql that makes what migrations expect and do not make: roles, schemas of others."),
        Field("placeholders", .map(.text), "What `${name}` stands for in scripts.", standard: .object([:])),
        Field(
            "previous-tests", .either([.text, .list(.text), .object(command)]),
            "What tests the last release, in a checkout of it; the variables of PostgreSQL (PGHOST, …) lead to the new schema."
        ),
    ]
}

extension ServiceReader {
    /// Where its migrations are, and how new ones are tried.
    func readMigrations(into service: inout Service, in reader: inout CatalogReader) {
        let home = service.home
        service.manifests = entry.deploy.flatMap { path($0, for: "deploy", in: &reader, base: home) }
        guard let entry = entry.migrations else { return }
        service.migrations = entry.path.flatMap { path($0, for: "migrations", in: &reader, base: home) }
        guard let trial = entry.trial, trial.isWanted else { return }
        func refuse(_ problem: String, hint: String) {
            reader.report(place("migrations", in: reader), "service \"\(name)\": \(problem)", hint: hint)
        }
        if self.entry.kind == .library {
            return refuse("migrations of a library are nobody's to release", hint: "declare the trial for a service")
        }
        for (key, value) in (trial.placeholders ?? [:]).sorted(by: { $0.key < $1.key }) {
            let isPlain = !value.utf8.contains { $0 == 0 || $0 == 0x0A || $0 == 0x0D }
            if key.isEmpty || key.contains("}") || !isPlain {
                refuse("\"\(key.printable)\" is no placeholder with a line of text", hint: "placeholders: {owner: app}")
            }
        }
        if let words = trial.previousTests?.words, words.first?.isEmpty ?? true {
            refuse("its previous-tests name no program", hint: "previous-tests: ./gradlew test")
        }
        let setup = trial.setup.flatMap { path($0, for: "migrations", in: &reader, base: home) }
        if let setup, !service.paths.contains(where: { setup.relative(to: $0) != nil }),
            !service.inputs.paths.contains(setup)
        {
            service.inputs.paths.append(setup)
        }
        service.trial = MigrationTrial(
            setup: setup, placeholders: trial.placeholders, previousTests: trial.previousTests)
    }
}
