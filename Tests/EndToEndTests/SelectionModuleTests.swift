import Fixtures
import Foundation
import SystemPackage
import Testing

/// Modules that nobody's name stands for: in each other, behind links, at the root, in circles of tests.
struct SelectionModuleTests {
    /// A need of a Gradle project.
    private static func need(_ target: String, _ configuration: String = "implementation") -> String {
        "dependencies { \(configuration)(project(\":\(target)\")) }\n"
    }

    @Test func `a file of nobody is one of nobody, also where the root of the repository is a module`() async throws {
        try await withModuleWorld(.maven) { world in
            try await world.run()
            try await world.git.commit("chore: tool", ["tool.conf": "1\n"])
            let plan = try await world.plan()
            #expect(Set(plan.selected.keys) == ["cart", "common", "shop", "solo"])
            #expect(plan.selected["solo"] == "unowned-path")
            #expect(plan["solo"]?.because == ["tool.conf"])
            #expect(plan.note("unowned-path")?.contains("tool.conf") == true, "\(plan.notes)")
        }
    }

    @Test func `a parent at the root concerns its children, and nobody else`() async throws {
        try await withModuleWorld(.maven) { world in
            try await world.run()
            let root = try #require(ModuleWorld.maven.files["pom.xml"])
            try await world.git.commit("build: parent", ["pom.xml": root + "<!-- more -->\n"])
            let selected = try await world.selected()
            #expect(Set(selected.keys) == ["cart", "common", "shop"], "\(selected)")
        }
    }

    @Test func `a plan that leads through the root of the repository can be carried out`() async throws {
        try await withModuleWorld(.maven) { world in
            try await world.run()
            let root = try #require(ModuleWorld.maven.files["pom.xml"])
            try await world.git.commit("build: parent", ["pom.xml": root + "<!-- more -->\n"])
            let said = try await world.slipway("plan", "--json")
            let plan = try PlanAnswer(said.output)
            #expect(Set(plan.selected.keys).isSuperset(of: ["cart", "common", "shop"]))
            #expect(plan["common"]?.because == ["pom.xml"])
            let file = world.outside.appending("plan.json")
            try file.put(said.output)
            let carried = try await world.slipway("run", "--plan", file.string)
            #expect(carried.exit == 0, "\(carried.errors)")
            #expect(try await world.selected() == [:])
        }
    }

    @Test func `the way to a service goes through the innermost module around a change`() async throws {
        let files = [
            "services/cart/build.gradle.kts": Self.need("libs:net") + Self.need("libs:net:wire"),
            "libs/net/build.gradle.kts": "", "libs/net/wire/build.gradle.kts": "",
            "libs/net/wire/src/main/kotlin/W.kt": "1\n", "libs/net/src/main/kotlin/N.kt": "1\n",
            "services/shop/build.gradle.kts": Self.need("libs:net"),
        ]
        try await withModuleWorld(.gradle, [:], files) { world in
            try await world.run()
            try await world.git.commit("fix: wire", ["libs/net/wire/src/main/kotlin/W.kt": "2\n"])
            let inner = try await world.plan()
            #expect(inner.selected == ["cart": "needs"])
            #expect(inner["cart"]?.via == ["libs/net/wire/"])
            try await world.run()
            try await world.git.commit("fix: net", ["libs/net/src/main/kotlin/N.kt": "2\n"])
            let outer = try await world.plan()
            #expect(outer.selected == ["cart": "needs", "shop": "needs"])
            #expect(outer["shop"]?.via == ["libs/net/"])
        }
    }

    @Test func `a module that nobody needs, inside one that is needed, is not lost`() async throws {
        let files = [
            "services/cart/build.gradle.kts": Self.need("libs:net"), "libs/net/build.gradle.kts": "",
            "libs/net/extra/build.gradle.kts": "", "libs/net/extra/src/main/kotlin/E.kt": "1\n",
        ]
        try await withModuleWorld(.gradle, [:], files) { world in
            try await world.run()
            #expect(try await world.selected() == [:])
            try await world.git.commit("fix: extra", ["libs/net/extra/src/main/kotlin/E.kt": "2\n"])
            // Nobody says that it does not matter: like any file of nobody it matters to all.
            let selected = try await world.selected()
            #expect(selected.keys.contains("cart"), "\(selected)")
        }
    }

    @Test func `what a link in a needed module leads to matters to those who need it`() async throws {
        let files = [
            "services/cart/build.gradle.kts": Self.need("libs:net"), "libs/net/build.gradle.kts": "",
            "docs/protocol.txt": "1\n",
        ]
        try await withModuleWorld(.gradle, [:], files) { world in
            try await sh("ln -s ../../docs/protocol.txt libs/net/protocol.txt", in: world.root)
            try await world.git.commit("feat: link")
            try await world.run()
            #expect(try await world.selected() == [:])
            try await world.git.commit("docs: protocol", ["docs/protocol.txt": "2\n"])
            let selected = try await world.selected()
            #expect(Set(selected.keys) == ["cart"], "\(selected)")
        }
    }

