import Fixtures
import Pipeline
import SystemPackage
import Testing

/// A service that is more than one image: made, recorded, judged and released as one, on a real registry.
@Suite(.enabled(if: RegistryFixture.isInstalled, "docker-registry is not installed"))
struct SeveralImagesTests {
    private static let service = """
          billing:
            path: services/billing
            toolchain: command
            build: "true"
            test: "true"
            reports: exit-code
            images:
              - {name: billing}
              - {name: billing-worker, dockerfile: worker/Dockerfile, context: worker}

        """

    private static let worker = ["services/billing/worker/Dockerfile": "FROM scratch\nCOPY job /job\n"]

    private func withImages(
        _ body: @escaping @Sendable (ReleaseWorld, GitFixture) async throws -> Void
    ) async throws {
        try await ReleaseWorld.with { world, clone in
            let head = try clone.root.appending("slipway.yaml").text.split(separator: "services:")[0]
            try await clone.commit(
                "feat(billing): a worker",
                Self.worker.merging([
                    "slipway.yaml": "\(head)services:\n\(Self.service)", "services/billing/worker/job": "1\n",
                ]) { $1 })
            try await clone.git("push", "-q", "origin", "main")
            try await body(world, clone)
        }
    }

    private func records(_ world: ReleaseWorld, _ clone: GitFixture, _ image: String? = nil) async throws -> [Stability]
    {
        let asked = try await run(
            SlipwayBinary.path.string, ["record", "list", "--json"] + (image.map { ["--image", $0] } ?? []),
            in: clone.root, environment: SlipwayBinary.environment.merging(world.environment()) { $1 })
        #expect(asked.exit == 0, "\(asked.errors)")
        return try (JSON(parsing: asked.output, profile: .lenient).array ?? []).map { try Stability(json: $0) }
    }

    private func digest(_ world: ReleaseWorld, _ name: String) async throws -> String {
        let place = "docker://\(world.registry.host)/acme/\(name)"
        return try await sh("skopeo inspect --tls-verify=false --format '{{.Digest}}' '\(place)'", in: "/")
            .split(whereSeparator: \.isNewline).joined()
    }

    private func gate(_ world: ReleaseWorld, _ clone: GitFixture, _ image: String) async throws -> Said {
        let policy = world.folder.appending("policy.yaml")
        try policy.put("environments:\n  production: {mode: enforced, branches: [main]}\n")
        return try await world.slipway(
            "gate", "--service", "billing", "--image", "\(world.registry.host)/acme/\(image)", "--environment",
            "production", "--policy", policy.string, "--trust", world.folder.appending("ci.trust.json").string,
            in: clone)
    }

    @Test func `one record speaks for all of them, whoever asks for which, and they are released together`()
        async throws
    {
        try await withImages { world, clone in
            let ran = try await world.slipway("run", in: clone)
            #expect(ran.exit == 0, "\(ran.output)\(ran.errors)")
            let record = try #require(try await records(world, clone).first)
            #expect(
                record.images.map(\.repository)
                    == ["billing", "billing-worker"].map { "\(world.registry.host)/acme/\($0)" })
            let tag = "sha-\(record.source.commit.description.prefix(12))"
            for image in record.images {
                #expect(image.pushed && image.tags.contains(tag))
                let name = image.repository.split(separator: "/").last ?? ""
                #expect(try await digest(world, "\(name):\(tag)") == "\(image.digest)")
            }
            #expect(Set(record.images.map(\.digest)).count == 2)

            // The registry alone knows it by either image, and the gate judges both by it.
            try await sh("mv .slipway/ledger ../kept", in: clone.root)
            for image in record.images {
                let named = "\(image.repository)@\(image.digest)"
                #expect(try await records(world, clone, named).map(\.run.recordId) == [record.run.recordId])
                let name = image.repository.split(separator: "/").last ?? ""
                let decision = try await gate(world, clone, "\(name)@\(image.digest)")
                #expect(decision.output.contains(record.run.recordId), "\(decision.output)\(decision.errors)")
            }
            try await sh("mv ../kept .slipway/ledger", in: clone.root)
            let again = try await world.slipway("run", in: clone)
            #expect(again.output.contains("1 reused"), "\(again.output)")

            let released = try await world.slipway("release", "billing", "--push", in: clone)
            #expect(released.exit == 0, "\(released.output)\(released.errors)")
            for image in record.images {
                let name = image.repository.split(separator: "/").last ?? ""
                for tag in ["0.1.0", "0.1", "latest"] {
                    #expect(try await digest(world, "\(name):\(tag)") == "\(image.digest)")
                }
                let decision = try await gate(world, clone, "\(name)@\(image.digest)")
                #expect(decision.exit == 0, "\(decision.output)\(decision.errors)")
            }
            let message = try await GitFixture(existing: world.origin).git("cat-file", "-p", "billing/v0.1.0")
            #expect(record.images.allSatisfy { message.contains("\"digest\":\"\($0.digest)\"") })
            let released2 = try #require(try await records(world, clone).first { $0.release != nil })
            #expect(released2.images.map(\.digest) == record.images.map(\.digest))
            #expect(released2.images.allSatisfy { $0.tags == ["0.1.0", "0.1", "latest"] })
        }
    }

    @Test func `what only one of them packs is part of the key, and they are made again together`() async throws {
        try await withImages { world, clone in
            let first = try await world.slipway("run", in: clone)
            #expect(first.exit == 0, "\(first.output)\(first.errors)")
            try await clone.commit("fix(billing): job", ["services/billing/worker/job": "2\n"])
            let ran = try await world.slipway("run", in: clone)
            #expect(ran.exit == 0, "\(ran.output)\(ran.errors)")
            let all = try await records(world, clone)
            #expect(all.count == 2 && all.allSatisfy { $0.images.count == 2 })
            #expect(Set(all.flatMap { $0.images.map(\.digest) }).count == 4)
            let text = try await world.slipway("reproduce", all[0].run.recordId, "--json", in: clone)
            #expect(text.exit == 0, "\(text.output)\(text.errors)")
            let aspects = text.output.split(separator: "\n").filter { $0.contains("\"aspect\": \"image\"") }
            #expect(aspects.count == 2, "\(text.output)")
        }
    }

    @Test(arguments: [
        (
            "two of one name", "- {name: x}\n              - {name: x, context: worker}",
            "has two images of the name \"x\""
        ),
        (
            "one on the other", "- {name: x}\n              - {name: y, dockerfile: worker/Dockerfile}",
            "x is another image of billing"
        ),
    ])
    func `what cannot be several images is refused in a sentence`(
        _ name: String, images: String, problem: String
    ) async throws {
        let configuration = """
            services:
              billing:
                path: a
                toolchain: command
                build: "true"
                test: false
                images:
                  IMAGES

            """.replacing("IMAGES", with: images.replacing("\n              ", with: "\n      "))
        try await withMonorepo(configuration) { repository in
            try await repository.git.commit(
                "feat: images",
                ["a/Dockerfile": "FROM scratch\nCOPY a /a\n", "a/a": "", "a/worker/Dockerfile": "FROM x\n"])
            let said = try await repository.slipway("run")
            #expect([11, 65].contains(said.exit), "\(said.output)")
            #expect((said.output + said.errors).contains(problem), "\(said.output)\(said.errors)")
        }
    }
}
