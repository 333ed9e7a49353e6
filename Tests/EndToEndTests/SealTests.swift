import Fixtures
import Foundation
import SystemPackage
import Testing

/// Records that are signed apart from where they are made, and verified where nothing else is.
struct SealTests {
    private func records(_ repository: Monorepo) throws -> [FilePath] {
        let folder = repository.root.appending(".slipway/ledger/records")
        return try folder.children.map { folder.appending($0) }
    }

    private func id(of service: String, _ repository: Monorepo) async throws -> String {
        let said = try await repository.slipway("record", "list", "--json", "--service", service)
        let records = try JSONSerialization.jsonObject(with: Data(said.output.utf8)) as? [[String: Any]]
        return try #require((records?.first?["run"] as? [String: Any])?["recordId"] as? String)
    }

    private static let reporting = Monorepo.configuration.replacing(
        "test: cat tap\n  web",
        with: "test: echo '<testsuite name=\"s\"><testcase name=\"t\"/></testsuite>' > $SLIPWAY_REPORTS/a.xml\n  web")

    @Test func `a stage that only seals signs what agrees with what it finds`() async throws {
        try await withOffice(Self.reporting) { repository, office in
            let key = office.appending("ci.key").string
            let trust = office.appending("ci.trust.json").string
            let made = try await repository.slipway("run", environment: Office.jenkins)
            #expect(made.exit == 0, "\(made.errors)")
            let id = try await id(of: "app", repository)
            let before = try await repository.slipway("record", "verify", "--trust", trust, id)
            #expect(before.exit == 21)
            #expect(before.errors.contains("the record is not signed"))

            let keyless = try await repository.slipway("record", "seal")
            #expect(keyless.exit == 64, "\(keyless.errors)")
            let sealed = try await repository.slipway("record", "seal", "--key", key)
            #expect(sealed.exit == 0, "\(sealed.errors)")
            #expect(sealed.output.split(separator: "\n").count == 4)
            #expect(sealed.output.contains("record \(id): app sealed"))
            let after = try await repository.slipway("record", "verify", "--trust", trust, id)
            #expect(after.exit == 0, "\(after.errors)")
            let again = try await repository.slipway("record", "seal", "--key", key)
            #expect(again.output == "nothing to seal\n")
        }
    }

    @Test func `what was changed since is not signed`() async throws {
        try await withOffice(Self.reporting) { repository, office in
            let key = office.appending("ci.key").string
            try await repository.slipway("run", environment: Office.jenkins)
            let id = try await id(of: "app", repository)
            try await sh("for f in .slipway/runs/2*/reports/app/a.xml; do echo >> $f; done", in: repository.root)
            let refused = try await repository.slipway("record", "seal", "--key", key, "--json", id)
            #expect(refused.exit == 21)
            #expect(refused.errors.contains("reports/app/a.xml was changed after it was read"), "\(refused.errors)")
            try await sh("rm .slipway/runs/2*/reports/app/a.xml", in: repository.root)
            let gone = try await repository.slipway("record", "seal", "--key", key, id)
            #expect(gone.errors.contains("reports/app/a.xml is not there"))

            let file = repository.root.appending(".slipway/ledger/records/\(id).jsonl")
            let lines = try file.text.split(separator: "\n").map(String.init)
            let payload = try #require(lines[0].split(separator: "\"payload\":\"").last?.prefix { $0 != "\"" })
            let text = String(decoding: try #require(Data(base64Encoded: String(payload))), as: UTF8.self)
            for (old, new, sentence) in [
                ("\"tree\":\"", "\"tree\":\"\(String(repeating: "1", count: 40))\",\"x\":\"", "another tree"),
                (
                    "\"commit\":\"", "\"commit\":\"\(String(repeating: "1", count: 40))\",\"x\":\"",
                    "not in this repository"
                ),
                ("\"dirty\":false", "\"dirty\":true", "uncommitted work"),
                ("\"failed\":0", "\"failed\":1", "details"),
            ] {
                let forged = Data(text.replacing(old, with: new).utf8).base64EncodedString()
                let copy = office.appending("forged.jsonl")
                try copy.put(
                    ([lines[0].replacing(payload, with: forged)] + lines.dropFirst()).joined(separator: "\n") + "\n")
                let said = try await repository.slipway("record", "seal", "--key", key, copy.string)
                #expect(said.exit == 21)
                #expect(said.errors.contains(sentence), "\(said.errors)")
                #expect(try copy.text.contains("\"signatures\":[]"))
            }
        }
    }

    @Test(.enabled(if: RegistryFixture.isInstalled, "docker-registry is not installed"))
    func `an image that is not in the registry is not signed for`() async throws {
        try await RegistryFixture.withRegistry { registry in
            try await withOffice(Monorepo.configuration + "registry: \(registry.host)/acme\n") { repository, office in
                let key = office.appending("ci.key").string
                let made = try await repository.slipway("run", environment: Office.jenkins)
                #expect(made.exit == 0, "\(made.errors)")
                let id = try await id(of: "app", repository)
                let offline = try await repository.slipway("record", "seal", "--key", key, "--offline", id)
                #expect(offline.exit == 21)
                let record = try await repository.slipway("record", "show", id)
                let digest = try #require(
                    record.output.split(separator: "\"digest\": \"").dropFirst().first?.prefix(71))
                let sealed = try await repository.slipway("record", "seal", "--key", key, id)
                #expect(sealed.exit == 0, "\(sealed.errors)")
                // Whoever deploys finds the signed one beside the image.
                let gate = try await slipway(
                    "gate", "--service", "app", "--image", "\(registry.host)/acme/app@\(digest)", "--environment",
                    "production", "--policy", office.appending("policy.yaml").string, "--trust",
                    office.appending("ci.trust.json").string, in: office)
                #expect(gate.exit == 0, "\(gate.errors)")
                _ = try await registry.curl("/v2/acme/app/manifests/\(digest)", "-X", "DELETE")
                let gone = try await repository.slipway("record", "seal", "--key", key, id)
                #expect(gone.exit == 21)
                #expect(gone.errors.contains("has no image \(digest)"), "\(gone.errors)")
            }
        }
    }

