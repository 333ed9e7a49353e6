import Disk
import OCI
import Pipeline
import Registry

/// Looks at two images of one service beside each other.
struct ImagePairs: Sendable {
    /// The layout of the clone in which images were made before.
    let lender: Layout
    /// Where images are made now, and the registry they would go to.
    let own: ImageYard

    /// In what the first two differ that do; nil when none do, or one of them is not there.
    ///
    /// The recorded one is looked for on this machine, then in the registry.
    func difference(
        _ recorded: [Stability.ImageFacts], _ here: [Stability.ImageFacts], _ report: @Sendable (Event) -> Void
    ) async throws -> Reproduction.ImageDifference? {
        let pair = zip(recorded, here).first { $0.from == nil && $0.digest != $1.digest }
        guard let (recorded, here) = pair else { return nil }
        let layout = Layout(at: own.images)
        do {
            guard let source = try await bring(recorded, into: layout) else { return nil }
            let other = try source.contents(of: recorded.digest)
            return ImageContents.difference(other, try layout.contents(of: here.digest))
        } catch let error as any Failure {
            report(.note("the recorded image cannot be looked at: \(error)"))
            return nil
        }
    }

    /// A layout that has an image, with its layers.
    private func bring(_ image: Stability.ImageFacts, into layout: Layout) async throws -> Layout? {
        if try lender.contains(image.digest) { return lender }
        guard image.pushed, let client = own.registry?.client, let served = try await client.manifest(of: image),
            let repository = client.repository(of: image)
        else { return nil }
        let manifest = try Manifest(parsing: served.bytes)
        _ = try layout.add(served.bytes, mediaType: served.mediaType)
        for blob in manifest.layers + [manifest.config] where try !layout.contains(blob.digest) {
            guard blob.size <= ImageContents.sizeLimit else { continue }
            let file = layout.temporaryFile()
            do {
                try await client.download(blob, from: repository, to: file)
                try layout.adopt(file, as: blob.digest)
            } catch {
                try file.remove()
                throw error
            }
        }
        return layout
    }
}
