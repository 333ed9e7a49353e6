import Fixtures
import Testing

/// A repository as one toolchain lays it out: `shop` with a module that others may need, `cart` that needs it and a
/// library, and `solo` that needs nobody.
struct ModuleWorld: CustomTestStringConvertible {
    let name: String
    let toolchain: String
    /// The folder of the module of `shop` that `cart` needs.
    var api = "services/shop/api"
    /// A source file of that folder, of the rest of `shop`, and of the library.
    let sources: (api: String, server: String, library: String)
    let files: [String: String]

    var testDescription: String { name }

    static let library = "libs/common"

    /// The catalog says nothing of needs.
    func configuration(_ more: [String: [String]] = [:]) -> String {
        ["cart", "common", "shop", "solo"].reduce(into: "services:\n") { text, service in
            var lines = ["path: \(service == "common" ? Self.library : "services/\(service)")"]
            if service == "common" { lines.append("kind: library") }
            lines += ["toolchain: \(service == "solo" ? "command" : toolchain)", "build: \"true\""]
            lines += ["test: \"echo 1..1; echo ok 1\"", "reports: tap"] + (more[service] ?? [])
            text += "  \(service):\n" + lines.map { "    \($0)\n" }.joined()
        }
    }

    static let all = [gradle, maven, swift, npm, goWork, goReplace, cargo, uv]

    private static func source(_ ending: String) -> (api: String, server: String, library: String) {
        ("services/shop/api/\(ending)", "services/shop/server/\(ending)", "libs/common/\(ending)")
    }

    // MARK: - JVM

    /// As UCloud has it: a loop over folders, and two services that need each other's interface.
    static let gradle = ModuleWorld(
        name: "Gradle", toolchain: "gradle", sources: source("src/main/kotlin/A.kt"),
        files: [
            "settings.gradle.kts": """
            rootProject.name = "world"
            include("libs:common")
            file("services").listFiles().filter { it.isDirectory }.forEach { service ->
                include("services:${service.name}")
                if (File(service, "api").exists()) include("services:${service.name}:api")
            }

            """,
            "build.gradle.kts": "plugins { kotlin(\"jvm\") version \"2.0.0\" apply false }\n",
            "gradle.properties": "org.gradle.caching=true\n",
            "libs/common/build.gradle.kts": "",
            "services/shop/build.gradle.kts":
                "dependencies {\n    implementation(project(\":services:shop:api\"))\n    implementation(project(\":services:cart:api\"))\n}\n",
            "services/shop/api/build.gradle.kts": "",
            "services/cart/build.gradle.kts": """
            dependencies {
                implementation(project(":libs:common"))
                // implementation(project(":services:solo"))
                implementation(project(":services:shop:api"))
            }

            """,
            "services/cart/api/build.gradle.kts": "",
        ])

    static let maven = ModuleWorld(
        name: "Maven", toolchain: "maven", sources: source("src/main/java/A.java"),
        files: [
            "pom.xml":
                "<project><groupId>x</groupId><artifactId>root</artifactId><version>1</version><modules><module>libs/common</module><module>services/shop/api</module><module>services/shop/server</module><module>services/cart</module></modules></project>\n",
            "libs/common/pom.xml": pom("common", parent: "../../pom.xml"),
            "services/shop/api/pom.xml": pom("shop-api", parent: "../../../pom.xml"),
            "services/shop/server/pom.xml": pom("shop-server", parent: "../../../pom.xml", ["shop-api"]),
            "services/cart/pom.xml": pom("cart", parent: "../../pom.xml", ["common", "shop-api"]),
        ])

    private static func pom(_ name: String, parent: String, _ needs: [String] = []) -> String {
        let lines = needs.map {
            "  <dependency><groupId>x</groupId><artifactId>\($0)</artifactId><version>1</version></dependency>\n"
        }
        return """
            <project>
              <parent><groupId>x</groupId><artifactId>root</artifactId><version>1</version><relativePath>\(parent)</relativePath></parent>
              <artifactId>\(name)</artifactId>
              <dependencies>
            \(lines.joined())  </dependencies>
            </project>

            """
    }

    // MARK: - Swift, JavaScript

    static let swift = ModuleWorld(
        name: "SwiftPM", toolchain: "swiftpm", sources: source("Sources/A/A.swift"),
        files: [
            "libs/common/Package.swift": package("Common"), "services/shop/api/Package.swift": package("ShopAPI"),
            "services/shop/server/Package.swift": package("Shop", ["../api"]),
            "services/cart/Package.swift": package("Cart", ["../../libs/common", "../shop/api"]),
        ])

    private static func package(_ name: String, _ needs: [String] = []) -> String {
        let lines = needs.map { "    .package(path: \"\($0)\"),\n" }.joined()
        return
            "// swift-tools-version: 6.0\nimport PackageDescription\nlet package = Package(name: \"\(name)\", dependencies: [\n\(lines)])\n"
    }

