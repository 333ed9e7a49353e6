import Fixtures
import Signing
import Testing

@testable import Pipeline

/// A question to the gate of production, and what is shown to it; every test changes what it is about.
///
/// Release 1.4.9 runs, release 1.5.0 of the same service is to follow and has run in development for two hours.
struct GateWorld {
    var question: GateQuestion
    var evidence: GateEvidence
    /// The records of the candidate's digest.
    var records: [Stability]
    var history: [Stability]
    var waivers: [(waiver: Waiver, signers: Exhibit.Signatures)] = []
    var deployments: [Deployment]

    static let image = DecisionTests.image
    static let running = digest("running")
    static let now = DecisionTests.now
    static let buildKey = DecisionTests.key(#"{"id":"ci","spki":"build"}"#)
    static let deployKey = DecisionTests.key(#"{"id":"cd","spki":"deploy","role":"deploy"}"#)
    static let lead = DecisionTests.key(#"{"id":"lead-a","spki":"a","role":"waiver","title":"lead"}"#)
    static let director = DecisionTests.key(#"{"id":"director-b","spki":"b","role":"waiver","title":"director"}"#)

    static let production = """
        {"mode":"enforced","branches":["main","hotfix/*"],"signers":{"threshold":1},"clean":true,\
        "checks":{"tests":{"min":"stable","consecutive":1,"quarantineMax":5,"skipGrowthMax":0},\
        "migrationsOrder":"enforce","coexistence":"enforce","semver":"enforce","auditIndex":"enforce"},\
        "requiresDeployedIn":[{"environment":"development","minSoakMinutes":60}],\
        "maxAge":{"record":"30d","auditIndexState":"24h","migrationState":"1h","decision":"1h"},\
        "monotonic":{"version":"strict","sequence":true},\
        "waiver":{"roles":["lead","director"],"maxDays":7,"forbid":["identity"],"twoPersonFor":["coexistence"],\
        "followUpHours":72}}
        """

    static let development = """
        {"mode":"advisory","allowUnsigned":true,"branches":["*"],"checks":{"tests":{"min":"flaky"},"semver":"warn",\
        "coexistence":"warn","auditIndex":"warn","migrationsOrder":"enforce"}}
        """

    init(_ policy: String = production) {
        question = DecisionTests.question(policy: DecisionTests.policy(policy))
        evidence = GateEvidence(exhibits: [])
        evidence.committers = ["Grace Hopper <g@example.org>"]
        records = [Self.release("1.5.0", of: Self.image, sequence: 9, since: "1.4.9")]
        history = [Self.release("1.4.9", of: Self.running, sequence: 5, since: "1.4.8")]
        deployments = [
            Self.deployment("d1", Self.running, "1.4.9", sequence: 5, to: "production", hoursAgo: 48),
            Self.deployment("d2", Self.image, "1.5.0", sequence: 9, to: "development", hoursAgo: 2),
        ]
    }

    // MARK: - Nouns

    /// The record of a release, compared with the release before it.
    static func release(
        _ version: String, of image: Digest, sequence: Int64, since base: String?, tests: TestReport? = nil
    ) -> Stability {
        var record = DecisionTests.record(tests: tests ?? VerdictTests.report([.passed]))
        record.run.recordId = "00000000-0000-4000-8000-0000000000\(sequence + 10)"
        record.run.sequence = sequence
        record.image?.digest = image
        record.release = read(
            #"{"version":"\#(version)","tag":"v\#(version)","changelog":"","moved":[],"accepted":[]}"#)
        record.version = read(#"{"builtAs":"\#(version)-0.main.1","bump":"none","scheme":"semver2"}"#)
        guard let base else { return record }
        record.version?.current = SemanticVersion(parsing: base)
        guard let before = record.version?.current, let next = SemanticVersion(parsing: version), before.precedes(next)
        else { return record }
        record.version?.next = next
        record.version?.bump = next.major > before.major ? .major : next.minor > before.minor ? .minor : .patch
        return record
    }

    static func read<Noun: Decodable>(_ text: String) -> Noun {
        do { return try Noun(json: JSON(parsing: text)) } catch { preconditionFailure("\(error)") }
    }

    static func deployment(
        _ id: String, _ image: Digest, _ version: String, sequence: Int64, to environment: String, hoursAgo: Int64,
        of service: ServiceName = "billing", migrations: Deployment.Migrations? = nil
    ) -> Deployment {
        Deployment(
            schema: "1.0", id: id, at: Timestamp(seconds: now.seconds - hoursAgo * 3600), service: service,
            environment: environment,
            to: .init(image: image, version: SemanticVersion(parsing: version), sequence: sequence), by: "cd",
            intent: .deploy, migrations: migrations)
    }

    static func waiver(_ items: [Decision.Item.ID], _ change: (inout Waiver) -> Void = { _ in }) -> Waiver {
        var waiver = Waiver(
            schema: "1.0", id: "w1", items: items, service: "billing", image: image, environment: "production",
            reason: "the customer is down, and this mends it", category: .urgentSecurity,
            approver: .init(id: "ada@example.org", role: "lead"), madeAt: Timestamp(seconds: now.seconds - 60),
            notBefore: Timestamp(seconds: now.seconds - 60), expires: Timestamp(seconds: now.seconds + 86_400), uses: 1,
            followUp: .init(by: "team", due: Timestamp(seconds: now.seconds + 3600)), policy: digest("p"))
        change(&waiver)
        return waiver
    }

    static func migrations(_ head: String, since base: SemanticVersion, _ added: [Migration] = []) -> MigrationFacts {
        var facts: MigrationFacts = read(
            """
            {"engine":"flyway","folders":["db"],"setDigest":"\(digest("set"))","added":[],"changed":[],"removed":[],\
            "findings":[],"runBefore":[],"headVersion":"\(head)"}
            """)
        facts.base = ReleasedBase(version: base, commit: .test(1))
        facts.added = added
        return facts
    }

    static func migration(_ version: String, _ findings: [MigrationFinding] = [], creates: [String] = []) -> Migration {
        var migration = Migration(
            path: Path(bytes: Array("db/V\(version)__x.sql".utf8)), version: version, sha256: digest("m\(version)"),
            kind: .sql)
        (migration.phase, migration.findings, migration.creates) = (.expand, findings, creates)
        return migration
    }

    static func finding(_ rule: String, _ tier: MigrationFinding.Tier, _ object: String? = nil) -> MigrationFinding {
        var finding = MigrationFinding(
            rule, tier, fingerprint: String(digest(rule + (object ?? "")).hex.prefix(12)), text: rule)
        finding.object = object
        return finding
    }

    static func interface(
        _ changes: [(String, Level)], since base: SemanticVersion, state: InterfaceFacts.Surface.State = .compared
    ) -> InterfaceFacts {
        var surface = InterfaceFacts.Surface(
            kind: .openapi, path: "api.yaml", tool: .init(name: "slipway", version: "1"),
            base: ReleasedBase(version: base, commit: .test(1)), state: state)
        surface.changes = changes.map { .init(id: $0.0, level: $0.1, place: "GET /x", fingerprint: digest($0.0).hex12) }
        (surface.changeCount, surface.examined) = (changes.count, 5)
        (surface.baseDigest, surface.headDigest) = (digest("\(base)"), digest("\(changes)"))
        return InterfaceFacts(surfaces: [surface], requiredBump: changes.map(\.1).max() ?? .none)
    }

    static func audit(
        _ change: AuditFacts.Change?, evidence: AuditFacts.Evidence.Kind? = nil, since base: SemanticVersion = "1.4.9"
    ) -> AuditFacts {
        var facts = AuditFacts(catalogue: "calls.json", base: ReleasedBase(version: base, commit: .test(1)))
        facts.examined = 3
        guard let change else { return facts }
        var call = AuditFacts.Call(
            call: "invoices.browse", index: "http_logs_x", change: change, fingerprint: "abcdef012345")
        call.evidence = evidence.map { .init(kind: $0, path: "t.json", sha256: digest("t")) }
        facts.calls = [call]
        return facts
    }

    // MARK: - Asking

    /// The candidate's record, to be changed.
    var candidate: Stability {
        get { records[0] }
        set { records[0] = newValue }
    }

    mutating func waive(_ items: [Decision.Item.ID], by keys: [Trust.Key] = [GateWorld.lead]) {
        waivers.append((Self.waiver(items), .by(keys)))
    }

    var decision: Decision {
        var evidence = evidence
        evidence.exhibits += records.map { DecisionTests.exhibit($0, .by([Self.buildKey])) }
        evidence.history += history.map { DecisionTests.exhibit($0, .by([Self.buildKey])) }
        evidence.deployments += deployments.map { deployment in
            Testimony(
                places: [deployment.id], digest: digest(deployment.id),
                statement: InTotoStatement(deployment, about: [.init(image: deployment.to.image, of: "r")]),
                signatures: .by([Self.deployKey]))
        }
        evidence.waivers += waivers.map { waiver, signatures in
            var testimony = Testimony(
                places: [waiver.id], digest: digest(waiver.id),
                statement: InTotoStatement(waiver, about: [.init(image: waiver.image, of: "r")]), signatures: signatures
            )
            testimony.isHanded = true
            return testimony
        }
        return Decision(question, evidence, verifier: DecisionTests.gate)
    }

    var exit: Int32 { decision.exit }
}

extension Decision {
    subscript(_ id: Item.ID) -> Item? { items.first { $0.id == id } }
}
