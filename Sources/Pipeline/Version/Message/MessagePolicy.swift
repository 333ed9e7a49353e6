/// What a team takes its commit messages for.
public struct MessagePolicy: Equatable, Sendable {
    /// What a commit asks for whose message follows no convention.
    public var unconventional: Level
    public var squash: Squash
    /// The first that fits counts.
    public var mappings: [LevelMapping]

    /// Which part of a squash decides.
    public enum Squash: String, Codable, CaseIterable, Sendable {
        /// The title, and the commits below it where the title says nothing.
        case fallback
        /// Whatever asks for most.
        case union
        /// The title alone.
        case off
    }

    /// Mappings many teams want, by name.
    public enum Preset: String, Codable, CaseIterable, Sendable {
        /// Updated dependencies are a patch of what is delivered with them.
        case depsPatch = "deps-patch"

        var mappings: [LevelMapping] {
            switch self {
            case .depsPatch: ["build", "chore", "fix"].map { LevelMapping(type: $0, scope: "deps", level: .patch) }
            }
        }
    }

    /// Mappings come before those of presets.
    public init(
        unconventional: Level = .none, squash: Squash = .fallback, mappings: [LevelMapping] = [], presets: [Preset] = []
    ) {
        (self.unconventional, self.squash) = (unconventional, squash)
        self.mappings = mappings + presets.flatMap(\.mappings)
    }
}
