import Pipeline
import Testing

/// A file, and what it says: a version with the line it stands on, or one of the other answers.
private struct FileSample: CustomTestStringConvertible, Sendable {
    let file: String
    let text: String
    let expected: String

    init(_ file: String, _ text: String, _ expected: String) {
        (self.file, self.text, self.expected) = (file, text, expected)
    }

    var testDescription: String { "\(file): \(text.prefix(70).debugDescription) -> \(expected)" }

    var answer: String? {
        guard let path = try? Path(parsing: file), let file = VersionFile(path: path) else { return nil }
        switch file.reading(of: text) {
        case .stated(let statement):
            let bytes = Array(text.utf8)
            let found = String(decoding: bytes[statement.range], as: UTF8.self)
            let more = statement.echoes.isEmpty ? "" : " and \(statement.echoes.count) more"
            let semantic = statement.version.map { "\($0)" == statement.text ? "" : " = \($0)" } ?? " = none"
            return
                "\(statement.text)\(semantic) on \(statement.line)\(found == statement.text ? "" : " as \(found)")\(more)"
        case .dynamic(let line, let what): return "dynamic on \(line): \(what)"
        case .absent: return "absent"
        case .ambiguous(let lines): return "ambiguous on \(lines)"
        case .unreadable(let reason, let line): return "unreadable on \(line): \(reason)"
        }
    }
}

struct VersionFileTests {
    @Test(arguments: ["build.gradle", "svc/build.gradle.kts", "a/b/pom.xml", "VERSION", "x/version.txt", "a/k8.kts"])
    func `a version file is known by its name`(path: String) throws {
        #expect(VersionFile(path: try Path(parsing: path)) != nil)
    }

    @Test(arguments: ["Build.gradle", "settings.gradle", "cloud.k8.kts", "pom.xml/x", "version", ""])
    func `other files are none`(path: String) throws {
        #expect(VersionFile(path: try Path(parsing: path)) == nil)
    }

    @Test(arguments: [
        FileSample("build.gradle", "version '1.2.3'\n", "1.2.3 on 1"),
        FileSample("build.gradle", "group = 'a'\nversion = \"1.2.3\" // here\n", "1.2.3 on 2"),
        FileSample("build.gradle", "group 'a'; version('1.2.3-SNAPSHOT')", "1.2.3-SNAPSHOT on 1"),
        FileSample("build.gradle", "project.version = '1.2.3'", "1.2.3 on 1"),
        FileSample("build.gradle", "setVersion('1.2.3')", "1.2.3 on 1"),
        FileSample("build.gradle", "version = '''1.2.3'''", "1.2.3 on 1"),
        FileSample("build.gradle", "// version '9.9.9'\n/* version '8.8.8' */\nversion '1.2.3'\n", "1.2.3 on 3"),
        FileSample("build.gradle", "println \"version = '9.9.9'\"\nversion '1.2.3'\n", "1.2.3 on 2"),
        FileSample("build.gradle", "/* a /* b */\nversion '1.2.3'\n", "1.2.3 on 2"),
        FileSample("build.gradle", "version '1.4.5.RC-1'", "1.4.5.RC-1 = none on 1"),
        FileSample("build.gradle", "allprojects {\n    version = '1.2.3'\n}\n", "1.2.3 on 2"),
        FileSample("build.gradle", "subprojects {\n    version = '1.2.3'\n}\n", "1.2.3 on 2"),
        FileSample("build.gradle", "version = '2.0.0'\nsubprojects {\n    version = '1.2.3'\n}\n", "2.0.0 on 1"),
        FileSample(
            "build.gradle",
            "dependencies {\n  compile group: 'g', name: 'n',\n    version: '9.9.9'\n}\nversion '1.2.3'\n",
            "1.2.3 on 5"),
        FileSample("build.gradle", "plugins {\n  id 'x' version '9.9.9'\n}\n", "absent"),
        FileSample("build.gradle", "ext {\n  version = '9.9.9'\n}\next.version = '8.8.8'\n", "absent"),
        FileSample("build.gradle", "jar {\n  version = '9.9.9'\n}\n", "absent"),
        FileSample("build.gradle", "def version = '9.9.9'\n", "absent"),
        FileSample("build.gradle", "wrapper { gradleVersion = '9.9.9' }\nversion == '1.2.3'\n", "absent"),
        FileSample("build.gradle", "", "absent"),
        FileSample(
            "build.gradle", "version = rootProject.version\n", "dynamic on 1: version = rootProject.version"),
        FileSample("build.gradle", "version findProperty('v')\n", "dynamic on 1: version findProperty('v')"),
        FileSample("build.gradle", "version = \"1.2.$build\"", "dynamic on 1: version = \"1.2.$build\""),
        FileSample("build.gradle", "version = '1.2.' + build", "dynamic on 1: version = '1.2.' + build"),
        FileSample("build.gradle", "version = '1.2.3'\n  .trim()\n", "dynamic on 1: version = '1.2.3'"),
        FileSample("build.gradle", "if (ci) {\n  version = '1.2.3'\n}\n", "dynamic on 2: version = '1.2.3'"),
        FileSample("build.gradle", "if (ci) version = '1.2.3'\n", "dynamic on 1: version = '1.2.3'"),
        FileSample("build.gradle", "version '1.2.3'\nversion = '1.2.4'\n", "ambiguous on [1, 2]"),
        FileSample("build.gradle", "version += '-SNAPSHOT'\n", "dynamic on 1: version += '-SNAPSHOT'"),
        FileSample("build.gradle", "version '1.2.3\n", "unreadable on 1: a text in quotes does not end"),
    ])
    private func `Groovy`(sample: FileSample) {
        #expect(sample.answer == sample.expected)
    }

