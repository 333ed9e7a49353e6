import Pipeline
import Testing

struct ModuleGraphGradleTests {
    /// A build with three projects, and `text` as the script of `:app`.
    private func app(_ text: String, kotlin: Bool = true, root: String? = nil) throws -> GraphOfTexts {
        let suffix = kotlin ? ".kts" : ""
        var files = [
            "settings.gradle\(suffix)": kotlin
                ? #"include("app", ":lib", "lib:api", "auth-service")"#
                : "include ':app', ':lib', ':lib:api', ':auth-service'",
            "app/build.gradle\(suffix)": text, "lib/build.gradle\(suffix)": "",
            "lib/api/build.gradle\(suffix)": "", "auth-service/build.gradle\(suffix)": "",
        ]
        files["build.gradle\(suffix)"] = root
        return try GraphOfTexts(files)
    }

    @Test(arguments: [
        #"dependencies { implementation(project(":lib:api")) }"#,
        #"dependencies { api(project(path = ":lib:api", configuration = "x")) }"#,
        #"dependencies { runtimeOnly(project(configuration = "x", path = ":lib:api")) }"#,
        #"dependencies { implementation(testFixtures(project(":lib:api"))) }"#,
        #"dependencies { implementation(projects.lib.api) }"#,
        #"dependencies { kapt(project(":lib:api")) }"#,
        #"evaluationDependsOn(":lib:api")"#,
        #"tasks.jar { dependsOn(":lib:api:jar") }"#,
        #"tasks.register("x") { dependsOn("clean", ":lib:api:classes") }"#,
        #"val x = project(":lib:api").tasks.named("jar")"#,
        #"/* a /* nested */ comment */ dependencies { api(project(":lib:api")) } // it's"#,
        #"val s = "${ "}" }"; dependencies { api(project(":lib:api")) }"#,
        "kotlin { sourceSets { val commonMain by getting { dependencies { api(project(\":lib:api\")) } } } }",
    ])
    func `a project is referred to in Kotlin`(text: String) throws {
        let graph = try app(text)
        #expect(graph.edges == ["app -> lib/api build app/build.gradle.kts:1"])
        #expect(graph.dangling == [])
    }

    @Test(arguments: [
        "dependencies { implementation project(':lib:api') }",
        "dependencies { implementation project(path: ':lib:api', configuration: 'y') }",
        "dependencies { compile(project(':lib:api')) { transitive = false } }",
        "jar.dependsOn ':lib:api:jar'",
        "evaluationDependsOn ':lib:api'",
        "dependencies { api projects.lib.api }",
    ])
    func `a project is referred to in Groovy`(text: String) throws {
        #expect(try app(text, kotlin: false).edges == ["app -> lib/api build app/build.gradle:1"])
    }

    @Test(arguments: [
        #"dependencies { testImplementation(project(":lib")) }"#,
        #"dependencies { androidTestImplementation(project(":lib")) }"#,
        #"dependencies { "integrationTestApi"(project(":lib")) }"#,
        #"dependencies { add("testImplementation", project(":lib")) }"#,
        "kotlin { sourceSets { val jvmTest by getting { dependencies { implementation(project(\":lib\")) } } } }",
        "kotlin { sourceSets { named(\"commonTest\") { dependencies { api(project(\":lib\")) } } } }",
        "kotlin { sourceSets[\"jvmTest\"].dependencies { api(project(\":lib\")) } }",
        "kotlin { sourceSets.commonTest.dependencies { api(project(\":lib\")) } }",
        "dependencies { testImplementation(projects.lib) }",
    ])
    func `a reference of tests is known by its configuration`(text: String) throws {
        #expect(try app(text).edges == ["app -> lib test app/build.gradle.kts:1"])
    }

    @Test(arguments: [
        #"// implementation(project(":lib"))"#,
        #"/* implementation(project(":lib")) /* */ project(":lib") */"#,
        #"println("see project(':lib') and project(\":lib\")")"#,
        "val text = \"\"\"\n project(\":lib\") \"quoted\"\n\"\"\"",
        #"dependencies { implementation(project(":app")) }"#,
        #"dependencies { implementation("dk.sdu:lib:1.0") }"#,
    ])
    func `a comment, a text or the own name is no reference`(text: String) throws {
        let graph = try app(text)
        #expect(graph.edges == [])
        #expect(graph.dangling == [])
    }

