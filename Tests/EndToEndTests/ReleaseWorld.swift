import Fixtures
import Foundation
import SystemPackage
import Testing

/// A repository that others push to, a real registry, a key: what a release has to do with.
struct ReleaseWorld: Sendable {
    let origin: FilePath
    let registry: RegistryFixture
    let key: String
    let folder: FilePath

    /// Runs a test on one, which has a commit on `main` that was never released.
    static func with(
        _ versioning: String = "", _ body: @escaping @Sendable (ReleaseWorld, GitFixture) async throws -> Void
    ) async throws {
        try await RegistryFixture.withRegistry { registry in
            try await withTemporaryFolder { folder in
                let made = try await Fixtures.slipway("record", "key", "--out", folder.string, "ci", in: "/")
                #expect(made.exit == 0, "\(made.errors)")
                let origin = folder.appending("origin.git")
                try await sh("git init -q --bare -b main '\(origin)'", in: "/")
                let world = ReleaseWorld(
                    origin: origin, registry: registry, key: try folder.appending("ci.key").text, folder: folder)
                let clone = try await world.clone("clone")
                try await clone.commit(
                    "feat: begin",
                    [
                        "slipway.yaml": world.configuration(versioning), "services/billing/app": "1\n",
                        "services/billing/Dockerfile": "FROM scratch\nCOPY app /app\n", ".gitignore": ".slipway/\n",
                    ])
                try await clone.git("push", "-q", "origin", "main")
                try await body(world, clone)
            }
        }
    }

    private func configuration(_ versioning: String) -> String {
        let service =
            "{path: services/billing, toolchain: command, build: \"true\", test: \"true\", reports: exit-code}"
        return "registry: \(registry.host)/acme\nservices:\n  billing: \(service)\n\(versioning)\n"
    }

    func clone(_ name: String) async throws -> GitFixture {
        let said = try await run(
            "git", ["clone", "-q", origin.string, folder.appending(name).string], in: "/",
            environment: GitFixture.environment)
        guard said.exit == 0 else { throw FixtureError(said.errors) }
        let clone = GitFixture(existing: folder.appending(name))
        try await sh("git symbolic-ref HEAD refs/heads/main 2>/dev/null || true", in: clone.root)
        return clone
    }

    /// What a build on Jenkins sees.
    func environment(branch: String = "main") -> [String: String] {
        Office.jenkins.merging(["SLIPWAY_KEY": key, "BRANCH_NAME": branch]) { $1 }
    }

    func slipway(
        _ arguments: String..., in clone: GitFixture, branch: String = "main", _ more: [String: String] = [:]
    ) async throws -> Said {
        try await run(
            SlipwayBinary.path.string, arguments, in: clone.root,
            environment: SlipwayBinary.environment.merging(environment(branch: branch)) { $1 }.merging(more) { $1 })
    }

    /// The tags that were pushed.
    func tags() async throws -> [String] {
        let said = try await GitFixture(existing: origin).git("tag")
        return said.split(separator: "\n").map(String.init)
    }

    /// The digests of the image by tag, without those of builds and records.
    func images() async throws -> [String: String] {
        var images: [String: String] = [:]
        let listed = try await run("curl", ["-s", "http://\(registry.host)/v2/acme/billing/tags/list"])
        let answer = try JSONSerialization.jsonObject(with: Data(listed.output.utf8)) as? [String: Any]
        for tag in answer?["tags"] as? [String] ?? [] {
            let isOther = ["sha-", "sha256-", "stability-", "key-", "image-key-"].contains(where: tag.hasPrefix)
            guard !isOther, !tag.contains("-0.") else { continue }
            let head = try await run(
                "curl",
                [
                    "-sI", "-H", "Accept: application/vnd.oci.image.manifest.v1+json",
                    "http://\(registry.host)/v2/acme/billing/manifests/\(tag)",
                ])
            images[tag] = head.output.split(whereSeparator: \.isNewline).first {
                $0.lowercased().hasPrefix("docker-content-digest")
            }
            .map { String($0.split(separator: " ").last ?? "") }
        }
        return images
    }

    /// The records of releases, by tag, in the ledger of a clone.
    func releases(in clone: GitFixture) throws -> [String] {
        let folder = clone.root.appending(".slipway/ledger/records".components)
        guard folder.isThere else { return [] }
        return try folder.children.compactMap { name in
            // The first line is the record, what was sealed with it follows.
            let line = try folder.appending(name).text.split(separator: "\n").first ?? ""
            let envelope = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            guard let payload = (envelope?["payload"] as? String).flatMap({ Data(base64Encoded: $0) }) else {
                return nil
            }
            let statement = try JSONSerialization.jsonObject(with: payload) as? [String: Any]
            let release = (statement?["predicate"] as? [String: Any])?["release"] as? [String: Any]
            return release?["tag"] as? String
        }
    }
}

extension String {
    fileprivate var components: [FilePath.Component] { Array(FilePath(self).components) }
}