    @Test(arguments: [
        FileSample("build.gradle.kts", "version = \"1.2.3\"\r\n", "1.2.3 on 1"),
        FileSample("build.gradle.kts", "\u{FEFF}version = \"1.2.3\"\n", "1.2.3 on 1"),
        FileSample(
            "build.gradle.kts", "plugins {\n  id(\"x\") version \"9.9.9\"\n}\nversion = \"1.2.3\"\n", "1.2.3 on 4"),
        FileSample(
            "build.gradle.kts", "plugins {\n  kotlin(\"jvm\")\n    .version(\"9.9.9\")\n}\nversion = \"1.2.3\"\n",
            "1.2.3 on 5"),
        FileSample("build.gradle.kts", "/* /* nested */ version = \"9.9.9\" */\nversion = \"1.2.3\"", "1.2.3 on 2"),
        FileSample(
            "build.gradle.kts", "val s = \"\"\"\nversion = \"9.9.9\"\n\"\"\"\nversion = \"1.2.3\"", "1.2.3 on 4"),
        FileSample("build.gradle.kts", "val s = \"\"\"C:\\\"\"\"\nversion = \"1.2.3\"", "1.2.3 on 2"),
        FileSample("build.gradle.kts", "dependencies {\n  api(group = \"g\", version = \"9.9.9\")\n}\n", "absent"),
        FileSample(
            "build.gradle.kts", "publishing { publications { create<X>(\"m\") {\n  version = \"9.9.9\"\n} } }\n",
            "absent"),
        FileSample("build.gradle.kts", "val version: String by project\n", "absent"),
        FileSample(
            "build.gradle.kts", "version = if (ci) \"1.2.3\" else \"1.2.4\"\n",
            "dynamic on 1: version = if (ci) \"1.2.3\" else \"1.2.4\""),
        FileSample(
            "build.gradle.kts", "version = findProperty(\"v\") ?: \"1.2.3\"\n",
            "dynamic on 1: version = findProperty(\"v\") ?: \"1.2.3\""),
    ])
    private func `Kotlin`(sample: FileSample) {
        #expect(sample.answer == sample.expected)
    }

