import Fixtures
import Foundation
import SystemPackage
import Testing

/// Repositories that were tagged otherwise, and what `version adopt` and `init` make of them.
struct AdoptionTellingTests {
    private static let configuration = """
        services:
          billing: {path: billing, toolchain: command, build: "true", test: false}
          orders: {path: orders, toolchain: command, build: "true", test: false}

        """

    /// Two services with tags of two schemes, and others that are none.
    private func withOldTags(
        _ configuration: String? = configuration, _ body: (VersionWorld) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let world = VersionWorld(git: try await GitFixture(at: folder.appending("old")))
            var files = ["billing/Dockerfile": "FROM scratch\n", "orders/Dockerfile": "FROM scratch\n"]
            if let configuration { files["slipway.yaml"] = configuration }
            try await world.git.commit("Initial import", files)
            for tag in ["billing-1.4.1", "billing-1.4.5.RC-1", "orders_v2.0.0", "nightly"] {
                try await world.git.git("tag", tag)
            }
            try await world.git.commit("Fixes the total", ["billing/x": "1\n"])
            try await world.git.git("tag", "billing-1.4.2")
            try await world.git.commit("Add pdf", ["billing/x": "2\n", "orders/x": "1\n"])
            try await body(world)
        }
    }

    private func tags(_ world: VersionWorld) async throws -> [String] {
        try await world.git.git("tag").split(separator: "\n").map(String.init)
    }

    @Test func `a proposal is made of tags and commits, and nothing is written`() async throws {
        try await withOldTags { world in
            let before = try await world.git.git("for-each-ref")
            let said = try await world.slipway("version", "adopt")
            #expect(said.exit == 0, "\(said.errors)")
            for text in [
                "billing  {service}-{version} (3)", "1.4.2 at ", "orders   {service}_v{version} (1)",
                "0 of 3 subjects (0 %) have a conventional header", "fits nothing\n  nightly  ends in no version\n",
                "versioning:\n  tag: \"{service}/v{version}\"\n", "  unconventional: patch\n",
                "- {tag: \"billing-1.4.5.RC-1\", version: 1.4.5-rc.1}", "baseline tags\n  billing/v1.4.2  ",
                "nothing was written",
            ] {
                #expect(said.output.contains(text), "\(text) in\n\(said.output)")
            }
            #expect(try await world.git.git("status", "--porcelain") == "")
            #expect(try await world.git.git("for-each-ref") == before)
            let json = try await world.json("version", "adopt")
            #expect(
                (json["tags"] as? [[String: Any]])?.map { $0["proposedTag"] as? String } == [
                    "billing/v1.4.2", "orders/v2.0.0",
                ])
            #expect((json["yaml"] as? String)?.hasPrefix("versioning:\n") == true)
        }
    }

    @Test func `what is accepted is written once, locally, and versions go on from there`() async throws {
        try await withOldTags { world in
            try await world.git.git("remote", "add", "upstream", "/nowhere")
            let said = try await world.slipway("version", "adopt", "--accept")
            #expect(said.exit == 0, "\(said.errors)")
            let push = "git push --atomic upstream refs/tags/billing/v1.4.2 refs/tags/orders/v2.0.0"
            #expect(said.output.contains("nothing was pushed; to push them: \(push)\n"), "\(said.output)")
            #expect(try await world.git.git("cat-file", "-t", "refs/tags/billing/v1.4.2") == "tag")
            let tip = try await world.git.git("rev-parse", "billing/v1.4.2^{commit}")
            #expect(try await world.git.git("rev-parse", "billing-1.4.2") == tip)
            let file = try world.git.root.appending("slipway.yaml").text
            #expect(file.hasPrefix(Self.configuration + "\nversioning:\n"))
            let version = try await world.slipway("version")
            #expect(version.output.contains("billing  1.4.2  → 1.4.3 (patch)"), "\(version.output)\(version.errors)")
            #expect(version.output.contains("orders   2.0.0  → 2.0.1 (patch)"))
            let again = try await world.slipway("version", "adopt", "--accept")
            #expect(again.exit == 0, "\(again.errors)")
            #expect(again.output.hasSuffix("nothing to write\n"), "\(again.output)")
            #expect(try world.git.root.appending("slipway.yaml").text == file)
        }
    }

    @Test func `settings that are there are left alone, and what is missing in them is said with its line`()
        async throws
    {
        try await withOldTags(Self.configuration + "versioning:\n  tag: \"{service}-{version}\"\n") { world in
            let said = try await world.slipway("version", "adopt", "--accept")
            #expect(said.exit == 0, "\(said.errors)")
            #expect(said.output.contains("slipway.yaml:4: add under versioning:\n"), "\(said.output)")
            #expect(said.output.contains("  unconventional: patch\n"))
            #expect(said.output.contains("  legacy:\n    - {tag: \"billing-1.4.5.RC-1\", version: 1.4.5-rc.1}"))
            #expect(try await world.git.git("status", "--porcelain") == "")
            // Only where the template in force is another than the old one.
            #expect(try await tags(world).filter { !$0.contains("_") && $0.hasPrefix("orders") } == ["orders-2.0.0"])
            #expect(try await tags(world).contains("billing/v1.4.2") == false)
        }
    }

    @Test(arguments: ["{services: {billing: {path: billing, toolchain: command, test: false}}}\n"])
    func `a file to which nothing can be added stays as it is, and no tag is made`(text: String) async throws {
        try await withOldTags(text) { world in
            let said = try await world.slipway("version", "adopt", "--accept")
            #expect(said.exit == 65)
            #expect(said.errors.contains("slipway.yaml:1: the section cannot be added at its end"), "\(said.errors)")
            #expect(try world.git.root.appending("slipway.yaml").text == text)
            #expect(try await tags(world).allSatisfy { !$0.contains("/") })
        }
    }

    @Test func `nobody to tag as is said before anything is written`() async throws {
        try await withOldTags { world in
            let environment = VersionWorld.environment.filter { !$0.key.hasPrefix("GIT_COMMITTER") }
            let said = try await run(
                SlipwayBinary.path.string, ["version", "adopt", "--accept"], in: world.git.root,
                environment: environment)
            #expect(said.exit == 65)
            #expect(said.errors.contains("git does not know who makes this tag"), "\(said.errors)")
            #expect(try await world.git.git("status", "--porcelain") == "")
        }
    }

    @Test func `without a configuration the services are those that init would find`() async throws {
        try await withOldTags(nil) { world in
            let said = try await world.slipway("version", "adopt")
            #expect(said.exit == 0, "\(said.errors)")
            #expect(said.output.contains("billing  {service}-{version} (3)"))
            let accepted = try await world.slipway("version", "adopt", "--accept")
            #expect(accepted.exit == 0, "\(accepted.errors)")
            #expect(try world.git.root.appending("slipway.yaml").text.contains("\nversioning:\n  tag: "))
            #expect(try await world.slipway("version").output.contains("billing  1.4.2  → 1.4.3 (patch)"))
        }
    }

    @Test func `a service that was never tagged begins with what its file states`() async throws {
        let more = "  web: {path: web, toolchain: command, build: \"true\", test: false}\n"
        try await withBilling(VersionWorld.configuration("", more), ["web/version.txt": "3.1.0-SNAPSHOT\n"]) { world in
            let said = try await world.slipway("version", "adopt")
            #expect(said.output.contains("begins with 3.1.0"), "\(said.output)")
            #expect(said.output.contains("slipway.yaml:7: add under services.web:\n    version: {initial: 3.1.0}\n"))
        }
    }

    @Test func `names of tags that would paint a terminal or end a command are made harmless`() async throws {
        try await withBilling(VersionWorld.configuration("", "versioning: {tag: \"$(x)'{service}/v{version}\"}\n")) {
            world in
            try await world.git.git("remote", "add", "origin", "/nowhere")
            try await world.git.git("tag", "billing-\u{202e}9")
            let said = try await world.slipway("version", "adopt", "--accept")
            #expect(said.exit == 0, "\(said.errors)")
            #expect(said.output.contains("billing-\\u{202e}9"))
            #expect(
                said.output.contains("git push --atomic origin 'refs/tags/$(x)'\\''billing/v1.4.2'"), "\(said.output)")
        }
    }

    // MARK: - init

    @Test func `init proposes the policy with its reason`() async throws {
        try await withOldTags(nil) { world in
            let said = try await world.slipway("init")
            #expect(said.exit == 0, "\(said.errors)")
            #expect(said.output.contains("declare interfaces, whose changes then do"))
            #expect(said.output.contains("slipway version adopt shows"))
            let file = try world.git.root.appending("slipway.yaml").text
            #expect(file.contains("  # 0 of 3 subjects (0 %) have a conventional header, so messages cannot tell"))
            #expect(file.contains("\n  unconventional: patch\n"))
            #expect(try await world.slipway("plan").exit == 0)
        }
    }

    @Test func `init believes a history that follows the convention`() async throws {
        try await withRepository { git in
            try await git.commit("feat: begin", ["a/Dockerfile": "FROM scratch\n", "b/Dockerfile": "FROM scratch\n"])
            try await git.commit("fix: more", ["a/x": "1\n"])
            try await git.git("tag", "a@1.0.0")
            let said = try await Fixtures.slipway("init", "--print", in: git.root)
            #expect(said.exit == 0, "\(said.errors)")
            #expect(said.output.contains("  tag: \"{service}@{version}\"\n"))
            #expect(said.output.contains("  # 2 of 2 subjects (100 %) have a conventional header"))
            #expect(said.output.contains("  unconventional: none\n"))
            let hint = try await Fixtures.slipway("init", in: git.root)
            #expect(!hint.output.contains("version adopt"))
        }
    }

    @Test func `a repository without tags gets the usual ones`() async throws {
        try await withRepository { git in
            try await git.commit("first", ["a/Dockerfile": "FROM scratch\n"])
            let said = try await Fixtures.slipway("version", "adopt", in: git.root)
            #expect(said.exit == 0, "\(said.errors)")
            #expect(
                said.output.contains("a  no tags  begins with 0.1.0  never tagged: begins with 0.1.0\n"),
                "\(said.output)")
        }
    }
}
