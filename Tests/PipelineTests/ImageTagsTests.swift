import Fixtures
import Pipeline
import Testing

struct ImageTagsTests {
    private func desired(_ versions: [SemanticVersion]) -> [String: SemanticVersion] {
        FloatingTags.desired(versions: versions).reduce(into: [:]) { $0[$1.key.text] = $1.value }
    }

    @Test func `each moving tag names the highest release of its line`() {
        let versions: [SemanticVersion] = [
            "0.9.0", "1.2.3", "1.4.6", "1.10.0", "1.9.7", "2.0.0", "2.1.0-rc.2", "2.1.0-rc.10", "1.9.0-beta.1",
            "2.1.0-nightly.4",
        ]
        #expect(
            desired(versions) == [
                "0.9": "0.9.0", "1.2": "1.2.3", "1.4": "1.4.6", "1.10": "1.10.0", "1.9": "1.9.7", "2.0": "2.0.0",
                "1": "1.10.0", "2": "2.0.0", "latest": "2.0.0", "rc": "2.1.0-rc.10",
            ])
    }

    @Test func `before the first stable release there are channels only`() {
        #expect(
            desired(["1.0.0-alpha.1", "1.0.0-rc.1", "0.1.0-rc.7"]) == ["alpha": "1.0.0-alpha.1", "rc": "1.0.0-rc.1"])
        #expect(desired([]) == [:])
    }

    @Test func `releasing in order moves each tag to where a repair would put it`() throws {
        let versions: [SemanticVersion] = [
            "0.1.0", "0.2.0", "1.0.0-rc.1", "1.0.0-rc.2", "1.0.0", "1.0.1", "1.1.0", "2.0.0-beta.1", "1.0.2", "2.0.0",
            "1.1.1", "2.0.1-rc.1", "1.2.0",
        ]
        var registry: [ImageTag: SemanticVersion] = [:]
        for (index, version) in versions.enumerated() {
            let before = Array(versions[..<index])
            let tags = try #require(ImageTags(release: version, commit: .test(1), existing: before))
            for tag in tags.floating {
                #expect(registry[tag]?.precedes(version) ?? true, "\(tag) goes back")
                registry[tag] = version
            }
        }
        for (tag, version) in FloatingTags.desired(versions: versions) { #expect(registry[tag] == version, "\(tag)") }
    }

    @Test func `of releases that differ in build metadata alone it is always the same`() {
        #expect(desired(["1.0.0+b", "1.0.0+a"]) == desired(["1.0.0+a", "1.0.0+b"]))
    }

    @Test func `a channel of one's own has a tag when it is named`() throws {
        let tags = try #require(
            ImageTags(release: "2.0.0-nightly.1", commit: .test(1), existing: [], channels: ["nightly"]))
        #expect(tags.floating.map(\.text) == ["nightly"])
    }

    @Test func `a version that no tag can hold has none`() throws {
        let long = try #require(SemanticVersion(parsing: "1.0.0-" + String(repeating: "a", count: 200)))
        #expect(ImageTags(release: long, commit: .test(1), existing: []) == nil)
    }
}
