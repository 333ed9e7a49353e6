import OCI
public import Pipeline
import Registry

extension Request {
    /// What an image is, of what it is made, and what is written about it.
    public func inspect(_ name: String, platform: String?) async throws -> ImageInspection {
        try await ImageShelf.with(self, naming: [name]) { shelf in
            let found = try await shelf.find(name)
            let platforms = try found.platforms().map {
                ImageInspection.PlatformFacts(name: $0.name, digest: $0.descriptor.digest)
            }
            let image = try await found.image(for: platform)
            let digests = [found.digest, image.digest]
            let records = try shelf.records(about: digests)
            var inspection = ImageInspection(
                name: "\(found.place)@\(found.digest)",
                manifest: .init(digest: found.digest, mediaType: found.mediaType, bytes: Int64(found.bytes.count)),
                platforms: platforms, records: records.map { .init($0, about: digests) })
            let (manifest, json) = try await image.described()
            let layers = zip(manifest.layers, Self.diffIDs(json, manifest.layers.count)).map { layer, plain in
                ImageInspection.LayerFacts(
                    digest: layer.digest, mediaType: layer.mediaType, bytes: layer.size, diffID: plain)
            }
            let contents = ImageInspection.Contents(
                configuration: .init(
                    digest: manifest.config.digest, mediaType: manifest.config.mediaType, bytes: manifest.config.size),
                json, layers: layers, annotations: manifest.annotations ?? [:])
            inspection.contents = contents
            inspection.origin = ImageInspection.Origin(
                json, labels: contents.labels, annotations: contents.annotations)
            if platforms.isEmpty {
                let own = "\(json["os"]?.string ?? "linux")/\(json["architecture"]?.string ?? "unknown")"
                inspection.platforms = [.init(name: own, digest: image.digest)]
            }
            return inspection
        }
    }

    /// In what one image differs from another; layers are read as they come, and never unpacked to a disk.
    public func difference(_ one: String, _ other: String, platform: String?) async throws -> ImageComparison {
        try await ImageShelf.with(self, naming: [one, other]) { shelf in
            let found = try await [one, other].concurrentMap(limit: 2) {
                try await shelf.find($0).image(for: platform)
            }
            let images = try await found.concurrentMap(limit: 2) { try await $0.compared() }
            let shared = ComparedImage.shared(images[0], images[1])
            guard found[0].digest != found[1].digest else {
                return ImageComparison(images[0], images[1], below: [], [[], []])
            }
            // The same content in another form is believed only when it was read.
            let recompressed = zip(images[0].layers, images[1].layers).prefix(shared).enumerated()
                .filter { $1.0.stored != $1.1.stored }.map(\.offset)
            for side in 0..<2 { _ = try await found[side].files(of: recompressed, in: images[side]) }
            let own = try await [0, 1].concurrentMap(limit: 2) { side in
                let layers = images[side].layers.indices.dropFirst(shared)
                return try await found[side].files(of: Array(layers), in: images[side])
            }
            let below =
                ImageComparison.needsBelow(own)
                ? try await found[0].files(of: Array(0..<shared), in: images[0]) : []
            return ImageComparison(images[0], images[1], below: below, own)
        }
    }

    fileprivate static func diffIDs(_ configuration: JSON, _ count: Int) -> [Digest?] {
        let listed = (configuration["rootfs"]?["diff_ids"]?.array ?? []).map {
            $0.string.flatMap { Digest(parsing: $0) }
        }
        return listed.count == count ? listed : Array(repeating: nil, count: count)
    }
}

extension ImageShelf {
    /// The records of this clone that are about one of some images, the newest first.
    func records(about images: [Digest]) throws -> [Stability] {
        guard let workspace else { return [] }
        return try FolderLedger(root: workspace.ledger).all().records.map(\.record)
            .filter { record in record.images.contains { images.contains($0.digest) } }
    }
}

extension FoundImage {
    /// Manifest and configuration.
    func described() async throws -> (Manifest, JSON) {
        let manifest = try manifest
        return (manifest, try JSON(parsing: await blob(manifest.config), profile: .lenient))
    }

    fileprivate func compared() async throws -> ComparedImage {
        let (manifest, json) = try await described()
        let plain = Request.diffIDs(json, manifest.layers.count)
        let annotations = manifest.annotations ?? [:]
        let labels = json["config"]?["Labels"]?.object ?? [:]
        let base = "org.opencontainers.image.base."
        func said(_ name: String) -> String? { annotations[base + name] ?? labels[base + name]?.string }
        let named = [said("name"), said("digest")].compactMap(\.self).joined(separator: "@")
        return ComparedImage(
            side: .init(name: name, digest: digest, layers: manifest.layers.count),
            settings: ImageSettings.flattened(json, annotations: annotations), base: named.isEmpty ? nil : named,
            layers: zip(manifest.layers, plain).map { ($0.digest, $1 ?? $0.digest) })
    }

    /// What some of the layers hold, one after the other.
    fileprivate func files(of layers: [Int], in image: ComparedImage) async throws -> [LayerFiles] {
        let manifest = try manifest
        var files: [LayerFiles] = []
        for index in layers {
            let plain = image.layers[index].plain
            let layer = manifest.layers[index]
            files.append(try await self.files(of: layer, unpackingTo: plain == layer.digest ? nil : plain))
        }
        return files
    }
}
