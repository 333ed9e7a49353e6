import Disk
import Execution
import Pipeline
import SystemPackage

/// Puts in order what runs of this checkout left behind that were killed: their processes, and files that were never finished.
///
/// Only for whoever holds the lock, so that no run is going on: then one without an outcome was killed.
struct Recovery: Sendable {
    let workspace: Workspace

    /// What was found of one run.
    struct Finding: Equatable, Sendable, Encodable {
        let schema = 1
        let run: String
        let noticedAt: Timestamp
        /// How many of its processes were still there, and were ended.
        let processes: Int
    }

    /// Ends the processes of killed runs, and says in their folders that they were killed.
    ///
    /// Returns what was found, as sentences.
    func carryOut(at now: Timestamp) throws -> [String] {
        // An agent shares the folder with others that are at work.
        guard try workspace.runs.status()?.kind == .folder else { return [] }
        // The checkout, as its commands were told.
        let root = workspace.root.removingLastComponent()
        return try stale().map { id in
            let folder = workspace.run(id)
            // Others may run under the same user: only who carries the marks of this run in this checkout is ours.
            let ended = Descendants.end(marked: ["SLIPWAY_RUN=\(id)", "SLIPWAY_ROOT=\(root)"])
            try folder.clearScratch()
            for name in try folder.root.names() where Self.isUnfinished(name) {
                try folder.root.appending(name).remove()
            }
            let finding = Finding(run: id, noticedAt: now, processes: ended)
            try folder.abandoned.write(Array(JSON(encoding: finding).prettyText.utf8), durable: true)
            let rest = ended == 0 ? "" : "; \(ended) of its processes were still there, and were ended"
            return "run \(id) did not come to its end\(rest)"
        }
    }

    /// The runs since the last that came to an end, or that was noticed before.
    ///
    /// Names begin with a second, in which several may have begun: all of that second are looked at.
    private func stale() throws -> [String] {
        var found: [String] = []
        var settled: Substring?
        for name in try workspace.runs.names().reversed() {
            let place = workspace.runs.appending(name)
            // Links, and folders that are no run.
            guard try place.status()?.kind == .folder, try place.appending("logs").status() != nil else { continue }
            let second = name.string.prefix { $0 != "-" }
            if let settled, second != settled { break }
            let folder = workspace.run(name.string)
            if try folder.outcome.status() != nil || folder.abandoned.status() != nil {
                settled = second
            } else {
                found.append(name.string)
            }
        }
        return found
    }

    /// Whether a name is one that files have while they are written.
    private static func isUnfinished(_ name: FilePath.Component) -> Bool {
        name.string.hasPrefix(".") && name.string.hasSuffix(".tmp")
    }
}
