import Fixtures
import Foundation
import SystemPackage
import Testing

/// What only tests see is tested again and packed no second time: the image that was made stays the one that is meant.
struct TestOnlyTests {
    private static let passing = "1..1\nok 1 - app works\n"

    /// `app` keeps its tests in a folder that no command names file by file.
    private static let configuration = Monorepo.configuration
        .replacing("test: cat tap\n  web", with: "test: cat tests/*.tap\n    classes: {test: [tests/]}\n  web")

    private static let files = [
        "services/app/tests/first.tap": passing, "services/app/k8s/app.yaml": "image: app\n",
        "services/app/docs/guide.txt": "1\n", "services/app/README.md": "1\n",
        "services/app/deploy/production.yaml": "replicas: 1\n",
    ]

    private func withApp(
        _ more: String = "", _ body: (SelectionWorld, FilePath, [String: String]) async throws -> Void
    ) async throws {
        try await withOffice(Self.configuration + more) { repository, office in
            let ci = Office.jenkins.merging(["SLIPWAY_KEY": try office.appending("ci.key").text]) { $1 }
            let world = SelectionWorld(existing: repository.git)
            try await world.git.commit("test: app", Self.files)
            try await world.run(environment: ci)
            try await body(world, office, ci)
        }
    }

    private func gate(_ world: SelectionWorld, _ office: FilePath, _ image: String) async throws -> Said {
        try await world.slipway(
            "gate", "--service", "app", "--image", image, "--environment", "production", "--policy",
            office.appending("policy.yaml").string, "--trust", office.appending("ci.trust.json").string)
    }

    /// The identity and the verdict of the record that the gate went by.
    private func judged(_ decision: Said) -> [String] {
        decision.output.split(separator: "\"").map(String.init).filter { $0.utf8.count == 36 && $0.contains("-") }
    }

    @Test func `a change of tests is tested, makes no image, and the new record speaks for the old image`()
        async throws
    {
        try await withApp { world, office, ci in
            let old = try #require(try await world.records(of: "app").first)
            let image = try #require(old.image)
            #expect(image.from == nil)
            try await world.git.commit("test: more", ["services/app/tests/second.tap": "# none\n"])
            let plan = try await world.plan(environment: ci)
            #expect(plan.selected == ["app": "path"])
            #expect(plan["app"]?.steps == ["build", "test"])
            #expect(plan["app"]?.imageRecord == old.run.recordId)
            #expect(plan["app"]?.because == ["services/app/tests/second.tap"])

            let said = try await world.run(environment: ci)
            #expect(said.errors.contains("[app] test"))
            #expect(!said.errors.contains("[app] image"), "\(said.errors)")
            let new = try #require(try await world.records(of: "app").first)
            #expect(new.run.recordId != old.run.recordId)
            #expect(new.verdict.state == "stable")
            #expect(new.image?.digest == image.digest)
            #expect(new.image?.from == old.run.recordId)
            #expect(try await world.selected(environment: ci) == [:])

            let decision = try await gate(world, office, "app@\(image.digest)")
            #expect(decision.exit == 0, "\(decision.errors)")
            #expect(judged(decision).contains(new.run.recordId), "\(decision.output)")

            // However often: the image is that of the run that made it.
            try await world.git.commit("test: again", ["services/app/tests/second.tap": "# still none\n"])
            let again = try await world.plan(environment: ci)
            #expect(again["app"]?.steps == ["build", "test"])
            try await world.run(environment: ci)
            let third = try #require(try await world.records(of: "app").first)
            #expect(third.image?.digest == image.digest)
            #expect(third.image?.from == old.run.recordId)
        }
    }

