import Fixtures
import Foundation
import SystemPackage
import Testing

/// Keys, records, the registry and the gate, as a release engineer meets them.
struct EvidenceTests {
    private func digest(_ repository: Monorepo) throws -> String {
        let services = try repository.outcome()["services"] as? [[String: Any]] ?? []
        let image = services.first { $0["name"] as? String == "app" }?["image"] as? [String: Any]
        return try #require(image?["digest"] as? String)
    }

    private func gate(_ repository: Monorepo, _ office: FilePath, _ arguments: String...) async throws -> Said {
        let all =
            ["gate", "--service", "app"] + arguments
            + (arguments.contains("--policy") ? [] : ["--policy", office.appending("policy.yaml").string])
            + (arguments.contains("--trust") ? [] : ["--trust", office.appending("ci.trust.json").string])
            + (arguments.contains("--environment") ? [] : ["--environment", "production"])
        return try await run(
            SlipwayBinary.path.string, all, in: repository.root, environment: SlipwayBinary.environment)
    }

    @Test func `a private key is its owner's alone, and is never replaced`() async throws {
        try await withTemporaryFolder { folder in
            let made = try await slipway("record", "key", "--out", folder.string, in: "/")
            #expect(made.exit == 0)
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.appending("slipway.key").string)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            let before = try folder.appending("slipway.key").text
            let again = try await slipway("record", "key", "--out", folder.string, in: "/")
            #expect(again.exit == 75)
            #expect(again.errors.contains("File exists"))
            #expect(try folder.appending("slipway.key").text == before)
        }
    }

    @Test func `the gate says yes to the good image and no to everything else, each with its own sentence`()
        async throws
    {
        try await withOffice { repository, office in
            let key = try office.appending("ci.key").text
            let good = try await repository.slipway(
                "run", environment: Office.jenkins.merging(["SLIPWAY_KEY": key]) { $1 })
            #expect(good.exit == 0, "\(good.errors)")
            let image = "app@\(try digest(repository))"
            let yes = try await gate(
                repository, office, "--image", image, "--out", office.appending("decision.json").string)
            #expect(yes.exit == 0, "\(yes.errors)")
            #expect(try office.appending("decision.json").text == yes.output)
            #expect(yes.output.contains("\"decision\": \"allowed\""))

            let unknown = try await gate(
                repository, office, "--image", "app@sha256:\(String(repeating: "0", count: 64))")
            #expect(unknown.exit == 22)
            #expect(unknown.errors.contains("nobody recorded digest"))

            let elsewhere = try await gate(repository, office, "--image", image, "--records", office.string)
            #expect(elsewhere.exit == 65)
            #expect(elsewhere.errors.contains("is no ledger of records"))

            let tag = try await gate(repository, office, "--image", "app:1.0.0")
            #expect(tag.exit == 64)

            let place = try await gate(repository, office, "--image", image, "--environment", "prodction")
            #expect(place.exit == 65)
            #expect(place.errors.contains("did you mean \"production\"?"))

            let list = try await repository.slipway("record", "list", "--json", "--service", "app")
            let id = try #require(list.output.split(separator: "\"recordId\": \"").dropFirst().first?.prefix(36))
            let verified = try await repository.slipway(
                "record", "verify", "--trust", office.appending("ci.trust.json").string, String(id))
            #expect(verified.exit == 0, "\(verified.errors)")

            let file = repository.root.appending(".slipway/ledger/records/\(id).jsonl")
            let envelope = try file.text
            let other = try await gate(
                repository, office, "--image", "app@sha256:\(String(repeating: "1", count: 64))", "--record",
                file.string)
            #expect(other.exit == 21)
            #expect(other.errors.contains("not about sha256:1111"))

            let payload = try #require(
                envelope.split(separator: "\"payload\":\"").dropFirst().first?.prefix { $0 != "\"" })
            let text = String(decoding: try #require(Data(base64Encoded: String(payload))), as: UTF8.self)
            let forged = Data(text.replacing("\"executed\":1", with: "\"executed\":9").utf8).base64EncodedString()
            try file.put(envelope.replacing(payload, with: forged))
            let tampered = try await gate(repository, office, "--image", image)
            #expect(tampered.exit == 21)
            #expect(tampered.errors.contains("changed after it was signed"))
            let refused = try await repository.slipway(
                "record", "verify", "--trust", office.appending("ci.trust.json").string, String(id))
            #expect(refused.exit == 21)
            try FileManager.default.removeItem(atPath: file.string)
            let vanished = try await gate(repository, office, "--image", image)
            #expect(vanished.exit == 21, "\(vanished.errors)")
            try file.put(envelope)

            try await slipway("record", "key", "--out", office.string, "stranger", in: "/")
            let stranger = try await gate(
                repository, office, "--image", image, "--trust", office.appending("stranger.trust.json").string)
            #expect(stranger.exit == 21)
            #expect(stranger.errors.contains("signed by a key that is not trusted"))
        }
    }

    @Test func `red tests of the same inputs close the gate for an image that was good before`() async throws {
        let moody = Monorepo.configuration.replacing("test: cat tap\n  web", with: "test: cat ../../../weather\n  web")
        try await withOffice(moody) { repository, office in
            let weather = repository.root.removingLastComponent().appending("weather")
            try weather.put("1..1\nok 1 - app works\n")
            let ci = Office.jenkins.merging(["SLIPWAY_KEY": try office.appending("ci.key").text]) { $1 }
            try await repository.slipway("run", environment: ci)
            let image = "app@\(try digest(repository))"
            let list = try await repository.slipway("record", "list", "--json", "--service", "app")
            let record = try #require(
                (try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [[String: Any]])?.first)
            #expect((record["verdict"] as? [String: Any])?["state"] as? String == "stable")
            #expect(record["scope"] as? String == "branch")
            #expect(try await gate(repository, office, "--image", image).exit == 0)
            try weather.put("1..1\nnot ok 1 - app works\n")
            let red = try await repository.slipway("run", "--force", "app", environment: ci)
            #expect(red.exit == 10)
            let closed = try await gate(repository, office, "--image", image)
            #expect(closed.exit == 20)
            #expect(closed.errors.contains("tests: verdict unstable (tests-failed: 1), wanted stable"))
        }
    }

    @Test func `unsigned is possible, and says so`() async throws {
        try await withOffice { repository, office in
            let unsigned = try await repository.slipway("run", environment: Office.jenkins)
            #expect(unsigned.errors.contains("records are not signed"))
            let image = "app@\(try digest(repository))"
            let production = try await gate(repository, office, "--image", image)
            #expect(production.exit == 21)
            #expect(production.errors.contains("the record is not signed"))
            let development = try await gate(repository, office, "--image", image, "--environment", "development")
            #expect(development.exit == 0)
        }
    }

    @Test func `policy and trust in the candidate's own tree judge nothing`() async throws {
        try await withOffice { repository, office in
            try await repository.slipway("run", environment: Office.jenkins)
            let image = "app@\(try digest(repository))"
            let own = repository.root.appending("policy.yaml")
            try own.put("environments: {production: {mode: advisory, allowUnsigned: true}}\n")
            let said = try await run(
                SlipwayBinary.path.string,
                [
                    "gate", "--service", "app", "--image", image, "--environment", "production", "--policy", own.string,
                    "--trust",
                    office.appending("ci.trust.json").string,
                ], in: repository.root, environment: SlipwayBinary.environment)
            #expect(said.exit == 65)
            #expect(said.errors.contains("lies in the candidate's own tree"))
            let link = office.appending("link.yaml")
            try FileManager.default.createSymbolicLink(atPath: link.string, withDestinationPath: own.string)
            let linked = try await gate(repository, office, "--image", image, "--policy", link.string)
            #expect(linked.exit == 65)
            #expect(linked.errors.contains("lies in the candidate's own tree"))
        }
    }

    @Test(arguments: [
        ("environments: {production: {mode: enforce}}\n", "is none of advisory, enforced"),
        ("environments: {production: {checks: {semver: maybe}}}\n", "expected off or warn or enforce"),
        ("enviroments: {}\n", "did you mean \"environments\"?"),
        ("environments: {production: {monotonic: {verison: strict}}}\n", "did you mean \"version\"?"),
    ])
    func `a policy that asks for what cannot be judged is refused, not ignored`(text: String, expected: String)
        async throws
    {
        try await withOffice { repository, office in
            try office.appending("policy.yaml").put(text)
            let said = try await gate(repository, office, "--image", "app@sha256:\(String(repeating: "0", count: 64))")
            #expect(said.exit == 65)
            #expect(said.errors.contains(expected), "\(said.errors)")
        }
    }

    @Test(.enabled(if: RegistryFixture.isInstalled, "docker-registry is not installed"))
    func `to a registry and back: images, records, reuse in another clone, a taken version`() async throws {
        try await RegistryFixture.withRegistry { registry in
            try await withOffice(Monorepo.configuration + "registry: \(registry.host)/acme\n") { repository, office in
                let ci = Office.jenkins.merging(["SLIPWAY_KEY": try office.appending("ci.key").text]) { $1 }
                let first = try await repository.slipway("run", environment: ci)
                #expect(first.exit == 0, "\(first.output)\(first.errors)")
                let tags = try await registry.curl("/v2/acme/app/tags/list").output
                let head = try await repository.git.head()
                #expect(tags.contains("0.1.0-0.main.1.g\(head.prefix(12))"))
                #expect(tags.contains("sha-\(head.prefix(12))"))
                #expect(tags.contains("key-"))

                // Another agent, with nothing but a clone: the registry's records are enough.
                let clone = try await repository.git.clone(
                    to: repository.root.removingLastComponent().appending("clone"))
                let second = try await slipway("run", in: clone.root, environment: ci)
                #expect(second.exit == 0, "\(second.errors)")
                #expect(second.output == "4 reused: a record has their key\n")

                // The gate of an operator without repository: the registry is asked.
                let image = "\(registry.host)/acme/app@\(try digest(repository))"
                let gate = try await slipway(
                    "gate", "--service", "app", "--image", image, "--environment", "production", "--policy",
                    office.appending("policy.yaml").string, "--trust", office.appending("ci.trust.json").string,
                    in: office)
                #expect(gate.exit == 0, "\(gate.errors)")

                // A record without its image is good for nothing.
                let digest = try digest(repository)
                #expect(try await registry.curl("/v2/acme/app/manifests/\(digest)", "-X", "DELETE").exit == 0)
                let gone = try await repository.slipway("plan", environment: ci)
                #expect(gone.output.contains("record-rejected"))
                #expect(gone.output.contains("is gone"))

                // Somebody else's image under the tag of this commit: refused, with both digests.
                try await repository.git.commit("fix: more", ["services/app/src.txt": "2\n"])
                let next = try await repository.git.head()
                try await sh(
                    "mkdir x && cd x && umoci init --layout l && umoci new --image l:t && skopeo copy --dest-tls-verify=false oci:l:t docker://\(registry.host)/acme/app:0.1.0-0.main.2.g\(next.prefix(12))",
                    in: office)
                let taken = try await repository.slipway("run", environment: ci)
                #expect(taken.exit == 20, "\(taken.output)")
                #expect(taken.output.contains("is already sha256:"))
                #expect(try repository.reasons()["app"] == "tag-taken")
            }
        }
    }

    @Test(.enabled(if: RegistryFixture.isInstalled, "docker-registry is not installed"))
    func `a base from a registry, and from a layout, is resolved once, recorded and part of the key`() async throws {
        try await RegistryFixture.withRegistry { registry in
            try await withOffice { repository, _ in
                let parent = repository.root.removingLastComponent()
                func publish(_ content: String) async throws {
                    try await sh(
                        "rm -rf b && mkdir b && cd b && umoci init --layout l && umoci new --image l:t && umoci unpack --image l:t u && echo \(content) > u/rootfs/base && umoci repack --image l:t u && skopeo copy --dest-tls-verify=false oci:l:t docker://\(registry.host)/base:1",
                        in: parent)
                }
                try await publish("one")
                try await repository.git.commit(
                    "feat: base", ["services/app/Dockerfile": "FROM \(registry.host)/base:1\nCOPY out/app /app\n"])
                let first = try await repository.slipway("run")
                #expect(first.exit == 0, "\(first.output)\(first.errors)")
                let layout = repository.root.appending(".slipway/images")
                let name = "0.1.0-0.main.2.g\(try await repository.git.head().prefix(12))"
                try await sh(
                    "skopeo copy oci:\(layout):app:\(name) oci:c:t && umoci unpack --image c:t o && cat o/rootfs/base o/rootfs/app",
                    in: parent)
                try await publish("two")
                let plan = try await repository.slipway("plan")
                #expect(plan.output.contains("base-image"), "\(plan.output)")
                let offline = try await repository.slipway("plan", "--offline")
                #expect(offline.output.contains("uncertain"))
            }
        }
    }
}
