import Fixtures
import Foundation
import SystemPackage
import Testing

/// What build files say of other modules: a change selects exactly those that use it, and the plan tells the way.
struct SelectionGraphTests {
    @Test(arguments: ModuleWorld.all)
    func `a change of a module selects its users, and one beside it does not`(shape: ModuleWorld) async throws {
        try await withModuleWorld(shape) { world in
            try await world.run()
            #expect(try await world.selected() == [:])
            try await world.git.commit("fix: library", [shape.sources.library: "2\n"])
            let library = try await world.plan()
            #expect(library.selected == ["common": "path", "cart": "needs"])
            #expect(library["cart"]?.via == ["common"])
            #expect(library["cart"]?.because == [shape.sources.library])
            #expect(library["cart"]?.needs == ["common"])
            try await world.run()
            try await world.git.commit("fix: api", [shape.sources.api: "2\n"])
            let api = try await world.plan()
            #expect(api.selected == ["shop": "path", "cart": "needs"])
            #expect(api["cart"]?.via == [shape.api + "/"])
            #expect(api["cart"]?.because == [shape.sources.api])
            #expect(api["cart"]?.needs == ["common"], "a module is nothing that is built before")
            try await world.run()
            try await world.git.commit("fix: server", [shape.sources.server: "2\n"])
            #expect(try await world.selected() == ["shop": "path"])
            try await world.run()
            #expect(try await world.selected() == [:])
        }
    }

    @Test func `services that need each other's interface are built in any order, each for the other's change`()
        async throws
    {
        try await withModuleWorld(.gradle) { world in
            let text = "dependencies { implementation(project(\":services:shop:api\")) }\n"
            try await world.git.commit("feat: api", ["services/cart/api/build.gradle.kts": text])
            try await world.run()
            try await world.git.commit("fix: api", ["services/cart/api/src/main/kotlin/A.kt": "2\n"])
            let plan = try await world.plan()
            #expect(plan.selected == ["cart": "path", "shop": "needs"])
            #expect(plan["shop"]?.via == ["services/cart/api/"])
            try await world.run()
            // An interface that needs an interface is on the way, too.
            try await world.git.commit("fix: other api", ["services/shop/api/src/main/kotlin/A.kt": "2\n"])
            #expect(try await world.selected() == ["cart": "needs", "shop": "path"])
            try await world.run()
            try await world.git.commit("test: api", ["services/shop/api/src/test/kotlin/A.kt": "2\n"])
            #expect(try await world.selected() == ["shop": "path"])
            try await world.run()
            try await world.git.commit("build: settings", ["gradle.properties": "org.gradle.caching=false\n"])
            #expect(Set(try await world.selected().keys) == ["cart", "common", "shop"])
        }
    }

    @Test(arguments: [ModuleWorld.gradle, .npm, .cargo])
    func `a need that is taken away is none, and the plan says so`(shape: ModuleWorld) async throws {
        try await withModuleWorld(shape, ["cart": ["needs: [\"!\(shape.api)\", \"!common\"]"]]) { world in
            let plan = try await world.plan()
            let note = plan.note("suppressed-need") ?? ""
            #expect(note.contains("cart: its need of common is suppressed by \"!common\""), "\(plan.notes)")
            #expect(note.contains("cart: its need of \(shape.api) is suppressed by \"!\(shape.api)\""), "\(note)")
            #expect(plan["cart"]?.needs == [])
            try await world.run()
            try await world.git.commit("fix: all", [shape.sources.library: "2\n", shape.sources.api: "2\n"])
            #expect(try await world.selected() == ["common": "path", "shop": "path"])
            let idle = shape.configuration(["cart": ["needs: [\"!solo\"]"]])
            try await world.git.commit("build: nothing to take away", ["slipway.yaml": idle])
            let other = try await world.plan()
            #expect(other.note("dangling-need")?.contains("\"!solo\" suppresses nothing") == true, "\(other.notes)")
            #expect(other["cart"]?.needs == ["common"])
        }
    }

