import Pipeline
import Signing

extension Ledgers {
    /// Writes a record to every ledger there is: those of this machine, then the registry.
    ///
    /// One that fails keeps it from no other, and is told of in a sentence: what only other machines miss, they build
    /// again. Throws when a ledger of this machine failed and no other has the record.
    func keep(_ sealed: SealedRecord, remotely store: (RegistryLedger) async throws -> Void) async throws -> [String] {
        let commit = sealed.record.source.commit
        var failed: [(place: String, error: any Failure)] = []
        var kept = 0
        func place(_ name: String, _ body: () async throws -> Void) async throws {
            do {
                try await body()
                kept += 1
            } catch let error as any Failure {
                failed.append((name, error))
            }
        }
        if let folder { try await place(FolderLedger.place) { try folder.append(sealed) } }
        for audit in audits {
            try await place(AuditFile.place) { try audit.append(sealed.envelope, with: sealed.companions) }
        }
        var isInterrupted = false
        do {
            if let notes {
                try await place(NotesLedger.place) {
                    try await notes.append(sealed.envelope, with: sealed.companions, to: commit)
                }
            }
            if let registry { try await place(RegistryLedger.place) { try await store(registry) } }
        } catch is CancellationError {
            isInterrupted = true
        }
        if kept == 0, let first = failed.first(where: { $0.place != RegistryLedger.place }) { throw first.error }
        let whose = "\(sealed.record.service.name): its record is kept"
        return failed.map { name, error in
            name == RegistryLedger.place
                ? "\(whose) \(kept == 0 ? "nowhere" : "here only"): \(error)"
                : "\(whose), but not in the \(name) ledger: \(error)"
        } + (isInterrupted ? ["\(whose) here only: interrupted"] : [])
    }

    /// What notes of commits say of each service, the newest first; nothing where no notes are kept.
    func noted(into answer: inout LedgerAnswer) async throws -> [ServiceName: [SealedRecord]] {
        guard let notes else { return [:] }
        let found: LedgerFound
        do {
            found = try await notes.find(LedgerQuery()).united
        } catch let error as any Failure where !limits.requiresLedger {
            answer.notes.append(Plan.Note(.ledgerUnreachable, "\(error); what only notes know is built again"))
            return [:]
        }
        answer.note(found.damaged)
        let records = try found.items.map { try SealedRecord(parsing: $0.envelope.bytes) }
        return Dictionary(grouping: records) { $0.record.service.name }
    }
}
