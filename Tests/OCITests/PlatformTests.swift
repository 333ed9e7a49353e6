import Pipeline
import Testing

@testable import OCI

/// Platforms, and what of an index they choose.
struct PlatformTests {
    @Test(
        arguments: [
            ("linux/amd64", "linux/amd64"), ("linux/arm", "linux/arm/v7"), ("linux/arm/v6", "linux/arm/v6"),
            ("linux/arm64/v8", "linux/arm64"), ("Linux/x86_64", "linux/amd64"), ("linux/aarch64", "linux/arm64"),
            ("linux/armhf", "linux/arm/v7"), ("linux", nil), ("linux/", nil), ("a/b/c/d", nil), ("linux/a b", nil),
        ] as [(String, String?)])
    func `platforms are read in all their spellings`(text: String, expected: String?) {
        #expect(Descriptor.Platform(parsing: text).map { "\($0)" } == expected)
    }

    private static let index = """
        {"schemaVersion": 2, "manifests": [
          {"mediaType": "m", "size": 1, "digest": "sha256:\(String(repeating: "0", count: 64))",
           "platform": {"os": "unknown", "architecture": "unknown"}},
          {"mediaType": "m", "size": 1, "digest": "sha256:\(String(repeating: "1", count: 64))",
           "platform": {"os": "linux", "architecture": "amd64"}},
          {"mediaType": "m", "size": 1, "digest": "sha256:\(String(repeating: "5", count: 64))",
           "platform": {"os": "linux", "architecture": "arm", "variant": "v5"}},
          {"mediaType": "m", "size": 1, "digest": "sha256:\(String(repeating: "7", count: 64))",
           "platform": {"os": "linux", "architecture": "arm", "variant": "v7"}},
          {"mediaType": "m", "size": 1, "digest": "sha256:\(String(repeating: "8", count: 64))",
           "platform": {"os": "linux", "architecture": "arm64", "variant": "v8"}}]}
        """

    @Test(
        arguments: [
            ("linux/amd64", "1"), ("linux/arm64", "8"), ("linux/arm/v7", "7"), ("linux/arm", "7"),
            ("linux/arm/v6", "5"), ("linux/arm/v5", "5"), ("linux/s390x", nil), ("windows/amd64", nil),
        ] as [(String, String?)])
    func `an index is asked for a platform`(platform: String, digit: String?) throws {
        let index = try Index(parsing: Array(Self.index.utf8))
        let wanted = try #require(Descriptor.Platform(parsing: platform))
        let found = index.manifest(for: wanted)
        #expect(found?.digest.hex.first.map(String.init) == digit)
        #expect(index.platforms == ["linux/amd64", "linux/arm/v5", "linux/arm/v7", "linux/arm64/v8"])
    }
}