    @Test func `each reference has its line, also in lists without brackets`() throws {
        let text = """
            dependencies {
                testImplementation project(':lib'),
                                   project(':lib:api')
                implementation(
                    project(':auth-service')
                )
            }
            """
        #expect(
            try app(text, kotlin: false).edges == [
                "app -> auth-service build app/build.gradle:5", "app -> lib test app/build.gradle:2",
                "app -> lib/api test app/build.gradle:3",
            ])
    }

    @Test func `a typesafe accessor is written in camel case`() throws {
        let graph = try app("dependencies {\n  api(projects.authService)\n  api(projects.nope)\n}\nprojects.size")
        #expect(graph.edges == ["app -> auth-service build app/build.gradle.kts:2"])
        #expect(graph.dangling == ["app ! projects.nope app/build.gradle.kts:3"])
    }

    @Test func `a project that is not there dangles`() throws {
        let graph = try app("\ndependencies { api(project(\":nope:api\")) }")
        #expect(graph.edges == [])
        #expect(graph.dangling == ["app ! :nope:api app/build.gradle.kts:2"])
    }

    @Test func `names of modules are the paths of projects`() throws {
        let graph = try app("", root: "")
        #expect(graph.modules.prefix(2) == [". gradle :", "app gradle :app"])
        #expect(graph.modules.contains("lib/api gradle :lib:api"))
    }

    // MARK: - Settings

    @Test func `includes that a loop makes are resolved by folder`() throws {
        let graph = try GraphOfTexts([
            "backend/settings.gradle.kts": """
            rootProject.name = "ucloud"
            rootProject.projectDir.listFiles().forEach { include("${it.name}:api"); include(it.name) }
            """,
            "backend/a-service/build.gradle.kts": #"dependencies { implementation(project(":b-service:api")) }"#,
            "backend/b-service/api/build.gradle.kts": "",
        ])
        #expect(
            graph.edges == ["backend/a-service -> backend/b-service/api build backend/a-service/build.gradle.kts:1"])
        #expect(graph.modules.last == "backend/b-service/api gradle :b-service:api")
        #expect(graph.dangling == [])
    }

    @Test func `settings move projects, and take some from aside`() throws {
        let graph = try GraphOfTexts([
            "main/settings.gradle": """
            include 'app', ':deep:x'
            includeFlat 'shared'
            include ':y'
            project(':y').projectDir = new File(settingsDir, '../elsewhere/y')
            project(":deep:x").projectDir = file("other/x")
            """,
            "main/app/build.gradle":
                "dependencies {\n api project(':y')\n api project(':deep:x')\n api project(':shared')\n}",
            "main/other/x/build.gradle": "", "elsewhere/y/build.gradle": "", "shared/build.gradle": "",
        ])
        #expect(
            graph.edges == [
                "main/app -> elsewhere/y build main/app/build.gradle:2",
                "main/app -> main/other/x build main/app/build.gradle:3",
                "main/app -> shared build main/app/build.gradle:4",
            ])
    }

    @Test func `an included project without a folder dangles`() throws {
        let graph = try GraphOfTexts(["settings.gradle": "include 'a'\ninclude 'gone'", "a/build.gradle": ""])
        #expect(graph.dangling == [". ! :gone settings.gradle:2"])
    }

    @Test func `included builds are reached from the root, those that give plugins from all`() throws {
        let graph = try GraphOfTexts([
            "settings.gradle.kts": """
            pluginManagement {
                includeBuild("build-logic")
            }
            includeBuild("tools")
            includeBuild("gone")
            include("a")
            """,
            "build.gradle.kts": "", "a/build.gradle.kts": "", "tools/settings.gradle.kts": "",
            "tools/build.gradle.kts": "", "build-logic/settings.gradle.kts": "", "build-logic/build.gradle.kts": "",
            "gradle.properties": "", "gradle/libs.versions.toml": "", "buildSrc/build.gradle.kts": "",
        ])
        #expect(graph.edges == [". -> tools build settings.gradle.kts:4"])
        #expect(graph.dangling == [". ! gone settings.gradle.kts:5"])
        #expect(
            graph.inputs == [
                "a <- build-logic settings.gradle.kts:2", "a <- build.gradle.kts settings.gradle.kts:1",
                "a <- buildSrc settings.gradle.kts:1", "a <- gradle settings.gradle.kts:1",
                "a <- gradle.properties settings.gradle.kts:1", "a <- settings.gradle.kts settings.gradle.kts:1",
            ])
    }

    // MARK: - Scripts that speak for others

    @Test func `what a root script says of all holds for all but the target and what that needs`() throws {
        let graph = try GraphOfTexts([
            "settings.gradle": "include 'a', 'b', 'lib', 'util'",
            "build.gradle": """
            subprojects {
                dependencies {
                    implementation project(':lib')
                    testImplementation project(':util')
                }
            }
            """,
            "a/build.gradle": "", "b/build.gradle": "", "lib/build.gradle": "dependencies { api project(':util') }",
            "util/build.gradle": "",
        ])
        #expect(
            graph.edges == [
                "a -> lib build build.gradle:3", "a -> util test build.gradle:4", "b -> lib build build.gradle:3",
                "b -> util test build.gradle:4", "lib -> util build lib/build.gradle:1",
                "lib -> util test build.gradle:4",
            ])
        #expect(graph.graph.cycle { _ in true } == nil)
    }

    @Test(arguments: [
        "allprojects { dependencies { api(project(\":lib\")) } }",
        "configure(subprojects.filter { it.name != \"lib\" }) { dependencies { api(project(\":lib\")) } }",
    ])
    func `there are several ways to speak of all`(text: String) throws {
        let graph = try app("", root: text)
        #expect(graph.edges.contains("app -> lib build build.gradle.kts:1"))
        #expect(graph.edges.contains("lib/api -> lib build build.gradle.kts:1"))
        #expect(graph.edges.contains(". -> lib build build.gradle.kts:1") == text.hasPrefix("all"))
    }

    @Test(arguments: [
        "project(\":app\") {\n dependencies { api(project(\":lib\")) }\n}",
        "configure(listOf(project(\":app\"))) {\n dependencies { api(project(\":lib\")) }\n}",
    ])
    func `a root script may speak of one project`(text: String) throws {
        #expect(try app("", root: text).edges == ["app -> lib build build.gradle.kts:2"])
    }

    @Test func `each project may need its own child`() throws {
        let graph = try app(
            "",
            root: "subprojects {\n val api = project.childProjects[\"api\"]\n dependencies { implementation(api) } }")
        #expect(graph.edges == ["lib -> lib/api build build.gradle.kts:2"])
    }

    @Test func `an applied script is an input, and what it says is said`() throws {
        let graph = try GraphOfTexts([
            "settings.gradle": "include 'app', 'lib'",
            "scripts/common.gradle": "\ndependencies { api project(':lib') }",
            "scripts/more.gradle": "", "config/checks.xml": "",
            "app/build.gradle": """
            apply from: '../scripts/common.gradle'
            apply from: "$rootDir/scripts/more.gradle"
            apply from: "https://example.org/x.gradle"
            apply from: '../scripts/gone.gradle'
            checkstyle { configFile = rootProject.file('config/checks.xml') }
            """,
            "lib/build.gradle": "",
        ])
        #expect(graph.edges == ["app -> lib build scripts/common.gradle:2"])
        #expect(
            graph.inputs.filter { $0.hasPrefix("app") } == [
                "app <- config/checks.xml app/build.gradle:5", "app <- scripts/common.gradle app/build.gradle:1",
                "app <- scripts/more.gradle app/build.gradle:2", "app <- settings.gradle settings.gradle:1",
            ])
        #expect(graph.dangling == ["app ! ../scripts/gone.gradle app/build.gradle:4"])
    }
}
