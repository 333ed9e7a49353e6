import Disk
import SystemPackage

/// Reads a layer as the tar it holds, compressed by whomever, piece by piece.
struct LayerStream {
    let file: FilePath

    /// It is no tar, or not compressed in a way that layers are.
    struct Damage: Error, Equatable {}

    private struct Enough: Error {}

    /// Hands the tar over, until `body` returns false.
    func read(_ body: (ArraySlice<UInt8>) throws -> Bool) throws {
        let decompressor = Decompressor()
        do {
            try pieces { piece in
                try decompressor.take(Array(piece)) { if try !body($0) { throw Enough() } }
                return true
            }
            try decompressor.finish()
        } catch is Enough {
            return
        } catch let error as LayerError {
            throw error == .memory ? error : Damage()
        }
    }

    /// The file as it is.
    private func pieces(_ body: (ArraySlice<UInt8>) throws -> Bool) throws {
        var problem: (any Error)?
        try file.readChunks { piece throws(DiskError) in
            do {
                return try body(piece)
            } catch {
                problem = error
                return false
            }
        }
        if let problem { throw problem }
    }
}
