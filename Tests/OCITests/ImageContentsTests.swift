import Disk
import Fixtures
import Foundation
import Pipeline
import SystemPackage
import Testing

@testable import OCI

/// Two images beside each other, as far as both can be read.
struct ImageContentsTests {
    private static let dockerfile = "FROM scratch\nCOPY a /app/\nENV LEVEL=1\nCOPY b /app/\n"
    private static let files = ["a/x": "x\n", "a/y": "y\n", "b/z": "z\n"]

    /// What an image of these files holds.
    private func contents(
        _ files: [String: String] = files, _ dockerfile: String = dockerfile, labels: [String: String] = [:],
        time: Int64 = 1_700_000_000
    ) async throws -> ImageContents {
        try await withTemporaryFolder { folder in
            let context = folder.appending("context")
            for (path, text) in files { try context.appending(FilePath(path).components).put(text) }
            let layout = try Layout(making: folder.appending("layout"))
            let marks = ImageMarks(created: Timestamp(seconds: time), labels: labels)
            var builder = try ImageBuilder(
                ImagePlan(Dockerfile(parsing: dockerfile, path: "Dockerfile")), context: BuildContext(root: context),
                bases: [:], marks: marks, layout: layout)
            return try layout.contents(of: await builder.build().descriptor.digest)
        }
    }

    @Test func `the same files make the same layers, whatever labels say`() async throws {
        let one = try await contents(labels: ["version": "1", "title": "app"])
        let other = try await contents(labels: ["version": "2", "title": "app"])
        let difference = ImageContents.difference(one, other)
        #expect(difference.layers == 2)
        #expect(difference.sharedLayers == 2)
        #expect(difference.settings == ["label version"])
        #expect(difference.paths == [])
        #expect(difference.pathCount == 0)
    }

    @Test func `paths that changed, came or went are named, and variables of the image`() async throws {
        let one = try await contents()
        let changed = ["a/x": "other\n", "a/new": "n\n", "b/z": "z\n"]
        let other = try await contents(changed, Self.dockerfile.replacing("LEVEL=1", with: "LEVEL=2"))
        let difference = ImageContents.difference(one, other)
        #expect(difference.sharedLayers == 1)
        #expect(difference.settings == ["variable LEVEL"])
        #expect(difference.paths == ["app/new", "app/x", "app/y"])
    }

    @Test func `times alone make other layers, and no path differs`() async throws {
        let difference = ImageContents.difference(try await contents(), try await contents(time: 1_700_000_060))
        #expect(difference.sharedLayers == 0)
        #expect(difference.paths == [])
        #expect(difference.settings == ["created"])
    }

    @Test func `of many paths the first are named and all are counted`() async throws {
        let many = (0..<30).reduce(into: Self.files) { $0["a/f\($1 + 100)"] = "f\n" }
        let difference = ImageContents.difference(try await contents(), try await contents(many))
        #expect(difference.paths?.count == Reproduction.ImageDifference.pathLimit)
        #expect(difference.pathCount == 30)
    }

    @Test func `long names and files larger than a piece of the archive are read`() async throws {
        let long = (0..<6).map { _ in String(repeating: "n", count: 60) }.joined(separator: "/")
        var noise: UInt64 = 7
        let large = String(
            decoding: (0..<(5 << 20)).map { _ -> UInt8 in
                noise = noise &* 6_364_136_223_846_793_005 &+ 1
                return UInt8(32 + (noise >> 33) % 90)
            }, as: UTF8.self)
        var files = Self.files.merging(["a/large": large, "a/\(long)": "l\n"]) { $1 }
        let one = try await contents(files)
        files["a/\(long)"] = "other\n"
        files["a/large"] = large + "!"
        let difference = ImageContents.difference(one, try await contents(files))
        #expect(difference.paths == ["app/large", "app/\(long)"])
    }

    @Test(arguments: ["", "no archive at all", "\u{1F}\u{8B}cut"])
    func `a layer that is not as we write them has no listing`(text: String) async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending("layer")
            try file.put(text)
            let listing = try LayerListing(of: file)
            #expect(listing?.files.isEmpty ?? true)
        }
    }

    @Test func `a layer of another tool is passed over, and its paths are not guessed`() async throws {
        try await withTemporaryFolder { folder in
            try await sh("mkdir a && echo x > a/x && tar -czf layer --format=v7 a && tar -czf gnu a", in: folder)
            #expect(try LayerListing(of: folder.appending("layer")) == nil)
            // As ours, but for names of users.
            let gnu = try LayerListing(of: folder.appending("gnu"))
            #expect(gnu?.files.keys.sorted() == ["a/", "a/x"])
            try await sh("head -c 60 gnu > cut", in: folder)
            #expect(try LayerListing(of: folder.appending("cut")) == nil)
        }
    }
}