    @Test(arguments: [
        FileSample("auth/k8.kts", "bundle { ctx ->\n    name = \"auth\"\n    version = \"1.28.1\"\n}\n", "1.28.1 on 3"),
        FileSample("k8.kts", "bundle { ctx -> version = \"1.4.2\"\n}\n", "1.4.2 on 1"),
        FileSample("k8.kts", "bundle {\n  version(\"1.4.2\")\n}\n", "1.4.2 on 2"),
        FileSample("k8.kts", "val version = \"1.4.2\"\nbundle {\n  version = version\n}\n", "1.4.2 on 1"),
        FileSample("k8.kts", "private const val version: String = \"1.4.2\"", "1.4.2 on 1"),
        FileSample(
            "k8.kts",
            "bundle {\n  version = \"1.4.2\"\n  withConfigMap(\"c\", version = \"3\") {}\n  withJob {\n    version = \"1.1\"\n  }\n}\n",
            "1.4.2 on 2"),
        FileSample("k8.kts", "bundle {\n  version = \"1\"\n}\n", "1 = none on 2"),
        FileSample(
            "k8.kts", "//DEPS dk.acme:k8-resources:0.1.1\nbundle {\n  version = \"1.5.3-1\"\n}\n", "1.5.3-1 on 3"),
        FileSample(
            "k8.kts", "bundle { a }\nbundle {\n  version = \"1.0.0\"\n  version = \"1.0.1\"\n}", "ambiguous on [3, 4]"),
        FileSample("k8.kts", "bundle {\n  version = env(\"V\")\n}\n", "dynamic on 2: version = env(\"V\")"),
        FileSample("billing/k8.kts", "deploy {\n  image = \"registry/acme/billing:1.4.2\"\n}\n", "1.4.2 on 2"),
        FileSample("k8.kts", "image = \"localhost:5000/acme/billing:1.4.2@sha256:ab\"", "1.4.2 on 1"),
        FileSample("k8.kts", "image = \"localhost:5000/acme/billing\"", "absent"),
        FileSample(
            "billing/k8.kts", "image = \"envoyproxy/envoy:1.11.1\"\njob(image = \"acme/billing-service:1.4.2\")\n",
            "1.4.2 on 2"),
        FileSample(
            "billing/k8.kts", "a(image = \"acme/billing:1.4.2\")\nb(image = \"acme/billing:1.4.2\")\n",
            "1.4.2 on 1 and 1 more"),
        FileSample(
            "billing/k8.kts", "a(image = \"acme/billing:1.4.2\")\nb(image = \"acme/billing:1.4.3\")\n",
            "ambiguous on [1, 2]"),
        FileSample(
            "x/k8.kts", "bundle {\n  name = \"billing\"\n  version = \"1.4.2\"\n  a(image = \"acme/billing:1.4.2\")\n}",
            "1.4.2 on 3 and 1 more"),
        FileSample(
            "billing/k8.kts", "bundle {\n  version = \"1.4.2\"\n  a(image = \"acme/billing:1.4.1\")\n}",
            "ambiguous on [2, 3]"),
        FileSample(
            "billing/k8.kts", "bundle {\n  version = \"1.4.2\"\n  image = \"acme/billing:${this@bundle.version}\"\n}",
            "1.4.2 on 2"),
        FileSample("billing/k8.kts", "image = \"acme/billing:$v\"", "dynamic on 1: an image tagged $v"),
    ])
    private func `scripts of deployments`(sample: FileSample) {
        #expect(sample.answer == sample.expected)
    }

    @Test(arguments: [
        FileSample("gradle.properties", "org.gradle.jvmargs=-Xmx1g\nversion=1.2.3\n", "1.2.3 on 2"),
        FileSample("gradle.properties", "# version=9.9.9\n! version=8.8.8\n  version : 1.2.3 \r\n", "1.2.3 on 3"),
        FileSample("gradle.properties", "version 1.2.3", "1.2.3 on 1"),
        FileSample("gradle.properties", "a=b\\\nversion=9.9.9\nversion=1.2.3", "1.2.3 on 3"),
        FileSample("gradle.properties", "a=b\\\r\nversion=9.9.9\r\nversion=1.2.3", "1.2.3 on 3"),
        FileSample("gradle.properties", "version=1.2\\\n    .3\n", "1.2.3 on 1 as 1.2\\\n    .3"),
        FileSample("gradle.properties", "ver\\u0073ion=1.2.3", "1.2.3 on 1"),
        FileSample("gradle.properties", "ver\\=sion=1\nkotlin.version=9.9.9\nversionCode=3\n", "absent"),
        FileSample("gradle.properties", "version=1.2.3\nversion=1.2.4\n", "ambiguous on [1, 2]"),
        FileSample("gradle.properties", "version=\nx=1\n", "unreadable on 1: version is empty"),
        FileSample("gradle.properties", "version=1.2.3\\", "1.2.3\\ = none on 1"),
    ])
    private func `properties`(sample: FileSample) {
        #expect(sample.answer == sample.expected)
    }