    @Test func `a reference to nothing is told with its place`() async throws {
        let cases: [(shape: ModuleWorld, file: String, line: String, place: String)] = [
            (.gradle, "build.gradle.kts", "\ndependencies { api(project(\":nope\")) }\n", ":2 names :nope,"),
            (.swift, "Package.swift", "let x = 1\n.package(path: \"../nope\")\n", ":2 names ../nope,"),
            (.goReplace, "go.mod", "module x\n\nreplace x/y => ../nope\n", ":3 names ../nope,"),
            (
                .cargo, "Cargo.toml", "[package]\nname = \"x\"\n[dependencies]\nn.path = \"../nope\"\n",
                ":4 names ../nope,"
            ),
            (.npm, "package.json", "{\"dependencies\":\n{\"n\": \"file:../nope\"}}\n", ":2 names file:../nope,"),
        ]
        for entry in cases {
            let path = "services/cart/\(entry.file)"
            try await withModuleWorld(entry.shape, [:], [path: entry.line]) { world in
                let plan = try await world.plan()
                let expected = "cart: \(path)\(entry.place.replacing("file:", with: "")) which is not here"
                #expect(plan.note("dangling-need")?.contains(expected) == true, "\(entry.shape.name): \(plan.notes)")
            }
        }
    }

    @Test func `modules in a circle are refused, with each edge and its place`() async throws {
        let need = { (target: String) in "\ndependencies { api(project(\":\(target)\")) }\n" }
        let files = [
            "services/shop/api/build.gradle.kts": need("services:cart:api"),
            "services/cart/api/build.gradle.kts": need("libs:common"),
            "libs/common/build.gradle.kts": "\n\n" + need("services:shop:api"),
        ]
        try await withModuleWorld(.gradle, [:], files) { world in
            for command in ["plan", "run"] {
                let said = try await world.slipway(command)
                #expect(said.exit == 65, "\(said.output)")
                #expect(said.output == "")
                for edge in [
                    "libs/common → services/shop/api   (libs/common/build.gradle.kts:4)",
                    "services/shop/api → services/cart/api   (services/shop/api/build.gradle.kts:2)",
                    "services/cart/api → libs/common   (services/cart/api/build.gradle.kts:2)",
                ] {
                    #expect(said.errors.contains(edge), "\(said.errors)")
                }
                #expect(said.errors.contains("suppress"), "\(said.errors)")
            }
            let open = ModuleWorld.gradle.configuration(["common": ["needs: [\"!services/shop/api\"]"]])
            try await world.git.commit("build: no circle", ["slipway.yaml": open])
            let plan = try await world.slipway("plan")
            #expect(plan.exit == 0, "\(plan.errors)")
        }
    }

    @Test(arguments: ["declared", "inferred"])
    func `what only tests need makes no image, what a build needs does`(how: String) async throws {
        let isDeclared = how == "declared"
        func more(_ kind: String) -> [String: [String]] {
            isDeclared ? ["solo": ["needs: [{name: common, kind: \(kind)}]"]] : ["solo": []]
        }
        func script(_ configuration: String) -> [String: String] {
            let text = "dependencies { \(configuration)(project(\":libs:common\")) }\n"
            return isDeclared ? [:] : ["services/solo/build.gradle.kts": text]
        }
        let image = ["services/solo/Dockerfile": "FROM scratch\nCOPY src /src\n"]
        let files = image.merging(script("testImplementation")) { $1 }
        try await withModuleWorld(.gradle, more("test"), files) { world in
            try await world.run()
            let old = try #require(try await world.records(of: "solo").first)
            let before = try await world.plan()
            try await world.git.commit("fix: library", [ModuleWorld.gradle.sources.library: "2\n"])
            let tested = try await world.plan()
            #expect(tested.selected == ["cart": "needs", "common": "path", "solo": "needs"])
            #expect(tested["solo"]?.key != before["solo"]?.key)
            #expect(tested["solo"]?.steps == ["build", "test"])
            #expect(tested["solo"]?.imageRecord == old.run.recordId)
            #expect(tested["solo"]?.via == ["common"])
            try await world.run()
            #expect(try await world.records(of: "solo").first?.image?.from == old.run.recordId)

            let now = ["slipway.yaml": ModuleWorld.gradle.configuration(more("build"))]
            try await world.git.commit("build: need it", now.merging(script("implementation")) { $1 })
            try await world.run()
            try await world.git.commit("fix: library", [ModuleWorld.gradle.sources.library: "3\n"])
            let built = try await world.plan()
            #expect(built["solo"]?.reason == "needs")
            #expect(built["solo"]?.steps == ["build", "test", "image"])
            #expect(built["solo"]?.imageRecord == nil)
            #expect(built["solo"]?.needs == ["common"])
        }
    }
}
