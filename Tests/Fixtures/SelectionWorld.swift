import Foundation
import SystemPackage

/// Three services and a library on which tests of selection stand: `a` and `b` need `lib`, `c` needs nobody.
///
/// Commands do next to nothing, so that a run takes milliseconds.
public struct SelectionWorld: Sendable {
    public let git: GitFixture
    public var root: FilePath { git.root }
    /// The folder around the repository, for what is not to lie in it.
    public var outside: FilePath { root.removingLastComponent() }

    public static let names: Set<String> = ["a", "b", "c", "lib"]

    /// The configuration of these services and libraries, with further lines for some of them.
    ///
    /// What a line says about `build` or `test` stands in place of the default.
    public static func configuration(
        _ names: [String] = ["a", "b", "c", "lib"], _ more: [String: [String]] = [:]
    ) -> String {
        names.reduce(into: "services:\n") { text, name in
            var lines = more[name] ?? []
            func settle(_ key: String, _ value: String) {
                if !lines.contains(where: { $0.hasPrefix(key + ":") }) { lines.append("\(key): \(value)") }
            }
            settle("path", name == "lib" ? "libs/lib" : "services/\(name)")
            if name == "lib" { settle("kind", "library") }
            if ["a", "b"].contains(name), names.contains("lib") { settle("needs", "[lib]") }
            settle("toolchain", "command")
            settle("build", "\"true\"")
            settle("test", "cat tap")
            text += "  \(name):\n" + lines.map { "    \($0)\n" }.joined()
        }
    }

    /// All of them, for one reason.
    public static func all(_ reason: String) -> [String: String] {
        names.reduce(into: [:]) { $0[$1] = reason }
    }

    public static let tap = "1..1\nok 1 - works\n"

    public static func files(of name: String) -> [String: String] {
        let folder = name == "lib" ? "libs/lib" : "services/\(name)"
        return ["\(folder)/src": "\(name) 1\n", "\(folder)/tap": tap]
    }

    /// A repository with these services and one commit.
    public init(at root: FilePath, configuration: String, files: [String: String]) async throws {
        git = try await GitFixture(at: root)
        let standard = Self.names.reduce(into: ["README.md": "# x\n", ".gitignore": "out/\n*.log\n"]) { files, name in
            files.merge(Self.files(of: name)) { $1 }
        }
        try await git.commit(
            "feat: begin", standard.merging(["slipway.yaml": configuration]) { $1 }.merging(files) { $1 })
    }

    public init(existing git: GitFixture) {
        self.git = git
    }

    // MARK: - The program

    public func slipway(_ arguments: [String], environment: [String: String] = [:]) async throws -> Said {
        try await Fixtures.run(
            SlipwayBinary.path.string, arguments, in: root,
            environment: SlipwayBinary.environment.merging(environment) { $1 })
    }

    @discardableResult
    public func slipway(_ arguments: String..., environment: [String: String] = [:]) async throws -> Said {
        try await slipway(arguments, environment: environment)
    }

    /// Builds and records what is selected; throws when it ends otherwise than expected.
    @discardableResult
    public func run(
        _ arguments: String..., environment: [String: String] = [:], exit: Int32 = 0
    ) async throws -> Said {
        let said = try await slipway(["run"] + arguments, environment: environment)
        guard said.exit == exit else {
            throw FixtureError("slipway run \(arguments): exit \(said.exit)\n\(said.output)\(said.errors)")
        }
        return said
    }

    /// The plan as its JSON says it.
    public func plan(_ arguments: String..., environment: [String: String] = [:]) async throws -> PlanAnswer {
        try await plan(arguments, environment)
    }

    /// The selected services with their reasons.
    public func selected(
        _ arguments: String..., environment: [String: String] = [:]
    ) async throws -> [String: String] {
        try await plan(arguments, environment).selected
    }

    private func plan(_ arguments: [String], _ environment: [String: String]) async throws -> PlanAnswer {
        let said = try await slipway(["plan", "--json"] + arguments, environment: environment)
        guard said.exit == 0 else {
            throw FixtureError("slipway plan \(arguments): exit \(said.exit)\n\(said.output)\(said.errors)")
        }
        return try PlanAnswer(said.output)
    }

    /// The verdict of each service in the last run.
    public func verdicts() throws -> [String: String] {
        try outcome().services.reduce(into: [:]) { $0[$1.name] = $1.verdict?.state }
    }

    /// The first reason of each service's verdict in the last run.
    public func reasons() throws -> [String: String] {
        try outcome().services.reduce(into: [:]) { $0[$1.name] = $1.verdict?.reasons?.first?.code }
    }

    private struct Outcome: Decodable {
        let services: [Entry]

        struct Entry: Decodable {
            let name: String
            let verdict: Verdict?
        }

        struct Verdict: Decodable {
            let state: String
            let reasons: [Reason]?
        }

        struct Reason: Decodable {
            let code: String
        }
    }

    private func outcome() throws -> Outcome {
        let file = root.appending(".slipway/runs/latest/outcome.json")
        return try JSONDecoder().decode(Outcome.self, from: Data(try file.text.utf8))
    }

    /// What the ledger has of a service, the newest first.
    public func records(of service: String) async throws -> [RecordAnswer] {
        let said = try await slipway("record", "list", "--json", "--service", service)
        let records = try JSONDecoder().decode([RecordAnswer].self, from: Data(said.output.utf8))
        // Several may be of one second.
        return records.sorted { $0.run.sequence > $1.run.sequence }
    }

    /// What a build server tells builds, with a key of its own to sign with.
    public func signing(_ environment: [String: String]) async throws -> [String: String] {
        let file = outside.appending("ci.key")
        if !file.isThere { try await slipway("record", "key", "--out", outside.string, "ci") }
        return try environment.merging(["SLIPWAY_KEY": file.text]) { $1 }
    }

    // MARK: - Clones

    /// A clone beside the repository, made with these arguments.
    public func clone(_ name: String, _ arguments: [String] = [], withLedger: Bool = false) async throws -> Self {
        let target = outside.appending(name)
        try await Fixtures.sh(
            "git clone -q \(arguments.map { "'\($0)'" }.joined(separator: " ")) 'file://\(root)' '\(target)'", in: "/")
        let clone = SelectionWorld(existing: GitFixture(existing: target))
        if withLedger { try await lendLedger(to: clone) }
        return clone
    }

    /// Copies the ledger, as a CI keeps it from one workspace to the next.
    public func lendLedger(to other: SelectionWorld, folder: String = ".slipway") async throws {
        try await Fixtures.sh("mkdir -p '\(folder)' && cp -r '\(root)/.slipway/ledger' '\(folder)/'", in: other.root)
    }

    /// Moves the repository away, so that no clone can fetch from it any more.
    public func vanish() async throws {
        try await Fixtures.sh("mv '\(root)' '\(root).away'", in: outside)
    }
}

/// Runs a test on a world in a folder of its own.
public func withSelectionWorld<Value>(
    _ configuration: String = SelectionWorld.configuration(), _ files: [String: String] = [:],
    _ body: (SelectionWorld) async throws -> Value
) async throws -> Value {
    try await withTemporaryFolder { folder in
        try await body(SelectionWorld(at: folder.appending("world"), configuration: configuration, files: files))
    }
}
