import Pipeline
import Testing

struct ModuleGraphGarbageTests {
    private static let valid: [String: String] = [
        "settings.gradle.kts":
            "pluginManagement { includeBuild(\"l\") }\ninclude(\"a\", \":b:c\")\nproject(\":a\").projectDir = file(\"x\")\n",
        "a/build.gradle.kts":
            "dependencies { \"testApi\"(project(path = \":b:c\")) /* \"${x { \"}\" } }\" */ api(projects.b.c) }\napply(from = \"../x\")",
        "b/build.gradle":
            "subprojects { compile project(':a'), project(path: ':b') }\ntask x { dependsOn ':a:jar', \":b:c\" }",
        "pom.xml":
            "<project><parent><groupId>g</groupId><artifactId>${a}</artifactId></parent><![CDATA[x]]><!-- --><modules><module>a</module></modules><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId></dependency></dependencies><properties><a>${b}</a><b>${a}</b></properties></project>",
        "a/Package.swift": "let x = .package(name: \"x\", path: #\"../b\"#) // \\(\"\"\"\n x \"\"\"",
        "package.json":
            #"{"name":"r","workspaces":{"packages":["*","!b/**"]},"dependencies":{"a":"workspace:*","b":"file:../..","c":"link:b"}}"#,
        "a/package.json": #"{"name":"a","version":"1.0.0","devDependencies":{"r":"^1","a":"npm:x@1"}}"#,
        "pnpm-workspace.yaml": "packages:\n  - 'a/**' # x\n  - \"!b\"\npackages: [a, 'b']\n",
        "go.work": "go 1.2\nuse (\n ./a\n ./b\n)\nreplace x => ./b\n",
        "a/go.mod": "module a\nrequire ( b v1 // x\n)\nreplace b v1 => ../b\n",
        "Cargo.toml":
            "[workspace]\nmembers=[\"a\", \"b/*\"]\nexclude=['x']\n[workspace.dependencies]\nb={path=\"b\"}\n[patch.crates-io]\nc={path='c'}",
        "a/Cargo.toml":
            "[package]\nname=\"a\"\n[dependencies]\nb.workspace=true\nc={path=\"../c\",x=[1,{y=2}]}\n[target.'cfg(x)'.dev-dependencies.d]\npath=\"\"\"\n../d\"\"\"",
        "pyproject.toml":
            "[project]\nname='r'\ndependencies=['a[x] @ file:../a', 'b>=1']\n[tool.uv.sources]\nb={workspace=true}\n[tool.uv.workspace]\nmembers=['a','*']\n[tool.poetry.group.x.dependencies]\nz={path='../z'}",
        "a/requirements.txt": "-e ../b[x] # y\n-r ../base.txt\nx @ file:///${PROJECT_ROOT}/../b\n",
        "a/Dockerfile":
            "# escape=`\nARG A=${B:-c}\nFROM --platform=x r/${A:+b}:1@sha256:2 AS y\nRUN <<EOF\nx\nEOF\nCOPY --from=y [\"../a\", \"b\"]\nADD ${A}*/x ../../y . \n",
    ]

    private struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    private func graph(_ files: [String: [UInt8]]) throws -> ModuleGraph {
        try GraphOfTexts(files, images: ["b": "b", "r/x": "a"], contexts: ["a/Dockerfile": ""]).graph
    }

    @Test func `no damage to a file stops the reader`() throws {
        var dice = Dice(state: 20_261_121)
        let files = Self.valid.mapValues { Array($0.utf8) }
        let telling = Array("\"'`$\\{}[]()<>#/*:=.,\n\r\0 -@!&^\u{FF}".utf8)
        for _ in 0..<2000 {
            var damaged = files
            for name in files.keys.sorted() where Int.random(in: 0..<4, using: &dice) == 0 {
                var bytes = files[name] ?? []
                for _ in 0..<Int.random(in: 1...6, using: &dice) where !bytes.isEmpty {
                    let at = Int.random(in: 0..<bytes.count, using: &dice)
                    switch Int.random(in: 0..<5, using: &dice) {
                    case 0: bytes.remove(at: at)
                    case 1: bytes.insert(telling[Int.random(in: 0..<telling.count, using: &dice)], at: at)
                    case 2: bytes[at] = UInt8.random(in: 0...255, using: &dice)
                    case 3: bytes.removeSubrange(at..<min(bytes.count, at + 9))
                    default: bytes.insert(contentsOf: bytes[at...].prefix(12), at: Int.random(in: 0...at, using: &dice))
                    }
                }
                damaged[name] = bytes
            }
            _ = try graph(damaged)
        }
    }

