import CProcess
import Glibc
import SystemPackage

/// A pipe for what a command says; whoever has it closes both ends.
struct Pipe {
    let reading: FileDescriptor
    let writing: FileDescriptor

    private init() throws(ExecutionError) {
        var ends: [Int32] = [0, 0]
        guard unsafe slipway_make_pipe(&ends) == 0 else { throw .noPipe(Errno(rawValue: errno)) }
        (reading, writing) = (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
    }

    static func several(_ count: Int) throws(ExecutionError) -> [Pipe] {
        var pipes: [Pipe] = []
        do throws(ExecutionError) {
            for _ in 0..<count { pipes.append(try Pipe()) }
            return pipes
        } catch {
            for pipe in pipes { pipe.close() }
            throw error
        }
    }

    func close() {
        reading.closeQuietly()
        writing.closeQuietly()
    }
}

extension FileDescriptor {
    /// A file without a name, in memory, that holds these bytes: a command that ends before it has read a pipe would end
    /// us, too.
    static func holding(_ bytes: [UInt8]) throws -> FileDescriptor {
        let raw = slipway_memory_file()
        guard raw >= 0 else { throw Errno(rawValue: errno) }
        let file = FileDescriptor(rawValue: raw)
        do {
            try file.writeAll(bytes)
            try file.seek(offset: 0, from: .start)
            return file
        } catch {
            file.closeQuietly()
            throw error
        }
    }

    /// For what was only read, or is already being given up because of another error.
    func closeQuietly() {
        do { try close() } catch {}
    }
}
