import Fixtures
import Foundation
import SystemPackage
import Testing

/// Runs that write to several places, and the commands that look into them.
struct LedgerCommandTests {
    private func rows(_ repo: Monorepo, _ arguments: String..., exit: Int32 = 0) async throws -> [[String: Any]] {
        let said = try await run(
            SlipwayBinary.path.string, ["record", "list", "--json"] + arguments, in: repo.root,
            environment: SlipwayBinary.environment)
        #expect(said.exit == exit, "\(said.errors)")
        return try JSONSerialization.jsonObject(with: Data(said.output.utf8)) as? [[String: Any]] ?? []
    }

    private func places(_ rows: [[String: Any]]) -> [[String]] { rows.map { $0["places"] as? [String] ?? [] } }

    @Test(.enabled(if: RegistryFixture.isInstalled, "docker-registry is not installed"))
    func `a run writes to all places, and each of them alone has all of it`() async throws {
        try await RegistryFixture.withRegistry { registry in
            let head = "registry: \(registry.host)/acme\nledger: [registry, folder, notes, {audit: ../audit}]\n"
            try await withMonorepo(head + Monorepo.configuration) { repo in
                let ran = try await repo.slipway("run")
                #expect(ran.exit == 0, "\(ran.errors)")
                let all = try await rows(repo)
                #expect(all.count == 4)
                #expect(places(all) == Array(repeating: ["folder", "notes", "audit", "registry"], count: 4))
                #expect(all.allSatisfy { $0["worth"] as? String == "local" && $0["kind"] as? String == "record" })
                let app = try #require(try await rows(repo, "--service", "app").first)
                let key = try #require((app["inputs"] as? [String: Any])?["key"] as? String)
                let image = try #require((app["image"] as? [String: Any])?["digest"] as? String)
                let whole = ["folder", "notes", "audit", "registry"]
                #expect(try await places(rows(repo, "--key", key)) == [whole])
                #expect(try await places(rows(repo, "--image", image)) == [whole])
                #expect(try await places(rows(repo, "--image", "\(registry.host)/acme/app@\(image)")) == [whole])
                #expect(try await rows(repo, "--commit", "HEAD").count == 4)
                #expect(try await rows(repo, "--branch", "main").count == 4)
                #expect(try await rows(repo, "--branch", "other").isEmpty)
                #expect(try await rows(repo, "--scope", "pr").isEmpty)
                // Each place for itself.
                try await sh("mv .slipway/ledger ../ledger", in: repo.root)
                #expect(try await places(rows(repo)) == Array(repeating: ["notes", "audit", "registry"], count: 4))
                try await sh("git update-ref -d refs/notes/stability && rm -r ../audit", in: repo.root)
                #expect(try await places(rows(repo)) == Array(repeating: ["registry"], count: 4))
                #expect(try await rows(repo, "--offline").isEmpty)
                let said = try await repo.slipway("record", "list", "--repo", "../ledger")
                #expect(said.output.split(separator: "\n").count == 4)
            }
        }
    }

