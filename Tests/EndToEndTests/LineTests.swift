import Fixtures
import Foundation
import SystemPackage
import Testing

/// The built program on a small monorepo: arguments in; exit code, text and files out.
struct LineTests {
    @Test func `why a service is built, and why not`() async throws {
        try await withMonorepo { repository in
            try await repository.slipway("run")
            try await repository.git.commit("fix: lend more", ["libs/lib/src.txt": "2\n"])
            let head = try await repository.git.head().prefix(12)
            let why = try await repository.slipway("plan", "--why", "app")
            #expect(why.exit == 0, "\(why.errors)")
            #expect(
                why.output.hasPrefix(
                    """
                    app is selected: needs
                      libs/lib/src.txt (\(head), Ada Lovelace)
                        → lib
                          → app
                    compared with
                    """), "\(why.output)")
            let not = try await repository.slipway("plan", "--why-not", "solo")
            #expect(not.output.hasPrefix("solo is not selected: record "), "\(not.output)")
            let id = try #require(not.output.split(separator: " ").dropFirst(5).first)
            let shown = try await repository.slipway("record", "show", String(id))
            #expect(shown.output.contains("solo"))
            let unknown = try await repository.slipway("plan", "--why", "sola")
            #expect(unknown.exit == 65)
            #expect(unknown.errors.contains("did you mean \"solo\"?"))
            let json = try await repository.slipway("plan", "--why", "web", "--json")
            #expect(json.output.contains("\"reason\": \"needs\""))
        }
    }

    /// Names of the services that a plan selects, from its tab-separated form.
    private func selected(_ repository: Monorepo, _ arguments: String...) async throws -> [String: String] {
        let said = try await run(
            SlipwayBinary.path.string, ["plan", "--format", "tsv"] + arguments, in: repository.root,
            environment: SlipwayBinary.environment)
        #expect(said.exit == 0, "\(said.errors)")
        return said.output.split(separator: "\n").dropFirst().reduce(into: [:]) { selected, line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            selected[String(fields[0])] = String(fields[6])
        }
    }

    @Test func `a first run builds everything, a second one nothing, and says which record it found`() async throws {
        try await withMonorepo { repository in
            let first = try await repository.slipway("run")
            #expect(first.exit == 0, "\(first.errors)")
            #expect(try repository.verdicts() == ["app": "stable", "web": "stable", "solo": "stable", "lib": "stable"])
            #expect(try await repository.git.git("status", "--porcelain") == "")
            let second = try await repository.slipway("run")
            #expect(second.exit == 0)
            #expect(second.output == "4 reused: a record has their key\n")
            let plan = try await repository.slipway("plan")
            #expect(plan.output.contains("nothing to do"))
            let record = try #require(
                (try repository.outcome()["services"] as? [[String: Any]])?.first?["record"] as? String)
            #expect(plan.output.contains("app   reused: record \(record.prefix(8))"))
        }
    }

    @Test func `a change builds its service and what that needs, a change in the library all that need it`()
        async throws
    {
        try await withMonorepo { repository in
            try await repository.slipway("run")
            try await repository.git.commit("fix: app", ["services/app/src.txt": "app 2\n"])
            #expect(try await selected(repository) == ["app": "path"])
            let run = try await repository.slipway("run")
            #expect(run.exit == 0, "\(run.errors)")
            #expect(try repository.verdicts()["lib"] == "reused")
            try await repository.git.commit("fix: lib", ["libs/lib/src.txt": "lib 2\n"], author: "Grace Hopper")
            #expect(try await selected(repository) == ["app": "needs", "lib": "path", "web": "needs"])
            let plan = try await repository.slipway("plan")
            let short = try await repository.git.head().prefix(12)
            #expect(plan.output.contains("needs: libs/lib/src.txt (\(short), Grace Hopper) via lib"))
        }
    }

    @Test func `documentation builds nothing, unless an image takes it`() async throws {
        try await withMonorepo { repository in
            try await repository.slipway("run")
            try await repository.git.commit(
                "docs: more", ["README.md": "# y\n", "services/app/README.md": "app\n", "docs/x.txt": "x\n"])
            #expect(try await selected(repository) == [:])
            try await repository.git.commit(
                "feat: ship the readme", ["services/app/Dockerfile": "FROM scratch\nCOPY README.md out/app /\n"])
            try await repository.slipway("run")
            try await repository.git.commit("docs: again", ["services/app/README.md": "app 2\n"])
            #expect(try await selected(repository) == ["app": "path"])
        }
    }

    @Test func `a red test is unstable, its image is not made, and the fix is stable`() async throws {
        try await withMonorepo { repository in
            try await repository.slipway("run")
            try await repository.git.commit(
                "fix: oops", ["services/app/tap": "1..2\nok 1 - app works\nnot ok 2 - adds\n"])
            let red = try await repository.slipway("run")
            #expect(red.exit == 10)
            #expect(red.output.contains("✗ tap.adds"))
            #expect(try repository.verdicts()["app"] == "unstable")
            let image = (try repository.outcome()["services"] as? [[String: Any]])?.first {
                $0["name"] as? String == "app"
            }
            #expect(image?["image"] == nil)
            // The same commit again is no secret retry: its record is there, and does not count.
            #expect(try await selected(repository) == ["app": "record-rejected"])
            try await repository.git.commit("fix: better", ["services/app/tap": "1..1\nok 1 - app works\n"])
            let green = try await repository.slipway("run")
            #expect(green.exit == 0, "\(green.errors)")
        }
    }

    @Test func `a key that was red before is flaky when it turns green`() async throws {
        let configuration = Monorepo.configuration.replacing(
            "test: cat tap\n  web", with: "test: test -e /tmp/slipway-flag-$PPID-never || cat ../../../flag\n  web")
        try await withMonorepo(configuration) { repository in
            let flag = repository.root.removingLastComponent().appending("flag")
            try flag.put("1..1\nnot ok 1 - moody\n")
            #expect(try await repository.slipway("run").exit == 10)
            try flag.put("1..1\nok 1 - moody\n")
            #expect(try await repository.slipway("run").exit == 0)
            #expect(try repository.verdicts()["app"] == "flaky")
            #expect(try repository.reasons()["app"] == "failed-before")
        }
    }

    @Test func `a failed build skips what needs it, builds the rest, and exits 11`() async throws {
        try await withMonorepo(Monorepo.configuration.replacing("cp src.txt out/lib", with: "cp nowhere out/lib")) {
            repository in
            let said = try await repository.slipway("run")
            #expect(said.exit == 11)
            #expect(
                try repository.verdicts() == ["app": "skipped", "lib": "failed", "solo": "stable", "web": "skipped"])
        }
    }

    @Test func `uncommitted work has the key of its commit, and its record stays local`() async throws {
        try await withMonorepo { repository in
            try repository.git.put("services/solo/src.txt", "changed\n")
            let before = try await repository.slipway("plan", "--json")
            #expect(before.output.contains("\"dirty\": true"))
            #expect(try await repository.slipway("run").exit == 0)
            let record = try await repository.slipway("record", "list", "--json", "--service", "solo")
            #expect(record.output.contains("\"scope\": \"local\""))
            try await repository.git.commit("fix: solo")
            #expect(try await selected(repository) == [:])
            // What a laptop built from uncommitted work is no evidence for a branch build in CI.
            let jenkins = ["JENKINS_URL": "https://ci.example", "BRANCH_NAME": "main"]
            let inCI = try await repository.slipway("plan", "--format", "tsv", environment: jenkins)
            #expect(inCI.output.contains("solo\t\t1\tbuild\t"))
            #expect(inCI.errors.contains("is of scope local, and branch is needed"))
        }
    }

    @Test func `new services are new, deleted ones are removed`() async throws {
        try await withMonorepo { repository in
            try await repository.slipway("run")
            let more = Monorepo.configuration.replacing(
                "  solo:\n    path: services/solo", with: "  extra:\n    path: services/extra")
            try repository.git.remove("services/solo")
            try await repository.git.commit("feat: extra", ["slipway.yaml": more, "services/extra/src.txt": "x\n"])
            #expect(try await selected(repository) == ["extra": "new"])
            let run = try await repository.slipway("run")
            #expect(run.exit == 0, "\(run.errors)")
            #expect(try repository.verdicts()["solo"] == "removed")
        }
    }

    @Test func `the version is known to the build, and follows tags and commits`() async throws {
        try await withMonorepo { repository in
            try await repository.git.git("tag", "app/v1.4.0")
            let released = try await repository.slipway("version", "app")
            #expect(released.output.hasPrefix("app  1.4.0  already-released  1.4.1-0.main.0.g"))
            let head = try await repository.git.commit("feat(app): more", ["services/app/src.txt": "more\n"])
            let said = try await repository.slipway("version", "app", "--json")
            #expect(said.output.contains("\"next\": \"1.5.0\""))
            try await repository.slipway("run", "app")
            let built = try repository.root.appending("services/app/out/version").text
            #expect(built == "1.5.0-0.main.1.g\(head.prefix(12))\n")
        }
    }

    @Test func `force, through, dry-run, and a plan carried out later`() async throws {
        try await withMonorepo { repository in
            try await repository.slipway("run")
            #expect(
                try await selected(repository, "lib", "--force") == ["app": "forced", "lib": "forced", "web": "forced"])
            let dry = try await repository.slipway("run", "--dry-run", "--force", "solo")
            #expect(dry.exit == 0)
            #expect(dry.output.contains("solo.build  true"))
            try await repository.git.commit("fix: app", ["services/app/src.txt": "2\n"])
            let build = try await repository.slipway("run", "--through", "build")
            #expect(build.exit == 0, "\(build.errors)")
            let plan = repository.root.removingLastComponent().appending("plan.json")
            try plan.put(try await repository.slipway("plan", "--json").output)
            let carried = try await repository.slipway("run", "--plan", plan.string)
            #expect(carried.exit == 0, "\(carried.errors)")
            try await repository.git.commit("fix: again", ["services/app/src.txt": "3\n"])
            let late = try await repository.slipway("run", "--plan", plan.string)
            #expect(late.exit == 65)
            #expect(late.errors.contains("the plan is for commit"))
        }
    }

    @Test func `the configuration may lie outside, for repositories that never heard of us`() async throws {
        try await withRepository { fixture in
            try await fixture.commit("first", ["Makefile": "all:\n\ttrue\ntest:\n\t@echo 1..1; echo ok 1\n"])
            let outside = fixture.root.removingLastComponent().appending("outside.yaml")
            try outside.put("services: {it: {path: ., toolchain: make}}\n")
            let said = try await slipway("run", "--config", outside.string, in: fixture.root)
            #expect(said.exit == 0, "\(said.errors)")
        }
    }

    @Test func `init proposes what plan then takes`() async throws {
        try await withRepository { fixture in
            try await fixture.commit(
                "first",
                [
                    "services/a/go.mod": "module a\n", "services/a/a_test.go": "package a\n",
                    "services/b/package.json": "{}\n",
                    "services/b/test/x.js": "", "libs/common/Makefile": "all:\n", "tools/x.sh": "",
                    "services/c/src/Dockerfile": "FROM scratch\n",
                ])
            let said = try await slipway("init", in: fixture.root)
            #expect(said.exit == 0, "\(said.errors)")
            #expect(said.output.contains("common  library  libs/common"))
            let plan = try await slipway("plan", "--format", "tsv", in: fixture.root)
            #expect(plan.exit == 0, "\(plan.errors)")
            #expect(
                plan.output.split(separator: "\n").dropFirst().map { $0.prefix { $0 != "\t" } } == [
                    "a", "b", "c", "common",
                ])
            let again = try await slipway("init", in: fixture.root)
            #expect(again.exit == 65)
            #expect(again.errors.contains("is there already"))
        }
    }

    @Test func `two clones of one commit, in other folders, locales and umasks, make the same plan and the same image`()
        async throws
    {
        try await withMonorepo { repository in
            let parent = repository.root.removingLastComponent()
            let address = ["remote.origin.url", "ssh://git@host.example/acme/mono.git"]
            var plans: Set<String> = []
            var digests: Set<String> = []
            for (index, locale) in ["C", "C.UTF-8"].enumerated() {
                let clone = try await repository.git.clone(to: parent.appending("deep/\(index)/clone with space"))
                try await clone.git("config", address[0], address[1])
                let plan = try await run(
                    "/bin/sh", ["-c", "umask 0\(index)77; exec \"$0\" plan --json", SlipwayBinary.path.string],
                    in: clone.root,
                    environment: SlipwayBinary.environment.merging([
                        "LC_ALL": locale, "TZ": index == 0 ? "UTC" : "Asia/Tokyo",
                    ]) { $1 })
                plans.insert(plan.output)
                let built = try await run(
                    "/bin/sh", ["-c", "umask 0\(index)77; exec \"$0\" run --json app", SlipwayBinary.path.string],
                    in: clone.root,
                    environment: SlipwayBinary.environment)
                #expect(built.exit == 0, "\(built.errors)")
                let text = try clone.root.appending(".slipway/images/index.json").text
                digests.insert(String(text.split(separator: "sha256:")[1].prefix(64)))
            }
            #expect(plans.count == 1)
            #expect(digests.count == 1)
        }
    }

    @Test func `in a shallow clone the selection is exact, versions are not guessed`() async throws {
        try await withMonorepo { repository in
            try await repository.git.git("tag", "app/v1.0.0")
            for index in 0..<3 {
                try await repository.git.commit("fix: \(index)", ["services/app/src.txt": "\(index)\n"])
            }
            let clone = try await repository.git.clone(
                to: repository.root.removingLastComponent().appending("shallow"), "--depth=1", "--no-tags")
            let plan = try await slipway("plan", "--json", in: clone.root)
            #expect(plan.exit == 0)
            #expect(plan.output.contains("\"code\": \"history.shallow\""))
            #expect(plan.output.contains("\"version\": null"))
            let full = try await repository.slipway("plan", "--json")
            func keys(_ text: String) -> [Substring] { text.split(separator: "\n").filter { $0.contains("\"key\"") } }
            #expect(keys(plan.output) == keys(full.output))
            let version = try await slipway("version", in: clone.root)
            #expect(version.exit == 23)
            #expect(version.errors.contains("git fetch --unshallow --tags"))
            let told = try await slipway("version", "--json", in: clone.root)
            #expect(told.exit == 23)
            #expect(told.output.contains("\"code\": \"repo.shallow\""))
            #expect(told.output.contains("\"outcome\": \"error\""))
            let run = try await slipway("run", in: clone.root)
            #expect(run.exit == 23)
            let tested = try await slipway("run", "--through", "test", in: clone.root)
            #expect(tested.exit == 0, "\(tested.errors)")
        }
    }

    @Test func `a bare repository can be planned, not built`() async throws {
        try await withMonorepo { repository in
            let bare = try await repository.git.clone(
                to: repository.root.removingLastComponent().appending("bare"), "--bare")
            let plan = try await slipway("plan", in: bare.root)
            #expect(plan.exit == 0, "\(plan.errors)")
            let run = try await slipway("run", in: bare.root)
            #expect(run.exit == 65)
            #expect(run.errors.contains("a bare repository has no files to build"))
        }
    }

    @Test func `clean removes what is old and keeps records`() async throws {
        try await withMonorepo(Monorepo.configuration + "retention: {logs: 0s, snapshots: 0s}\n") { repository in
            try await repository.slipway("run")
            let said = try await repository.slipway("clean", "--json")
            #expect(said.exit == 0, "\(said.errors)")
            #expect(said.output.contains("\"images\": [\n    \"app:"))
            #expect(try repository.root.appending(".slipway/runs").children == [])
            #expect(try repository.root.appending(".slipway/images/blobs/sha256").children == [])
            #expect(try await repository.slipway("record", "list").output.split(separator: "\n").count == 4)
            // The image is gone, so its record is good for nothing any more.
            #expect(try await selected(repository) == ["app": "record-rejected"])
        }
    }

    @Test func `version, help with exit codes, completions`() async throws {
        let folder: FilePath = "/"
        #expect(try await slipway("--version", in: folder).output.contains("."))
        let help = try await slipway("run", "--help", in: folder)
        for code in ["0", "10", "11", "12", "20", "21", "22", "23", "64", "65", "70", "75", "130", "143"] {
            #expect(help.output.contains("\n  \(code) "), "exit code \(code) is not in the help")
        }
        for shell in ["bash", "zsh", "fish"] {
            let script = try await slipway("--generate-completion-script", shell, in: folder)
            #expect(script.exit == 0)
            #expect(script.output.contains("record"))
        }
        #expect(try await slipway("frobnicate", in: folder).exit == 64)
        #expect(try await slipway("run", "--jobs", "0", in: folder).exit == 64)
    }
}
