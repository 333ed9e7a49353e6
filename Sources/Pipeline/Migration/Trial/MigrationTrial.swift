/// How the new migrations of a service are tried on a database of their own.
public struct MigrationTrial: Equatable, Sendable, Codable {
    /// A script for psql that makes what migrations expect and do not make themselves: roles, schemas of others.
    public var setup: Path?
    /// What `${name}` stands for in scripts; nil for nothing.
    public var placeholders: [String: String]?
    /// What tests the version before, run in a checkout of its release on the new schema.
    public var previousTests: Command?

    public init(setup: Path? = nil, placeholders: [String: String]? = nil, previousTests: Command? = nil) {
        (self.setup, self.placeholders, self.previousTests) = (setup, placeholders, previousTests)
    }
}

extension MigrationFacts {
    /// The migrations applied to a scratch database, and the tests of the version before run on the result.
    public struct Trial: Equatable, Sendable, Codable {
        /// The database system and its version.
        public var system: String
        /// Whether the new migrations could be applied to what the released ones make of an empty database.
        public var applied: Bool
        /// What the new migrations took from the catalog, as rules name it, seen through code and dynamic SQL.
        public var findings: [MigrationFinding]
        /// Whether the tests of the version before passed on the new schema; nil when they were not run.
        public var previousTests: Bool?
        /// Why nothing is proved; nil when everything that was asked for was tried.
        public var problem: String?
        /// Whether that was something of the machine, so that another run may do better; nil where it was not.
        public var mayBeRepeated: Bool?
        /// Where the database refused a new migration; nil where it took them all.
        public var errors: [Mishap]?
        /// What the new migrations made of the catalog.
        public var difference: Difference?

        public init(system: String, applied: Bool, findings: [MigrationFinding], previousTests: Bool?) {
            (self.system, self.applied, self.findings) = (system, applied, findings)
            self.previousTests = previousTests
        }

        /// One that was asked for and could not be made.
        public init(unmade problem: String, by system: String = "PostgreSQL") {
            self.init(system: system, applied: false, findings: [], previousTests: nil)
            self.problem = problem
        }
    }
}

extension MigrationFacts.Trial {
    /// Something that a database would not take, and where it stands.
    public struct Mishap: Equatable, Sendable, Codable {
        public var path: Path?
        public var line: Int?
        public var text: String

        public init(_ path: Path?, line: Int?, _ text: String) {
            (self.path, self.line, self.text) = (path, line, String(text.printable.prefix(300)))
        }

        /// The same in a line.
        public var sentence: String {
            let place = path.map { "\($0)".printable + (line.map { ":\($0)" } ?? "") + ": " } ?? ""
            return place + text
        }
    }

    /// What is otherwise in a catalog than it was.
    public struct Difference: Equatable, Sendable, Codable {
        public var added: Listing
        public var removed: Listing
        public var changed: Listing

        /// Things of a catalog: how many, and the first of them by kind and name.
        public struct Listing: Equatable, Sendable, Codable {
            public var count: Int
            public var names: [String]

            /// As many are named; a record has to stay small.
            static let limit = 50

            init(_ names: [String]) {
                count = names.count
                self.names = names.prefix(Self.limit).map { String($0.printable.prefix(200)) }
            }
        }
    }
}
