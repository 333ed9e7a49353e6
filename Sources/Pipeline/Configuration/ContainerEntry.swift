extension ConfigurationFile {
    /// `node:20`, or `{image: node:20, sidecars: {db: postgres:15}}`.
    public struct ContainerEntry: Decodable, Equatable, Sendable {
        public let image: String?
        public let sidecars: [String: SidecarEntry]
        public let sidecarsFor: [Step.Kind]?

        private enum CodingKeys: String, CodingKey {
            case image, sidecars
            case sidecarsFor = "sidecars-for"
        }

        public init(from decoder: any Decoder) throws {
            if let image = try? decoder.singleValueContainer().decode(String.self) {
                (self.image, sidecars, sidecarsFor) = (image, [:], nil)
                return
            }
            let container = try decoder.container(keyedBy: CodingKeys.self)
            image = try container.decodeIfPresent(String.self, forKey: .image)
            sidecars = try container.decodeIfPresent([String: SidecarEntry].self, forKey: .sidecars) ?? [:]
            sidecarsFor = try container.decodeIfPresent([Step.Kind].self, forKey: .sidecarsFor)
        }
    }

    /// `postgres:15`, or `{image: postgres:15, health: pg_isready}`.
    public struct SidecarEntry: Decodable, Equatable, Sendable {
        public let image: String?
        public let environment: [String: String]
        public let command: [String]?
        public let health: Command?
        public let readyWithin: Seconds?

        private enum CodingKeys: String, CodingKey {
            case image, environment, command, health
            case readyWithin = "ready-within"
        }

        public init(from decoder: any Decoder) throws {
            if let image = try? decoder.singleValueContainer().decode(String.self) {
                (self.image, environment, command, health, readyWithin) = (image, [:], nil, nil, nil)
                return
            }
            let container = try decoder.container(keyedBy: CodingKeys.self)
            image = try container.decodeIfPresent(String.self, forKey: .image)
            environment = try container.decodeIfPresent([String: String].self, forKey: .environment) ?? [:]
            command = try container.decodeIfPresent([String].self, forKey: .command)
            health = try container.decodeIfPresent(Command.self, forKey: .health)
            readyWithin = try container.decodeIfPresent(Seconds.self, forKey: .readyWithin)
        }
    }
}
