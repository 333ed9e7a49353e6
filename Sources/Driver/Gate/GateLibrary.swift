import Disk
import Pipeline
import Registry
import Signing
import SystemPackage

/// What the places and files of a question hold for all of its services: read once, whichever of them is judged.
struct GateLibrary: Sendable {
    let deployments: [Testimony<Deployment>]
    let waivers: [Testimony<Waiver>]
    let reading: GateReading
    private(set) var databases: [ServiceName: DatabaseState] = [:]
    private(set) var stated: StatedDeployment?

    var troubles: [Decision.Item.ID: String] { reading.trouble.map { [.history: $0] } ?? [:] }

    /// Reads everything; of a registry, what lies in the repositories of the candidates.
    init(_ request: GateRequest, _ terms: GateTerms, _ connections: Connections?) async throws {
        let environments =
            [terms.environment] + terms.policy.policy.progress.requiresDeployedIn.map(\.environment)
        var reading = GateReading(of: Set(environments))
        for folder in request.places.folders { reading.take(folder) }
        for file in request.handed.waivers { try reading.take(waiver: file) }
        if let file = request.handed.deployed { stated = try Self.deployed(file, &reading) }
        for (service, file) in request.handed.databases {
            guard let name = service ?? request.candidates.first?.service else { continue }
            databases[name] = try Self.database(file)
        }
        try await request.readWholePlaces(into: &reading)
        try await request.readRegistry(connections, into: &reading)
        deployments = reading.deployments.opened(trusting: terms.trust.trust)
        waivers = reading.waivers.opened(trusting: terms.trust.trust)
        self.reading = reading
    }

    /// A deployment, signed, is one more; a plain statement of whoever deploys is returned.
    private static func deployed(_ file: FilePath, _ reading: inout GateReading) throws -> StatedDeployment? {
        let bytes = try configurationBytes(of: file)
        do {
            let json = try JSON(parsing: bytes, profile: .lenient)
            guard json["payload"] != nil else {
                let known: Set<String> = ["image", "version", "sequence", "at", "headVersion"]
                if let stranger = json.object?.keys.sorted().first(where: { !known.contains($0) }) {
                    throw GateError.unreadable(file.string, "unknown key \"\(stranger)\"")
                }
                return try StatedDeployment(json: json)
            }
            reading.take(try Sealed<Deployment>(parsing: bytes), at: [file.string])
            return nil
        } catch let error as GateError {
            throw error
        } catch {
            throw GateError.unreadable(file.string, "says not what runs: \(error)")
        }
    }

    private static func database(_ file: FilePath) throws -> DatabaseState {
        let bytes = try configurationBytes(of: file)
        let changed = (try file.status(followingLinks: true)?.modified ?? 0) / 1_000_000_000
        do {
            var state = try DatabaseState(
                export: bytes, observedAt: Timestamp(seconds: changed), origin: file.string)
            state.digest = .sha256(bytes)
            return state
        } catch {
            throw GateError.unreadable(file.string, "is no export of a history of migrations: \(error)")
        }
    }
}
