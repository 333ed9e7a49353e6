import Disk
import Fixtures
import Foundation
import Pipeline
import SystemPackage
import Testing

@testable import OCI

/// Files as they are seldom, Dockerfiles as they should not be, disks as they are at night.
struct OddFilesTests {
    private struct World {
        let context: FilePath
        let layout: Layout
        var notes: [String] = []

        func build(
            _ text: String, for request: ImageRequest = ImageRequest(), base: BaseContent? = nil,
            name: String = "Dockerfile"
        ) async throws -> BuiltImage {
            let plan = try ImagePlan(Dockerfile(parsing: text, path: "Dockerfile"), for: request)
            let bases = base.map { base in Dictionary(uniqueKeysWithValues: plan.images.map { ($0, base) }) } ?? [:]
            var builder = try ImageBuilder(
                plan, context: BuildContext(root: context, dockerfile: context.appending(name)), bases: bases,
                marks: ImageMarks(created: Timestamp(seconds: 1_700_000_000), labels: [:]), layout: layout)
            return try await builder.build()
        }

        func configuration(_ image: BuiltImage) throws -> JSON {
            try JSON(parsing: layout.blob(image.manifest.config.digest), profile: .lenient)
        }

        /// The paths that all layers have together.
        func paths(_ image: BuiltImage) throws -> [String] {
            var tree = FileTree()
            for layer in image.manifest.layers { tree.apply(try LayerIndex.of(layer.digest, in: layout)) }
            func all(_ folder: Path) -> [String] {
                tree.paths(in: folder).flatMap { ["\($0)"] + all($0) }
            }
            return all(.root)
        }

        func base(_ image: BuiltImage) throws -> BaseContent {
            BaseContent(
                image: BaseImage(ref: "base", digest: image.descriptor.digest), manifest: image.manifest,
                configuration: try configuration(image))
        }

        var cached: [FilePath] {
            get throws {
                let folder = layout.root.appending(MemberCache.folderName)
                return try folder.names().flatMap { part in
                    try folder.appending(part).names().map { folder.appending(part).appending($0) }
                }
            }
        }
    }