    @Test(arguments: [
        FileSample("pom.xml", "<project>\n  <version>1.2.3</version>\n</project>", "1.2.3 on 2"),
        FileSample(
            "pom.xml",
            "<project><parent><version>9.9.9</version></parent>\n<version>1.2.3-SNAPSHOT</version></project>",
            "1.2.3-SNAPSHOT on 2"),
        FileSample(
            "pom.xml",
            "<?xml version=\"1.0\"?>\n<!-- <version>9.9.9</version> -->\n<project><dependencies><dependency><version>8.8.8</version>"
                + "</dependency></dependencies><build><plugins><plugin><version>7.7.7</version></plugin></plugins></build>"
                + "<version>\n  1.2.3\n</version></project>", "1.2.3 on 4"),
        FileSample("pom.xml", "<project><version><![CDATA[1.2.3]]></version></project>", "1.2.3 on 1"),
        FileSample(
            "pom.xml", "<project>\n<parent><version>9.9.9</version></parent></project>",
            "dynamic on 2: inherited from <parent>"),
        FileSample("pom.xml", "<project><version>${revision}</version></project>", "dynamic on 1: ${revision}"),
        FileSample(
            "pom.xml", "<project><version>1.<!-- x -->2.3</version></project>",
            "unreadable on 1: <version> is in several pieces"),
        FileSample("pom.xml", "<project>\n<version/></project>", "unreadable on 2: <version> is empty"),
        FileSample("pom.xml", "<project>\n<version>1.2.3</version>", "unreadable on 1: <project> does not end"),
        FileSample(
            "pom.xml", "<project><version>1.2.3</version>\n<version>1.2.4</version></project>", "ambiguous on [1, 2]"),
        FileSample("pom.xml", "<project><modelVersion>4.0.0</modelVersion></project>", "absent"),
        FileSample("pom.xml", "<settings><version>1.2.3</version></settings>", "absent"),
    ])
    private func `Maven`(sample: FileSample) {
        #expect(sample.answer == sample.expected)
    }

    @Test(arguments: [
        FileSample("package.json", "{\n  \"name\": \"a\",\n  \"version\": \"1.2.3\"\n}\n", "1.2.3 on 3"),
        FileSample("package.json", "{\"x\": {\"version\": \"9.9.9\"}, \"y\": [{\"version\": \"8.8.8\"}]}", "absent"),
        FileSample("package.json", "{\"x\": \"version\", \"a\": \"b\", \"version\": \"1.2.3\"}", "1.2.3 on 1"),
        FileSample("package.json", "{\"ver\\u0073ion\": \"1.2.3\"}", "1.2.3 on 1"),
        FileSample("package.json", "{\"version\": \"1.2\\u002e3\"}", "1.2.3 on 1 as 1.2\\u002e3"),
        FileSample("package.json", "{\"x\": \"a\\\"}{\", \"version\": \"1.2.3\"}", "1.2.3 on 1"),
        FileSample("package.json", "{\"version\": \"1.2.3\",\n \"version\": \"1.2.4\"}", "ambiguous on [1, 2]"),
        FileSample("package.json", "{\"a\": 1, \"a\": 2, \"version\": \"1.2.3\"}", "1.2.3 on 1"),
        FileSample("package.json", "{\"version\": 1}", "unreadable on 1: \"version\" is no text"),
        FileSample("package.json", "{\"version\": null}", "unreadable on 1: \"version\" is no text"),
        FileSample(
            "package.json", "{\n// version\n\"version\": \"1.2.3\"}",
            "unreadable on 2: is no JSON: expected a member name"),
        FileSample("package.json", "[]", "unreadable on 1: is no JSON object"),
    ])
    private func `npm`(sample: FileSample) {
        #expect(sample.answer == sample.expected)
    }