    @Test(.enabled(if: RegistryFixture.isInstalled, "docker-registry is not installed"))
    func `what people write about an image is beside it in the registry, and says what records know`() async throws {
        try await RegistryFixture.withRegistry { registry in
            try await withMonorepo("registry: \(registry.host)/acme\n" + Monorepo.configuration) { repo in
                #expect(try await repo.slipway("run", "app").exit == 0)
                let app = try #require(try await rows(repo, "--service", "app").first)
                let digest = try #require((app["image"] as? [String: Any])?["digest"] as? String)
                let image = "\(registry.host)/acme/app@\(digest)"
                try await sh("printf 'environments: {live: {waiver: {roles: [lead]}}}' > ../policy.yaml", in: repo.root)
                #expect(try await repo.slipway("record", "key", "ada", "--out", "..").exit == 0)
                let waived = try await repo.slipway(
                    "waive", "--service", "app", "--image", image, "--environment", "live", "--item", "tests",
                    "--reason",
                    "the test lab has no power until noon", "--category", "infra-outage", "--approver", "ada", "--role",
                    "lead", "--expires", "4h", "--policy", "../policy.yaml", "--key", "../ada.key")
                #expect(waived.exit == 0, "\(waived.errors)")
                let deployed = try await repo.slipway(
                    "record", "deployed", "--service", "app", "--image", image, "--environment", "live", "--by", "ada",
                    "--key", "../ada.key", "--json")
                #expect(deployed.exit == 0, "\(deployed.errors)")
                let record = try #require(app["run"] as? [String: Any])
                let built = (app["version"] as? [String: Any])?["builtAs"] as? String
                let said = try JSONSerialization.jsonObject(with: Data(deployed.output.utf8)) as? [String: Any]
                let state = try #require(said?["to"] as? [String: Any])
                #expect(state["version"] as? String == built && built != nil)
                #expect(state["sequence"] as? Int == record["sequence"] as? Int)
                try await sh("rm -r .slipway/ledger", in: repo.root)
                let found = try await rows(repo, "--kind", "all", "--image", image)
                #expect(Set(found.compactMap { $0["kind"] as? String }) == ["record", "waiver", "deployment"])
                #expect(places(found) == Array(repeating: ["registry"], count: 3))
                #expect(try await rows(repo, "--kind", "waiver").count == 1)
                // Another registry is none of ours.
                let other = try await repo.slipway(
                    "record", "deployed", "--service", "app", "--image", "other.example/app@\(digest)", "--environment",
                    "live", "--by", "ada")
                #expect(other.exit == 0)
                #expect(other.errors.contains("is not in the configured registry"), "\(other.errors)")
            }
        }
    }

    @Test func `a place that fails is told of, and the others have the record`() async throws {
        try await withMonorepo("ledger: [folder, notes, {audit: README.md/audit}]\n" + Monorepo.configuration) { repo in
            let ran = try await repo.slipway("run", "solo")
            #expect(ran.exit == 0, "\(ran.errors)")
            #expect(ran.errors.contains("solo: its record is kept, but not in the audit ledger: "), "\(ran.errors)")
            #expect(try await places(rows(repo)) == [["folder", "notes"]])
        }
        try await withMonorepo("ledger: [{audit: README.md/audit}]\n" + Monorepo.configuration) { repo in
            let ran = try await repo.slipway("run", "solo")
            #expect(ran.exit == 75, "\(ran.errors)")
        }
    }

    @Test func `a place that cannot be asked leaves the list incomplete, and says so`() async throws {
        let port = try freePort()
        try await withMonorepo("registry: 127.0.0.1:\(port)/acme\n" + Monorepo.configuration) { repo in
            let ran = try await repo.slipway("run", "lib", "--offline")
            #expect(ran.exit == 0, "\(ran.errors)")
            let said = try await repo.slipway("record", "list")
            #expect(said.exit == 75)
            #expect(said.output.split(separator: "\n").count == 1)
            #expect(said.errors.contains("not asked: registry: 127.0.0.1:\(port)"), "\(said.errors)")
            #expect(try await rows(repo, "--offline").count == 1)
            #expect(try await repo.slipway("waivers").exit == 75)
            #expect(try await repo.slipway("waivers", "--offline").exit == 0)
        }
    }

    @Test func `records in notes alone vouch for what need not be built, in another clone as well`() async throws {
        try await withTemporaryFolder { folder in
            let repo = try await Monorepo(
                at: folder.appending("one"), configuration: "ledger: [notes]\n" + Monorepo.configuration)
            try await sh("git init -q --bare -b main '\(folder)/origin.git'", in: "/")
            try await repo.git.git("remote", "add", "origin", "\(folder)/origin.git")
            try await repo.git.git("push", "-q", "origin", "main")
            #expect(try await repo.slipway("run", "web").exit == 0)
            let pushed = try await repo.slipway("record", "push")
            #expect(pushed.exit == 0, "\(pushed.errors)")
            let clone = Monorepo(existing: GitFixture(existing: folder.appending("two")))
            try await sh("git clone -q '\(folder)/origin.git' '\(clone.root)'", in: "/")
            let before = try await clone.slipway("plan", "web")
            #expect(!before.output.contains("web  reused"))
            #expect(try await clone.slipway("record", "push").exit == 0)
            let after = try await clone.slipway("plan", "--why", "web")
            #expect(after.output.contains("record ") && after.output.contains("has its key"), "\(after.output)")
            let nobody = try await clone.slipway("record", "push", "nowhere")
            #expect(nobody.exit == 64)
        }
    }

