import Disk
import Git
import OCI
public import Pipeline
import Signing
import SystemPackage

/// What became of one record that was to be sealed.
public struct Sealing: Equatable, Sendable, Encodable {
    public let record: String
    public let service: ServiceName
    /// Why it was not signed: what it says is not what is found.
    public let objections: [String]
}

extension Request {
    /// Signs records that a run left unsigned, where the tests of the run cannot reach the key.
    ///
    /// What they say is looked up once more: the trees of the commit, the reports, the image in the registry. Without names
    /// all unsigned records of HEAD in the ledger folder are taken.
    public func seal(
        _ names: [String], reporting report: @escaping @Sendable (Event) -> Void
    ) async throws -> [Sealing] {
        let survey = try await Survey.make(self)
        return try await Tools.withYard(survey, report: report) { _, yard in
            guard let signer = yard.keyring.signer else { throw SealingError.noKey }
            let bench = SealingBench(survey: survey, yard: yard, signer: signer)
            var answers: [Sealing] = []
            for draft in try bench.drafts(names) { answers.append(try await bench.seal(draft)) }
            return answers
        }
    }
}

/// Where records are looked at and signed.
private struct SealingBench {
    let survey: Survey
    let yard: Yard
    let signer: SigningKey

    /// A record that waits for its signature, and the file it is in; nil for the ledger folder.
    struct Draft {
        let sealed: SealedRecord
        let file: FilePath?
    }

    func drafts(_ names: [String]) throws -> [Draft] {
        guard !names.isEmpty else {
            let found = try yard.ledgers.folder?.all().records ?? []
            return found.filter { $0.envelope.signatures.isEmpty && $0.record.source.commit == survey.facts.head }
                .map { Draft(sealed: $0, file: nil) }
        }
        return try names.map { name in
            if let bytes = try RecordBook.file(name) {
                return Draft(sealed: try SealedRecord(parsing: bytes), file: FilePath(name))
            }
            let bundle = try RecordBook(at: survey.root).envelope(name)
            return Draft(sealed: try SealedRecord(parsing: bundle), file: nil)
        }
    }

    func seal(_ draft: Draft) async throws -> Sealing {
        let record = draft.sealed.record
        let objections = try await contradictions(draft.sealed) + trees(record) + reports(record) + images(record)
        if objections.isEmpty {
            let sealed = try draft.sealed.signed(with: signer)
            if let file = draft.file {
                try file.write(sealed.bytes, durable: true)
            } else {
                try yard.ledgers.folder?.replace(sealed)
            }
            try await publish(sealed)
        }
        return Sealing(record: record.run.recordId, service: record.service.name, objections: objections)
    }

    /// In the registry the signed record takes the names of the other.
    private func publish(_ sealed: SealedRecord) async throws {
        guard let registry = yard.ledgers.registry, let service = survey.catalog[sealed.record.service.name] else {
            return
        }
        let subjects = try await yard.published(sealed.record, as: [], by: registry.client)
        let layout = try Layout(making: yard.images.images)
        try await registry.append(sealed, of: service, using: layout, images: subjects)
    }

    // MARK: - What is looked up

    /// What can be told from the record alone.
    private func contradictions(_ sealed: SealedRecord) -> [String] {
        let unsigned = ([sealed.envelope] + sealed.companions).map { envelope in
            OpenedEnvelope(
                payloadType: envelope.payloadType, payload: envelope.payload, isSigned: false, signers: [],
                isBroken: false)
        }
        var question = Verification.Question(now: .now)
        question.allowsUnsigned = true
        return Verification(of: unsigned, question, hash: Digest.sha256).objections.map(\.text)
    }

    private func trees(_ record: Stability) throws -> [String] {
        let source = record.source
        guard !source.dirty else { return ["it was built from uncommitted work"] }
        let repository = try Repository(at: survey.root.string)
        guard let tree = try repository.treeIfPresent(of: source.commit) else {
            return ["commit \(source.commit.short) is not in this repository"]
        }
        guard tree == source.tree else {
            return ["commit \(source.commit.short) has another tree than the record says"]
        }
        let own = try repository.tree(tree).entry(at: record.service.path)?.id
        return own == source.serviceTree
            ? [] : ["\(record.service.path) is another tree at commit \(source.commit.short) than the record says"]
    }

    private func reports(_ record: Stability) throws -> [String] {
        try (record.run.reports ?? []).compactMap { report in
            guard let path = try? Path(parsing: report.path) else {
                return "report \(report.path.printable) is outside of the repository"
            }
            let file = survey.root.appending(FilePath(bytes: path.bytes).components)
            guard try file.status()?.kind == .file else { return "report \(path) is not there" }
            let found = try Stability.ReportFile(at: file)
            return found.sha256 == report.sha256 && found.bytes == report.bytes
                ? nil : "report \(path) was changed after it was read"
        }
    }

    private func images(_ record: Stability) async throws -> [String] {
        var objections: [String] = []
        for image in record.images where image.pushed {
            guard let registry = yard.ledgers.registry else {
                return [
                    "nobody can ask \(image.repository.printable) for the image: no registry is configured, or --offline"
                ]
            }
            guard try await registry.client.manifest(of: image) == nil else { continue }
            objections.append("\(image.repository.printable) has no image \(image.digest)")
        }
        return objections
    }
}

extension FolderLedger {
    /// Puts a record with more signatures in the place of the same with fewer.
    func replace(_ sealed: SealedRecord) throws {
        try root.appending("records").appending(sealed.id + ".jsonl").write(sealed.bytes, durable: true)
    }
}

/// Why nothing could be sealed.
enum SealingError: Failure, Equatable {
    case noKey

    var fault: Fault { .usage }
    var hint: String? { "give the key with --key, or as \(Keyring.variable)" }
    var description: String { "there is no key to sign with" }
}
