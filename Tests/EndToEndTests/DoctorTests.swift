import Fixtures
import Foundation
import SystemPackage
import Testing

/// What `slipway doctor` says of real clones, each made as it comes about; and that what it tells to do mends it.
struct DoctorTests {
    struct Answer: Decodable {
        let schema: Int
        let conditions: [Condition]

        struct Condition: Decodable {
            let code: String
            let severity: String
            let message: String
            let cost: String?
            let fix: String?
            let jenkinsfile: String?
        }

        subscript(_ code: String) -> Condition? { conditions.first { $0.code == code } }
        func severity(_ code: String) -> String? { self[code]?.severity }
    }

    /// What fixes find: slipway itself, and a home of their own.
    private func environment(_ root: FilePath) -> [String: String] {
        ["HOME": root.removingLastComponent().string]
    }

    private func doctor(
        _ root: FilePath, _ variables: [String: String] = [:], exit: Int32 = 0
    ) async throws -> Answer {
        let said = try await slipway(
            "doctor", "--json", in: root, environment: environment(root).merging(variables) { $1 })
        #expect(said.exit == exit, "\(said.output)\(said.errors)")
        return try JSONDecoder().decode(Answer.self, from: Data(said.output.utf8))
    }

    private func plan(_ root: FilePath) async throws -> Said { try await slipway("plan", in: root) }

