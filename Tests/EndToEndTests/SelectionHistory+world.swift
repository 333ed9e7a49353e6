import Fixtures

/// The repository that histories begin with: services and libraries of four toolchains, modules of nobody, and loose
/// files.
extension SelectionHistory {
    static let services: [SelectionOracle.Service] = [
        .init(name: "alpha", folder: "services/alpha", toolchain: .gradle, inputs: ["services/delta/api.json"]),
        .init(name: "beta", folder: "services/beta", toolchain: .gradle),
        .init(name: "delta", folder: "services/delta", toolchain: .go),
        .init(
            name: "epsilon", folder: "services/epsilon", toolchain: .command, needs: ["kit"], inputs: ["shared"],
            packed: "services/epsilon/src"),
        .init(name: "gamma", folder: "services/gamma", toolchain: .node),
        .init(name: "kit", folder: "libs/kit", toolchain: .command),
        .init(name: "ui", folder: "libs/ui", toolchain: .node),
        .init(name: "zeta", folder: "services/epsilon/inner", toolchain: .command, testNeeds: ["kit"]),
    ]

    private static let configuration =
        services.reduce(into: "services:\n") { text, service in
            let needs = service.needs + service.testNeeds.map { "{name: \($0), kind: test}" }
            text += """
                  \(service.name):
                    path: \(service.folder)
                    toolchain: \(service.toolchain.rawValue)
                    needs: [\(needs.joined(separator: ", "))]
                    inputs: [\(service.inputs.joined(separator: ", "))]
                    build: "true"
                    test: "echo 1..1; echo ok 1"
                    reports: tap

                """
            if service.folder.hasPrefix("libs/") { text += "    kind: library\n" }
            if service.packed != nil { text += "    classes: {main: [docs/api.txt], docs: [\"*.log\"]}\n" }
        } + "classes: {docs: [notes/]}\n"

    /// What each build file may need: names of projects, packages, modules.
    static let buildFiles: [String: [String]] = [
        "services/alpha/build.gradle.kts": [
            "services:beta:api", "libs:net", "libs:net:api", "services:alpha:api", "test services:beta",
        ],
        "services/alpha/api/build.gradle.kts": ["libs:net:api"],
        "services/beta/build.gradle.kts": ["services:alpha:api", "libs:net", "services:beta:api", "test libs:net:api"],
        "services/beta/api/build.gradle.kts": ["libs:net:api"],
        "libs/net/build.gradle.kts": ["libs:net:api"],
        "libs/net/api/build.gradle.kts": [],
        "services/gamma/package.json": ["ui", "util"],
        "libs/ui/package.json": ["util"],
        "packages/util/package.json": [],
        "services/delta/go.mod": ["gokit"],
        "libs/gokit/go.mod": [],
    ]

    /// Folders whose build file may go.
    static let loose = ["packages/util", "libs/gokit", "libs/net/api", "services/beta/api"]

    static func buildFile(_ path: String, _ needs: [String]) -> String {
        let parts = path.split(separator: "/").map(String.init)
        let name = parts[parts.count - 2]
        switch parts.last {
        case "build.gradle.kts":
            let lines = needs.map { need in
                let target = need.split(separator: " ").last ?? ""
                return "    \(need.contains(" ") ? "testImplementation" : "implementation")(project(\":\(target)\"))\n"
            }
            return "plugins { id(\"java\") }\ndependencies {\n\(lines.joined())}\n"
        case "package.json":
            let lines = needs.map { "    \"@x/\($0)\": \"workspace:*\",\n" }.joined()
            return
                "{\n  \"name\": \"@x/\(name)\",\n  \"dependencies\": {\n\(lines)    \"left-pad\": \"1.3.0\"\n  }\n}\n"
        default:
            let lines = needs.map { "require x/\($0) v0.0.0\nreplace x/\($0) => ../../libs/\($0)\n" }
            return "module x/\(name)\n\(lines.joined())"
        }
    }

    static let files: [String: String] = {
        var files = [
            configurationName: configuration,
            "settings.gradle.kts": """
            rootProject.name = "world"
            file(".").walkTopDown().filter { it.name == "build.gradle.kts" }.forEach {
                include(it.parentFile.path.replace('/', ':'))
            }

            """,
            "package.json":
                "{\n  \"name\": \"root\",\n  \"workspaces\": [\"services/*\", \"libs/*\", \"packages/*\"]\n}\n",
            "services/delta/api.json": "{}\n", "services/epsilon/src/kept": "1\n", "shared/kept": "1\n",
            "services/epsilon/Dockerfile": "FROM scratch\nCOPY src /src\n", "services/epsilon/inner/kept": "1\n",
            "notes/a.txt": "1\n", "libs/kit/kept": "1\n", "services/gamma/README.md": "1\n",
        ]
        for (path, needs) in buildFiles { files[path] = buildFile(path, Array(needs.prefix(2))) }
        return files
    }()

    private static let folders = [
        "services/alpha", "services/alpha/api", "services/beta", "services/beta/api", "services/gamma",
        "services/delta", "services/epsilon", "services/epsilon/inner", "libs/kit", "libs/ui", "libs/net",
        "libs/net/api", "libs/gokit", "packages/util",
    ]

    /// What may be written and may go; none of them lies in another.
    static let paths: [String] =
        folders.flatMap { folder in
            let tests = folder.hasSuffix("/api") ? [] : ["src/test/T.kt", "src/test/x.md"]
            let names = [
                "src/a.txt", "src/b.txt", "src/NOTES.md", ".env", "deep/k8s/x.yaml", "deep/docs/x.txt", "README.md",
                "docs/guide.txt", "docs/api.txt", "docs/sample.kt", "docs/sample.ts", "docs/db/migration/V1.md",
                "ci/build.sh", "Jenkinsfile", "k8s/app.yaml", "deploy/x.yaml", "LICENSE", "main_test.go",
                "test/a.ts", "src/a.test.ts", "debug.log",
            ]
            return (names + tests).map { "\(folder)/\($0)" }
        } + around + around + around

    private static let around = [
        "tool.conf", "scripts/x.sh", "notes/a.txt", "notes/b.md", "docs/x.txt", "README.md", "ci/x.sh", "shared/x.json",
        "shared/README.md", "libs/loose.txt", "services/x.txt", "services/README.md", "gradle.properties",
        "gradle/libs.versions.toml", ".npmrc", ".nvmrc", ".tool-versions", "services/.tool-versions",
        "services/epsilon/.tool-versions", ".java-version", ".gitattributes", "packages/other/x.txt",
    ]

    static let links = [
        "services/alpha/link", "services/beta/src/link", "services/gamma/link", "services/epsilon/src/link",
        "services/epsilon/inner/link", "libs/kit/link", "libs/ui/src/link", "libs/net/link", "libs/gokit/src/link",
    ]

    /// Where links lead to.
    static let targets = [
        "notes/a.txt", "services/gamma/README.md", "services/delta/docs", "shared", "nowhere/x", "libs/kit/src",
        "services/beta/src/link", "services/alpha/link", "packages/util/src", "docs/x.txt",
    ]
}