    @Test func `a project of Gradle that is included and has no script counts all the same`() async throws {
        let settings = try #require(ModuleWorld.gradle.files["settings.gradle.kts"])
        let files = [
            "settings.gradle.kts": settings + "include(\"libs:plain\")\n", "libs/plain/src/main/java/P.java": "1\n",
            "services/cart/build.gradle.kts": Self.need("libs:plain"),
        ]
        try await withModuleWorld(.gradle, [:], files) { world in
            try await world.run()
            try await world.git.commit("fix: plain", ["libs/plain/src/main/java/P.java": "2\n"])
            #expect(Set(try await world.selected().keys).contains("cart"))
        }
    }

    @Test(arguments: ["packages/na\u{ef}ve one", "packages/x y/\"z\"", "packages/plain"])
    func `a record knows modules by any name`(folder: String) async throws {
        let files = [
            "package.json":
                "{\"name\": \"world\", \"workspaces\": [\"services/*\", \"services/shop/*\", \"libs/*\", \"packages/**\"]}\n",
            "\(folder)/package.json": "{\"name\": \"@x/odd\"}\n", "\(folder)/src/a.ts": "1\n",
            "services/cart/package.json": "{\"name\": \"@x/cart\", \"dependencies\": {\"@x/odd\": \"workspace:*\"}}\n",
        ]
        try await withModuleWorld(.npm, [:], files) { world in
            try await world.run()
            #expect(try await world.selected() == [:])
            try await world.git.commit("fix: odd", ["\(folder)/src/a.ts": "2\n"])
            let plan = try await world.plan()
            #expect(plan.selected == ["cart": "needs"])
            #expect(plan["cart"]?.via == [folder + "/"])
            let records = try await world.slipway("record", "list")
            #expect(records.errors == "")
        }
    }

    @Test func `tests may need what needs them: that is no circle`() async throws {
        let cases: [(shape: ModuleWorld, files: [String: String], change: String)] = [
            (
                .gradle,
                [
                    "libs/common/build.gradle.kts": Self.need("libs:testing", "testImplementation"),
                    "libs/testing/build.gradle.kts": Self.need("libs:common"),
                    "libs/testing/src/main/kotlin/T.kt": "1\n",
                ], "libs/testing/src/main/kotlin/T.kt"
            ),
            (
                .cargo,
                [
                    "libs/common/Cargo.toml":
                        "[package]\nname = \"common\"\n[dev-dependencies]\ntesting = { path = \"../testing\" }\n",
                    "libs/testing/Cargo.toml":
                        "[package]\nname = \"testing\"\n[dependencies]\ncommon = { path = \"../common\" }\n",
                    "libs/testing/src/lib.rs": "1\n",
                ], "libs/testing/src/lib.rs"
            ),
        ]
        for entry in cases {
            try await withModuleWorld(entry.shape, [:], entry.files) { world in
                let said = try await world.slipway("plan")
                #expect(said.exit == 0, "\(entry.shape.name): \(said.errors)")
                guard said.exit == 0 else { return }
                try await world.run()
                try await world.git.commit("test: testing", [entry.change: "2\n"])
                #expect(try await world.selected() == ["common": "needs"], "\(entry.shape.name)")
            }
        }
    }

    @Test func `what is needed only when it runs selects nobody`() async throws {
        let more = ["solo": ["needs: [{name: shop, kind: runtime}]"]]
        try await withModuleWorld(.npm, more) { world in
            try await world.run()
            try await world.git.commit("fix: server", [ModuleWorld.npm.sources.server: "2\n"])
            let plan = try await world.plan()
            #expect(plan.selected == ["shop": "path"])
            #expect(plan["solo"]?.needs == [])
        }
    }

    @Test func `a need that nobody committed yet counts, and one that goes counts no more`() async throws {
        try await withModuleWorld(.cargo) { world in
            try await world.run()
            let alone = "[package]\nname = \"cart\"\n"
            try world.git.put("services/cart/Cargo.toml", alone)
            let dirty = try await world.plan()
            #expect(dirty.selected == ["cart": "path"])
            #expect(dirty["cart"]?.needs == [])
            try await world.run()
            try await world.git.commit("build: cart alone")
            try await world.git.commit(
                "fix: all", [ModuleWorld.cargo.sources.library: "2\n", ModuleWorld.cargo.sources.api: "2\n"])
            #expect(try await world.selected() == ["common": "path", "shop": "path"])
            try world.git.put(
                "services/shop/server/Cargo.toml", alone + "[dependencies]\nc.path = \"../../../libs/common\"\n")
            let more = try await world.plan()
            #expect(more["shop"]?.needs == ["common"])
        }
    }

    @Test func `what is forced is forced for those whose build files name it`() async throws {
        try await withModuleWorld(.swift) { world in
            try await world.run()
            #expect(try await world.selected("--force", "common") == ["cart": "forced", "common": "forced"])
            #expect(try await world.selected("--force", "shop") == ["shop": "forced"])
        }
    }
}
