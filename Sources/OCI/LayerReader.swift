import Crypto
import Disk
public import Pipeline
import SystemPackage

/// Reads a layer as its bytes come, and keeps of it what each file is; the files themselves go nowhere.
public final class LayerReader {
    private let decompressor = Decompressor()
    private var archive = ArchiveReader()
    private var hash = SHA256()
    private var files = LayerFiles()

    public init() {}

    /// Takes some bytes of the layer as it is stored.
    public func take(_ bytes: [UInt8]) throws {
        try decompressor.take(bytes) { plain in
            hash.update(data: plain)
            try archive.take(plain) { files.add($0.file, at: $0.path) }
        }
    }

    /// What the layer does, when it is the one that the configuration of the image names.
    public func finish(expecting diffID: Pipeline.Digest?) throws -> LayerFiles {
        try decompressor.finish()
        try archive.finish()
        let found = Pipeline.Digest(bytes: Array(hash.finalize()))
        if let diffID, found != diffID { throw LayerError.other(expected: diffID, found: found) }
        return files
    }
}

extension Layout {
    /// Reads a blob as it lies there, comparing its bytes with its digest.
    ///
    /// Throws when it is not there or is something else.
    public func read(_ digest: Pipeline.Digest, _ take: ([UInt8]) throws -> Void) throws {
        let file = file(of: digest)
        var hash = SHA256()
        var offset: Int64 = 0
        while true {
            let bytes = try file.slice(from: offset, count: 1 << 18)
            if bytes.isEmpty { break }
            hash.update(data: bytes)
            try take(bytes)
            offset += Int64(bytes.count)
        }
        guard Pipeline.Digest(bytes: Array(hash.finalize())) == digest else {
            throw ImageError.layout(file.string, "does not have the content its name says")
        }
    }
}
