import Disk
public import Pipeline
import Signing
public import SystemPackage

extension Request {
    /// Writes down what was deployed, signed where there is a key; the newest of an environment is its deployed state.
    ///
    /// `decision` is the file of the decision that allowed it: one about something else, or that allows nothing, is refused.
    /// Returns what was written, and sentences about what could not be done.
    public func recordDeployed(
        _ draft: DeploymentDraft, of image: ImageReference, decision file: FilePath?
    ) async throws -> (deployment: Deployment, file: FilePath, troubles: [String]) {
        let decision = try file.map { try DeployedDecision($0, draft) }
        return try await LedgerDesk.with(self) { desk in
            var query = LedgerQuery()
            (query.kinds, query.service) = ([.deployment], draft.service)
            let earlier = try await desk.find(query)
            (query.kinds, query.image) = ([.record], draft.image)
            let records = try await desk.find(query, of: image)
            var wanted = draft
            wanted.intent = draft.intent ?? decision?.intent
            let deployment = wanted.deployment(
                id: RecordID.new(), at: .now,
                .init(
                    deployments: earlier.rows.compactMap(\.content.deployment),
                    records: records.rows.compactMap(\.content.record), decision: decision?.digest))
            let statement = InTotoStatement(
                deployment, about: [StatementSubject(image: deployment.to.image, of: image.name)])
            let sealed = try Sealed<Deployment>(statement, signedWith: desk.keyring.signer)
            let troubles = try await desk.keep(LedgerItem(sealed, .deployment(deployment), at: []), of: image)
            let unsigned =
                desk.keyring.signer == nil
                ? ["no key (\(Keyring.variable) or --key): nobody vouches for what was written down"] : []
            let unknown = Set(earlier.unreachable + records.unreachable).sorted()
            return (
                deployment, desk.folder.file(of: .deployment, deployment.id),
                unsigned + earlier.damaged + unknown + troubles
            )
        }
    }
}

/// The decision that a deployment rests on.
struct DeployedDecision {
    let digest: Digest
    let intent: Decision.Intent?

    /// Reads only what has to agree: what else a decision says is for whoever judges it.
    private struct Said: Decodable {
        var decision: Decision.Answer
        var service: ServiceName
        var image: Digest
        var environment: String
        var intent: Decision.Intent?
    }

    init(_ file: FilePath, _ draft: DeploymentDraft) throws {
        let bytes = try configurationBytes(of: file)
        let said: Said
        do {
            said = try Said(json: DecisionFile.json(in: bytes, about: draft.image))
        } catch {
            throw ConfigurationError(file: file.string, line: 1, "is no decision: \(error)")
        }
        guard said.service == draft.service, said.image == draft.image, said.environment == draft.environment else {
            throw DeployingError.otherDecision(
                file.string, "\(said.service)@\(said.image.short) to \(said.environment.printable)")
        }
        guard said.decision == .allowed else { throw DeployingError.notAllowed(file.string, said.decision.rawValue) }
        (digest, intent) = (.sha256(bytes), said.intent)
    }
}

/// A decision that a deployment cannot rest on.
enum DeployingError: Failure, Equatable {
    case otherDecision(String, String)
    case notAllowed(String, String)

    var fault: Fault { .unverifiable }

    var hint: String? {
        switch self {
        case .otherDecision: "a decision is about one service, one digest and one environment"
        case .notAllowed: "leave out --decision to write down what happened all the same"
        }
    }

    var description: String {
        switch self {
        case .otherDecision(let file, let about): "\(file.printable): is about \(about)"
        case .notAllowed(let file, let answer): "\(file.printable): allowed nothing, it says \(answer)"
        }
    }
}
