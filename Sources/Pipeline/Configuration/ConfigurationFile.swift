/// `slipway.yaml` as it was written, read but not yet applied to a repository.
public struct ConfigurationFile: Decodable, Equatable, Sendable {
    /// Where it is looked for: at the root of the tree.
    public static let standardName = "slipway.yaml"

    public var registry: String?
    public var ledger: [LedgerPlace]?
    public var discover: [String]?
    public var exclude: [String]?
    public var services: [String: ServiceEntry]?
    public var versioning: VersionEntry?
    public var classes: [String: [String]]?
    public var pools: [String: Int64]?
    public var ratchets: RatchetEntry?
    public var retention: Retention?
    public var registries: [String: RegistryEntry]?
    public var trust: String?
    public var environments: [String: Policy]?

    public init() {}

    /// `registry`, `folder`, `notes`, or `{audit: folder}`.
    public enum LedgerPlace: Decodable, Equatable, Sendable {
        case registry, folder, notes
        /// A folder for a file that is only ever added to.
        case audit(String)

        private enum CodingKeys: String, CodingKey {
            case audit
        }

        /// Those that are named by one word.
        static let plain: [String: LedgerPlace] = ["registry": .registry, "folder": .folder, "notes": .notes]

        public init(from decoder: any Decoder) throws {
            let word = try? decoder.singleValueContainer().decode(String.self)
            if let place = word.flatMap({ Self.plain[$0] }) {
                self = place
            } else {
                self = .audit(try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .audit))
            }
        }
    }

    public struct RegistryEntry: Decodable, Equatable, Sendable {
        public var http: Bool?
        public var ca: String?
        public var clientCert: String?
        public var mirror: String?

        enum CodingKeys: String, CodingKey {
            case http, ca, mirror
            case clientCert = "client-cert"
        }
    }
}

extension ConfigurationFile {
    /// One entry under `services:`.
    public struct ServiceEntry: Decodable, Equatable, Sendable {
        public var path: String?
        public var paths: [String]?
        public var earlier: [String]?
        public var kind: Service.Kind?
        public var toolchain: String?
        public var needs: [NeedEntry]?
        public var inputs: [String]?
        public var environment: [String]?
        public var build: CommandEntry?
        public var test: CommandEntry?
        public var reports: Evidence?
        public var timeout: Seconds?
        public var `idle-timeout`: Seconds?
        public var `scratch-home`: Bool?
        public var secrets: [SecretEntry]?
        public var container: ContainerEntry?
        public var label: String?
        public var pool: [String]?
        public var cpu: Int64?
        public var memory: ByteCount?
        public var builder: String?
        public var images: ImagesEntry?
        public var classes: [String: [String]]?
        public var deploy: String?
        public var migrations: MigrationsEntry?
        public var version: VersionEntry?
        public var interface: InterfaceEntry?
        public var audit: AuditEntry?
        public var quarantine: [QuarantineEntry]?
        public var retries: Int?
        public var ratchets: RatchetEntry?

        public init() {}
    }

    /// `TOKEN`, or `{name: TOKEN, file: path}`.
    public struct SecretEntry: Decodable, Equatable, Sendable {
        public let secret: Secret

        public init(from decoder: any Decoder) throws {
            if let name = try? decoder.singleValueContainer().decode(String.self) {
                secret = Secret(name)
            } else {
                secret = try Secret(from: decoder)
            }
        }
    }

    public struct InterfaceEntry: Decodable, Equatable, Sendable {
        public var openapi: String?
        public var calls: String?
        public var adapter: AdapterEntry?
    }

    /// `common`, `!common`, or `{name: common, kind: test}`.
    public struct NeedEntry: Decodable, Equatable, Sendable {
        public let name: String
        public let kind: ModuleGraph.Kind
        public let propagation: VersionPolicy.Propagation?

        private enum CodingKeys: String, CodingKey {
            case name, kind
            case propagation = "propagate"
        }

        public init(from decoder: any Decoder) throws {
            if let name = try? decoder.singleValueContainer().decode(String.self) {
                (self.name, kind, propagation) = (name, .build, nil)
            } else {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                name = try container.decode(String.self, forKey: .name)
                kind = try container.decodeIfPresent(ModuleGraph.Kind.self, forKey: .kind) ?? .build
                propagation = try container.decodeIfPresent(VersionPolicy.Propagation.self, forKey: .propagation)
            }
        }
    }

    /// A command, or false for none.
    public struct CommandEntry: Decodable, Equatable, Sendable {
        public let command: Command?
        public let allowEmpty: [String]
        public let suites: [String]

        private enum CodingKeys: String, CodingKey {
            case allowEmpty = "allow-empty"
            case suites
        }

        public init(from decoder: any Decoder) throws {
            if let flag = try? decoder.singleValueContainer().decode(Bool.self), !flag {
                (command, allowEmpty, suites) = (nil, [], [])
                return
            }
            command = try Command(from: decoder)
            let container = try? decoder.container(keyedBy: CodingKeys.self)
            allowEmpty = try container?.decodeIfPresent([String].self, forKey: .allowEmpty) ?? []
            suites = try container?.decodeIfPresent([String].self, forKey: .suites) ?? []
        }
    }

    /// A list of images, or false for none.
    public struct ImagesEntry: Decodable, Equatable, Sendable {
        public let images: [ImageEntry]

        public init(from decoder: any Decoder) throws {
            if let flag = try? decoder.singleValueContainer().decode(Bool.self), !flag {
                images = []
            } else {
                images = try decoder.singleValueContainer().decode([ImageEntry].self)
            }
        }
    }

    public struct ImageEntry: Decodable, Equatable, Sendable {
        public var name: String?
        public var dockerfile: String?
        public var context: String?
        public var platforms: [String]?
        public var arguments: [String: String]?
        public var target: String?
    }
}

/// What `slipway clean` keeps.
public struct Retention: Decodable, Equatable, Sendable {
    public let logs: Seconds
    public let layers: ByteCount
    public let snapshots: Seconds

    private enum CodingKeys: String, CodingKey {
        case logs, layers, snapshots
    }

    public static let standard = Retention(
        logs: Seconds(14 * 86_400), layers: ByteCount(bytes: 5 << 30), snapshots: Seconds(30 * 86_400))

    private init(logs: Seconds, layers: ByteCount, snapshots: Seconds) {
        (self.logs, self.layers, self.snapshots) = (logs, layers, snapshots)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        logs = try container.decodeIfPresent(Seconds.self, forKey: .logs) ?? Self.standard.logs
        layers = try container.decodeIfPresent(ByteCount.self, forKey: .layers) ?? Self.standard.layers
        snapshots = try container.decodeIfPresent(Seconds.self, forKey: .snapshots) ?? Self.standard.snapshots
    }
}
