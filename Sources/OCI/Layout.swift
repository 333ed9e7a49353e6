import Crypto
import Disk
public import Pipeline
public import SystemPackage

/// An OCI image layout on disk (https://github.com/opencontainers/image-spec/blob/main/image-layout.md), as skopeo,
/// podman and crane read it.
public struct Layout: Sendable {
    public let root: FilePath
    public static let nameAnnotation = "org.opencontainers.image.ref.name"

    /// Opens a layout, making it when there is none.
    public init(making root: FilePath) throws {
        self.root = root
        try root.appending("blobs").appending("sha256").makeFolders()
        let marker = root.appending("oci-layout")
        if try marker.status() == nil { try marker.write(Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)) }
    }

    /// A layout that may not be there; everything in it is then missing.
    public init(at root: FilePath) {
        self.root = root
    }

    /// Opens a layout that must be there.
    public init(existing root: FilePath) throws {
        guard try root.appending("oci-layout").status() != nil else {
            throw ImageError.layout(root.string, "is no OCI layout")
        }
        self.root = root
    }

    public func file(of digest: Pipeline.Digest) -> FilePath {
        root.appending("blobs").appending("sha256").appending(digest.hex)
    }

    public func contains(_ digest: Pipeline.Digest) throws -> Bool { try file(of: digest).status() != nil }

    /// The content of a blob, compared with its digest.
    ///
    /// Throws when it is not there or is something else.
    public func blob(_ digest: Pipeline.Digest, limit: Int = 8 << 20) throws -> [UInt8] {
        let bytes = try file(of: digest).contents(limit: limit)
        guard Pipeline.Digest(bytes: Array(SHA256.hash(data: bytes))) == digest else {
            throw ImageError.layout(file(of: digest).string, "does not have the content its name says")
        }
        return bytes
    }

    @discardableResult
    public func add(_ bytes: [UInt8], mediaType: String) throws -> Descriptor {
        let digest = Pipeline.Digest(bytes: Array(SHA256.hash(data: bytes)))
        if try !contains(digest) { try file(of: digest).write(bytes) }
        return Descriptor(mediaType: mediaType, digest: digest, size: Int64(bytes.count))
    }

    /// A place for content whose digest is not known yet.
    public func temporaryFile() -> FilePath {
        root.appending("blobs").appending(".incoming-\(UInt64.random(in: .min ... .max))")
    }

    public func adopt(_ file: FilePath, as digest: Pipeline.Digest) throws {
        try file.rename(to: self.file(of: digest))
    }

    /// Takes a blob over from another layout.
    public func copy(_ digest: Pipeline.Digest, from other: Layout) throws {
        guard try !contains(digest) else { return }
        let temporary = temporaryFile()
        try temporary.create([])
        try other.file(of: digest).readChunks { chunk throws(DiskError) in
            try temporary.append(Array(chunk))
            return true
        }
        try adopt(temporary, as: digest)
    }

    // MARK: - Names

    public func index() throws -> Index {
        guard let bytes = try root.appending("index.json").contentsIfPresent(limit: 32 << 20) else {
            return Index(manifests: [])
        }
        return try Index(parsing: bytes)
    }

    /// The manifest of a name; without a name, the only one there is.
    public func descriptor(named name: String?) throws -> Descriptor? {
        let all = try index().manifests
        guard let name else { return all.count == 1 ? all.first : nil }
        return all.first { $0.annotations?[Self.nameAnnotation] == name }
    }

    /// Gives images names, in place of whatever bore them before.
    ///
    /// Callers take turns.
    public func name(_ descriptors: [(name: String, descriptor: Descriptor)]) throws {
        var manifests = try index().manifests
        for (name, descriptor) in descriptors {
            var named = descriptor
            named.annotations = (descriptor.annotations ?? [:]).merging([Self.nameAnnotation: name]) { $1 }
            manifests.removeAll { $0.annotations?[Self.nameAnnotation] == name }
            manifests.append(named)
        }
        try replaceIndex(with: manifests)
    }
    // MARK: - Tidying

    /// Every blob with its size, those that no name leads to included.
    public func blobs() throws -> [(digest: Pipeline.Digest, size: Int64)] {
        let folder = root.appending("blobs").appending("sha256")
        guard try folder.status() != nil else { return [] }
        return try folder.names().compactMap { name in
            guard let digest = Pipeline.Digest(hex: name.string) else { return nil }
            return (digest, try folder.appending(name).status()?.size ?? 0)
        }
    }

    /// Leaves names only for these images.
    ///
    /// Callers take turns.
    public func replaceIndex(with manifests: [Descriptor]) throws {
        try root.appending("index.json").write(Index(manifests: manifests).bytes)
    }
}