    static let npm = ModuleWorld(
        name: "npm workspaces", toolchain: "node", sources: source("src/a.ts"),
        files: [
            "package.json":
                "{\"name\": \"world\", \"private\": true, \"workspaces\": [\"services/*\", \"services/shop/*\", \"libs/*\"]}\n",
            "libs/common/package.json": "{\"name\": \"@x/common\", \"version\": \"1.0.0\"}\n",
            "services/shop/api/package.json": "{\"name\": \"@x/shop-api\", \"version\": \"1.0.0\"}\n",
            "services/shop/package.json": "{\"name\": \"@x/shop\", \"dependencies\": {\"@x/shop-api\": \"^1.0.0\"}}\n",
            "services/cart/package.json":
                "{\n  \"name\": \"@x/cart\",\n  \"dependencies\": {\n    \"@x/common\": \"workspace:*\",\n    \"@x/shop-api\": \"^1.0.0\"\n  }\n}\n",
        ])

    // MARK: - Go, Rust, Python

    static let goWork = ModuleWorld(
        name: "Go work", toolchain: "go", sources: source("a.go"),
        files: [
            "go.work":
                "go 1.22\n\nuse (\n\t./libs/common\n\t./services/shop/api\n\t./services/shop\n\t./services/cart\n)\n",
            "libs/common/go.mod": "module x/common\n", "services/shop/api/go.mod": "module x/shop/api\n",
            "services/shop/go.mod": "module x/shop\n\nrequire x/shop/api v1.0.0\n",
            "services/cart/go.mod": "module x/cart\n\nrequire (\n\tx/common v1.0.0\n\tx/shop/api v1.0.0\n)\n",
        ])

    static let goReplace = ModuleWorld(
        name: "Go replace", toolchain: "go", sources: source("a.go"),
        files: [
            "libs/common/go.mod": "module x/common\n", "services/shop/api/go.mod": "module x/shop/api\n",
            "services/shop/go.mod": "module x/shop\n\nrequire x/shop/api v1.0.0\n\nreplace x/shop/api => ./api\n",
            "services/cart/go.mod":
                "module x/cart\n\nrequire (\n\tx/common v1.0.0\n\tx/shop/api v1.0.0\n)\n\nreplace x/common => ../../libs/common\n\nreplace x/shop/api => ../shop/api\n",
        ])

    static let cargo = ModuleWorld(
        name: "Cargo workspace", toolchain: "cargo", sources: source("src/lib.rs"),
        files: [
            "Cargo.toml":
                "[workspace]\nmembers = [\"libs/*\", \"services/shop/*\", \"services/cart\"]\n\n[workspace.dependencies]\ncommon = { path = \"libs/common\" }\n",
            "libs/common/Cargo.toml": "[package]\nname = \"common\"\n",
            "services/shop/api/Cargo.toml": "[package]\nname = \"shop-api\"\n",
            "services/shop/server/Cargo.toml":
                "[package]\nname = \"shop\"\n\n[dependencies]\nshop-api = { path = \"../api\" }\n",
            "services/cart/Cargo.toml":
                "[package]\nname = \"cart\"\n\n[dependencies]\ncommon.workspace = true\nshop-api = { path = \"../shop/api\" }\n",
        ])

    static let uv = ModuleWorld(
        name: "uv workspace", toolchain: "python", sources: source("src/a.py"),
        files: [
            "pyproject.toml":
                "[tool.uv.workspace]\nmembers = [\"libs/*\", \"services/shop/*\", \"services/cart\"]\n\n[tool.uv.sources]\ncommon = { workspace = true }\nshop-api = { workspace = true }\n",
            "libs/common/pyproject.toml": "[project]\nname = \"common\"\nversion = \"1\"\n",
            "services/shop/api/pyproject.toml": "[project]\nname = \"shop-api\"\nversion = \"1\"\n",
            "services/shop/server/pyproject.toml":
                "[project]\nname = \"shop\"\nversion = \"1\"\ndependencies = [\"shop-api\"]\n",
            "services/cart/pyproject.toml":
                "[project]\nname = \"cart\"\nversion = \"1\"\ndependencies = [\n    \"common\",\n    \"shop-api>=1\",\n]\n",
        ])
}

/// Runs a test on such a repository, with sources of everything and one commit.
func withModuleWorld(
    _ shape: ModuleWorld, _ more: [String: [String]] = [:], _ files: [String: String] = [:],
    _ body: (SelectionWorld) async throws -> Void
) async throws {
    try await withRepository { git in
        var all = shape.files.merging(files) { $1 }
        for path in [shape.sources.api, shape.sources.server, shape.sources.library, "services/solo/src"] {
            all[path] = "1\n"
        }
        all["slipway.yaml"] = shape.configuration(more)
        try await git.commit("feat: begin", all)
        try await body(SelectionWorld(existing: git))
    }
}
