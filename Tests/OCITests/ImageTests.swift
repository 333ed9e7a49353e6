import Disk
import Fixtures
import Foundation
import Pipeline
import SystemPackage
import Testing

@testable import OCI

struct ImageTests {
    /// Assembles a Dockerfile over the files of a folder.
    private func build(
        _ text: String, in folder: FilePath, into layout: FilePath? = nil, base: BaseContent? = nil,
        labels: [String: String] = [:]
    ) async throws -> (image: BuiltImage, layout: Layout) {
        let layout = try Layout(making: layout ?? folder.removingLastComponent().appending("layout"))
        let plan = try ImagePlan(Dockerfile(parsing: text, path: "Dockerfile"))
        let marks = ImageMarks(created: Timestamp(seconds: 1_700_000_000), labels: labels)
        let bases = base.map { [plan.baseSource: $0] } ?? [:]
        var builder = try ImageBuilder(
            plan, context: BuildContext(root: folder), bases: bases, marks: marks, layout: layout)
        return (try await builder.build(), layout)
    }

    private func withContext<Value>(
        _ files: [String: String], _ body: (FilePath) async throws -> Value
    ) async throws -> Value {
        try await withTemporaryFolder { folder in
            let context = folder.appending("context")
            for (path, text) in files { try context.appending(FilePath(path).components).put(text) }
            return try await body(context)
        }
    }

    private func configuration(_ built: (image: BuiltImage, layout: Layout)) throws -> JSON {
        try JSON(parsing: built.layout.blob(built.image.manifest.config.digest), profile: .lenient)
    }

    /// The listing of a layer, as tar itself sees it.
    private func listing(_ built: (image: BuiltImage, layout: Layout), _ index: Int = 0) async throws -> [String] {
        let file = built.layout.file(of: built.image.manifest.layers[index].digest)
        let text = try await sh("tar --numeric-owner --full-time --utc -tvzf '\(file)'", in: "/")
        return text.split(separator: "\n").map {
            $0.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        }
    }

