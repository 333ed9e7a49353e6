import Disk
import Fixtures
import Foundation
import Pipeline
import SystemPackage
import Testing

@testable import OCI

/// Built by us and built by buildah, both unpacked by umoci: the same files, modes, owners, links and settings.
struct OracleTests {
    @Test(arguments: [
        OracleCase.copies.prefix(11), OracleCase.copies.dropFirst(11).prefix(11), OracleCase.copies.dropFirst(22),
    ])
    func `copies as buildah makes them`(cases: ArraySlice<OracleCase>) async throws { try await compare(Array(cases)) }

    @Test func `what is ignored is what buildah ignores`() async throws { try await compare(OracleCase.ignored) }

    @Test func `stages as buildah makes them`() async throws { try await compare(OracleCase.stages) }

    @Test(arguments: [OracleCase.settings.prefix(10), OracleCase.settings.dropFirst(10)])
    func `settings as buildah makes them`(cases: ArraySlice<OracleCase>) async throws {
        try await compare(Array(cases))
    }

    private func compare(_ cases: [OracleCase]) async throws {
        try await withTemporaryFolder { folder in
            try await sh(Self.world, in: folder)
            for item in cases {
                let text = item.text.replacing("BASE", with: "localhost/base:v1")
                try folder.appending("context/Dockerfile").put(text)
                try folder.appending("context/.dockerignore").put(item.ignore)
                let theirs = try await built(by: Self.buildah, in: folder)
                let ours = try await assembled(text, in: folder)
                for (key, value) in theirs.settings {
                    #expect(ours.settings[key] == value, "\(item.name): \(key)")
                }
                #expect(Set(ours.settings.keys).subtracting(theirs.settings.keys).isEmpty, "\(item.name)")
                let missing = theirs.files.subtracting(ours.files).sorted()
                let extra = ours.files.subtracting(theirs.files).sorted()
                #expect(missing == [], "\(item.name)")
                #expect(extra == [], "\(item.name)")
            }
        }
    }

    private struct Made {
        var settings: [String: JSON] = [:]
        var files: Set<String> = []
    }

    /// What both say and both mean: not what the tool calls itself, nor a search path where the base has none, nor the
    /// order of variables.
    private static func compared(_ configuration: JSON?) -> [String: JSON] {
        var settings = configuration?.object ?? [:]
        var labels = settings["Labels"]?.object ?? [:]
        labels["io.buildah.version"] = nil
        settings["Labels"] = .object(labels)
        let environment = (settings["Env"]?.array ?? []).compactMap(\.string)
        let own = environment.filter { !$0.hasPrefix("PATH=/usr/local/sbin") }
        settings["Env"] = .array(own.sorted().map(JSON.string))
        // Docker says what is not set in as many ways as there are types.
        let names = [
            "Env", "Cmd", "Entrypoint", "User", "WorkingDir", "ExposedPorts", "Volumes", "Labels", "StopSignal",
            "Shell",
            "Healthcheck",
        ]
        let empty: [JSON] = [.null, .string(""), .array([]), .object([:])]
        return settings.filter { names.contains($0.key) && !empty.contains($0.value) }
    }

    private func files(of image: String, in folder: FilePath) async throws -> Set<String> {
        let text = try await sh(
            """
            rm -rf bundle; umoci unpack --image '\(image)' bundle; cd bundle/rootfs
            find . -mindepth 1 ! -type d -printf '%P %y %m %U:%G %s %l\\n'; find . -mindepth 1 -type d -printf '%P %y %m %U:%G\\n'
            find . -type f -exec sha256sum {} +
            """, in: folder)
        return Set(text.split(separator: "\n").map(String.init))
    }

    private func built(by script: String, in folder: FilePath) async throws -> Made {
        let text = try await sh(script, in: folder)
        let all = try JSON(parsing: text, profile: .lenient)
        return Made(
            settings: Self.compared(all["Docker"]?["config"]), files: try await files(of: "theirs:x", in: folder))
    }

