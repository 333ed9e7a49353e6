import FoundationEssentials
import OCI

extension Descriptor {
    /// How much content is put beside its own descriptor: a tenth of what any registry takes for a manifest.
    private static let largestEmbedded = 256 << 10

    /// The same with the content in it, where that is small
    /// (https://github.com/opencontainers/image-spec/blob/main/descriptor.md#embedded-content).
    func embedding(_ bytes: [UInt8]) -> Descriptor {
        guard bytes.count <= Self.largestEmbedded else { return self }
        var copy = self
        copy.data = Data(bytes).base64EncodedString()
        return copy
    }

    /// The content that is in it, when that is what its digest says.
    var embedded: [UInt8]? {
        guard let bytes = data.flatMap({ Data(base64Encoded: $0) }).map(Array.init),
            RegistryClient.digest(of: bytes) == digest
        else { return nil }
        return bytes
    }
}