    @Test(arguments: [
        FileSample("Cargo.toml", "[package]\nname = \"a\"\nversion = \"1.2.3\" # here\n", "1.2.3 on 3"),
        FileSample("Cargo.toml", "\u{FEFF}[package]\nversion = '1.2.3'\n", "1.2.3 on 2"),
        FileSample("Cargo.toml", "[dependencies]\nversion = \"9.9.9\"\na = { version = \"8.8.8\" }\n", "absent"),
        FileSample(
            "Cargo.toml", "[dependencies.version]\nversion = \"9.9.9\"\n[package]\nversion = \"1.2.3\"", "1.2.3 on 4"),
        FileSample("Cargo.toml", "[package]\n# version = \"9.9.9\"\n\"version\" = \"1.2.3\"\n", "1.2.3 on 3"),
        FileSample("Cargo.toml", "package.version = \"1.2.3\"\n", "1.2.3 on 1"),
        FileSample("Cargo.toml", "package = { name = \"a\", version = \"1.2.3\" }\n", "1.2.3 on 1"),
        FileSample(
            "Cargo.toml", "[package]\nx = \"\"\"\nversion = \"9.9.9\"\n\"\"\"\nversion = \"1.2.3\"\n", "1.2.3 on 5"),
        FileSample("Cargo.toml", "[package]\nversion.workspace = true\n", "dynamic on 2: inherited"),
        FileSample("Cargo.toml", "[package]\nversion = { workspace = true }\n", "dynamic on 2: inherited"),
        FileSample("Cargo.toml", "[workspace.package]\nversion = \"1.2.3\"\n", "1.2.3 on 2"),
        FileSample(
            "Cargo.toml", "[workspace.package]\nversion = \"1.2.3\"\n[package]\nversion.workspace = true\n",
            "1.2.3 on 2"),
        FileSample("Cargo.toml", "[package.metadata]\nversion = \"9.9.9\"\n", "absent"),
        FileSample("Cargo.toml", "[package]\nversion = \"1.2.3\"\nversion = \"1.2.4\"\n", "ambiguous on [2, 3]"),
        FileSample("Cargo.toml", "[package]\nversion = \"1.2.3\n", "unreadable on 2: a text in quotes does not end"),
        FileSample("pyproject.toml", "[project]\nname = \"a\"\nversion = \"1.2.3\"\n", "1.2.3 on 3"),
        FileSample("pyproject.toml", "[tool.poetry]\nversion = \"1.2.3\"\n", "1.2.3 on 2"),
        FileSample("pyproject.toml", "[project]\ndynamic = [\"version\"]\n", "dynamic on 2: dynamic = [\"version\"]"),
        FileSample(
            "pyproject.toml", "[project]\ndynamic = [\"version\"]\n[tool.poetry]\nversion = \"1.2.3\"\n", "1.2.3 on 4"),
        FileSample("pyproject.toml", "[project]\ndynamic = [\"readme\"]\n", "absent"),
        FileSample(
            "pyproject.toml", "[tool.black]\nversion = \"9.9.9\"\n[tool.poetry.dependencies]\nversion = \"8\"\n",
            "absent"),
        FileSample(
            "pyproject.toml", "[project]\nversion = \"1.2.3\"\n[tool.poetry]\nversion = \"1.2.4\"\n",
            "ambiguous on [2, 4]"),
        FileSample("pyproject.toml", "[project]\nversion = \"2.0.0rc1\"\n", "2.0.0rc1 = 2.0.0-rc.1 on 2"),
        FileSample("pyproject.toml", "[project]\nversion = \"2.3.0.dev\"\n", "2.3.0.dev = 2.3.0-dev.0 on 2"),
        FileSample("pyproject.toml", "[project]\nversion = \"1.0.post1\"\n", "1.0.post1 = none on 2"),
    ])
    private func `tables`(sample: FileSample) {
        #expect(sample.answer == sample.expected)
    }

    @Test(arguments: [
        FileSample("VERSION", "1.2.3\n", "1.2.3 on 1"), FileSample("version.txt", "\r\n\r\n v1.2.3 \r\n", "1.2.3 on 3"),
        FileSample("VERSION", "\u{FEFF}1.2.3", "1.2.3 on 1"), FileSample("VERSION", "\n \n", "absent"),
        FileSample("VERSION", "1.2.3\n1.2.4\n", "unreadable on 1: holds more than a version"),
        FileSample("VERSION", "version=1.2.3\n", "unreadable on 1: holds more than a version"),
        FileSample("VERSION", "v\n", "v = none on 1"),
        FileSample("VERSION", "1\n2\u{0}", "unreadable on 2: holds a NUL byte, so it is no text in UTF-8"),
    ])
    private func `plain files`(sample: FileSample) {
        #expect(sample.answer == sample.expected)
    }
}
