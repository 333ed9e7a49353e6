import Fixtures
import Foundation
import SystemPackage
import Testing

/// Ways to get a green answer for something that was not shown to be good.
struct SafetyTests {
    private static let red = ["services/web/tap": "1..1\nnot ok 1 - web works\n"]

    private func plain(_ more: String) -> String { "services:\n  it: {path: it, toolchain: command, \(more)}\n" }

    // MARK: - Steps left out

    @Test func `a run that stops before the tests vouches for nothing`() async throws {
        try await withMonorepo { repository in
            try await repository.git.commit("feat: red", Self.red)
            let build = try await repository.slipway("run", "--through", "build")
            #expect(build.exit == 0)
            #expect(build.output.contains("tests not asked for"))
            #expect(
                try repository.verdicts() == [
                    "app": "incomplete", "lib": "incomplete", "solo": "stable", "web": "incomplete",
                ])
            let full = try await repository.slipway("run")
            #expect(full.exit == 10)
            #expect(
                try repository.verdicts() == ["app": "stable", "lib": "stable", "solo": "reused", "web": "unstable"])
        }
    }

    @Test func `a run that made no image does not stand in for one that makes it`() async throws {
        try await withMonorepo { repository in
            try await repository.slipway("run", "--through", "test")
            let plan = try await repository.slipway("plan", "--format", "tsv")
            #expect(plan.output.split(separator: "\n").dropFirst().map { $0.prefix { $0 != "\t" } } == ["app"])
            try await repository.slipway("run")
            #expect(try await repository.slipway("plan").output.contains("nothing to do"))
        }
    }

    @Test(arguments: [
        (#""steps": ["#, "\n        \"build\",\n        \"test\",", "\n        \"build\","),
        (#""selected": true"#, "true", "false"),
    ])
    func `a plan that was changed on its way is refused`(mark: String, old: String, new: String) async throws {
        try await withMonorepo { repository in
            let made = try await repository.slipway("plan", "--json")
            let text = made.output.replacing(mark.replacing(old, with: new), with: mark)
            let file = repository.root.removingLastComponent().appending("plan.json")
            let changed =
                mark.contains("steps")
                ? text.replacing(old, with: new) : text.replacing(mark, with: "\"selected\": false")
            try file.put(changed)
            let said = try await repository.slipway("run", "--plan", file.string)
            #expect(said.exit == 65, "\(said.output)\(said.errors)")
        }
    }

    // MARK: - Evidence of others

    @Test func `reports of other services and files of git are nobody's evidence, and stay`() async throws {
        let configuration = """
            services:
              root: {path: ., toolchain: command, build: false, test: "true", reports: ["**/*.xml"]}
              a: {path: a, toolchain: command, build: false, test: 'cp r.txt "$SLIPWAY_REPORTS/a.xml"; cp r.txt out.xml'}

            """
        try await withMonorepo("services: {x: {path: it}}\n") { repository in
            let report = "<testsuite name=\"s\" tests=\"1\"><testcase name=\"t\"/></testsuite>\n"
            try await repository.git.commit(
                "chore: it",
                [
                    "slipway.yaml": configuration, "a/r.txt": report, "docs/kept.xml": report,
                    "a/pom.xml": "<project/>",
                    ".gitignore": "out.xml\n",
                ])
            let said = try await repository.slipway("run", "--jobs", "1")
            #expect(said.exit == 11, "\(said.output)")
            #expect(try repository.verdicts()["a"] == "stable")
            #expect(try repository.verdicts()["root"] == "failed")
            #expect(try await repository.git.git("status", "--porcelain") == "")
        }
    }

    @Test func `one test that passes hides no other of its name`() async throws {
        try await withMonorepo("services: {x: {path: it}}\n") { repository in
            try await repository.git.commit(
                "chore: it",
                [
                    "slipway.yaml": plain("build: false, test: cat tap"),
                    "it/tap": "1..2\nnot ok 1 - adds\nok 2 - adds\n",
                ])
            #expect(try await repository.slipway("run").exit == 10)
            #expect(try repository.verdicts()["it"] == "unstable")
        }
    }

    @Test func `a suite may be called anything, and there may be many`() async throws {
        let suites = (0..<3000).map { "<testsuite name=\"a/b \($0) é\"><testcase name=\"t\"/></testsuite>" }.joined()
        try await withMonorepo("services: {x: {path: it}}\n") { repository in
            try await repository.git.commit(
                "chore: it",
                [
                    "slipway.yaml": plain("build: false, test: 'cp r.txt \"$SLIPWAY_REPORTS/r.xml\"'"),
                    "it/r.txt": "<testsuites>\(suites)</testsuites>",
                ])
            #expect(try await repository.slipway("run").exit == 0)
            let again = try await repository.slipway("run")
            #expect(again.output == "1 reused: a record has their key\n", "\(again.errors)")
        }
    }

    // MARK: - What goes in without being said

    @Test(arguments: [
        // What an image takes from elsewhere, a script in a folder of CI, and the end of a link.
        ("build: false, test: false, images: [{context: .., dockerfile: Dockerfile}]", "common/x"),
        ("build: false, test: 'sh ../ci/t.sh', images: false", "ci/t.sh"),
        ("build: false, test: 'sh link/t.sh', images: false", "common/t.sh"),
        ("build: false, test: 'sh charts/t.sh', images: false", "it/src/charts/x.vue"),
        ("build: false, test: 'sh \"$SLIPWAY_ROOT/ci/t.sh\"', images: false", "ci/t.sh"),
        ("build: false, test: {run: [sh, -c, 'cd .. && sh ci/t.sh']}, images: false", "ci/t.sh"),
        ("build: false, test: 'sh far/t.sh', images: false", "ci/t.sh"),
    ])
    func `what a service is made of selects it, wherever it lies`(more: String, path: String) async throws {
        let tap = "echo 1..1; echo ok 1\n"
        try await withMonorepo("services: {x: {path: it}}\n") { repository in
            try await sh(
                "mkdir -p it && ln -s ../common it/link && ln -s ../near it/far && ln -s ci near", in: repository.root)
            try await repository.git.commit(
                "chore: it",
                [
                    "slipway.yaml":
                        "services:\n  it: {path: it, toolchain: command, \(more)}\n  other: {path: common, toolchain: command, build: \"true\", test: false}\nclasses: {ci: [\"ci/\"]}\n",
                    "it/Dockerfile": "FROM scratch\nCOPY common/x /x\n", "common/x": "1\n", "common/t.sh": tap,
                    "ci/t.sh": tap, "it/charts/t.sh": tap, "it/src/charts/x.vue": "x\n",
                ])
            let first = try await repository.slipway("run")
            #expect(first.exit == 0, "\(first.output)\(first.errors)")
            try await repository.git.commit("chore: change", [path: "echo changed\n"])
            let plan = try await repository.slipway("plan", "--format", "tsv")
            let selected = plan.output.split(separator: "\n").dropFirst().map { $0.prefix { $0 != "\t" } }
            #expect(selected.contains("it"), "\(plan.output)")
        }
    }

    @Test func `a submodule that is not what the commit says is uncommitted work`() async throws {
        try await withMonorepo { repository in
            let other = try await GitFixture(at: repository.root.removingLastComponent().appending("other"))
            try await other.commit("feat: one", ["x": "1"])
            try await sh(
                "git -c protocol.file.allow=always submodule --quiet add \(other.root) services/web/sub",
                in: repository.root)
            try await repository.git.commit("feat: submodule", [:])
            #expect(try await repository.slipway("run").exit == 0)
            #expect(try await repository.slipway("plan").output.contains("nothing to do"))
            try repository.git.put("services/web/sub/x", "2")
            let plan = try await repository.slipway("plan")
            #expect(plan.output.contains("with uncommitted work: 1 of 4 to build"), "\(plan.output)")
            let clone = try await repository.git.clone(to: repository.root.removingLastComponent().appending("clone"))
            let absent = try await slipway("run", in: clone.root)
            #expect(absent.exit == 65)
            #expect(absent.errors.contains("services/web/sub is committed and not checked out here"))
            #expect(absent.errors.contains("git submodule update --init"))
        }
    }

    @Test func `what a sparse checkout leaves out cannot be built without`() async throws {
        try await withMonorepo { repository in
            try await sh("git sparse-checkout set --no-cone '/*' '!services/web/tap'", in: repository.root)
            let said = try await repository.slipway("run")
            #expect(said.exit == 65)
            #expect(said.errors.contains("web: services/web/tap is committed and not checked out here"))
            #expect(try await repository.slipway("plan").exit == 0)
        }
    }

    @Test func `what was edited or removed in mid-run gets no image`() async throws {
        let configuration = plain("build: 'rm gone; echo x >> src', test: false, images: [{name: it}]")
        try await withMonorepo("services: {x: {path: it}}\n") { repository in
            try await repository.git.commit(
                "chore: it",
                [
                    "slipway.yaml": configuration, "it/src": "x", "it/gone": "x",
                    "it/Dockerfile": "FROM scratch\nCOPY . /\n",
                ])
            let said = try await repository.slipway("run")
            #expect(said.exit == 12, "\(said.output)")
            #expect(try repository.reasons()["it"] == "inputs-changed")
            #expect(!said.output.contains("it@"))
        }
    }

    @Test(arguments: ["echo 2 > ../shared/l", "echo 2 > y; touch -d 2001-01-01 y; mv y src", "echo 2 > ../root.conf"])
    func `whatever is in the key must not change in mid-run, not even in secret`(script: String) async throws {
        let configuration = plain("inputs: [shared], build: sh b.sh, test: false")
        try await withMonorepo("services: {x: {path: it}}\n") { repository in
            try await repository.git.commit(
                "chore: it",
                [
                    "slipway.yaml": configuration, "it/b.sh": "\(script)\n", "it/src": "1", "shared/l": "1",
                    "root.conf": "1",
                ])
            let said = try await repository.slipway("run")
            #expect(said.exit == 12, "\(said.output)\(said.errors)")
            #expect(try repository.reasons()["it"] == "inputs-changed")
        }
    }

    @Test func `what was found out later counts more than an earlier green`() async throws {
        try await withMonorepo("services: {x: {path: it}}\n") { repository in
            let weather = repository.root.removingLastComponent().appending("weather")
            try weather.put("1..1\nok 1\n")
            try await repository.git.commit(
                "chore: it", ["slipway.yaml": plain("build: false, test: cat ../../weather"), "it/x": ""])
            #expect(try await repository.slipway("run").exit == 0)
            try weather.put("1..1\nnot ok 1\n")
            #expect(try await repository.slipway("run", "--force").exit == 10)
            #expect(try await repository.slipway("run").exit == 10)
            try weather.put("1..1\nok 1\n")
            #expect(try await repository.slipway("run").exit == 0)
            #expect(try repository.verdicts()["it"] == "flaky")
            #expect(try await repository.slipway("plan").output.contains("nothing to do"))
        }
    }

    @Test func `sources that nobody committed are no output, whatever their folder is called`() async throws {
        try await withMonorepo("services: {x: {path: it}}\n") { repository in
            try await repository.git.commit(
                "chore: it",
                ["slipway.yaml": "services: {it: {path: it}}\n", "it/build.gradle": "", "it/sub/build.gradle": ""])
            try repository.git.put("it/build/x.class", "")
            try repository.git.put("it/sub/build/x.class", "")
            let clean = try await repository.slipway("plan", "--json")
            #expect(clean.output.contains("\"dirty\": false"), "\(clean.output)\(clean.errors)")
            try repository.git.put("it/src/main/java/build/B.java", "class B {}")
            #expect(try await repository.slipway("plan", "--json").output.contains("\"dirty\": true"))
        }
    }

    @Test(arguments: [
        "services: {it: {path: it, timeout: 9223372036854775807s}}\n", "services: {it: {path: it, build: \"  \"}}\n",
        "services: {it: {path: it, reports: [\"*.xml\"]}, too: {path: it, reports: [\"*.xml\"]}}\n",
    ])
    func `slips of the pen are refused`(text: String) async throws {
        try await withMonorepo("services: {x: {path: it}}\n") { repository in
            try await repository.git.commit("chore: it", ["slipway.yaml": text, "it/Makefile": "all:\n"])
            #expect(try await repository.slipway("plan").exit == 65)
        }
    }

    // MARK: - Configurations that cannot be meant

    @Test(arguments: [
        ("services: {a: {path: it, inputs: [nowhere]}}\n", "there is no nowhere in this tree"),
        ("services: {a: {path: it, reports: [\"../x.xml\"]}}\n", "leads out of it"),
        (
            "services: {a: {path: it, images: [{name: x}]}, b: {path: two, images: [{name: x}]}}\n",
            "would both make the image \"x\""
        ),
    ])
    func `refused with the line`(text: String, expected: String) async throws {
        try await withMonorepo("services: {x: {path: it}}\n") { repository in
            try await repository.git.commit("chore: it", ["slipway.yaml": text, "it/Makefile": "", "two/Makefile": ""])
            let said = try await repository.slipway("plan")
            #expect(said.exit == 65)
            #expect(said.errors.contains("slipway.yaml:1: ") && said.errors.contains(expected), "\(said.errors)")
        }
    }

    @Test(arguments: ["--json", "--format=tsv"])
    func `an answer that cannot be written is none`(option: String) async throws {
        try await withMonorepo { repository in
            let said = try await run(
                "/bin/sh", ["-c", "'\(SlipwayBinary.path)' plan \(option) > /dev/full"], in: repository.root,
                environment: SlipwayBinary.environment)
            #expect(said.exit == 75)
            #expect(said.errors.contains("the answer cannot be written"))
        }
    }

    @Test func `a file that belongs to nobody may matter to all, and the line that would change that is said`()
        async throws
    {
        try await withMonorepo { repository in
            try await repository.slipway("run")
            try await repository.git.commit("chore: tool", ["tool.conf": "x"])
            let plan = try await repository.slipway("plan")
            #expect(plan.output.contains("4 of 4 to build"))
            #expect(plan.output.contains("classes: {docs: [\"tool.conf\"]}"), "\(plan.output)")
        }
    }

    @Test func `a clone that was told to fetch no tags says so`() async throws {
        try await withMonorepo { repository in
            try await repository.git.git("tag", "app/v1.2.3")
            let clone = try await repository.git.clone(
                to: repository.root.removingLastComponent().appending("clone"), "--no-tags")
            let plan = try await slipway("plan", in: clone.root)
            #expect(plan.output.contains("this clone fetches no tags"), "\(plan.output)")
        }
    }

    @Test func `a build that fails shows the end of its log`() async throws {
        try await withMonorepo("services: {x: {path: it}}\n") { repository in
            try await repository.git.commit(
                "chore: it",
                [
                    "slipway.yaml": plain("build: 'echo one; echo the compiler says no; exit 3', test: false"),
                    "it/x": "",
                ])
            let said = try await repository.slipway("run")
            #expect(said.exit == 11)
            #expect(said.output.contains("  | one\n  | the compiler says no\n"), "\(said.output)")
        }
    }

    @Test func `a library with nothing to do is not selected for ever`() async throws {
        let configuration = """
            services:
              l: {path: l, kind: library, toolchain: command, build: false, test: false}
              a: {path: a, toolchain: command, needs: [l], build: "true", test: false}

            """
        try await withMonorepo("services: {x: {path: it}}\n") { repository in
            try await repository.git.commit("chore: it", ["slipway.yaml": configuration, "l/x": "", "a/x": ""])
            #expect(try await repository.slipway("run").exit == 0)
            #expect(try await repository.slipway("plan").output.contains("nothing to do"))
        }
    }
}
