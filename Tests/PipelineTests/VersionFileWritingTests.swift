import Pipeline
import Testing

private func version(_ text: String) throws -> SemanticVersion { try #require(SemanticVersion(parsing: text)) }

private func file(_ path: String) throws -> VersionFile {
    try #require(VersionFile(path: try Path(parsing: path)))
}

struct VersionFileWritingTests {
    /// Files around a version, `@` where it stands.
    private static let frames = [
        ("build.gradle", "group 'x'\r\n\tversion '@' // version '9'\r\ndependencies { }"),
        ("build.gradle", "allprojects {\n  version(\"@\")\n}\n"),
        ("build.gradle.kts", "plugins { id(\"x\") version \"9.9.9\" }\nversion = \"@\"; group = \"y\"\n"),
        ("build.gradle.kts", "\u{FEFF}version=\"\"\"@\"\"\""),
        ("k8.kts", "bundle { ctx ->\n  version = \"@\"\n  withSecret(\"x\", version = \"3\") {}\n}\n"),
        ("billing/k8.kts", "version = \"@\"\na(image = \"acme/billing:@\")\nb(image = \"acme/billing:@\")\n"),
        ("billing/k8.kts", "image = \"r.example:5000/acme/billing:@@sha256:00\""),
        ("gradle.properties", "# ü\nversion:\t@  \r\nx=\\\nversion=9"),
        ("pom.xml", "<project>\r\n<parent><version>9.9.9</version></parent>\n<version>\t@ </version>\n</project>"),
        ("pom.xml", "<project><version><![CDATA[ @]]></version></project>\n\n"),
        ("package.json", "{\"a\":{\"version\":\"9.9.9\"},\t\"version\" :\"@\"  }"),
        ("Cargo.toml", "[package] # x\nversion='@' #y\n[dependencies]\na={version=\"9\"}\n"),
        ("Cargo.toml", "[workspace]\npackage = {edition = \"2021\", version = \"@\"}"),
        ("pyproject.toml", "[tool.poetry]\r\nversion = \"\"\"@\"\"\"\r\n"),
        ("VERSION", "v@\n\n"), ("version.txt", "\u{FEFF}  @"),
    ]

    @Test(arguments: frames)
    func `what is written is read back, and no other byte changes`(path: String, frame: String) throws {
        let file = try file(path)
        for from in ["1.4.2", "0.0.0", "10.20.30-rc.1"] {
            // The digest of an image begins with the same character.
            let fill = { (text: String) in
                frame.replacing("@@sha256", with: "\u{1}").replacing("@", with: text)
                    .replacing("\u{1}", with: text + "@sha256")
            }
            for to in ["1.4.3", "1.4.2", "20.0.0-beta.11", "99999999999999999999.0.1"] {
                let written = try file.writing(version(to), into: fill(from)).get()
                let isPython = file.dialect == .python
                let text = isPython ? to.replacing("-beta.", with: "b") : to
                let expected = Array(fill(text).utf8)
                #expect(written == expected)
                guard case .stated(let statement) = file.reading(of: written) else {
                    Issue.record("nothing stated in \(String(decoding: written, as: UTF8.self))")
                    continue
                }
                #expect(statement.version?.description == to)
            }
        }
    }

    @Test(arguments: [
        ("build.gradle", "\nversion = foo()\n", "build.gradle:2: the version is not written here: version = foo()"),
        ("build.gradle", "group 'x'\n", "build.gradle: no version is stated"),
        (
            "Cargo.toml", "[package]\nversion = \"1.0.0\"\nversion = \"1.0.0\"\n",
            "Cargo.toml:2: the version is stated in several places: lines 2, 3"
        ),
        ("package.json", "{\n\"version\": 1}", "package.json:2: \"version\" is no text"),
    ])
    func `what is not there once as text is refused, with one thing to do`(
        path: String, text: String, message: String
    ) throws {
        let result = try file(path).writing(version("1.4.2"), into: text)
        guard case .failure(let problem) = result else {
            Issue.record("written: \(result)")
            return
        }
        #expect(problem.description == message)
        #expect(problem.hint != nil)
    }

    @Test func `a version that the format cannot say is refused`() throws {
        let image = try file("k8.kts").writing(version("1.4.2+7"), into: "version = \"1.4.1\"")
        let package = try file("pyproject.toml").writing(version("1.4.2-x.1"), into: "[project]\nversion = \"1.4.1\"")
        #expect(throws: VersionFile.Problem.self) { try image.get() }
        #expect(throws: VersionFile.Problem.self) { try package.get() }
    }

    @Test(arguments: [
        ("build.gradle.kts", "version=\"1\"\n"), ("build.gradle", "{"), ("build.gradle", "{version '1'"),
        ("k8.kts", "image=\"a:1\"\n"), ("k8.kts", "\"${"), ("pom.xml", "<a>"), ("pom.xml", "<!--"),
        ("pom.xml", "<project><version>"), ("package.json", "{\"a\":"), ("package.json", "["),
        ("Cargo.toml", "[[package]]\n"), ("Cargo.toml", "a={"), ("pyproject.toml", "[project]\nversion="),
        ("gradle.properties", "version=\\"), ("gradle.properties", "version=1\n"), ("VERSION", "1\n"),
        ("build.gradle.kts", "/*"), ("build.gradle", "version '"),
    ])
    func `a long run of anything ends in an answer`(path: String, piece: String) throws {
        let file = try file(path)
        let bytes = Array(String(repeating: piece, count: (1 << 18) / piece.utf8.count).utf8)
        switch file.reading(of: bytes) {
        case .stated(let statement): #expect(statement.range.upperBound <= bytes.count)
        case .ambiguous(let lines): #expect(lines.count == 8)
        default: return
        }
    }

    @Test(arguments: VersionFile.Dialect.allCases)
    func `no cut through a file crashes a reader`(dialect: VersionFile.Dialect) throws {
        for (path, frame) in Self.frames {
            let file = try file(path)
            guard file.dialect == dialect else { continue }
            let bytes = Array(frame.replacing("@", with: "1.4.2").utf8)
            for end in 0...bytes.count {
                for drop in [0, end / 2] {
                    let cut = Array(bytes[drop..<end])
                    guard case .stated(let statement) = file.reading(of: cut) else { continue }
                    #expect(statement.range.upperBound <= cut.count)
                    _ = file.writing(try version("1.0.0"), into: cut)
                }
            }
        }
    }
}

struct VersionFileFindingTests {
    @Test(arguments: [
        ("1.4.2", nil as String?), ("1.5.0", nil), ("1.5.0-SNAPSHOT", nil), ("1.4.2-SNAPSHOT", nil),
        ("1.4.2+7", nil),
        ("1.4.1", "a/build.gradle:1: states 1.4.1, expected 1.4.2 or 1.5.0"),
        ("1.5.0-rc.1", "a/build.gradle:1: states 1.5.0-rc.1, expected 1.4.2 or 1.5.0"),
        ("2.0.0-SNAPSHOT", "a/build.gradle:1: states 2.0.0-SNAPSHOT, expected 1.4.2 or 1.5.0"),
        (
            "1.4.5.RC-1",
            "a/build.gradle:1: states \"1.4.5.RC-1\", which is no semantic version, expected 1.4.2 or 1.5.0"
        ),
    ])
    func `a file states the version last released or the next one`(text: String, message: String?) throws {
        let file = try file("a/build.gradle")
        let reading = file.reading(of: "version '\(text)'")
        let finding = try file.finding(stated: reading, released: version("1.4.2"), next: version("1.5.0"))
        #expect(finding?.message == message)
        #expect(message == nil || finding?.code == .disagrees)
    }

    @Test func `where nothing was released and nothing will be, any version does`() throws {
        let file = try file("VERSION")
        #expect(file.finding(stated: file.reading(of: "3.0.0"), released: nil, next: nil) == nil)
        let odd = file.finding(stated: file.reading(of: "three"), released: nil, next: nil)
        #expect(odd?.message == "VERSION:1: states \"three\", which is no semantic version")
    }

    @Test func `a file that leaves the version to others is never wrong`() throws {
        let file = try file("build.gradle")
        for text in ["version = foo()", ""] {
            let finding = try file.finding(stated: file.reading(of: text), released: version("1.0.0"), next: nil)
            #expect(finding == nil)
        }
    }

    @Test(arguments: [
        ("version '1.0.0'\nversion '1.0.1'", VersionFile.Finding.Code.ambiguous), ("version '1.0.0", .unreadable),
    ])
    func `what cannot be told is a finding of its own`(text: String, code: VersionFile.Finding.Code) throws {
        let file = try file("build.gradle")
        let finding = try file.finding(stated: file.reading(of: text), released: version("1.0.0"), next: nil)
        #expect(finding?.code == code)
    }

    @Test func `the development form of Python`() throws {
        let file = try file("pyproject.toml")
        let reading = file.reading(of: "[project]\nversion = \"1.5.0.dev3\"")
        #expect(try file.finding(stated: reading, released: version("1.4.2"), next: version("1.5.0")) == nil)
    }
}
