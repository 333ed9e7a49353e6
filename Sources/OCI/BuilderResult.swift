import Crypto
import Disk
public import Pipeline
public import SystemPackage

extension Layout {
    /// Packs a layer of a builder that lies there as a plain archive; nothing in it is changed.
    public func press(_ archive: FilePath) throws -> WrittenLayer {
        let file = temporaryFile()
        do {
            try file.create([])
            var (content, compressed) = (SHA256(), SHA256())
            var (offset, size): (Int64, Int64) = (0, 0)
            while true {
                let bytes = try archive.slice(from: offset, count: GzipMembers.memberSize)
                guard !bytes.isEmpty else { break }
                let member = try GzipMembers.member(bytes)
                content.update(data: bytes)
                compressed.update(data: member)
                offset += Int64(bytes.count)
                size += Int64(member.count)
                try file.append(member)
            }
            let digest = Pipeline.Digest(bytes: Array(compressed.finalize()))
            try adopt(file, as: digest)
            return WrittenLayer(
                descriptor: Descriptor(mediaType: MediaType.layer, digest: digest, size: size),
                diffID: Pipeline.Digest(bytes: Array(content.finalize())))
        } catch {
            file.removeQuietly()
            throw error
        }
    }
}

extension BaseContent {
    /// The digests of its layers, uncompressed.
    public var diffIDs: [Pipeline.Digest] {
        (configuration["rootfs"]?["diff_ids"]?.array ?? []).compactMap {
            $0.string.flatMap(Pipeline.Digest.init(parsing:))
        }
    }

    /// Keeps it in a layout under a name of its own, so that others can build on it; `annotations` tell whose work it is.
    public func keep(in layout: Layout, annotations: [String: String]) throws -> Descriptor {
        let config = try layout.add(configuration.canonicalBytes, mediaType: MediaType.configuration)
        let manifest = Manifest(config: config, layers: manifest.layers, annotations: annotations)
        return try layout.add(manifest.bytes, mediaType: MediaType.manifest)
    }
}
