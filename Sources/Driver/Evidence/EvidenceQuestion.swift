import Execution
import Git
import Pipeline
import Signing
import SystemPackage

/// What became of the interfaces and the audit index of a service since its last release: what a record says of it.
struct EvidenceQuestion: Sendable {
    let survey: Survey
    let service: Service
    /// Where files for tools may be put for a while.
    let folder: FilePath

    /// What a record states, and what is worth telling whoever waits.
    struct Answer: Equatable, Sendable {
        var interface: InterfaceFacts?
        var audit: AuditFacts?
        var notes: [String] = []
    }

    typealias Ask = @Sendable (Inquiry) async throws -> Inquiry.Answer

    /// Looks at HEAD and at the releases, and runs the tool that is declared.
    ///
    /// What cannot be told is a fact like others: the gate takes it for no evidence.
    func answer(asking ask: @escaping Ask) async -> Answer {
        var answer = Answer()
        if service.interface != nil || service.adapter != nil {
            var surfaces: [InterfaceFacts.Surface] = []
            if let declaration = service.interface { surfaces.append(surface(declaration)) }
            if let adapter = service.adapter {
                surfaces.append(await AdapterRun(adapter, self, ask: ask).surface(since: base))
            }
            let facts = InterfaceFacts(surfaces: surfaces, requiredBump: surfaces.map(\.level).max() ?? .none)
            answer.interface = facts
            answer.notes += facts.unproven.map { surface in
                let what = surface.path.map { "\($0)".printable } ?? surface.tool.name
                return "\(service.name): \(what): \(surface.problem ?? "nothing was looked at")"
            }
        }
        if let declaration = service.audit {
            let facts = AuditFacts(auditQuestion(declaration), hash: Digest.sha256)
            answer.audit = facts
            answer.notes += facts.notes.map { "\(service.name): audit index: \($0)" }
        }
        return answer
    }

    /// The release that everything is compared with.
    var base: ReleasedBase? {
        survey.chronicle.releases[service.name].map { ReleasedBase(version: $0.version, commit: $0.commit) }
    }

    /// Opens the repository and hands over the trees of HEAD and of the last release.
    func withTrees<Value>(
        _ body: (borrowing Repository, _ head: Tree, _ base: Tree?) throws -> Value
    ) throws -> Value {
        let repository = try Repository(at: survey.request.folder.string)
        let old = try base.map { base in
            guard let tree = try repository.treeIfPresent(of: base.commit) else {
                throw EvidenceError.releaseNotHere(base.version)
            }
            return tree
        }
        return try body(repository, repository.tree(survey.commit.tree), old.map { repository.tree($0) })
    }
}

/// Why evidence could not be read.
enum EvidenceError: Failure, Equatable {
    case releaseNotHere(SemanticVersion)

    var fault: Fault { .history }
    var hint: String? { "fetch the rest: git fetch --unshallow --tags" }

    var description: String {
        switch self {
        case .releaseNotHere(let version): "the commit of release \(version) is not in this clone"
        }
    }
}

extension Service {
    /// Whether records say anything of its interfaces or its audit index.
    var declaresEvidence: Bool { interface != nil || adapter != nil || audit != nil }
}

extension Run {
    /// The record with what is known of interfaces and the audit index.
    ///
    /// Whoever stopped the run is not kept waiting for it.
    func supported(_ record: Stability, with tools: Tools) async -> Stability {
        let service = service(record.service.name)
        guard service.declaresEvidence, !Task.isCancelled else { return record }
        let place = folder.root.appending("evidence").appending(service.name.text)
        let answer = await tools.evidence(EvidenceQuestion(survey: survey, service: service, folder: place))
        for note in answer.notes { tools.report(.note(note)) }
        var record = record
        (record.interface, record.audit) = (answer.interface, answer.audit)
        return record
    }
}

extension AuditFacts {
    /// What somebody should know before the gate tells.
    fileprivate var notes: [String] {
        let answer = answer
        let open = answer.open.map { call in
            "\(call.call): \(call.change.rawValue) (\(call.places.first ?? "")), and nothing prepares the index for it"
        }
        let errors = answer.errors.map { "\($0.place): \($0.text)" }
        let none = answer.state == .unknown ? ["there is no catalogue with calls, so nothing is known"] : []
        let refused = answer.warnings.filter { $0.rule == "evidence-refused" }.map { "\($0.place): \($0.text)" }
        return Array((open + errors + none + refused).prefix(10))
    }
}