    /// One kind of clone: how it comes about, beside or from the world in `$W`; what is said of it, and the code.
    struct Kind: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let script: String
        let code: String
        let severity: String
        var exit: Int32 = 0
        /// Whether the fix of the condition is run and must be one.
        var isMended = true
    }

    static let kinds: [Kind] = [
        Kind(
            testDescription: "shallow", script: "git clone -q --depth=1 \"file://$W\" c", code: "shallow",
            severity: "warning"),
        Kind(
            testDescription: "without tags", script: "git clone -q --no-tags \"file://$W\" c", code: "tags",
            severity: "warning"),
        Kind(
            testDescription: "treeless", script: "git clone -q --filter=tree:0 \"file://$W\" c", code: "treeless",
            severity: "refusal", exit: 23),
        Kind(
            testDescription: "treeless, not checked out",
            script: "git clone -q --filter=tree:0 --no-checkout \"file://$W\" c && cd c && cp ../world/slipway.yaml .",
            code: "treeless", severity: "refusal", exit: 23, isMended: false),
        Kind(
            testDescription: "blobless, not checked out",
            script: "git clone -q --bare --filter=blob:none \"file://$W\" c", code: "blobless", severity: "refusal",
            exit: 23, isMended: false),
        Kind(
            testDescription: "borrowing from what is gone",
            script: "git clone -q --bare \"$W\" m && git clone -q --reference m \"file://$W\" c && rm -rf m",
            code: "alternates", severity: "refusal", exit: 23),
        Kind(
            testDescription: "a folder is missing",
            script: """
                cp -r "$W" c && cd c && git remote add origin "file://$W" && id=$(git rev-parse HEAD:services/a)
                rm -f ".git/objects/$(echo $id | cut -c1-2)/$(echo $id | cut -c3-)"
                """, code: "objects", severity: "refusal", exit: 23),
        Kind(
            testDescription: "split index", script: "cp -r \"$W\" c && git -C c update-index --split-index",
            code: "split-index", severity: "refusal", exit: 23),
        Kind(
            testDescription: "split index, configured",
            script: "cp -r \"$W\" c && cd c && git config core.splitIndex true && git update-index --split-index",
            code: "split-index", severity: "refusal", exit: 23),
        Kind(
            testDescription: "sparse index",
            script: """
                git clone -q "file://$W" c && cd c && git sparse-checkout set --cone --sparse-index services/a
                echo 9 > services/a/src
                """,
            code: "sparse-index", severity: "refusal", exit: 23),
        Kind(
            testDescription: "sparse checkout",
            script: "git clone -q \"file://$W\" c && git -C c sparse-checkout set services/a",
            code: "sparse-checkout", severity: "warning"),
        Kind(
            testDescription: "garbage for an index", script: "cp -r \"$W\" c && echo garbage > c/.git/index",
            code: "index", severity: "refusal", exit: 23),
        Kind(
            testDescription: "bare", script: "git clone -q --bare \"$W\" c", code: "bare", severity: "warning",
            isMended: false),
        Kind(
            testDescription: "linked",
            script: "cp -r \"$W\" o && mkdir -p o/.slipway/ledger && git -C o worktree add -q --detach ../c",
            code: "linked-worktree", severity: "note", isMended: false),
        Kind(
            testDescription: "a narrow refspec",
            script: """
                git -C "$W" branch -q side && git clone -q --single-branch -b side "file://$W" c
                """, code: "target-branch", severity: "note", isMended: false),
        Kind(
            testDescription: "replaced objects", script: "cp -r \"$W\" c && git -C c replace --graft HEAD",
            code: "replacements", severity: "warning"),
        Kind(
            testDescription: "grafts", script: "cp -r \"$W\" c && git -C c rev-parse HEAD > c/.git/info/grafts",
            code: "grafts", severity: "warning"),
        Kind(
            testDescription: "autocrlf", script: "cp -r \"$W\" c && git -C c config core.autocrlf true",
            code: "line-endings", severity: "note"),
        Kind(
            testDescription: "an encoding",
            script: """
                cp -r "$W" c && cd c && echo '*.u16 text working-tree-encoding=UTF-16LE' > .gitattributes
                printf 'h\\0i\\0' > x.u16 && git add -A && git commit -q -m x
                """, code: "conversions", severity: "warning", isMended: false),
        Kind(
            testDescription: "uncommitted work", script: "cp -r \"$W\" c && echo x >> c/services/a/src",
            code: "uncommitted", severity: "note"),
        Kind(
            testDescription: "no configuration",
            script:
                "cp -r \"$W\" c && cd c && git rm -q slipway.yaml && mkdir m && echo 'all:' > m/Makefile && git add m",
            code: "configuration", severity: "refusal", exit: 65, isMended: false),
        Kind(
            testDescription: "an invalid configuration",
            script: "cp -r \"$W\" c && echo 'sevices: {}' >> c/slipway.yaml",
            code: "configuration", severity: "refusal", exit: 65, isMended: false),
        Kind(
            testDescription: "no commit",
            script: "git init -q c && cp \"$W/slipway.yaml\" c && cp -r \"$W/services\" c",
            code: "head", severity: "refusal", exit: 65, isMended: false),
        Kind(
            testDescription: "a commit of tomorrow",
            script: """
                cp -r "$W" c && cd c && at="$(($(date +%s) + 86400)) +0000"
                GIT_COMMITTER_DATE="$at" git commit -q --allow-empty -m x
                """, code: "clock", severity: "warning", isMended: false),
        Kind(
            testDescription: "a file in place of .slipway",
            script: "cp -r \"$W\" c && rm -rf c/.slipway && : > c/.slipway",
            code: "ledger", severity: "warning", isMended: false),
        Kind(
            testDescription: "no program",
            script: """
                cp -r "$W" c && cd c && mkdir services/d && touch services/d/x
                printf '  d: {path: services/d, toolchain: command, build: [no-such-compiler], test: false}\\n' >> slipway.yaml
                """, code: "program", severity: "warning", isMended: false),
        Kind(
            testDescription: "no HEAD", script: "cp -r \"$W\" c && rm c/.git/HEAD", code: "repository",
            severity: "refusal", exit: 23, isMended: false),
        Kind(
            testDescription: "garbage for HEAD", script: "cp -r \"$W\" c && echo garbage > c/.git/HEAD",
            code: "repository", severity: "refusal", exit: 75, isMended: false),
        Kind(
            testDescription: "a configuration of git that is none",
            script: "cp -r \"$W\" c && echo '[core' >> c/.git/config", code: "repository", severity: "refusal",
            exit: 75,
            isMended: false),
        Kind(
            testDescription: "a link to nowhere", script: "mkdir c && echo 'gitdir: /nowhere' > c/.git",
            code: "repository", severity: "refusal", exit: 23, isMended: false),
        Kind(
            testDescription: "objects of no bytes",
            script: "cp -r \"$W\" c && find c/.git/objects -type f -exec chmod u+w {} + -exec truncate -s 0 {} +",
            code: "objects", severity: "refusal", exit: 23, isMended: false),
        Kind(
            testDescription: "SHA-256",
            script: """
                git init -q -b main --object-format=sha256 c && cp -r "$W/services" "$W/libs" "$W/slipway.yaml" c
                cd c && git add -A && git commit -q -m 'feat: begin'
                """, code: "object-format", severity: "refusal", exit: 65, isMended: false),
        Kind(
            testDescription: "reftable",
            script: """
                cp -r "$W" c && cd c && git config core.repositoryFormatVersion 1
                git config extensions.refStorage reftable
                """, code: "ref-storage", severity: "refusal", exit: 65, isMended: false),
    ]

    @Test(arguments: kinds)
    func `a clone`(kind: Kind) async throws {
        try await withSelectionWorld { world in
            try await world.git.git("config", "uploadpack.allowFilter", "true")
            try await world.git.git("tag", "a/v1.0.0")
            for index in 2...3 { try await world.git.commit("fix: a", ["services/a/src": "\(index)\n"]) }
            // Where it is not, nothing is said of it.
            let healthy = try await doctor(world.root)
            #expect([nil, "ok"].contains(healthy.severity(kind.code)), "\(kind.code)")

            try await sh(kind.script, in: world.outside, environment: ["W": world.root.string])
            let root = world.outside.appending("c")
            let answer = try await doctor(root, exit: kind.exit)
            let condition = try #require(answer[kind.code])
            #expect(condition.severity == kind.severity, "\(condition)")
            #expect(answer.conditions.contains { $0.severity == "refusal" } == (kind.exit != 0))
            // Doctor promises what plan does.
            let planned = try await plan(root)
            #expect(planned.exit == kind.exit, "\(planned.errors)")
            guard kind.isMended else { return }
            let fix = try #require(condition.fix)
            try await sh(fix, in: root, environment: environment(root))
            let mended = try await doctor(root)
            #expect(
                ["ok", "note"].contains(mended.severity(kind.code)), "\(fix): \(String(describing: mended[kind.code]))")
            #expect(try await plan(root).exit == 0)
        }
    }

    @Test func `a SHA-256 repository is copied into one that works`() async throws {
        try await withTemporaryFolder { folder in
            let root = folder.appending("s")
            try await sh("git init -q -b main --object-format=sha256 s", in: folder)
            let git = GitFixture(existing: root)
            try await git.commit(
                "feat: begin",
                SelectionWorld.files(of: "c").merging(["slipway.yaml": SelectionWorld.configuration(["c"])]) { $1 })
            let fix = try #require(try await doctor(root, exit: 65)["object-format"]?.fix)
            try await sh(fix, in: root)
            let said = try await slipway("plan", "--committed", in: folder.appending("s-sha1"))
            #expect(said.exit == 65, "nothing is checked out: \(said.errors)")
            try await sh("git checkout -q main", in: folder.appending("s-sha1"))
            #expect(try await plan(folder.appending("s-sha1")).exit == 0)
        }
    }

    @Test func `a submodule and a large file that are not there`() async throws {
        try await withSelectionWorld { world in
            let other = try await GitFixture(at: world.outside.appending("other"))
            try await other.commit("x", ["x": "1"])
            try await world.git.git(
                "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.root.string, "services/a/sub")
            let pointer =
                "version https://git-lfs.github.com/spec/v1\noid sha256:\(String(repeating: "a", count: 64))\nsize 5000\n"
            try await world.git.commit(
                "feat: more", [".gitattributes": "*.bin filter=lfs\n", "services/b/x.bin": pointer])
            let clone = try await world.clone("clone")
            let answer = try await doctor(clone.root)
            #expect(answer["submodules"]?.message == "1 submodule not initialised (services/a/sub)")
            #expect(answer["submodules"]?.cost?.contains("slipway run refuses a, b") == true)
            #expect(answer["large-files"]?.message == "1 file of git-lfs not fetched (services/b/x.bin)")
            #expect(answer["large-files"]?.jenkinsfile?.contains("lfs()") == true)
            #expect(try await clone.slipway("run").exit == 65)
            let fix = try #require(answer["submodules"]?.fix)
            try await clone.git.git("config", "protocol.file.allow", "always")
            try await sh(
                fix, in: clone.root,
                environment: [
                    "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "protocol.file.allow", "GIT_CONFIG_VALUE_0": "always",
                ])
            #expect(try await doctor(clone.root).severity("submodules") == "ok")
        }
    }

    @Test func `a clone of another user`() async throws {
        try await withSelectionWorld { world in
            let given = try await run("chown", ["-R", "12345:12345", world.root.string])
            guard given.exit == 0 else {
                print("NOT RUN: a clone of another user (chown: \(given.errors))")
                return
            }
            let answer = try await doctor(world.root)
            #expect(answer.severity("owner") == "note")
            let fix = try #require(answer["owner"]?.fix)
            #expect(fix == "git config --global --add safe.directory \(world.root)")
            let home = ["HOME": world.outside.string]
            let said = try await run(
                "/bin/sh", ["-c", fix], environment: home.merging(["PATH": "/usr/bin:/bin"]) { $1 })
            #expect(said.exit == 0, "\(said.errors)")
            #expect(try await doctor(world.root, home).severity("owner") == "ok")
        }
    }

    @Test func `a disk that is almost full`() async throws {
        try await withSelectionWorld { world in
            let place = world.outside.appending("small")
            let mounted = try await run(
                "/bin/sh", ["-c", "mkdir '\(place)' && mount -t tmpfs -o size=8m tmpfs '\(place)'"])
            guard mounted.exit == 0 else {
                print("NOT RUN: a disk that is almost full (mount: \(mounted.errors))")
                return
            }
            do {
                let clone = try await world.clone("small/clone")
                #expect(try await doctor(clone.root).severity("disk") == "warning")
            } catch {
                try await run("umount", [place.string])
                throw error
            }
            try await run("umount", [place.string])
        }
    }

    @Test func `under Jenkins more matters, and lines for the Jenkinsfile are shown`() async throws {
        try await withSelectionWorld { world in
            let clone = try await world.clone("clone")
            let jenkins = ["JENKINS_URL": "https://ci.example/", "CHANGE_ID": "7", "CHANGE_TARGET": "release"]
            let answer = try await doctor(clone.root, jenkins)
            #expect(answer.severity("tags") == "warning")
            #expect(answer["target-branch"]?.message == "origin/release is not here")
            let text = try await slipway("doctor", "-q", in: clone.root, environment: jenkins)
            #expect(text.exit == 0)
            #expect(text.output.contains("    Jenkinsfile: withCredentials([string(credentialsId: 'slipway-key'"))
            #expect(text.output.hasSuffix(" 3 warnings, 1 note: a plan can be made\n".dropFirst()), "\(text.output)")
            let plain = try await slipway("doctor", in: clone.root)
            #expect(!plain.output.contains("Jenkinsfile:"))
            #expect(plain.output.contains("\nok    bare"))
        }
    }

    @Test func `a key`() async throws {
        try await withSelectionWorld { world in
            let signed = try await doctor(world.root, world.signing([:]))
            #expect(signed.severity("signing-key") == "ok")
            let broken = try await doctor(world.root, ["SLIPWAY_KEY": "garbage"], exit: 65)
            #expect(broken.severity("signing-key") == "refusal")
        }
    }

    @Test func `no repository at all`() async throws {
        try await withTemporaryFolder { folder in
            let said = try await slipway("doctor", in: folder)
            #expect(said.exit == 65)
            #expect(said.output == "")
            #expect(said.errors.contains("not in a git repository"))
        }
    }
}