    @Test func `files, folders, links, modes: as tar lists them`() async throws {
        try await withContext(["bin/app": "x", "etc/a.conf": "y"]) { context in
            try await sh(
                "chmod 700 bin/app; chmod 600 etc/a.conf; ln -s a.conf etc/link; ln -s /nowhere etc/dangling; mkdir etc/empty",
                in: context)
            let built = try await build(
                "FROM scratch\nCOPY bin/app /usr/local/bin/\nCOPY --chown=7:8 etc /etc\n", in: context)
            #expect(
                try await listing(built) == [
                    "drwxr-xr-x 0/0 0 2023-11-14 22:13:20 usr/", "drwxr-xr-x 0/0 0 2023-11-14 22:13:20 usr/local/",
                    "drwxr-xr-x 0/0 0 2023-11-14 22:13:20 usr/local/bin/",
                    "-rwxr-xr-x 0/0 1 2023-11-14 22:13:20 usr/local/bin/app",
                ])
            #expect(
                try await listing(built, 1) == [
                    "drwxr-xr-x 7/8 0 2023-11-14 22:13:20 etc/", "-rw-r--r-- 7/8 1 2023-11-14 22:13:20 etc/a.conf",
                    "lrwxrwxrwx 7/8 0 2023-11-14 22:13:20 etc/dangling -> /nowhere",
                    "drwxr-xr-x 7/8 0 2023-11-14 22:13:20 etc/empty/",
                    "lrwxrwxrwx 7/8 0 2023-11-14 22:13:20 etc/link -> a.conf",
                ])
        }
    }

    @Test func `the same digest from two folders under different umasks and dates`() async throws {
        let text = "FROM scratch\nCOPY . /app/\nENV A=1\nLABEL b=2\nCMD [\"/app/x\"]\n"
        try await withTemporaryFolder { folder in
            var digests: Set<Digest> = []
            for (index, umask) in ["000", "022", "077"].enumerated() {
                let context = folder.appending("some/\(index)/where")
                try await sh(
                    """
                    umask \(umask); mkdir -p '\(context)/d'; cd '\(context)'
                    for f in z a m d/b; do echo $f > $f; done; chmod u+x a; touch -d '20\(10 + index)-01-01' z
                    """, in: folder)
                let built = try await build(text, in: context, into: folder.appending("layout\(index)"))
                digests.insert(built.image.descriptor.digest)
            }
            #expect(digests.count == 1)
            // Another value here means that nobody's images are the same again: only on purpose.
            #expect(digests.first?.hex == "f3eccc174e39a4a64c02ccb88f67aae0bb6a30d6ada2a76dbe88c3fa0d196b6c")
        }
    }

    @Test func `long paths, other alphabets and large files survive tar`() async throws {
        let long =
            (0..<12).map { "a-folder-with-a-long-name-\($0)" }.joined(separator: "/") + "/"
            + String(repeating: "f", count: 120)
        try await withContext([long: "deep", "größe/ü": "umlaut", String(repeating: "x", count: 100): "exactly"]) {
            context in
            let link = String(repeating: "t", count: 150)
            try await sh(
                "ln -s \(link) link; printf 'x' > \"$(printf 'la\\377tin')\"; truncate -s 9M large", in: context)
            let built = try await build("FROM scratch\nCOPY . /\n", in: context)
            let file = built.layout.file(of: built.image.manifest.layers[0].digest)
            let unpacked = context.removingLastComponent().appending("unpacked")
            try await sh(
                "mkdir '\(unpacked)' && tar -xzf '\(file)' -C '\(unpacked)' && diff -r --no-dereference '\(context)' '\(unpacked)'",
                in: "/")
        }
    }

    @Test func `settings of the configuration`() async throws {
        let text = """
            ARG VERSION=9
            FROM scratch
            ARG VERSION
            ARG OTHER=o
            ENV A=1 B="two words" C=$A-${OTHER}
            ENV D old form
            LABEL a.b="x y" v=$VERSION
            WORKDIR /srv
            WORKDIR app
            USER 1000:1000
            EXPOSE 80 90/udp 8000-8002
            VOLUME ["/data"]
            STOPSIGNAL SIGINT
            HEALTHCHECK --interval=30s --retries=3 CMD curl -f http://localhost/
            SHELL ["/bin/bash", "-c"]
            ENTRYPOINT exec app
            CMD ["--help"]

            """
        try await withContext(["x": "y"]) { context in
            let built = try await build(text, in: context, labels: ["slipway.key": "k"])
            let all = try configuration(built)
            let config = try #require(all["config"])
            // A variable has one value throughout an instruction: that of before it.
            #expect(config["Env"] == .array(["A=1", "B=two words", "C=-o", "D=old form"].map(JSON.string)))
            #expect(
                config["Labels"] == .object(["a.b": .string("x y"), "v": .string("9"), "slipway.key": .string("k")]))
            #expect(config["WorkingDir"] == .string("/srv/app"))
            #expect(config["User"] == .string("1000:1000"))
            #expect(
                config["ExposedPorts"]?.object?.keys.sorted() == [
                    "80/tcp", "8000/tcp", "8001/tcp", "8002/tcp", "90/udp",
                ])
            #expect(config["Volumes"]?.object?.keys.sorted() == ["/data"])
            #expect(config["StopSignal"] == .string("SIGINT"))
            #expect(
                config["Healthcheck"]?["Test"] == .array(["CMD-SHELL", "curl -f http://localhost/"].map(JSON.string)))
            #expect(config["Healthcheck"]?["Interval"] == .integer(30_000_000_000))
            #expect(config["Entrypoint"] == .array(["/bin/bash", "-c", "exec app"].map(JSON.string)))
            #expect(config["Cmd"] == .array([.string("--help")]))
            #expect(all["created"] == .string("2023-11-14T22:13:20Z"))
            #expect(built.image.manifest.annotations == ["slipway.key": "k"])
        }
    }

    @Test func `an image on a base keeps the base's layers, and its environment`() async throws {
        try await withContext(["base": "b", "app": "a"]) { context in
            let first = try await build("FROM scratch\nCOPY base /base\nENV PATH=/bin X=1\nCMD [\"sh\"]\n", in: context)
            let base = BaseContent(
                image: BaseImage(ref: "base", digest: first.image.descriptor.digest), manifest: first.image.manifest,
                configuration: try configuration(first))
            let second = try await build(
                "FROM oci:base\nENV PATH=/app:$PATH\nCOPY app /tmp/app\nENTRYPOINT [\"/tmp/app\"]\n", in: context,
                base: base)
            #expect(second.image.manifest.layers.first == first.image.manifest.layers.first)
            let config = try configuration(second)
            #expect(config["config"]?["Env"] == .array(["PATH=/app:/bin", "X=1"].map(JSON.string)))
            #expect(config["config"]?["Cmd"] == nil, "an own entry point makes the base's command meaningless")
            #expect(config["rootfs"]?["diff_ids"]?.array?.count == 2)
            #expect(
                try await listing(second, 1) == [
                    "drwxr-xr-x 0/0 0 2023-11-14 22:13:20 tmp/", "-rw-r--r-- 0/0 1 2023-11-14 22:13:20 tmp/app",
                ])
        }
    }

    @Test(arguments: [
        ("COPY missing /x", "Dockerfile:2: missing is not in the build context"),
        ("COPY *.nope /x/", "Dockerfile:2: *.nope is not in the build context"),
        ("COPY ../x /x", "Dockerfile:2: ../x leads out of the build context"),
        ("COPY evil /x", "Dockerfile:2: evil leads out of the build context"),
        ("COPY up/x /x", "Dockerfile:2: up/x leads out of the build context"),
        ("COPY secret /x", "Dockerfile:2: secret is kept out by .dockerignore:1"),
        ("COPY a b /x", "Dockerfile:2: COPY of several files wants a folder as its target"),
        ("COPY a", "Dockerfile:2: COPY wants a source and a target"),
        (
            "COPY --chown=app a /x",
            "Dockerfile:2: --chown=app is not numeric, and names are known only inside the image"
        ),
        ("COPY --chmod=abc a /x", "Dockerfile:2: --chmod=abc is no octal mode"),
        ("COPY pipe /x", "Dockerfile:2: pipe is neither file, folder nor link"),
        ("EXPOSE web", "Dockerfile:2: \"web\" is no port"),
        ("HEALTHCHECK sometimes", "Dockerfile:2: HEALTHCHECK wants CMD or NONE"),
    ])
    func `what cannot be done is refused with its line`(line: String, expected: String) async throws {
        try await withContext(["a": "1", "b": "2", "secret": "3", ".dockerignore": "secret\n"]) { context in
            try await sh("ln -s /etc/passwd evil; ln -s .. up; echo x > ../x; mkfifo pipe", in: context)
            let error = await #expect(throws: ImageError.self) {
                try await build("FROM scratch\n\(line)\n", in: context)
            }
            #expect(error?.description == expected)
        }
    }

    @Test func `neither .git nor .slipway ever enters an image`() async throws {
        try await withContext(["a": "1", ".git/config": "secret", ".slipway/x": "y"]) { context in
            let built = try await build("FROM scratch\nCOPY . /\n", in: context)
            #expect(try await listing(built).map { $0.split(separator: " ").last } == ["a"])
        }
    }

    @Test func `a layout of ours is read by skopeo and unpacked by umoci`() async throws {
        try await withContext(["app": "hello"]) { context in
            let built = try await build("FROM scratch\nCOPY app /app\nCMD [\"/app\"]\n", in: context)
            try built.layout.name([("billing:1.0.0-0.main.1.gabc", built.image.descriptor)])
            let root = built.layout.root
            let said = try await sh(
                "skopeo inspect --raw 'oci:\(root):billing:1.0.0-0.main.1.gabc' | sha256sum", in: "/")
            #expect(said.hasPrefix(built.image.descriptor.digest.hex))
            try built.layout.name([("plain", built.image.descriptor)])
            try await sh(
                "umoci unpack --image '\(root):plain' bundle && test \"$(cat bundle/rootfs/app)\" = hello",
                in: context.removingLastComponent())
        }
    }

    @Test func `a blob that is not what its name says is found out`() async throws {
        try await withContext(["app": "hello"]) { context in
            let built = try await build("FROM scratch\nCOPY app /app\n", in: context)
            try built.layout.file(of: built.image.manifest.config.digest).put("{}")
            #expect(throws: ImageError.self) { try configuration(built) }
        }
    }

    @Test func `a name that is given again stands for the new image only`() async throws {
        try await withContext(["a": "1"]) { context in
            let one = try await build("FROM scratch\nCOPY a /a\n", in: context)
            let two = try await build("FROM scratch\nCOPY a /b\n", in: context)
            try one.layout.name([("x", one.image.descriptor), ("y", one.image.descriptor)])
            try one.layout.name([("x", two.image.descriptor)])
            #expect(try one.layout.descriptor(named: "x")?.digest == two.image.descriptor.digest)
            #expect(try one.layout.descriptor(named: "y")?.digest == one.image.descriptor.digest)
            #expect(try one.layout.index().manifests.count == 2)
        }
    }
}
