import Disk
import Execution
import Synchronization
import SystemPackage

/// The results of a run as they come: lines at the end of one file.
///
/// A line is in the file before anything follows from it, so that killing the program loses none. It is brought to the disk
/// soon after, by a thread of its own, and all lines that gather meanwhile go together: nobody waits for a disk a line.
final class Journal: Sendable {
    private let path: FilePath
    private let state = Mutex(State())

    private struct State {
        var file: OpenFile?
        var isSyncing = false
        /// Lines that were written since the last time the disk was asked.
        var isBehind = false
        var trouble: DiskError?
    }

    init(at path: FilePath) {
        self.path = path
    }

    /// Adds a line, and has it brought to the disk.
    ///
    /// Throws also what went wrong with an earlier one.
    func append(_ line: [UInt8]) throws {
        let mustBegin = try state.withLock { state in
            if let trouble = state.trouble { throw trouble }
            let file = try state.file ?? OpenFile(appendingTo: path)
            state.file = file
            try file.write(line)
            state.isBehind = true
            defer { state.isSyncing = true }
            return !state.isSyncing
        }
        if mustBegin { try OwnThread.start { self.catchUp() } }
    }

    /// Returns once all lines are on the disk.
    func commit() throws {
        let file = try state.withLock { state in
            if let trouble = state.trouble { throw trouble }
            return state.file
        }
        try file?.sync()
    }

    private func catchUp() {
        while let file = next() {
            do {
                try file.sync()
            } catch {
                state.withLock { $0.trouble = error }
            }
        }
    }

    /// The file, if there is more to bring to the disk.
    private func next() -> OpenFile? {
        state.withLock { state in
            guard state.isBehind, state.trouble == nil else {
                state.isSyncing = false
                return nil
            }
            state.isBehind = false
            return state.file
        }
    }
}