    @Test(arguments: [
        "(", "{", "[", "<", "<a>", "\"", "'", "`", "\"\"\"", "/*", "/", "#", "\\", "${", "\"${", "\\(", "\"\\(", "-",
        ":", "=", "x=[", "x={y=",
        "[[", "]", "}", ")", "\0", "\u{FF}", "project(", "project(\":a\").", "include ", "include(\"", "projects.",
        "dependsOn ", "configure(", "rootProject.",
        "val ", "a,", "<!--", "<![CDATA[", "</", "<project><dependencies><dependency>", ".package(", ".package(name:",
        "{\"workspaces\":", "{\"dependencies\":{",
        "packages:\n- ", "require (", "replace a => ", "use ", "[a.", "COPY ", "FROM $", "RUN <<E ", "ARG a=$a ", "-e ",
        "x @ ", "x[", "${a}", "apply from: ",
        "project(\":a\" ", "project(':a' ", "val val project(':a') ", "COPY a/a/a/a/a/a/", "a/", "../", "**/",
        "dependsOn ':a:a", ":a", "x:y:",

    ])
    func `a long line of anything is read in no time`(piece: String) throws {
        let bytes = Array(String(repeating: piece, count: 10_000 / piece.utf8.count).utf8)
        let names = Self.valid.keys.sorted()
        let clock = ContinuousClock()
        for name in names {
            var files = Self.valid.mapValues { Array($0.utf8) }
            files[name] = bytes
            let time = try clock.measure { _ = try graph(files) }
            #expect(time < .seconds(3), "\(name)")
        }
    }

    @Test(arguments: [
        ("package.json", #"{"workspaces": ["\#(String(repeating: "**/", count: 30_000))"]}"#),
        ("package.json", #"{"dependencies": {"a": "file:\#(String(repeating: "a/", count: 50_000))"}}"#),
        (
            "Cargo.toml",
            "[workspace]\nmembers = ['\(String(repeating: "a/", count: 50_000))']\nexclude = ['\(String(repeating: "**/", count: 30_000))']"
        ),
        ("a/Dockerfile", "FROM x\nCOPY \(String(repeating: "a/", count: 50_000)) ."),
        ("b/build.gradle", "jar.dependsOn '\(String(repeating: ":a", count: 50_000))'"),
        ("settings.gradle.kts", "include(\"\(String(repeating: ":a", count: 50_000))\")"),
        (
            "pom.xml",
            "<project><artifactId>${a}</artifactId><properties>"
                + "abcdefgh".map {
                    "<\($0)>\(String(repeating: "${\(UnicodeScalar(($0.asciiValue ?? 0) + 1))}", count: 240))</\($0)>"
                }.joined() + "<i></i></properties></project>"
        ),
        ("Cargo.toml", "x = \(String(repeating: "[", count: 50_000))"),
        ("Cargo.toml", "x = \(String(repeating: "{y=", count: 50_000))"),
        ("pom.xml", String(repeating: "<a>", count: 50_000)),
        ("a/package.json", String(repeating: "{\"a\":", count: 50_000)),
    ])
    func `a very deep or long text is read in no time`(name: String, text: String) throws {
        var files = Self.valid.mapValues { Array($0.utf8) }
        files[name] = Array(text.utf8)
        let time = try ContinuousClock().measure { _ = try graph(files) }
        #expect(time < .seconds(5))
    }

    @Test func `a thousand files are read in a few milliseconds`() throws {
        var texts = ["settings.gradle.kts": "File(\".\").listFiles().forEach { include(it.name) }"]
        for index in 0..<500 {
            let others = (1...8).map { "    implementation(project(\":m\((index + $0 * 7) % 500):api\"))\n" }.joined()
            texts["m\(index)/build.gradle.kts"] = "plugins { kotlin(\"jvm\") }\n\ndependencies {\n\(others)}\n"
            texts["m\(index)/api/build.gradle.kts"] = "version = \"1.0\"\n"
        }
        let contents = Dictionary(
            uniqueKeysWithValues: try texts.map { (try Path(parsing: $0.key), Array($0.value.utf8)) })
        let tree = BuildTree(files: Array(contents.keys), content: { contents[$0] }, names: { _ in nil })
        let clock = ContinuousClock()
        let times = try (0..<5).map { _ in try clock.measure { _ = try ModuleGraph(reading: tree) } }
        #expect(try ModuleGraph(reading: tree).edges.count == 4000)
        print("1,001 build files: \(times.min() ?? .zero)")
    }
}