    @Test func `a copy is taken over again and again, and never over something else`() async throws {
        try await withMonorepo { repo in
            #expect(try await repo.slipway("run", "lib", "solo").exit == 0)
            let image = "app@sha256:" + String(repeating: "c", count: 64)
            let deployed = try await repo.slipway(
                "record", "deployed", "--service", "app", "--image", image, "--environment", "dev", "--by", "me")
            #expect(deployed.exit == 0, "\(deployed.errors)")
            #expect(try await repo.slipway("record", "export", "../copy.jsonl").output == "3 copied\n")
            #expect(try await repo.slipway("record", "export", "../copy/").output == "3 copied\n")
            #expect(
                try await repo.slipway("record", "export", "../some.jsonl", "--kind", "deployment").output
                    == "1 copied\n")
            for _ in 0..<2 {
                let known = try await repo.slipway("record", "import", "../copy.jsonl")
                #expect(known.output == "0 new, 3 known already\n")
            }
            let mine = try await repo.slipway("record", "list", "--json", "--kind", "all").output
            try await sh("rm -r .slipway/ledger", in: repo.root)
            #expect(try await repo.slipway("record", "import", "../copy").output == "3 new\n")
            #expect(try await repo.slipway("record", "list", "--json", "--kind", "all").output == mine)
            #expect(try await repo.slipway("plan", "--why", "solo").output.contains("has its key"))
            // Another content under an id, a line that is none, and one that is new.
            try await sh(
                """
                cd .. && cp copy.jsonl bad.jsonl && rm -r monorepo/.slipway/ledger/deployments
                python3 - bad.jsonl <<'END'
                import base64, json, sys
                lines = open(sys.argv[1]).read().splitlines()
                for index, line in enumerate(lines):
                    envelope = json.loads(line)
                    payload = base64.b64decode(envelope["payload"])
                    if b"urn:slipway:stability" in payload:
                        forged = payload.replace(b'"state":"stable"', b'"state":"failed"')
                        assert forged != payload
                        envelope["payload"] = base64.b64encode(forged).decode()
                        lines[index] = json.dumps(envelope)
                lines += ["nonsense", json.dumps({"payload": "e30=", "payloadType": "x", "signatures": []})]
                open(sys.argv[1], "w").write("\\n".join(lines))
                END
                """, in: repo.root)
            let said = try await repo.slipway("record", "import", "../bad.jsonl")
            #expect(said.exit == 21)
            #expect(said.output == "1 new, 4 refused\n", "\(said.output)\(said.errors)")
            #expect(said.errors.contains("with another content, and it stays"))
            #expect(said.errors.contains("bad.jsonl: line 5: not a signed record"))
            #expect(try await repo.slipway("record", "list", "--json", "--kind", "all").output == mine)
            let nothing = try await repo.slipway("record", "import", "../nowhere")
            #expect(nothing.exit == 65)
        }
    }

    @Test func `a chained file that was touched is found out`() async throws {
        try await withMonorepo("ledger: [folder, {audit: ../audit}]\n" + Monorepo.configuration) { repo in
            #expect(try await repo.slipway("run", "lib", "solo").exit == 0)
            let file = "../audit/ledger.jsonl"
            let good = try await repo.slipway("record", "chain", file)
            #expect(good.exit == 0 && good.output.hasPrefix("3 lines, the last sha256:"), "\(good.output)")
            let head = String(try #require(good.output.split(separator: " ").last).dropLast())
            #expect(try await repo.slipway("record", "chain", file, "--head", head).exit == 0)
            try await sh("sed -i '$d' \(file)", in: repo.root)
            #expect(try await repo.slipway("record", "chain", file).exit == 0)
            let short = try await repo.slipway("record", "chain", file, "--head", head)
            #expect(short.exit == 21 && short.errors.contains("lines at the end are gone"))
            try await sh("sed -i 's/payload/paYload/' \(file)", in: repo.root)
            let edited = try await repo.slipway("record", "chain", file)
            #expect(edited.exit == 21 && edited.errors.contains("line 1 "))
            #expect(try await repo.slipway("record", "chain", "../nowhere").exit == 65)
            #expect(try await repo.slipway("record", "chain", file, "--head", "x").exit == 64)
        }
    }
}
