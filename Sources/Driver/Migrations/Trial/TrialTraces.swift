import Disk
import Execution
import Pipeline
import SystemPackage

/// By what the servers of trials are known, also when whoever started them is gone.
struct TrialTraces: Sendable {
    /// One file for each server, called like its folder, which it names.
    private let folder: FilePath

    /// Says in the processes of a server which it is.
    static let variable = "SLIPWAY_TRIAL"
    private static let prefix = "slipway-trial-"

    init(_ workspace: Workspace) {
        folder = workspace.root.appending("trials")
    }

    /// A name for a new folder.
    func place(in root: FilePath) -> FilePath {
        let number = String(UInt64.random(in: .min ... .max), radix: 16)
        return root.appending(Self.prefix + String(repeating: "0", count: 16 - number.count) + number)
    }

    /// Says that a server is about to be.
    func mark(_ place: FilePath) throws {
        try folder.makeFolders()
        try marker(place).write(place.bytes)
    }

    /// Removes all that a server had, which has ended.
    func clear(_ place: FilePath) throws {
        try place.remove()
        try forget(place)
    }

    /// Takes back that a server was about to be.
    func forget(_ place: FilePath) throws { try marker(place).remove() }

    private func marker(_ place: FilePath) -> FilePath { folder.appending(place.lastComponent?.string ?? "") }

    /// Ends the servers of runs that were killed, and removes what they had.
    ///
    /// Only for whoever holds the lock of the checkout: then no other trial is going on. Returns how many there were.
    @discardableResult
    func sweep() throws -> Int {
        guard try folder.status() != nil else { return 0 }
        var count = 0
        for name in try folder.names() where name.string.hasPrefix(Self.prefix) {
            let place = FilePath(bytes: try folder.appending(name).contents(limit: 4096))
            // A mark that somebody else wrote leads nowhere.
            guard place.isAbsolute, place.lastComponent == name, place == place.lexicallyNormalized() else { continue }
            _ = Descendants.end(marked: ["\(Self.variable)=\(place)"])
            try clear(place)
            count += 1
        }
        return count
    }
}
