import Fixtures
import Foundation
import SystemPackage
import Testing

/// The page about versions shows what the program says: every command line in it is run here.
struct VersionDocumentTests {
    private static let page = "docs/versions.md"

    @Test func `what the page shows is what the program says`() async throws {
        try await withTemporaryFolder { folder in
            var lines: [String] = []
            var world: VersionWorld?
            var isOutput = false
            for line in try Golden.project.appending(Self.page).text.split(
                separator: "\n", omittingEmptySubsequences: false)
            {
                if line.hasPrefix("## ") {
                    world = try await Self.world(String(line.dropFirst(3)), in: folder.appending("\(lines.count)"))
                }
                if line.hasPrefix("    $ ") {
                    lines.append(String(line))
                    let said = try await Self.said(line.dropFirst(6), in: try #require(world))
                    lines += said.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                        .map { $0.isEmpty ? "" : "    \($0)" }
                    isOutput = true
                    continue
                }
                // What stands there of an earlier answer ends where prose begins.
                if isOutput, line.isEmpty || line.hasPrefix("    ") { continue }
                if isOutput { lines.append("") }
                isOutput = false
                lines.append(String(line))
            }
            try Golden(Self.page).check(lines.joined(separator: "\n"))
        }
    }

    private static func said(_ command: Substring, in world: VersionWorld) async throws -> String {
        let words = command.split(separator: " ").map(String.init)
        let said = try await run(
            SlipwayBinary.path.string, Array(words.dropFirst()), in: world.git.root,
            environment: VersionWorld.environment)
        #expect(said.exit == 0, "\(command): \(said.errors)")
        return said.output.replacing("\(world.git.root)/", with: "")
    }

    /// The repository that a section is about.
    private static func world(_ section: String, in folder: FilePath) async throws -> VersionWorld {
        switch section {
        case "Adopting a repository": return try await tagged(in: folder)
        case "A history without a convention": return try await plain(in: folder)
        case "Interface evidence":
            let configuration = VersionWorld.configuration("    interface: {openapi: api.yaml}\n")
            let before = ["billing/api.yaml": Interfaces.openAPI("/invoices", "/reports")]
            let world = try await VersionWorld.released(at: folder, configuration, before)
            try await world.commit("fix: reports are gone", ["billing/api.yaml": Interfaces.openAPI("/invoices")])
            return world
        case "Version files":
            let configuration = VersionWorld.configuration("    version: {files: [version.txt]}\n")
            let world = try await VersionWorld.released(at: folder, configuration, ["billing/version.txt": "1.4.1\n"])
            try await world.commit("fix: round up")
            return world
        case "Near misses":
            let world = try await VersionWorld.released(at: folder)
            for message in ["Add pdf", "faet(api): csv", "fix: totals\n\nBreaking change: no more xml"] {
                try await world.commit(message)
            }
            return world
        default:
            let world = try await VersionWorld.released(at: folder)
            for message in ["fix: round up", "feat: pdf", "docs: say more"] { try await world.commit(message) }
            return world
        }
    }

    /// One that another tool tagged.
    private static func tagged(in folder: FilePath) async throws -> VersionWorld {
        let world = VersionWorld(git: try await GitFixture(at: folder.appending("old")))
        let orders = "  orders: {path: orders, toolchain: command, build: \"true\", test: false}\n"
        let configuration = VersionWorld.configuration("", orders)
        try await world.git.commit(
            "Initial import",
            ["slipway.yaml": configuration, "billing/main.txt": "0\n", "orders/main.txt": "0\n"])
        for tag in ["billing-1.4.1", "billing-1.4.5.RC-1", "orders_v2.0.0", "nightly"] {
            try await world.git.git("tag", tag)
        }
        try await world.commit("Fixes #12 totals")
        try await world.git.git("tag", "billing-1.4.2")
        try await world.git.git("remote", "add", "origin", "https://git.example/shop.git")
        return world
    }

    /// One whose messages follow nothing.
    private static func plain(in folder: FilePath) async throws -> VersionWorld {
        let world = VersionWorld(git: try await GitFixture(at: folder.appending("plain")))
        try await world.git.commit(
            "Initial import", ["billing/Dockerfile": "FROM scratch\n", "orders/Dockerfile": "FROM scratch\n"])
        try await world.commit("Bugfix: totals")
        try await world.commit("more pdf")
        return world
    }
}
