import Disk
public import Pipeline
import Signing
public import SystemPackage

/// What came of a wish to waive.
public enum WaivingOutcome: Sendable {
    /// No gate under that policy would take it: why.
    case refused([String])
    /// Where it lies, items that need a second person, and places that could not take it.
    case made(Waiver, file: FilePath, forTwo: [Decision.Item.ID], troubles: [String])
}

extension Request {
    /// Signs an exception for one digest and one environment, and keeps it where records are.
    ///
    /// What the policy could never accept is refused here, before anybody relies on it.
    public func waive(_ draft: WaiverDraft, of image: ImageReference, under policy: FilePath) async throws
        -> WaivingOutcome
    {
        let (rules, digest) = try WaiverPolicy.rules(of: draft.coverage.environment, in: policy)
        return try await LedgerDesk.with(self) { desk in
            let key = try desk.signer()
            let now = Timestamp.now
            let waiver = draft.waiver(id: RecordID.new(), at: now, under: rules, policy: digest)
            let listing = try await desk.find(WaiverBook.query(of: waiver.service))
            let overdue = WaiverBook.list(listing, uses: try WaiverUses(in: desk.folder), at: now).overdue(
                for: waiver.service)
            let owed = overdue.map { earlier in
                let who = earlier.followUp.map { "\($0.by) was to make waiver \(earlier.id) good by \($0.due)" } ?? ""
                return "\(who): until that is done, \(waiver.service) gets no other"
            }
            let objections = rules.objections(to: waiver) + owed
            guard objections.isEmpty else { return .refused(objections) }
            let sealed = try Sealed<Waiver>(
                InTotoStatement(waiver, about: [StatementSubject(image: waiver.image, of: image.name)]), signedWith: key
            )
            let item = try LedgerItem(sealed, .waiver(waiver), at: [])
            let troubles = try await desk.keep(item, of: image)
            return .made(
                waiver, file: desk.folder.file(of: .waiver, waiver.id), forTwo: rules.itemsForTwo(in: waiver),
                troubles: listing.unreachable + troubles)
        }
    }

    /// Adds the signature of another person to a waiver, and keeps it with both.
    public func cosign(_ file: FilePath, under policy: FilePath?) async throws -> WaivingOutcome {
        let sealed = try Sealed<Waiver>(parsing: configurationBytes(of: file))
        let waiver = sealed.record
        return try await LedgerDesk.with(self) { desk in
            let key = try desk.signer()
            if let policy {
                let (rules, digest) = try WaiverPolicy.rules(of: waiver.environment, in: policy)
                let changed = digest == waiver.policy ? [] : ["the policy is another one than it was made for"]
                let objections = rules.objections(to: waiver) + changed
                guard objections.isEmpty else { return .refused(objections) }
            }
            guard !sealed.envelope.isSigned(by: key.verifyingKey) else {
                return .refused(["this key has signed it already: a second person has another"])
            }
            guard !sealed.envelope.signatures.isEmpty else { return .refused(["nobody has signed it: make a new one"]) }
            guard Timestamp.now < waiver.expires else { return .refused(["it was over at \(waiver.expires)"]) }
            var item = try LedgerItem(sealed, .waiver(waiver), at: [])
            item.envelope = try sealed.envelope.signed(with: key)
            let name = sealed.statement.subject.first?.name ?? ""
            guard let image = ImageReference(parsing: "\(name)@\(waiver.image)") else {
                throw RecordError.malformed("its subject is no image")
            }
            let troubles = try await desk.keep(item, of: image)
            return .made(waiver, file: desk.folder.file(of: .waiver, waiver.id), forTwo: [], troubles: troubles)
        }
    }

    /// How the waivers stand, of all services or of one; with what could not be read, and which places not be asked.
    public func waivers(of service: ServiceName?) async throws -> (list: WaiverList, listing: LedgerListing) {
        try await LedgerDesk.with(self) { desk in
            let listing = try await desk.find(WaiverBook.query(of: service))
            return (WaiverBook.list(listing, uses: try WaiverUses(in: desk.folder), at: .now), listing)
        }
    }
}

extension LedgerDesk {
    /// The key to sign with; what a person says without signing it is worth nothing.
    func signer() throws -> SigningKey {
        guard let key = keyring.signer else { throw WaivingError.noKey }
        return key
    }
}

/// What is looked at of a ledger for waivers.
enum WaiverBook {
    static func query(of service: ServiceName?) -> LedgerQuery {
        var query = LedgerQuery()
        (query.kinds, query.service) = ([.waiver, .deployment], service)
        return query
    }

    static func list(_ listing: LedgerListing, uses: WaiverUses, at now: Timestamp) -> WaiverList {
        let known = listing.rows.compactMap { row in
            row.content.waiver.map { WaiverList.Known($0, used: uses[$0.id], signatures: row.signatures) }
        }
        return WaiverList(known, deployments: listing.rows.compactMap(\.content.deployment), at: now)
    }
}

enum WaivingError: Failure, Equatable {
    case noKey

    var fault: Fault { .usage }
    var hint: String? { "give the key of a person: --key FILE; slipway record key NAME makes one" }
    var description: String { "a waiver that nobody signs is worth nothing" }
}

extension ImageReference {
    /// Registry and repository, without tag and digest.
    var name: String { "\(host)/\(repository.text)" }
}
