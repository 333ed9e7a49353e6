extension MigrationFacts {
    /// More migrations than that are not listed one by one: a record has to stay small.
    static let listLimit = 500

    /// What the chain of a service comes to, among those of all services.
    ///
    /// `strays` are files elsewhere that are called like migrations; a release whose files this clone does not hold is
    /// stated without them, and that is a finding.
    public init(
        of chain: MigrationChain, among chains: [ServiceName: MigrationChain], since release: ReleasedBase?,
        strays: [Path] = [], hash: HashFunction
    ) {
        let set = chain.set
        (engine, folders, headVersion) = (.flyway, set.folders, set.head?.name.version)
        (setDigest, base) = (set.digest(hash), release)
        let all = set.entries.filter { chain.matching.added.contains($0.file.path) && $0.name.form != .baseline }
        let owners = SchemaOwners(chains, besides: chain.service)
        let migrations = all.map { Migration($0, in: chain, owners, hash) }
        added = Array(migrations.suffix(Self.listLimit))
        changed = chain.matching.edited.map { entry in
            let former = chain.matching.released[entry.file.path] ?? entry
            return Edit(
                path: entry.file.path, from: hash(former.file.content), to: hash(entry.file.content),
                isInvisible: entry.checksum == former.checksum)
        }
        removed = chain.matching.removed.map(\.file.path)
        findings = set.findings(strays: strays, hash) + chain.findings(since: release, hash)
        runBefore = Set(migrations.flatMap { $0.needs ?? [] }).sorted {
            ($0.service.text, $0.version ?? "") < ($1.service.text, $1.version ?? "")
        }
        (job, trial) = (nil, nil)
        if migrations.count > Self.listLimit {
            let count = "\(migrations.count) new migrations, of which \(Self.listLimit) are listed"
            findings.append(MigrationFinding(.tooMany, object: count, hash: hash))
        }
    }

    /// What breaks the co-existence of two versions asks for a version, whatever commits say.
    public var versionEvidence: [VersionEvidence] {
        added.flatMap(\.findings).filter { $0.tier == .coexistence }.prefix(50).map { finding in
            let place = finding.path.map { " (\($0.name):\(finding.line ?? 1))" } ?? ""
            return VersionEvidence(
                .migration, level: .minor, rule: .coexistence, text: "\(finding.rule): \(finding.object ?? "")\(place)")
        }
    }
}

/// Which service a schema belongs to, and which of its migrations makes a table.
struct SchemaOwners {
    private var owners: [String: ServiceName] = [:]
    private let chains: [ServiceName: MigrationChain]

    init(_ chains: [ServiceName: MigrationChain], besides service: ServiceName) {
        self.chains = chains
        for (name, chain) in chains.sorted(by: { $0.key < $1.key }) where name != service {
            for schema in chain.schemas where !MigrationChain.isCommon(schema) {
                owners[schema] = owners[schema] ?? name
            }
        }
    }

    func requirement(for table: SQLName) -> MigrationFacts.Requirement? {
        guard let owner = table.schema.flatMap({ owners[$0] }) else { return nil }
        return .init(service: owner, version: chains[owner]?.makers[table.last])
    }
}

extension Migration {
    init(_ entry: MigrationSet.Entry, in chain: MigrationChain, _ owners: SchemaOwners, _ hash: HashFunction) {
        let path = entry.file.path
        self.init(path: path, version: entry.name.version, sha256: hash(entry.file.content), kind: entry.name.kind)
        if !entry.name.isCode { engineChecksum = entry.checksum }
        func finding(_ rule: MigrationRule) -> MigrationFinding {
            var finding = MigrationFinding(rule, statement: path.bytes + Array(sha256.hex.utf8), hash: hash)
            finding.path = path
            return finding
        }
        if kind == .code { findings.append(finding(.codeMigration)) }
        if kind == .repeatable, chain.matching.released[path] != nil { findings.append(finding(.repeatableChanged)) }
        guard let script = chain.scripts[path] else { return }
        var found = script.findings(in: path, hash: hash)
        if chain.set.apart.contains(path) {
            let transactions = MigrationRule.concurrentlyInTransaction.rawValue
            found.removeAll { $0.rule == transactions }
        }
        findings += found
        (phase, contractOf) = (script.phase, script.contractOf)
        creates = Array(script.creates.prefix(SQLScript.tableLimit))
        tables = Set(script.tables.keys.map(\.description)).sorted()
        take(script, chain, owners, hash)
    }

    /// What a script needs of others: tables in their schemas, and whom it names.
    private mutating func take(
        _ script: SQLScript, _ chain: MigrationChain, _ owners: SchemaOwners, _ hash: HashFunction
    ) {
        var needs: Set<MigrationFacts.Requirement> = []
        var foreign: [String: (table: SQLName, line: Int)] = [:]
        for (table, line) in script.tables {
            guard let schema = table.schema, !chain.schemas.contains(schema), !MigrationChain.isCommon(schema) else {
                continue
            }
            if let need = owners.requirement(for: table) { needs.insert(need) }
            if let known = foreign[schema], (known.line, known.table.last) < (line, table.last) { continue }
            foreign[schema] = (table, line)
        }
        for (_, first) in foreign.sorted(by: { $0.key < $1.key }) {
            var finding = MigrationFinding(
                .foreignSchema, object: first.table.description, statement: path.bytes, hash: hash)
            (finding.path, finding.line) = (path, first.line)
            findings.append(finding)
        }
        for case .runAfter(let service, let version) in script.notes.map(\.kind) {
            needs.insert(.init(service: service, version: version))
        }
        guard !needs.isEmpty else { return }
        self.needs = needs.sorted { ($0.service.text, $0.version ?? "") < ($1.service.text, $1.version ?? "") }
    }
}

extension MigrationChain {
    /// What became of released migrations, and what comes too late.
    fileprivate func findings(since release: ReleasedBase?, _ hash: HashFunction) -> [MigrationFinding] {
        func finding(_ rule: MigrationRule, _ path: Path, _ content: [UInt8], _ object: String?) -> MigrationFinding {
            var finding = MigrationFinding(
                rule, object: object, statement: path.bytes + Array(hash(content).hex.utf8), hash: hash)
            finding.path = path
            return finding
        }
        var findings = matching.edited.map { entry in
            let isInvisible = entry.checksum == matching.released[entry.file.path]?.checksum
            return finding(
                isInvisible ? .whitespaceEdit : .editedReleased, entry.file.path, entry.file.content, entry.name.version
            )
        }
        findings += matching.renamed.map { pair in
            finding(.renamedReleased, pair.to.file.path, pair.to.file.content, pair.from.file.path.name)
        }
        findings += matching.removed.map { finding(.removedReleased, $0.file.path, $0.file.content, $0.name.version) }
        if let last = base?.head?.name.number {
            findings += set.versioned.filter { entry in
                matching.added.contains(entry.file.path) && entry.name.number.map { $0 < last } ?? false
            }.map { finding(.outOfOrder, $0.file.path, $0.file.content, $0.name.version) }
        }
        if base == nil, let release {
            findings.append(MigrationFinding(.baseMissing, object: "\(release.version)", hash: hash))
        }
        return findings
    }
}
