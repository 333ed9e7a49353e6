import Fixtures
import Foundation
import OCI
import Pipeline
import SystemPackage
import Testing

/// Layers that tar, gzip, pigz and zstd wrote, read as they come.
struct LayerReaderTests {
    private func read(_ file: FilePath, piece: Int = 1 << 16, expecting: Pipeline.Digest? = nil) throws -> LayerFiles {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file.string)))
        let reader = LayerReader()
        for start in stride(from: 0, to: bytes.count, by: piece) {
            try reader.take(Array(bytes[start..<min(bytes.count, start + piece)]))
        }
        return try reader.finish(expecting: expecting)
    }

    private func makeTree(_ folder: FilePath) async throws {
        try await sh(
            """
            mkdir -p t/etc t/bin && echo hello > t/etc/motd && chmod 4755 t/etc/motd && ln -s motd t/etc/link && : > t/empty
            head -c 3000000 /dev/zero > t/bin/zeros && ln t/bin/zeros t/bin/again && mkfifo t/pipe
            long=$(printf 'd%.0s' $(seq 1 60)); mkdir -p t/$long/$long/$long/$long && echo deep > t/$long/$long/$long/$long/f
            tar -C t --sort=name --owner=7 --group=8 --numeric-owner -cf gnu.tar . && tar -C t --sort=name --format=pax \
              --owner=7 --group=8 --numeric-owner -cf pax.tar .
            gzip -k gnu.tar; (head -c 70000 gnu.tar | gzip; tail -c +70001 gnu.tar | gzip) > members.gz
            zstd -q -k gnu.tar; (head -c 70000 gnu.tar | zstd -q; tail -c +70001 gnu.tar | zstd -q) > frames.zst
            """, in: folder)
    }

    @Test(arguments: ["gnu.tar", "pax.tar", "gnu.tar.gz", "members.gz", "gnu.tar.zst", "frames.zst"])
    func `a layer in each form`(name: String) async throws {
        try await withTemporaryFolder { folder in
            try await makeTree(folder)
            for piece in [1 << 16, 997] {
                let tree = try ImageTree([read(folder.appending(name), piece: piece)])
                let motd = try #require(tree.files["etc/motd"])
                #expect(motd.kind == .file)
                #expect((motd.mode, motd.user, motd.group, motd.size) == (0o4755, 7, 8, 6))
                #expect(tree.files["etc/link"]?.target == "motd")
                #expect(tree.files["bin/zeros"]?.size == 3_000_000)
                #expect(tree.files["bin/again"] == tree.files["bin/zeros"])
                #expect(tree.files["empty"]?.size == 0)
                #expect(tree.files["pipe"]?.kind == .pipe)
                let deep = tree.files.filter { $0.key.hasSuffix("/f") }
                #expect(deep.count == 1)
                #expect(deep.keys.first?.count == 4 * 61 + 1)
            }
        }
    }

    @Test(arguments: ["gnu.tar", "gnu.tar.gz", "gnu.tar.zst"])
    func `a layer that is cut or flipped is refused`(name: String) async throws {
        try await withTemporaryFolder { folder in
            try await makeTree(folder)
            let file = folder.appending(name)
            let right = try await sh("sha256sum gnu.tar | cut -c1-64", in: folder).trimmingCharacters(in: .newlines)
            let named = Pipeline.Digest(hex: right)
            let digest = try #require(named)
            _ = try read(file, expecting: digest)
            let bytes = try Data(contentsOf: URL(fileURLWithPath: file.string))
            try folder.appending("cut").put(Data(bytes.prefix(bytes.count / 2)))
            #expect(throws: LayerError.self) { _ = try read(folder.appending("cut"), expecting: digest) }
            var flipped = bytes
            flipped[bytes.count / 3] ^= 0x10
            try folder.appending("flipped").put(flipped)
            #expect(throws: LayerError.self) { _ = try read(folder.appending("flipped"), expecting: digest) }
        }
    }

    @Test func `noise is no layer`() async throws {
        try await withTemporaryFolder { folder in
            var state: UInt64 = 7
            for start: [UInt8] in [[], [0x1F, 0x8B], [0x28, 0xB5, 0x2F, 0xFD]] {
                for _ in 0..<50 {
                    var bytes = start
                    while bytes.count < 2000 {
                        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                        bytes.append(UInt8(truncatingIfNeeded: state >> 56))
                    }
                    try folder.appending("noise").put(Data(bytes))
                    #expect(throws: LayerError.self) { _ = try read(folder.appending("noise")) }
                }
            }
        }
    }

    @Test func `what upper layers remove is gone, and what is below it`() {
        func layer(_ paths: [(String, ImageFile.Kind)]) -> LayerFiles {
            var layer = LayerFiles()
            for (path, kind) in paths { layer.add(ImageFile(kind: kind, mode: 0o644), at: path) }
            return layer
        }
        let base = layer([
            ("a", .folder), ("a/x", .file), ("a/y", .file), ("b", .folder), ("b/z", .file), ("c", .folder),
            ("c/w", .file),
        ])
        let upper = layer([
            ("a/.wh.x", .file), ("b", .folder), ("b/.wh..wh..opq", .file), ("b/new", .file), ("c", .file),
        ])
        #expect(ImageTree([base, upper]).files.keys.sorted() == ["a", "a/y", "b", "b/new", "c"])
        #expect(ImageTree([base, layer([(".wh.a", .file)])]).files.keys.sorted() == ["b", "b/z", "c", "c/w"])
    }
}
