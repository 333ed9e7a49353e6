import Disk
import Execution
import Pipeline
import Signing
import SystemPackage

/// By what the containers of this checkout are known, also when whoever started them is gone.
struct ContainerTraces: Sendable {
    /// Says that containers may be there, and which engine has them; not there once all are known to be gone.
    private let marker: FilePath
    /// Stands for this checkout on this machine.
    ///
    /// Two machines may share an engine and have the same path.
    private let root: String

    init(_ workspace: Workspace) throws {
        marker = workspace.root.appending("containers")
        let machine = try FilePath("/proc/sys/kernel/hostname").contentsIfPresent(limit: 4096) ?? []
        root = Digest.sha256(machine + [0] + workspace.root.removingLastComponent().bytes).hex
    }

    func labels(run: String, of service: ServiceName) -> [String: String] {
        ["slipway.root": root, "slipway.run": run, "slipway.service": service.text]
    }

    /// Says that an engine is about to have containers.
    func mark(_ engine: ContainerEngine) throws { try marker.write(Array("\(engine.program)\n".utf8)) }

    /// Removes what a run left, or with none, what all left that are no more.
    ///
    /// Only for whoever holds the lock of the checkout: then no other run is alive. Returns how many there were.
    func sweep(_ engine: ContainerEngine, run: String? = nil) throws -> Int {
        let labels = ["slipway.root": root].merging(run.map { ["slipway.run": $0] } ?? [:]) { $1 }
        let left = try engine.containers(labelled: labels)
        try engine.removeAtOnce(left)
        try marker.remove()
        return left.count
    }

    /// Removes what runs left that were killed, if there is a sign of any.
    ///
    /// An engine that is away keeps them; that much is said, and tried again next time.
    func sweepIfMarked(_ environment: [String: String], _ report: (Event) -> Void) throws -> Int {
        guard let text = try marker.contentsIfPresent(limit: 4096) else { return 0 }
        let program = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init)
        do {
            let engine = try ContainerEngine(
                in: environment.merging(program.map { [ContainerEngine.variable: $0] } ?? [:]) { $1 })
            let count = try sweep(engine)
            if count > 0 { report(.note("removed \(count) containers that a killed run left behind")) }
            return count
        } catch let error as any Failure {
            report(.note("containers of a killed run may still be there: \(error)"))
            return 0
        }
    }
}
