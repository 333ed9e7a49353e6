/// A policy as a file has it: whatever is left out is what usually holds.
extension Policy: Decodable {
    private enum CodingKeys: String, CodingKey {
        case mode, allowUnsigned, branches, signers, clean, checks, maxAge, requiresDeployedIn, monotonic, waiver
        case missing, prerelease
    }

    private struct ChecksEntry: Decodable {
        var tests: TestEntry?
        var migrationsOrder: Switch?
        var coexistence: Switch?
        var semver: Switch?
        var auditIndex: Switch?
    }

    private struct TestEntry: Decodable {
        var min: Verdict.State?
        var evidence: TestReport.Kind?
        var consecutive: Int?
        var quarantineMax: Int?
        var skipGrowthMax: Int?
    }

    private struct AgesEntry: Decodable {
        var record: Seconds?
        var auditIndexState: Seconds?
        var migrationState: Seconds?
        var decision: Seconds?
    }

    private struct Monotonic: Decodable {
        var version: Switch?
        var sequence: Bool?
        var scheme: VersionScheme?
    }

    /// A word, or `off` as YAML understands it.
    private struct Switch: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            let isOff = (try? container.decode(Bool.self)) == false
            text = isOff ? "off" : try container.decode(String.self)
        }

        var demand: Demand? { Demand(rawValue: text) }
    }

    private struct Signers: Decodable {
        var threshold: Int?
        var decisions: Int?
    }

    private struct Missing: Decodable {
        var deadline: Seconds?
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        mode = try container.decodeIfPresent(Mode.self, forKey: .mode) ?? .enforced
        let signers = try container.decodeIfPresent(Signers.self, forKey: .signers)
        origin = Origin(
            allowUnsigned: try container.decodeIfPresent(Bool.self, forKey: .allowUnsigned) ?? false,
            branches: try container.decodeIfPresent([String].self, forKey: .branches) ?? ["*"],
            clean: try container.decodeIfPresent(Bool.self, forKey: .clean) ?? true,
            threshold: signers?.threshold ?? 1, decisions: signers?.decisions ?? 0)
        let checks = try container.decodeIfPresent(ChecksEntry.self, forKey: .checks)
        tests = Tests(
            minimum: checks?.tests?.min ?? .stable, evidence: checks?.tests?.evidence,
            consecutive: checks?.tests?.consecutive ?? 1, quarantineMax: checks?.tests?.quarantineMax,
            skipGrowthMax: checks?.tests?.skipGrowthMax)
        self.checks = Checks(
            migrationsOrder: checks?.migrationsOrder?.demand, coexistence: checks?.coexistence?.demand,
            semver: checks?.semver?.demand,
            auditIndex: checks?.auditIndex?.demand)
        let ages = try container.decodeIfPresent(AgesEntry.self, forKey: .maxAge)
        self.ages = Ages(
            record: ages?.record, auditIndexState: ages?.auditIndexState, migrationState: ages?.migrationState,
            decision: ages?.decision ?? Seconds(3600))
        let monotonic = try container.decodeIfPresent(Monotonic.self, forKey: .monotonic)
        // Where advice is given, branches of any age come and go.
        let grows = mode == .enforced
        progress = Progress(
            requiresDeployedIn: try container.decodeIfPresent([Soak].self, forKey: .requiresDeployedIn) ?? [],
            isStrict: monotonic?.version.map { $0.text == "strict" } ?? grows,
            hasSequence: monotonic?.sequence ?? grows,
            scheme: monotonic?.scheme ?? .semver2,
            prerelease: try container.decodeIfPresent(Bool.self, forKey: .prerelease))
        waiver = try container.decodeIfPresent(WaiverRules.self, forKey: .waiver) ?? WaiverRules()
        deadline = try container.decodeIfPresent(Missing.self, forKey: .missing)?.deadline
    }
}
