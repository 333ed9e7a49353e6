public import Pipeline

/// What an image holds, as far as two of them are compared.
public struct ImageContents: Equatable, Sendable {
    /// Members of the configuration, labels and variables by name.
    var settings: [String: JSON] = [:]
    var layers: [Digest] = []
    /// What each layer holds; those that cannot be read are absent.
    var files: [Digest: [String: Digest]] = [:]

    /// Larger layers are not unpacked for a comparison.
    public static let sizeLimit: Int64 = 256 << 20

    /// In what one image differs from another.
    public static func difference(_ one: ImageContents, _ other: ImageContents) -> Reproduction.ImageDifference {
        var difference = Reproduction.ImageDifference()
        difference.layers = one.layers.count
        difference.sharedLayers = one.layers.filter(other.layers.contains).count
        difference.settings = differing(one.settings, other.settings)
        let own = [(one, other), (other, one)].map { left, right in left.layers.filter { !right.layers.contains($0) } }
        guard let left = one.united(own[0]), let right = other.united(own[1]) else { return difference }
        let paths = differing(left, right)
        difference.paths = Array(paths.prefix(Reproduction.ImageDifference.pathLimit))
        difference.pathCount = paths.count
        return difference
    }

    private static func differing<Value: Equatable>(_ one: [String: Value], _ other: [String: Value]) -> [String] {
        Set(one.keys).union(other.keys).filter { one[$0] != other[$0] }.sorted()
    }

    /// The files of some layers, the upper ones above; nil when one of them cannot be read.
    private func united(_ layers: [Digest]) -> [String: Digest]? {
        var united: [String: Digest] = [:]
        for layer in layers {
            guard let files = files[layer] else { return nil }
            united.merge(files) { $1 }
        }
        return united
    }
}

extension Layout {
    /// Reads an image for a comparison.
    ///
    /// Layers that are not there, too large, or not as Slipway writes them are passed over.
    public func contents(of image: Digest) throws -> ImageContents {
        let manifest = try Manifest(parsing: blob(image))
        var contents = ImageContents()
        contents.layers = manifest.layers.map(\.digest)
        let configuration = try JSON(parsing: blob(manifest.config.digest), profile: .lenient)
        contents.settings = Self.settings(configuration)
        for layer in manifest.layers where layer.size <= ImageContents.sizeLimit && contents.files[layer.digest] == nil
        {
            guard try contains(layer.digest) else { continue }
            contents.files[layer.digest] = try LayerListing(of: file(of: layer.digest))?.files
        }
        return contents
    }

    /// What a configuration says, one by one; the history and the layers tell of nothing that is not seen elsewhere.
    private static func settings(_ configuration: JSON) -> [String: JSON] {
        var settings = configuration.object ?? [:]
        for key in ["config", "history", "rootfs"] { settings[key] = nil }
        for (key, value) in configuration["config"]?.object ?? [:] {
            switch key {
            case "Labels": for (name, label) in value.object ?? [:] { settings["label \(name)"] = label }
            case "Env":
                for entry in (value.array ?? []).compactMap(\.string) {
                    let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    settings["variable \(parts[0])"] = .string(entry)
                }
            default: settings[key] = value
            }
        }
        return settings
    }
}
