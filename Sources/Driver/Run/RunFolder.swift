import Disk
import Execution
import Pipeline
import SystemPackage

/// Where one run leaves its plan, logs, reports and outcome.
struct RunFolder: Sendable {
    let root: FilePath
    /// The outcomes of services, as they come.
    let journal: Journal

    init(root: FilePath) {
        (self.root, journal) = (root, Journal(at: root.appending("journal.jsonl")))
    }

    var plan: FilePath { root.appending("plan.json") }
    var outcome: FilePath { root.appending("outcome.json") }
    /// Says that the run was killed, and who found that out.
    var abandoned: FilePath { root.appending("abandoned.json") }
    private var logs: FilePath { root.appending("logs") }
    private var reports: FilePath { root.appending("reports") }
    private var scratch: FilePath { root.appending("scratch") }

    /// Where the log of a step is while it is written.
    func log(of step: Step, attempt: Int = 1) -> FilePath {
        logs.appending("\(step.service).\(step.kind.rawValue)\(attempt == 1 ? "" : ".\(attempt)").log")
    }

    /// The log of a step as it is now, relative to this folder: packed, once it is done.
    func logName(of step: Step, attempt: Int = 1) throws -> String {
        let log = CommandLog(at: log(of: step, attempt: attempt))
        let isPacked = try log.packed.status() != nil
        return "logs/\((isPacked ? log.packed : log.path).lastComponent?.string ?? "")"
    }

    func reports(of service: ServiceName) -> FilePath { reports.appending(service.text) }

    /// Home and temporary folder for a service that has its own.
    func scratch(of service: ServiceName) -> ScratchHome { ScratchHome(root: scratch.appending(service.text)) }

    func prepare() throws {
        for folder in [logs, reports] { try folder.makeFolders() }
    }

    /// Removes what is of no use once the run is over.
    func clearScratch() throws { try ScratchHome(root: scratch).remove() }
}

/// A home and a temporary folder that nobody else has.
struct ScratchHome: Sendable {
    let root: FilePath

    var home: FilePath { root.appending("home") }
    var temporary: FilePath { root.appending("tmp") }

    func prepare() throws {
        for folder in [home, temporary] { try folder.makeFolders() }
    }

    /// Removes all, also what its owner may not write to: tools protect what they keep.
    func remove() throws {
        guard try root.status() != nil else { return }
        try Self.unlock(root)
        try root.remove()
    }

    private static func unlock(_ folder: FilePath) throws {
        guard let status = try folder.status(), status.kind == .folder else { return }
        if !status.permissions.contains(.ownerReadWriteExecute) { try folder.allowOwner() }
        for name in try folder.names() { try unlock(folder.appending(name)) }
    }
}
