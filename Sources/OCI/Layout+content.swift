import Pipeline

extension Layout {
    /// All blobs of an image, itself included, and what its manifest or index says about it.
    public func content(of image: Descriptor) throws -> (blobs: [Descriptor], annotations: [String: String]?) {
        let bytes = try blob(image.digest)
        guard MediaType.isIndex(image.mediaType) else {
            let manifest = try Manifest(parsing: bytes)
            return ([image, manifest.config] + manifest.layers, manifest.annotations)
        }
        let index = try Index(parsing: bytes)
        let parts = try index.manifests.map { part in
            let manifest = try Manifest(parsing: blob(part.digest))
            return [part, manifest.config] + manifest.layers
        }
        return ([image] + parts.joined(), index.annotations)
    }
}
