/// A toolchain is data: how it is recognised, what it runs, where its evidence is, what its paths mean.
public struct Toolchain: Equatable, Sendable {
    public var name: String
    /// Files that make a folder one of this toolchain.
    public var markers: [String] = []
    public var commands = Commands()
    /// How its default test command reports.
    public var evidence = Evidence.reports([])
    public var paths = Paths()
    /// Variables that only say where this machine keeps things: handed on when set, not part of the key.
    public var environment: [String] = []
    public var jobs = Jobs.none
    /// How failing tests alone are run again; nil where only the whole step can be.
    public var retry: Retry?

    public struct Commands: Equatable, Sendable {
        public var build: String?
        public var test: String?
        /// What they call: of each group one must be on PATH or, with `./`, in the folder of the service or the root.
        public var programs: [[String]] = []
    }

    public struct Paths: Equatable, Sendable {
        public var tests: [String] = []
        public var sources: [String] = []
        public var lockfiles: [String] = []
        /// What its commands leave in the folder: no dirt, even when git does not ignore it.
        public var outputs: [String] = []
        /// Files above the service that pin versions of tools.
        public var pins: [String] = []
    }

    public var testPaths: [String] { paths.tests }
    public var sources: [String] { paths.sources }
    public var lockfiles: [String] { paths.lockfiles }
}

extension Toolchain {
    /// All that are known, in the order in which a folder is asked: the most specific first.
    public static let all: [Toolchain] = [
        .gradle, .maven, .swiftpm, .cargo, .go, .npm, .pnpm, .yarn, .node, .python, .cmake, .make, .command,
    ]

    public static func named(_ name: String) -> Toolchain? { all.first { $0.name == name } }

    /// The toolchain of a folder that holds these names, or nil when none is recognised.
    public static func recognised(among names: Set<String>) -> Toolchain? {
        all.first { $0.markers.contains(where: names.contains) }
    }

    /// Runs what it is told and knows nothing.
    static let command = Toolchain(name: "command", evidence: .output(.tap))