    private func assembled(_ text: String, in folder: FilePath) async throws -> Made {
        let layout = try Layout(making: folder.appending("ours"))
        let plan = try ImagePlan(Dockerfile(parsing: text, path: "Dockerfile"))
        let base = Layout(at: folder.appending("base"))
        var bases: [ImagePlan.Source: BaseContent] = [:]
        for source in plan.images {
            let descriptor = try #require(try base.descriptor(named: "v1"))
            let manifest = try Manifest(parsing: base.blob(descriptor.digest))
            for blob in manifest.layers + [manifest.config] { try layout.copy(blob.digest, from: base) }
            bases[source] = BaseContent(
                image: BaseImage(ref: "base", digest: descriptor.digest), manifest: manifest,
                configuration: try JSON(parsing: base.blob(manifest.config.digest), profile: .lenient))
        }
        let marks = ImageMarks(created: Timestamp(seconds: 1_700_000_000), labels: [:])
        let context = folder.appending("context")
        var builder = try ImageBuilder(
            plan, context: BuildContext(root: context, dockerfile: context.appending("Dockerfile")), bases: bases,
            marks: marks, layout: layout)
        let image = try await builder.build()
        try layout.name([("x", image.descriptor)])
        let configuration = try JSON(parsing: layout.blob(image.manifest.config.digest), profile: .lenient)
        return Made(
            settings: Self.compared(configuration["config"]), files: try await files(of: "ours:x", in: folder))
    }

    private static let storage = "--storage-driver vfs --root \"$PWD/store\" --runroot \"$PWD/run\""

    private static let buildah = """
        rm -rf theirs
        buildah \(storage) bud --isolation chroot --format docker -q -t x context >/dev/null
        buildah \(storage) push -q x oci:$PWD/theirs:x >/dev/null
        buildah \(storage) inspect --type image x
        """

    /// A base of two layers, and a folder to build in.
    private static let world = """
        umask 022
        mkdir -p root/usr/bin root/etc root/srv root/opt/app root/tmp root/root/old root/var/gone
        cd root
        ln -s usr/bin bin; echo base > usr/bin/tool; chmod 755 usr/bin/tool; echo motd > etc/motd; ln -s motd etc/link
        echo 'root:x:0:0:root:/root:/bin/sh' > etc/passwd; chmod 1777 tmp; chown 7:8 srv; chmod 750 srv
        echo d > srv/data; chown 9:9 srv/data; chmod 600 srv/data; echo h > opt/first; ln opt/first opt/hard
        echo o > root/old/file; echo g > var/gone/file; chmod 4755 usr/bin/tool; mkdir opt/app/sub; chmod 700 opt/app/sub
        cd ..
        mkdir -p context; cd context
        mkdir -p app/lib app/conf.d web/static/deep "with space" odd/empty links/inner
        echo one > one.txt; echo two > two.txt; echo zoo > zoo.txt; echo hidden > .env
        echo '#!/bin/sh' > app/run.sh; chmod 755 app/run.sh; echo a > app/lib/a.jar; echo b > app/lib/b.jar
        echo c > app/conf.d/x.conf; echo d > app/conf.d/y.txt; echo s > web/static/s.css; echo e > web/static/deep/e
        echo sp > "with space/a b.txt"; : > odd/zero
        ln -s ../one.txt links/up; ln -s nowhere links/dangling; ln -s inner links/folder; echo i > links/inner/i
        ln -s /etc/passwd links/absolute
        cd ..
        tar -C root -cf first.tar .
        first=$(buildah \(storage) from scratch)
        buildah \(storage) add -q $first first.tar / >/dev/null
        buildah \(storage) config --env PATH=/bin --env X=base --cmd sh --label of=base --workingdir / $first
        buildah \(storage) commit -q $first first >/dev/null
        second=$(buildah \(storage) from first)
        where=$(buildah \(storage) mount $second)
        rm -rf $where/root/old $where/var/gone; mkdir $where/var/gone; echo new > $where/var/gone/new
        buildah \(storage) commit -q $second localhost/base:v1 >/dev/null
        buildah \(storage) push -q localhost/base:v1 oci:$PWD/base:v1 >/dev/null
        """
}
