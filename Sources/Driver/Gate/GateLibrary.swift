import Disk
import Pipeline
import Signing
import SystemPackage

/// What the folders and files of a question hold for all of its services: read once, whichever of them is judged.
struct GateLibrary: Sendable {
    private(set) var deployments: [Testimony<Deployment>] = []
    private(set) var waivers: [Testimony<Waiver>] = []
    private(set) var unreadableWaivers: [Decision.UnusedWaiver] = []
    private(set) var databases: [ServiceName: DatabaseState] = [:]
    private(set) var stated: StatedDeployment?
    private(set) var troubles: [Decision.Item.ID: String] = [:]

    init(_ request: GateRequest, _ terms: GateTerms) throws {
        let places = Set([terms.environment] + terms.policy.policy.progress.requiresDeployedIn.map(\.environment))
        for folder in request.places.folders {
            takeDeployments(of: folder, in: places, terms.trust.trust)
            takeWaivers(of: folder, terms.trust.trust)
        }
        for file in request.handed.waivers { try takeWaiver(file, terms.trust.trust) }
        if let file = request.handed.deployed { try takeDeployed(file, terms.trust.trust) }
        for (service, file) in request.handed.databases {
            guard let name = service ?? request.candidates.first?.service else { continue }
            databases[name] = try Self.database(file)
        }
    }

    // MARK: - Deployments

    private mutating func takeDeployments(of folder: FilePath, in environments: Set<String>, _ trust: Trust) {
        do {
            for file in try Self.files(of: folder.appending("deployments")) {
                let bytes = try file.contents(limit: 8 << 20)
                let sealed = try Sealed<Deployment>(parsing: bytes)
                guard environments.contains(sealed.record.environment) else { continue }
                add(Testimony(sealed, bytes, from: file, trusting: trust))
            }
        } catch {
            // What cannot be read may be what failed.
            troubles[.history] = "\(folder.appending("deployments")): \(error)"
        }
    }

    /// Of one deployment told in several places one counts.
    private mutating func add(_ testimony: Testimony<Deployment>) {
        if !deployments.contains(where: { $0.digest == testimony.digest }) { deployments.append(testimony) }
    }

    /// A deployment, signed; or a plain statement of whoever deploys.
    private mutating func takeDeployed(_ file: FilePath, _ trust: Trust) throws {
        let bytes = try configurationBytes(of: file)
        do {
            let json = try JSON(parsing: bytes, profile: .lenient)
            guard json["payload"] != nil else {
                let known: Set<String> = ["image", "version", "sequence", "at", "headVersion"]
                if let stranger = json.object?.keys.sorted().first(where: { !known.contains($0) }) {
                    throw GateError.unreadable(file.string, "unknown key \"\(stranger)\"")
                }
                stated = try StatedDeployment(json: json)
                return
            }
            add(Testimony(try Sealed<Deployment>(parsing: bytes), bytes, from: file, trusting: trust))
        } catch let error as GateError {
            throw error
        } catch {
            throw GateError.unreadable(file.string, "says not what runs: \(error)")
        }
    }

    // MARK: - Waivers

    private mutating func takeWaivers(of folder: FilePath, _ trust: Trust) {
        do {
            for file in try Self.files(of: folder.appending("waivers")) {
                do {
                    let bytes = try file.contents(limit: 8 << 20)
                    add(Testimony(try Sealed<Waiver>(parsing: bytes), bytes, from: file, trusting: trust))
                } catch {
                    addUnreadable(file, error)
                }
            }
        } catch {
            addUnreadable(folder.appending("waivers"), error)
        }
    }

    private mutating func takeWaiver(_ file: FilePath, _ trust: Trust) throws {
        let bytes = try configurationBytes(of: file)
        do {
            var testimony = Testimony(try Sealed<Waiver>(parsing: bytes), bytes, from: file, trusting: trust)
            testimony.isHanded = true
            add(testimony)
        } catch {
            addUnreadable(file, error)
        }
    }

    private mutating func add(_ testimony: Testimony<Waiver>) {
        guard let known = waivers.firstIndex(where: { $0.digest == testimony.digest }) else {
            return waivers.append(testimony)
        }
        waivers[known].isHanded = waivers[known].isHanded || testimony.isHanded
    }

    private mutating func addUnreadable(_ file: FilePath, _ error: any Error) {
        unreadableWaivers.append(.init(id: file.string, why: "cannot be read: \(error)"))
    }

    // MARK: - Databases

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

    private static func files(of folder: FilePath) throws -> [FilePath] {
        guard try folder.status()?.kind == .folder else { return [] }
        return try folder.names().map(\.string).filter { $0.hasSuffix(".jsonl") && !$0.hasPrefix(".") }.sorted()
            .map { folder.appending($0) }
    }
}

extension Testimony {
    init(_ sealed: Sealed<Content>, _ bytes: [UInt8], from file: FilePath, trusting trust: Trust) {
        self.init(
            origin: file.string, digest: .sha256(bytes), statement: sealed.statement,
            signatures: sealed.signatures(trusting: trust))
    }
}
