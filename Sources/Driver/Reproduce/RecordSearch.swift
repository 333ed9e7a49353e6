import Disk
import Git
import Pipeline
import SystemPackage

extension Request {
    /// What a name stands for: a file or the folder of a run, a record of the ledger folder by the beginning of its id,
    /// or one of the registry by its whole id.
    func recorded(_ name: String) async throws -> Recorded {
        let file = FilePath(name)
        if !name.isEmpty, try file.status(followingLinks: true) != nil { return try Recorded.read(file) }
        do {
            let envelope = try RecordBook(at: folder).envelope(name)
            return try Recorded([SealedRecord(parsing: envelope).record], from: name)
        } catch let error as RecordBookError {
            guard case .notOne(_, 0) = error, RecordID.isWellFormed(name), !limits.isOffline else { throw error }
            guard let sealed = try await registryRecord(name) else { throw error }
            return try Recorded([sealed.record], from: name)
        }
    }

    /// Asks the registry for a record, in the repository of each service that there is now.
    private func registryRecord(_ id: String) async throws -> SealedRecord? {
        let survey = try await Survey.make(self)
        return try await Tools.withYard(survey, report: Tools.silence) { _, yard in
            guard let registry = yard.ledgers.registry else { return nil }
            let found = try await survey.catalog.services.concurrentMap(limit: 8) { service in
                try await registry.record(id: id, of: service).record
            }
            return found.compactMap(\.self).first { $0.id == id }
        }
    }
}