    @Test func `red tests of an old image close the gate for it, and their fix opens it again`() async throws {
        try await withApp { world, office, ci in
            let image = try #require(try await world.records(of: "app").first?.image)
            #expect(try await gate(world, office, "app@\(image.digest)").exit == 0)
            let red = "1..1\nnot ok 1 - app works\n"
            try await world.git.commit("test: red", ["services/app/tests/first.tap": red])
            let plan = try await world.plan(environment: ci)
            #expect(plan["app"]?.steps == ["build", "test"])
            try await world.run(environment: ci, exit: 10)
            let closed = try await gate(world, office, "app@\(image.digest)")
            #expect(closed.exit == 20, "\(closed.output)")
            try await world.git.commit("test: green", ["services/app/tests/first.tap": Self.passing + "# mended\n"])
            try await world.run(environment: ci)
            #expect(try await world.records(of: "app").first?.image?.digest == image.digest)
            let open = try await gate(world, office, "app@\(image.digest)")
            #expect(open.exit == 0, "\(open.errors)")
        }
    }

    @Test(arguments: [
        "services/app/README.md", "services/app/docs/guide.txt", "services/app/k8s/app.yaml",
        "services/app/deploy/production.yaml", "README.md",
    ])
    func `documentation and manifests select nothing`(path: String) async throws {
        try await withApp { world, _, ci in
            let before = try await world.plan(environment: ci)
            try await world.git.commit("docs: more", [path: "other\n"])
            let plan = try await world.plan(environment: ci)
            #expect(plan.selected == [:])
            #expect(plan.keys == before.keys)
        }
    }

    @Test func `an image that is gone is made again, of the same bytes`() async throws {
        try await withApp { world, _, ci in
            let old = try #require(try await world.records(of: "app").first)
            try await world.git.commit("test: more", ["services/app/tests/second.tap": "# none\n"])
            try FileManager.default.removeItem(atPath: world.root.appending(".slipway/images").string)
            let plan = try await world.plan(environment: ci)
            #expect(plan.selected == ["app": "path"])
            #expect(plan["app"]?.steps == ["build", "test", "image"])
            #expect(plan["app"]?.imageRecord == nil)
            try await world.run(environment: ci)
            let new = try #require(try await world.records(of: "app").first)
            #expect(new.verdict.state == "stable")
            #expect(new.image != nil && new.image?.from == nil)
            #expect(new.run.recordId != old.run.recordId)
            #expect(try await world.selected(environment: ci) == [:])
        }
    }

    @Test func `what is packed is made again, with the tests or without them`() async throws {
        try await withApp { world, _, ci in
            let old = try #require(try await world.records(of: "app").first)
            try await world.git.commit(
                "fix: app", ["services/app/src.txt": "2\n", "services/app/tests/second.tap": "# none\n"])
            let plan = try await world.plan(environment: ci)
            #expect(plan["app"]?.steps == ["build", "test", "image"])
            #expect(plan["app"]?.imageRecord == nil)
            try await world.run(environment: ci)
            let new = try await world.records(of: "app").first
            #expect(new?.image?.digest != old.image?.digest)
            // Forced is forced.
            let forced = try await world.plan("--force", "app", environment: ci)
            #expect(forced["app"]?.steps == ["build", "test", "image"])
        }
    }

    @Test func `tests of a library concern nobody but the library`() async throws {
        let text = "test: cat tests/*.tap\n    classes: {test: [tests/]}\n"
        let configuration = Self.configuration.replacing(
            "cp src.txt out/lib\n    test: cat tap\n", with: "cp src.txt out/lib\n    \(text)")
        try await withMonorepo(configuration) { repository in
            let world = SelectionWorld(existing: repository.git)
            try await world.git.commit("test: all", Self.files.merging(["libs/lib/tests/x.tap": Self.passing]) { $1 })
            try await world.run()
            try await world.git.commit("test: lib", ["libs/lib/tests/x.tap": Self.passing + "# more\n"])
            let plan = try await world.plan()
            #expect(plan.selected == ["lib": "path"])
            try await world.git.commit("fix: lib", ["libs/lib/src.txt": "2\n"])
            #expect(try await world.selected() == ["app": "needs", "lib": "path", "web": "needs"])
        }
    }

