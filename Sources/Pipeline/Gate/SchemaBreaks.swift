/// What the migrations of a range take from whoever still runs the older side of it.
///
/// What the range itself created hurts nobody when it takes it away again.
struct SchemaBreaks {
    /// One finding, with the migration it is in and the release that brought it.
    struct Break {
        let finding: MigrationFinding
        let migration: Migration
        let release: SemanticVersion?

        var told: Decision.Item.Finding {
            let place = "\(migration.path.description.printable)" + (finding.line.map { ":\($0)" } ?? "")
            let object = finding.object.map { " \($0.printable)" } ?? ""
            return .init(
                rule: finding.rule, fingerprint: finding.fingerprint, place: place + object, introducedIn: release)
        }
    }

    /// Breaks that nothing excuses, in the order in which they happen.
    private(set) var open: [Break] = []
    /// Breaks for which an author names the version that no longer minds, and which is not there yet.
    private(set) var waiting: [Break] = []
    /// What nobody can tell.
    private(set) var unknown: [Break] = []
    /// How many were excused.
    private(set) var excused = 0

    /// Judges the findings of some tiers, for a version that goes on using the schema.
    init(
        _ migrations: [(migration: Migration, release: SemanticVersion?)], tiers: Set<MigrationFinding.Tier>,
        user: SemanticVersion?, scheme: VersionScheme
    ) {
        var created: Set<String> = []
        for (migration, release) in migrations where migration.kind != .undo {
            for finding in migration.findings {
                let found = Break(finding: finding, migration: migration, release: release)
                if finding.tier == .unknown {
                    unknown.append(found)
                } else if tiers.contains(finding.tier) {
                    take(found, created, user, scheme)
                }
                if let object = finding.object, finding.rule.hasPrefix("drop-") { created.remove(object) }
            }
            if migration.phase == .unknown, !migration.findings.contains(where: { $0.tier == .unknown }) {
                unknown.append(Break(finding: Self.blank(migration), migration: migration, release: release))
            }
            created.formUnion(migration.creates)
        }
    }

    private mutating func take(
        _ found: Break, _ created: Set<String>, _ user: SemanticVersion?, _ scheme: VersionScheme
    ) {
        if let object = found.finding.object, Self.parts(of: object).contains(where: created.contains) {
            excused += 1
        } else if let contract = found.migration.contractOf {
            if let user, !scheme.precedes(user, contract) { excused += 1 } else { waiting.append(found) }
        } else {
            open.append(found)
        }
    }

    /// `s.t.c` is part of `s.t` and of `s`.
    private static func parts(of object: String) -> [String] {
        let names = object.split(separator: ".", omittingEmptySubsequences: false)
        return names.indices.map { names[...$0].joined(separator: ".") }
    }

    private static func blank(_ migration: Migration) -> MigrationFinding {
        MigrationFinding(
            "unknown-migration", .unknown, fingerprint: String(migration.sha256.hex.prefix(12)),
            text: "nobody can tell what it does")
    }
}
