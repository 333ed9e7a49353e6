import Disk
import Git
public import Pipeline
import SystemPackage

extension Request {
    /// What is the matter with this clone and this machine.
    ///
    /// Writes nothing, and asks no registry. A plan is made on trial, so that what is said of plans is so.
    ///
    /// Throws only where there is no repository at all.
    public func diagnosis() async throws -> Diagnosis {
        let surroundings = Surroundings(environment)
        let clone = try CloneFacts(at: folder.string, target: surroundings.target, workspace: Workspace.folderName)
        var request = self
        request.limits.isOffline = true
        let trial = try await Trial(request)
        let machine = MachineFacts(clone, trial.survey, request)
        return Diagnosis(of: Findings(clone: clone, planning: trial.facts, machine: machine))
    }

    /// Whether a Jenkinsfile is what decides how this clone is made.
    public var isUnderJenkins: Bool { Surroundings(environment).jenkins != nil }
}

/// A plan that is made to see whether one can be made.
private struct Trial {
    private(set) var facts = PlanningFacts()
    /// What was seen of the repository; where uncommitted work cannot be told, what is committed.
    private(set) var survey: Survey?

    init(_ request: Request) async throws {
        do {
            let survey = try await Survey.make(request, listing: true)
            self.survey = survey
            let plan = try await Tools.withLive(survey, report: Tools.silence) {
                try await prepare(survey, with: $0).plan
            }
            facts = PlanningFacts(survey, plan)
        } catch let failure as any Failure {
            facts.trouble = PlanningFacts.Trouble(failure)
            facts.services = survey?.catalog.services.map(\.name) ?? []
        }
        guard survey == nil else { return }
        var committed = request
        committed.selection.isCommittedOnly = true
        do {
            survey = try await Survey.make(committed)
            facts.services = survey?.catalog.services.map(\.name) ?? []
        } catch is any Failure {}
    }
}

extension PlanningFacts {
    fileprivate init(_ survey: Survey, _ plan: Plan) {
        self.init()
        services = plan.services.map(\.name)
        versionless = plan.services.filter { $0.kind == .service && $0.version == nil }.map(\.name)
        incomplete = services.filter { survey.firstAbsent(of: [$0]) != nil }
        dirt = survey.dirtyPaths
    }
}

extension PlanningFacts.Trouble {
    fileprivate init(_ failure: any Failure) {
        self.init(Self.subject(of: failure), failure.fault, "\(failure)", hint: failure.hint)
    }

    private static func subject(of failure: any Failure) -> Subject {
        switch failure {
        case let error as GitError:
            switch error {
            case .missing: .objects
            case .index: .index
            case .notARepository, .damaged, .unsupported, .call: .repository
            case .empty, .unknownRevision: .other
            }
        case let error as ConfigurationError: error.file == Keyring.variable ? .key : .configuration
        default: .other
        }
    }
}
