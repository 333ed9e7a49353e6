import Builders
import Disk
import Pipeline
import Signing
import SystemPackage

/// What builders may have of this checkout, and what is known about them here.
struct BuilderTraces: Sendable {
    let folder: FilePath
    /// Stands for this checkout on this machine: two machines may share an engine and have the same path.
    let root: String
    private let name: String

    init(_ workspace: Workspace) {
        folder = workspace.root.appending("builders")
        let host: [UInt8]
        do {
            host = try FilePath("/proc/sys/kernel/hostname").contentsIfPresent(limit: 4096) ?? []
        } catch {
            host = []
        }
        root = Digest.sha256(host + [0] + workspace.root.removingLastComponent().bytes).hex
        name = String(decoding: host, as: UTF8.self).filter { $0.isLetter || $0.isNumber || $0 == "-" }
    }

    func search(_ environment: [String: String]) -> BuilderSearch {
        BuilderSearch(
            environment: environment, memory: folder.appending("known-\(name).json"), scratch: folder, root: root)
    }

    /// Does something while it is said that these builders may have something of ours.
    func marking<Value>(_ kinds: [BuilderKind], _ body: () async throws -> Value) async throws -> Value {
        try folder.makeFolders()
        let marks = kinds.map { folder.appending("in-\($0.rawValue)-\(UInt64.random(in: .min ... .max))") }
        for mark in marks { try mark.create([]) }
        let value = try await body()
        for mark in marks { try mark.remove() }
        return value
    }

    /// Removes what builds left that were killed, if there is a sign of any; an engine that is away keeps it.
    ///
    /// Only for whoever holds the lock of the checkout.
    func sweepIfMarked(_ environment: [String: String], _ report: (Event) -> Void) async throws {
        guard try folder.status() != nil else { return }
        let names = try folder.names().map(\.string)
        for name in names where name.hasPrefix("work-") || name.hasPrefix("trial-") {
            try folder.appending(name).remove()
        }
        for kind in BuilderKind.preferred {
            let marks = names.filter { $0.hasPrefix("in-\(kind.rawValue)-") }
            guard !marks.isEmpty else { continue }
            do {
                try await search(environment).sweep(kind)
                for mark in marks { try folder.appending(mark).remove() }
            } catch let error as any Failure {
                report(.note("\(kind.rawValue) may still have images of a build that was stopped: \(error)"))
            }
        }
    }

    /// Takes the lock of a key; waits for whoever has it.
    func lock(_ key: Digest) async throws -> FileLock {
        try folder.makeFolders()
        while true {
            if let lock = try FileLock(trying: folder.appending("\(key.hex.prefix(16)).lock")) { return lock }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