    @Test func `a file of the tests that the test command names is still one of the tests`() async throws {
        let configuration = Self.configuration.replacing("cat tests/*.tap", with: "sh tests/all.sh")
        try await withMonorepo(configuration) { repository in
            let world = SelectionWorld(existing: repository.git)
            let script = "cat tests/first.tap\n"
            try await world.git.commit("test: app", Self.files.merging(["services/app/tests/all.sh": script]) { $1 })
            try await world.run()
            try await world.git.commit("test: more", ["services/app/tests/all.sh": script + "# more\n"])
            let plan = try await world.plan()
            #expect(plan.selected == ["app": "path"])
            #expect(plan["app"]?.steps == ["build", "test"])
        }
    }

    @Test func `tests of a module inside a service are tests`() async throws {
        let configuration = """
            services:
              shop:
                path: services/shop
                toolchain: gradle
                build: "true"
                test: cat tap
                reports: tap

            """
        let files = [
            "slipway.yaml": configuration, "services/shop/tap": Self.passing, "services/shop/src/Main.kt": "1\n",
            "services/shop/Dockerfile": "FROM scratch\nCOPY src /src\n", "services/shop/build.gradle.kts": "",
            "services/shop/server/build.gradle.kts": "", "services/shop/server/src/test/kotlin/T.kt": "1\n",
            "services/shop/server/src/test/resources/case.md": "1\n",
            "settings.gradle.kts": "include(\"services:shop\", \"services:shop:server\")\n",
        ]
        try await withRepository { git in
            let world = SelectionWorld(existing: git)
            try await git.commit("feat: begin", files)
            try await world.run()
            for path in ["kotlin/T.kt", "resources/case.md"] {
                try await git.commit("test: \(path)", ["services/shop/server/src/test/\(path)": "2\n"])
                let plan = try await world.plan()
                #expect(plan.selected == ["shop": "path"], "\(path)")
                #expect(plan["shop"]?.steps == ["build", "test"], "\(path)")
                try await world.run()
            }
        }
    }

    @Test(.enabled(if: RegistryFixture.isInstalled, "docker-registry is not installed"))
    func `an image that is in a registry stays there, and nothing is pushed`() async throws {
        try await RegistryFixture.withRegistry { registry in
            try await withApp("registry: \(registry.host)/acme\n") { world, office, ci in
                let old = try #require(try await world.records(of: "app").first)
                #expect(old.image?.pushed == true)
                let tags = try await registry.curl("/v2/acme/app/tags/list").output
                try await world.git.commit("test: more", ["services/app/tests/second.tap": "# none\n"])
                // The registry has it, so that this machine need not.
                try FileManager.default.removeItem(atPath: world.root.appending(".slipway/images").string)
                let plan = try await world.plan(environment: ci)
                #expect(plan["app"]?.steps == ["build", "test"])
                #expect(plan["app"]?.imageRecord == old.run.recordId)
                let said = try await world.run(environment: ci)
                #expect(!said.errors.contains("[app] push") && !said.errors.contains("[app] image"), "\(said.errors)")
                let new = try #require(try await world.records(of: "app").first)
                #expect(new.image?.digest == old.image?.digest)
                #expect(new.image?.repository == old.image?.repository)
                #expect(new.image?.pushed == true)
                #expect(new.image?.from == old.run.recordId)
                let after = try await registry.curl("/v2/acme/app/tags/list").output
                func images(_ text: String) -> Set<Substring> {
                    Set(text.split(separator: "\"").filter { $0.hasPrefix("sha-") || $0.first?.isNumber == true })
                }
                #expect(images(after) == images(tags))
                let image = try #require(new.image)
                let decision = try await gate(world, office, "\(image.repository)@\(image.digest)")
                #expect(decision.exit == 0, "\(decision.errors)")
                #expect(judged(decision).contains(new.run.recordId), "\(decision.output)")

                // Gone from there, it is made and pushed again.
                let deleted = try await registry.curl("/v2/acme/app/manifests/\(image.digest)", "-X", "DELETE")
                #expect(deleted.exit == 0)
                try await world.git.commit("test: again", ["services/app/tests/second.tap": "# still none\n"])
                let gone = try await world.plan(environment: ci)
                #expect(gone["app"]?.steps == ["build", "test", "image", "push"])
            }
        }
    }
}