    private func withWorld(_ script: String, _ body: (World) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let context = folder.appending("context")
            try await sh("mkdir context; cd context; \(script)", in: folder)
            try await body(World(context: context, layout: try Layout(making: folder.appending("layout"))))
        }
    }

    private func message(_ body: () async throws -> some Any) async -> String {
        do {
            _ = try await body()
            return "fine"
        } catch {
            return "\(error)"
        }
    }

    @Test func `case 40: empty layers, empty files, long and wild names, hard and dangling links`() async throws {
        let long = (0..<5).map { _ in String(repeating: "l", count: 60) }.joined(separator: "/")
        let script = """
            mkdir -p all/'\(long)' empty; : > all/zero; echo x > all/'\(long)'/x; echo h > all/h; ln all/h all/hard
            ln -s nowhere all/dangling; printf x > "all/$(printf 'la\\377tin')"; echo s > all/suid; chmod 4755 all/suid
            """
        try await withWorld(script) { world in
            let image = try await world.build("FROM scratch\nCOPY all /all\nCOPY empty /\nCOPY empty /e\n")
            let other = world.layout.root.removingLastComponent().appending("unpacked")
            try world.layout.name([("x", image.descriptor)])
            try await sh(
                "umoci unpack --image '\(world.layout.root):x' '\(other)'; diff -r --no-dereference all '\(other)/rootfs/all'; test -u '\(other)/rootfs/all/suid'",
                in: world.context)
            #expect(image.manifest.layers.count == 3)
            #expect(image.notes == ["Dockerfile:2: /all/suid runs as its owner (mode 4755)"])
            #expect(try world.paths(image).contains { $0.hasPrefix("all/la") && $0.hasSuffix("tin") })
        }
    }

    @Test func `case 40: a file of eight gigabytes has its size in a pax record`() async throws {
        try await withTemporaryFolder { folder in
            let size: Int64 = 8_600_000_000
            let header = TarWriter(modified: 0).header(
                of: TarEntry(path: Array("large".utf8), kind: .file(size: size), mode: 0o644))
            try folder.appending("tar").put(Data(header))
            try await sh("truncate -s $((\(header.count) + \(size) + 1024)) tar", in: folder)
            let listed = try await sh("tar -tvf tar", in: folder)
            #expect(listed.contains(" \(size) "))
            var found: [TarReader.Member] = []
            var reader = TarReader()
            try reader.take(
                header[...],
                .init(
                    member: {
                        found.append($0)
                        return false
                    }, content: { _ in }, end: {}))
            #expect(found.map(\.kind) == [.file(size: size)])
        }
    }

    @Test func `case 40: more layers than Docker mounts are made, and it is said`() async throws {
        try await withWorld("echo x > x") { world in
            let lines = (0..<130).map { "COPY x /x\($0)\n" }.joined()
            let image = try await world.build("FROM scratch\n" + lines)
            #expect(image.notes == ["Dockerfile: it has 130 layers, and Docker mounts at most 127"])
            #expect(try world.paths(image).count == 130)
        }
    }

    @Test(arguments: [
        ("COPY in /x", "fine"), ("COPY out /x", "Dockerfile:2: out leads out of the build context"),
        ("COPY d /x/", "Dockerfile:2: d/pipe is neither file, folder nor link"),
        ("COPY hidden /x", "Dockerfile:2: hidden is kept out by .dockerignore:2"),
        ("COPY veiled /x", "Dockerfile:2: secret is kept out by .dockerignore:1"),
        ("COPY .git /x", "Dockerfile:2: .git is kept out by Slipway"),
        ("COPY [a /x", "Dockerfile:2: [a is no pattern: a [ or \\ has no end"),
        ("COPY a /x\nCOPY f /x", "Dockerfile:3: /x is a file already, and a folder cannot take its place"),
        ("COPY a /x/y\nCOPY two /", "Dockerfile:3: /x is a folder already, and a file cannot take its place"),
        ("COPY a /x\nCOPY a /x/y", "Dockerfile:3: /x is a file already, and a folder cannot take its place"),
        ("COPY a /x\nWORKDIR /x", "Dockerfile:3: /x is no folder in this image"),
        ("ADD packed /x", "Dockerfile:2: ADD of an archive (packed) needs a builder"),
        (
            "COPY --chown=1:2:3 a /x",
            "Dockerfile:2: --chown=1:2:3 is not numeric, and names are known only inside the image"
        ),
        ("COPY --chmod=17777 a /x", "Dockerfile:2: --chmod=17777 is no octal mode"),
        ("COPY --nope a /x", "Dockerfile:2: --nope is not known"),
        ("ENV A", "Dockerfile:2: A has no value"), ("ENV", "Dockerfile:2: ENV wants something behind it"),
        ("ENV A=${A", "Dockerfile:2: a ${ has no }"), ("LABEL a=1 b", "Dockerfile:2: b has no value"),
        ("EXPOSE 70000", "Dockerfile:2: \"70000\" is no port"), ("EXPOSE 9-8", "Dockerfile:2: \"9-8\" is no port"),
        ("EXPOSE 80/http", "Dockerfile:2: \"80/http\" is no port"),
        ("HEALTHCHECK --interval=soon CMD x", "Dockerfile:2: HEALTHCHECK does not know --interval=soon"),
        ("SHELL x", "Dockerfile:2: SHELL wants a JSON list"), ("VOLUME []", "Dockerfile:2: VOLUME names no folder"),
        ("ENV A=\(String(repeating: "${A:-", count: 40))", "Dockerfile:2: ${…} is nested more than 32 times"),
    ])
    func `cases 40 and 42: what cannot be copied or said is refused with its line`(line: String, expected: String)
        async throws
    {
        let script = """
            mkdir d f; mkfifo d/pipe; echo f > f/x; mkdir two; echo t > two/x; echo a > a; ln -s a in; ln -s ../../etc out
            echo s > secret; echo h > hidden; ln -s secret veiled; printf 'secret\\nhid*\\n' > .dockerignore; mkdir .git
            tar -cf packed a
            """
        try await withWorld(script) { world in
            let said = await message { try await world.build("FROM scratch\n\(line)\n") }
            #expect(said == expected)
        }
    }

    @Test func `case 41: a file that changes while it is packed is found out`() async throws {
        try await withWorld("head -c 3000000 /dev/zero > large") { world in
            let file = world.context.appending("large")
            let status = try #require(try file.status())
            let member = LayerMember(
                entry: TarEntry(path: [0x78], kind: .file(size: status.size), mode: 0o644), content: .file(file, status)
            )
            for change in ["printf x >> large", "head -c 2000000 /dev/zero > large", "touch -d 2001-01-01 large"] {
                try await sh(change, in: world.context)
                let said = await message {
                    try await LayerWriter(layout: world.layout, modified: Timestamp(seconds: 0)).write([member])
                }
                #expect(said.hasSuffix("changed while it was packed"))
            }
            #expect(try world.layout.root.appending("blobs").names().map(\.string) == ["sha256"])
        }
    }

    @Test func `a Dockerfile's own file of what is ignored comes before that of the folder`() async throws {
        try await withWorld("echo a > a; echo b > b; echo a > .dockerignore; echo b > Two.dockerignore") { world in
            let one = try await world.build("FROM scratch\nCOPY . /\n")
            let two = try await world.build("FROM scratch\nCOPY . /\n", name: "Two")
            #expect(try world.paths(one) == [".dockerignore", "Two.dockerignore", "b"])
            #expect(try world.paths(two) == [".dockerignore", "Two.dockerignore", "a"])
        }
    }

    @Test func `documents in the Dockerfile become files`() async throws {
        let text = """
            FROM scratch
            ARG WHO=you
            COPY <<one.txt <<-"two" /d/
            hello $WHO, "quoted" \\$5
            one.txt
            \tkeep $WHO
            two
            COPY <<EOF /single
            EOF

            """
        try await withWorld(":") { world in
            let image = try await world.build(text)
            try world.layout.name([("x", image.descriptor)])
            let said = try await sh(
                "umoci unpack --image '\(world.layout.root):x' ../u; cd ../u/rootfs; cat d/one.txt d/two; wc -c < single",
                in: world.context)
            #expect(said == "hello you, \"quoted\" $5\nkeep $WHO\n0\n")
        }
    }

    @Test func `arguments from outside, for a platform, for a stage; one that nobody takes is told`() async throws {
        let text = """
            ARG BASE=scratch
            FROM $BASE AS first
            ARG TARGETARCH
            ARG V=1
            COPY bin-$TARGETARCH /bin
            LABEL v=$V
            FROM first
            RUN never

            """
        try await withWorld("echo 1 > bin-amd64; echo 2 > bin-arm") { world in
            let platform = try #require(Descriptor.Platform(parsing: "linux/arm/v7"))
            let request = ImageRequest(arguments: ["V": "2", "Q": "q"], platform: platform, target: "first")
            let image = try await world.build(text, for: request)
            let configuration = try world.configuration(image)
            #expect(configuration["config"]?["Labels"] == .object(["v": .string("2")]))
            #expect(configuration["variant"] == .string("v7"))
            #expect(image.platform == "linux/arm/v7")
            #expect(image.notes == ["Dockerfile: no ARG takes the argument Q"])
            let said = await message { try await world.build(text, for: ImageRequest(target: "frist")) }
            #expect(said == "Dockerfile:1: there is no stage frist")
        }
    }

    @Test func `a base with triggers needs a builder, and one of a kind nobody knows is refused`() async throws {
        try await withWorld("echo a > a") { world in
            let base = try world.base(try await world.build("FROM scratch\nCOPY a /a\n"))
            func changed(_ change: (inout Manifest, inout [String: JSON]) -> Void) -> BaseContent {
                var (manifest, members) = (base.manifest, base.configuration.object ?? [:])
                change(&manifest, &members)
                return BaseContent(image: base.image, manifest: manifest, configuration: .object(members))
            }
            let bases = [
                changed { $1["config"] = .object(["OnBuild": .array([.string("RUN x")])]) },
                changed { manifest, _ in manifest.layers[0].mediaType = "text/plain" },
                changed { manifest, _ in manifest.config.mediaType = "application/vnd.cncf.helm.config.v1+json" },
                changed { $1["rootfs"] = .object([:]) },
            ]
            var said: [String] = []
            for base in bases {
                said.append(await message { try await world.build("FROM x\nCOPY a /b\n", base: base) })
            }
            #expect(
                said == [
                    "Dockerfile:1: ONBUILD of the base (RUN x) needs a builder",
                    "base image base: has a layer of a kind that is not known: text/plain",
                    "base image base: is no image that runs, its configuration is application/vnd.cncf.helm.config.v1+json",
                    "base image base: lists 1 layers, and its configuration 0",
                ])
        }
    }

    @Test func `case 39: layers of a base stay what they are, and one that cannot be read is told`() async throws {
        try await withWorld("echo a > a") { world in
            let first = try await world.build("FROM scratch\nCOPY a /tmp/a\n")
            var base = try world.base(first)
            let zstd = try world.layout.add(
                [0x28, 0xB5, 0x2F, 0xFD, 0], mediaType: "application/vnd.oci.image.layer.v1.tar+zstd")
            var manifest = base.manifest
            manifest.layers[0].mediaType = "application/vnd.docker.image.rootfs.diff.tar.gzip"
            manifest.layers.append(zstd)
            var members = base.configuration.object ?? [:]
            let ids = base.configuration["rootfs"]?["diff_ids"]?.array ?? []
            members["rootfs"] = .object(["type": .string("layers"), "diff_ids": .array(ids + ids)])
            base = BaseContent(image: base.image, manifest: manifest, configuration: .object(members))
            let image = try await world.build("FROM x\nCOPY a /tmp/b\n", base: base)
            #expect(image.manifest.layers.prefix(2).map(\.mediaType) == [MediaType.layer, zstd.mediaType])
            #expect(image.manifest.layers.prefix(2).map(\.digest) == manifest.layers.map(\.digest))
            #expect(image.notes.count == 1 && image.notes[0].contains("no tar that can be read"))
            let said = await message { try await world.build("FROM scratch\nCOPY --from=x /tmp/a /a\n", base: base) }
            #expect(said.contains("needs a builder"))
        }
    }

    @Test func `what was compressed before is not compressed again, whatever became of the rest`() async throws {
        try await withWorld("head -c 5000000 /dev/urandom > large; echo 1 > small") { world in
            let text = "FROM scratch\nCOPY . /\n"
            let one = try await world.build(text)
            let before = Set(try world.cached.compactMap(\.lastComponent?.string))
            try await sh("echo 2 > small", in: world.context)
            let two = try await world.build(text)
            let after = Set(try world.cached.compactMap(\.lastComponent?.string))
            // The large file begins and ends a piece: what stands behind it is the only new one.
            #expect(before.isSubset(of: after))
            #expect(after.count == before.count + 1)
            #expect(one.descriptor.digest != two.descriptor.digest)
        }
    }

    @Test(arguments: ["", "nonsense", "0000 1 2 3", "cut"])
    func `case 63: what is remembered wrongly is ignored and made again`(damage: String) async throws {
        try await withWorld("head -c 100000 /dev/urandom > x") { world in
            let one = try await world.build("FROM scratch\nCOPY x /\n")
            for note in try world.cached {
                let old = try note.text
                try note.put(damage == "cut" ? String(old.prefix(140)) : damage)
            }
            let two = try await world.build("FROM scratch\nCOPY x /\n")
            #expect(one.descriptor == two.descriptor)
            // The same of what is known of the layers of bases.
            let base = try world.base(one)
            let three = try await world.build("FROM x\nCOPY x /y\n", base: base)
            try await sh("for f in trees-1/*; do printf '\(damage)' > $f; done", in: world.layout.root)
            let four = try await world.build("FROM x\nCOPY x /y\n", base: base)
            #expect(three.descriptor == four.descriptor)
        }
    }

    @Test func `case 63: a blob that is damaged is not taken from, and what it was for is forgotten with it`()
        async throws
    {
        try await withWorld("head -c 100000 /dev/urandom > x; echo y > y") { world in
            let one = try await world.build("FROM scratch\nCOPY x /\n")
            let blob = world.layout.file(of: one.manifest.layers[0].digest)
            try blob.put("damaged")
            let two = try await world.build("FROM scratch\nCOPY x /\n")
            #expect(one.descriptor == two.descriptor)
            #expect(try blob.status()?.size == one.manifest.layers[0].size)
            try blob.remove()
            try world.layout.root.appending("members-0-other").makeFolders()
            try world.layout.forgetRemovedBlobs()
            #expect(try world.cached.isEmpty)
            #expect(!world.layout.root.appending("members-0-other").isThere)
        }
    }

    @Test func `case 64: a disk that is full is one sentence, and leaves nothing half written`() async throws {
        try await withWorld("head -c 3000000 /dev/urandom > x; mkdir ../small") { world in
            let small = world.context.removingLastComponent().appending("small")
            let mounted = try await run("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", small.string])
            guard mounted.exit == 0 else { return print("NOT RUN: no file system can be mounted here") }
            let full = World(context: world.context, layout: try Layout(making: small.appending("layout")))
            let said = await message { try await full.build("FROM scratch\nCOPY x /\n") }
            let left = try full.layout.root.appending("blobs").names().map(\.string)
            try await run("umount", [small.string])
            #expect(said.hasSuffix("cannot write: No space left on device"))
            #expect(left == ["sha256"])
        }
    }
}