    @Test func `two identical runs have the same content, and different records`() async throws {
        try await withOffice(Self.reporting) { repository, _ in
            var digests: [String: Set<String>] = [:]
            var payloads: Set<String> = []
            for name in ["one", "two"] {
                let clone = Monorepo(
                    existing: try await repository.git.clone(
                        to: repository.root.removingLastComponent().appending(name)))
                let made = try await clone.slipway("run", environment: Office.jenkins)
                #expect(made.exit == 0, "\(made.errors)")
                for service in ["app", "web", "solo", "lib"] {
                    let id = try await id(of: service, clone)
                    let shown = try await clone.slipway("record", "show", id)
                    payloads.insert(shown.output)
                    let digest = try await clone.slipway("record", "show", "--digest", id).output
                    #expect(shown.errors.contains("content \(digest.dropLast())"))
                    digests[service, default: []].insert(digest)
                }
            }
            #expect(payloads.count == 8)
            #expect(digests.values.allSatisfy { $0.count == 1 }, "\(digests)")
        }
    }

    @Test func `a bundle and a trust file are enough, in an empty folder, for both verifiers`() async throws {
        try await withOffice { repository, office in
            try await slipway("record", "key", "--algorithm", "p256", "--out", office.string, "curve", in: "/")
            let key = try office.appending("curve.key").text
            try await repository.slipway("run", environment: Office.jenkins.merging(["SLIPWAY_KEY": key]) { $1 })
            try await withTemporaryFolder { folder in
                for (index, file) in try records(repository).enumerated() {
                    try folder.appending("\(index).jsonl").put(file.text)
                }
                try folder.appending("t.json").put(office.appending("curve.trust.json").text)
                let names = try folder.children.filter { $0.hasSuffix(".jsonl") }
                for name in names {
                    let said = try await slipway("record", "verify", "--trust", "t.json", name, in: folder)
                    #expect(said.exit == 0, "\(said.errors)")
                }
                let program = Golden.project.appending("ci/verify/verify.py").string
                let said = try await run("python3", [program, "--trust", "t.json"] + names, in: folder)
                #expect(said.exit == 0, "\(said.output)\(said.errors)")
                let other = try await slipway(
                    "record", "verify", "--trust", "t.json", "--json", "--service", "nobody", names[0], in: folder)
                #expect(other.exit == 21)
                #expect(other.output.contains("\"step\": 4"))
            }
        }
    }

    @Test func `a trust file is kept, changed and signed by commands`() async throws {
        try await withTemporaryFolder { folder in
            func trust(_ arguments: String...) async throws -> Said {
                try await run(
                    SlipwayBinary.path.string, ["record", "trust"] + arguments, in: folder,
                    environment: SlipwayBinary.environment)
            }
            for name in ["root", "ci", "lead"] { try await slipway("record", "key", name, in: folder) }
            #expect(
                try await trust("add", "t.json", "--key", "ci.pub", "--branch", "main", "--branch", "hotfix/*").exit
                    == 0)
            let lead = try await trust(
                "add", "t.json", "--key", "lead.pub", "--role", "waiver", "--title", "lead", "--environment",
                "production")
            #expect(lead.errors.contains("version 2"))
            #expect(try await trust("show", "t.json", "--root", "root.pub").exit == 65)
            #expect(try await trust("sign", "t.json", "--key", "root.key").exit == 0)
            let shown = try await trust("show", "t.json", "--root", "root.pub", "--trust-state", "seen.json")
            #expect(shown.exit == 0, "\(shown.errors)")
            #expect(shown.output.contains("waiver (lead)") && shown.errors.contains("signed by the root key"))
            #expect(try await trust("revoke", "t.json", "ci", "--from-sequence", "7").exit == 0)
            #expect(try await trust("show", "t.json").output.contains("revoked from 7"))
            #expect(try await trust("revoke", "t.json", "lead").exit == 64)
            #expect(
                try await trust("revoke", "t.json", "leed", "--from-sequence", "0").errors.contains(
                    "did you mean \"lead\"?"))
        }
    }
}