    static let gradle = Toolchain(
        name: "gradle", markers: ["build.gradle", "build.gradle.kts"],
        commands: Commands(
            build: wrapped("gradlew", or: "gradle", #"--console=plain assemble -Pversion="$SLIPWAY_VERSION""#),
            test: wrapped("gradlew", or: "gradle", #"--console=plain test -Pversion="$SLIPWAY_VERSION""#),
            programs: [["java"], ["./gradlew", "gradle"]]),
        evidence: .reports(["build/test-results/**/*.xml"]),
        paths: Paths(
            tests: ["**/src/test/", "**/src/*Test/"], sources: ["*.java", "*.kt", "*.groovy", "*.scala"],
            lockfiles: ["gradle.lockfile"], outputs: ["build/", ".gradle/"],
            pins: ["gradle/wrapper/gradle-wrapper.properties", ".java-version"]),
        environment: ["JAVA_HOME", "GRADLE_USER_HOME"], jobs: .gradle, retry: .gradle)

    static let maven = Toolchain(
        name: "maven", markers: ["pom.xml"],
        commands: Commands(
            build: wrapped("mvnw", or: "mvn", #"-B -DskipTests -Drevision="$SLIPWAY_VERSION" package"#),
            test: wrapped("mvnw", or: "mvn", #"-B -Drevision="$SLIPWAY_VERSION" verify"#),
            programs: [["java"], ["./mvnw", "mvn"]]),
        evidence: .reports(["target/surefire-reports/TEST-*.xml", "target/failsafe-reports/TEST-*.xml"]),
        paths: Paths(
            tests: ["**/src/test/"], sources: ["*.java", "*.kt", "*.scala"], outputs: ["target/"],
            pins: [".mvn/wrapper/maven-wrapper.properties", ".java-version"]),
        environment: ["JAVA_HOME", "M2_HOME", "MAVEN_OPTS"], retry: .maven)

    /// Runs the wrapper script of the folder or of the repository, or else the installed program.
    private static func wrapped(_ wrapper: String, or program: String, _ arguments: String) -> String {
        #"w=./\#(wrapper); [ -x "$w" ] || w="$SLIPWAY_ROOT/\#(wrapper)"; [ -x "$w" ] || w=\#(program); "$w" \#(arguments)"#
    }

    static let swiftpm = Toolchain(
        name: "swiftpm", markers: ["Package.swift"],
        commands: Commands(
            build: #"swift build --jobs "$SLIPWAY_JOBS""#,
            test: #"swift test --jobs "$SLIPWAY_JOBS" --xunit-output "$SLIPWAY_REPORTS/swift.xml""#,
            programs: [["swift"]]),
        evidence: .output(.xctest),
        paths: Paths(
            tests: ["Tests/"], sources: ["*.swift", "*.c", "*.h"], lockfiles: ["Package.resolved"],
            outputs: [".build/", ".swiftpm/"], pins: [".swift-version"]),
        retry: .swift)

    static let cargo = Toolchain(
        name: "cargo", markers: ["Cargo.toml"],
        commands: Commands(
            build: "cargo build --release", test: "cargo test --no-fail-fast", programs: [["cargo"]]),
        evidence: .output(.cargo),
        paths: Paths(
            tests: ["tests/"], sources: ["*.rs"], lockfiles: ["Cargo.lock"], outputs: ["target/"],
            pins: ["rust-toolchain", "rust-toolchain.toml"]),
        environment: ["CARGO_HOME", "RUSTUP_HOME"], jobs: .cargo, retry: .cargo)

    static let go = Toolchain(
        name: "go", markers: ["go.mod"],
        commands: Commands(build: "go build ./...", test: "go test -json ./...", programs: [["go"]]),
        evidence: .output(.goJSON),
        paths: Paths(
            tests: ["*_test.go", "testdata/"], sources: ["*.go"], lockfiles: ["go.sum"], pins: [".go-version"]),
        environment: ["GOPATH", "GOROOT", "GOCACHE", "GOMODCACHE", "GOPROXY"], jobs: .go, retry: .go)

    static let python = Toolchain(
        name: "python", markers: ["pyproject.toml", "setup.py", "requirements.txt"],
        commands: Commands(
            test: #"python3 -m pytest --junitxml="$SLIPWAY_REPORTS/pytest.xml""#, programs: [["python3"]]),
        paths: Paths(
            tests: ["tests/", "test_*.py", "*_test.py", "conftest.py"], sources: ["*.py"],
            lockfiles: ["poetry.lock", "uv.lock"],
            outputs: ["__pycache__/", ".pytest_cache/", "*.egg-info/", "*.pyc", "build/", "dist/"],
            pins: [".python-version"]),
        environment: ["VIRTUAL_ENV", "PYENV_ROOT", "PIP_CACHE_DIR"], jobs: .python, retry: .python)
}

// MARK: - JavaScript, C

extension Toolchain {
    private static let nodePaths = Paths(
        tests: ["test/", "tests/", "__tests__/", "*.test.*", "*.spec.*"],
        sources: ["*.js", "*.mjs", "*.cjs", "*.ts", "*.tsx", "*.jsx"],
        lockfiles: ["package-lock.json", "pnpm-lock.yaml", "yarn.lock"], outputs: ["node_modules/", "dist/"],
        pins: [".nvmrc", ".node-version"])

    /// Makes `node --test` report, also where a package script starts it.
    private static let nodeReporters =
        "--test-reporter=spec --test-reporter-destination=stdout "
        + "--test-reporter=junit --test-reporter-destination=$SLIPWAY_REPORTS/node.xml"

    /// Where the JUnit reporters of Jest and Mocha write, once a package has them.
    private static let reportPlaces =
        #"JEST_JUNIT_OUTPUT_DIR="$SLIPWAY_REPORTS" MOCHA_FILE="$SLIPWAY_REPORTS/mocha.xml""#

    /// A package without a package manager's lockfile.
    static let node = Toolchain(
        name: "node", markers: ["package.json"],
        commands: Commands(test: "NODE_OPTIONS=\"\(nodeReporters)\" node --test", programs: [["node"]]),
        paths: nodePaths)

    static let npm = packageManager("npm", lockfile: "package-lock.json", install: "npm ci", run: "npm run")
    static let pnpm = packageManager(
        "pnpm", lockfile: "pnpm-lock.yaml", install: "pnpm install --frozen-lockfile", run: "pnpm run")
    static let yarn = packageManager(
        "yarn", lockfile: "yarn.lock", install: "yarn install --frozen-lockfile", run: "yarn run")

    private static func packageManager(_ name: String, lockfile: String, install: String, run: String) -> Toolchain {
        Toolchain(
            name: name, markers: [lockfile],
            commands: Commands(
                build: "\(install) && \(run) --if-present build",
                test: "\(reportPlaces) NODE_OPTIONS=\"\(nodeReporters)\" \(name) test",
                programs: [["node"], [name]]),
            paths: nodePaths, environment: ["npm_config_cache"])
    }

    static let cmake = Toolchain(
        name: "cmake", markers: ["CMakeLists.txt"],
        commands: Commands(
            build: "cmake -S . -B build && cmake --build build",
            test: "ctest --test-dir build --output-on-failure --no-tests=error", programs: [["cmake"], ["ctest"]]),
        evidence: .output(.ctest),
        paths: Paths(tests: ["tests/", "test/"], sources: cSources, outputs: ["build/"]), jobs: .cmake, retry: .ctest)

    static let make = Toolchain(
        name: "make", markers: ["Makefile", "makefile", "GNUmakefile"],
        commands: Commands(build: "make", test: "make test", programs: [["make"]]),
        evidence: .output(.tap),
        paths: Paths(tests: ["tests/", "test/"], sources: cSources, outputs: ["*.o", "*.a", "build/"]), jobs: .make)

    private static let cSources = ["*.c", "*.h", "*.cc", "*.cpp", "*.hpp"]
}
