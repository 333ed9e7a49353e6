import Disk
import Pipeline
import Registry
import Signing
import SystemPackage

/// What the places of a question hold for all of its services, as it was read.
struct GateReading: Sendable {
    /// The environments whose deployments are looked at.
    let environments: Set<String>
    private(set) var deployments = Testimonies<Deployment>()
    private(set) var waivers = Testimonies<Waiver>()
    private(set) var unreadableWaivers: [Decision.UnusedWaiver] = []
    /// Records of places that are read as a whole; the newest first.
    private(set) var records: [LedgerItem] = []
    private(set) var trouble: String?
    private(set) var damage: [String] = []
    private(set) var missed: [MissedPlace] = []

    init(of environments: Set<String>) {
        self.environments = environments
    }

    /// Asks one place; what it may have and does not tell is missed, and the others are asked all the same.
    mutating func asking(_ place: String, _ body: (inout GateReading) async throws -> Void) async throws {
        do {
            try await body(&self)
        } catch let error as any Failure {
            missed.append(MissedPlace(place: place, error: error))
        }
    }

    // MARK: - Folders and files

    /// Reads the deployments and waivers of a ledger folder.
    mutating func take(_ folder: FilePath) {
        do {
            for file in try Self.files(of: folder.appending("deployments")) {
                take(try Sealed<Deployment>(parsing: file.contents(limit: 8 << 20)), at: [folder.string])
            }
        } catch {
            // What cannot be read may be what failed.
            trouble = "\(folder.appending("deployments")): \(error)"
        }
        do {
            for file in try Self.files(of: folder.appending("waivers")) {
                takeWaiver(file, at: folder.string) { try file.contents(limit: 8 << 20) }
            }
        } catch {
            addUnreadable("\(folder.appending("waivers"))", error)
        }
    }

    /// Reads a waiver that somebody handed over.
    mutating func take(waiver file: FilePath) throws {
        let bytes = try configurationBytes(of: file)
        takeWaiver(file, at: file.string, isHanded: true) { bytes }
    }

    private mutating func takeWaiver(
        _ file: FilePath, at place: String, isHanded: Bool = false, _ bytes: () throws -> [UInt8]
    ) {
        do {
            waivers.take(try Sealed<Waiver>(parsing: bytes()), at: [place], isHanded: isHanded)
        } catch {
            addUnreadable(file.string, error)
        }
    }

    private mutating func addUnreadable(_ name: String, _ error: any Error) {
        unreadableWaivers.append(.init(id: name, why: "cannot be read: \(error)"))
    }

    private static func files(of folder: FilePath) throws -> [FilePath] {
        guard try folder.status()?.kind == .folder else { return [] }
        return try folder.names().map(\.string).filter { $0.hasSuffix(".jsonl") && !$0.hasPrefix(".") }.sorted()
            .map { folder.appending($0) }
    }

    // MARK: - Statements

    /// Takes a deployment, when it is of an environment that is looked at.
    mutating func take(_ sealed: Sealed<Deployment>, at places: [String]) {
        if environments.contains(sealed.record.environment) { deployments.take(sealed, at: places) }
    }

    /// Takes what a place said that is read as a whole; what is damaged there may be anything.
    mutating func take(_ found: LedgerFound, at place: String) throws {
        let found = found.united
        damage += found.damaged
        for item in found.items {
            switch item.content {
            case .record:
                var record = item
                record.places = [place]
                records.append(record)
            case .deployment: take(try Sealed<Deployment>(item.envelope), at: [place])
            case .waiver: waivers.take(try Sealed<Waiver>(item.envelope), at: [place])
            }
        }
    }

    /// Takes the waivers and deployments of one repository of a registry.
    mutating func take(_ ledger: RegistryLedger, of repository: RepositoryName) async throws {
        let place = "\(ledger.client.host)/\(repository.text)"
        for kind in [LedgerContent.Kind.deployment, .waiver] {
            var query = LedgerQuery()
            query.kinds = [kind]
            var found = try await ledger.find(query, in: repository)
            if kind == .waiver {
                unreadableWaivers += found.damaged.map { .init(id: place, why: "cannot be read: \($0)") }
            } else {
                trouble = found.damaged.first ?? trouble
            }
            found.damaged = []
            try take(found, at: place)
        }
    }
}

/// A place that did not answer, and why: nobody knows what only it has.
struct MissedPlace: Sendable {
    let place: String
    let error: any Failure

    /// What people have to know.
    var sentence: String { "\(place) was not asked, and what only it has is missing: \(error)" }
}
