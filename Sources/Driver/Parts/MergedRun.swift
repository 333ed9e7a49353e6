import Disk
import Git
public import Pipeline
import Signing
public import SystemPackage

/// What the runs of one plan came to together.
public struct MergedRun: Sendable {
    public let merge: Merge
    public let outcome: RunOutcome
    /// What was passed over while parts were read.
    public let notes: [String]
    /// Where the logs of this machine's runs are.
    private let runs: FilePath
    private let images: FilePath?

    init(_ collection: PartCollection, logs: FilePath, images: FilePath? = nil) throws {
        (merge, notes) = (try collection.merged(), collection.notes.sorted())
        (runs, self.images) = (logs, images)
        outcome = merge.outcome(hash: Digest.sha256)
    }

    /// The outcome as a file that can be merged again.
    public var json: JSON {
        get throws { try merge.json(hash: Digest.sha256) }
    }

    /// The same for whoever shows it: each log is named with the run it belongs to.
    public var shown: FinishedRun {
        let services = outcome.services.map { service in
            guard let run = merge.run(behind: service) else { return service }
            let steps = service.steps.map { step in
                StepResult(step.kind, step.ending, wallMs: step.wallMs, log: step.log.map { "\(run)/\($0)" })
            }
            return ServiceOutcome(
                name: service.name, verdict: service.verdict, version: service.version, steps: steps,
                tests: service.tests, images: service.images, record: service.record)
        }
        return FinishedRun(
            outcome: outcome.telling(services), logs: RunLogs(folder: runs), isLocal: false, images: images)
    }

    /// Writes the outcome to a file.
    public func write(to file: FilePath) throws { try file.write(Array(json.prettyText.utf8)) }
}

extension Request {
    /// Unites parts of one plan, from files and folders; without any, those that lie in this checkout.
    public func merge(_ paths: [FilePath]) throws -> MergedRun {
        var collection = try PartCollection(of: planFile)
        let runs = try runs()
        if paths.isEmpty {
            guard let planFile, let runs else { throw PartsError.noPlan("a merge without files") }
            let folder = runs.appending(try Request.plan(in: planFile.string).digest.hex)
            if try folder.status() != nil { try collection.add(folder) }
        }
        for path in paths { try collection.add(path) }
        return try MergedRun(collection, logs: runs ?? FilePath("."))
    }

    /// Where runs of this checkout leave what they leave; nil where there is none.
    private func runs() throws -> FilePath? {
        do {
            let repository = try Repository(at: folder.string)
            return repository.workTree.map { Workspace(root: FilePath($0).appending(Workspace.folderName)).runs }
        } catch {
            // Parts can be merged anywhere; only their logs are then nowhere.
            return nil
        }
    }
}
