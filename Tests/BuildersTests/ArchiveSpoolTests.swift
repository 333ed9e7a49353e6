import Disk
import Fixtures
import OCI
import Pipeline
import Signing
import SystemPackage
import Testing

@testable import Builders

struct ArchiveSpoolTests {
    /// Feeds an archive in pieces of a size, and gives the image.
    private func image(
        _ stream: TarStream, above base: [Digest], pieces: Int = 700
    ) async throws -> (BuiltArchive, files: [String]) {
        try await withTemporaryFolder { folder in
            let file = folder.appending("archive")
            try stream.write(to: file)
            let bytes = try file.contents()
            let place = folder.appending("parts")
            try place.makeFolders()
            var spool = ArchiveSpool(in: place, base: base)
            var rest = bytes[...]
            while !rest.isEmpty {
                try spool.feed(rest.prefix(pieces))
                rest = rest.dropFirst(pieces)
            }
            let built = try spool.image(above: base, of: "it")
            let files = try built.layers.map { String(decoding: try $0.file.contents(), as: UTF8.self) }
            return (built, files)
        }
    }

    private static let base = Array("base layer".utf8)
    private static let new = Array("new layer".utf8)

    private static func digest(_ bytes: [UInt8]) -> Digest { Digest.sha256(bytes) }

    private static func stream(naming name: (Digest) -> String, configuration: String? = nil) -> TarStream {
        let (old, fresh) = (digest(base), digest(new))
        var stream = TarStream(modified: Timestamp(seconds: 0))
        stream.add(name(fresh), new)
        stream.add(name(old), base)
        let text =
            configuration ?? """
                {"config":{"Labels":{"slipway.build.id":"1","a":"b"}},"rootfs":{"diff_ids":["\(old)","\(fresh)"]},\
                "history":[{"created_by":"LABEL slipway.build.id=1","empty_layer":true},{"created_by":"RUN"}]}
                """
        stream.add("c.json", Array(text.utf8))
        let list = #"[{"Config":"c.json","Layers":["\#(name(old))","\#(name(fresh))"]}]"#
        stream.add("manifest.json", Array(list.utf8))
        stream.end()
        return stream
    }

    @Test(arguments: [1, 100, 512, 100_000])
    func `only what is above the base is taken, however the archive names its layers`(_ pieces: Int) async throws {
        let names: [(Digest) -> String] = [
            { "\($0.hex.prefix(12))/layer.tar" }, { "blobs/sha256/\($0.hex)" }, { "\($0.hex).tar" },
        ]
        for name in names {
            let (built, files) = try await image(
                Self.stream(naming: name), above: [Self.digest(Self.base)], pieces: pieces)
            #expect(files == ["new layer"])
            #expect(built.layers.map(\.diffID) == [Self.digest(Self.new)])
        }
    }

    @Test func `the labels by which a build was known are no part of its image`() async throws {
        let (built, _) = try await image(
            Self.stream(naming: { "\($0.hex).tar" }), above: [Self.digest(Self.base)])
        #expect(built.configuration["config"]?["Labels"] == .object(["a": .string("b")]))
        #expect(built.configuration["history"]?.array?.count == 1)
    }

    @Test func `an image on another base is refused`() async throws {
        await #expect(throws: BuilderError.self) {
            try await image(Self.stream(naming: { "\($0.hex).tar" }), above: [Self.digest(Self.new)])
        }
    }

    @Test(arguments: ["{}", "no json", #"{"rootfs":{"diff_ids":["sha256:1"]}}"#])
    func `a configuration that says something else than the archive is refused`(_ text: String) async throws {
        await #expect(throws: (any Error).self) {
            try await image(Self.stream(naming: { "\($0.hex).tar" }, configuration: text), above: [])
        }
    }

    @Test func `what is no archive is refused`() async throws {
        try await withTemporaryFolder { folder in
            var spool = ArchiveSpool(in: folder, base: [])
            #expect(throws: BuilderError.self) { try spool.feed([UInt8](repeating: 65, count: 512)) }
        }
    }

    @Test func `an archive that ends early is refused`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending("archive")
            try Self.stream(naming: { "\($0.hex).tar" }).write(to: file)
            let parts = folder.appending("parts")
            try parts.makeFolders()
            var spool = ArchiveSpool(in: parts, base: [])
            try spool.feed(try file.contents().prefix(700))
            #expect(throws: BuilderError.self) { try spool.image(above: [], of: "it") }
        }
    }
}
