import Fixtures
import Foundation
import SystemPackage
import Testing

/// `slipway waive`, `slipway waivers`, `slipway record deployed`: what people write into the ledger.
struct WaiverTests {
    private static let image = "registry.example/acme/app@sha256:" + String(repeating: "a", count: 64)
    private static let other = "registry.example/acme/app@sha256:" + String(repeating: "b", count: 64)
    private static let policy = """
        environments:
          production:
            waiver: {roles: [lead], maxDays: 7, forbid: [source], twoPersonFor: [coexistence], followUpHours: 72}
          development: {mode: advisory}

        """

    /// A ledger with the keys of two people and a policy beside it.
    private func withLedger(_ body: (FilePath) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            try FileManager.default.createDirectory(
                atPath: folder.appending("ledger/records").string, withIntermediateDirectories: true)
            try folder.appending("policy.yaml").put(Self.policy)
            for name in ["ada", "grace"] {
                let made = try await Fixtures.slipway("record", "key", name, "--out", folder.string, in: folder)
                #expect(made.exit == 0, "\(made.errors)")
            }
            try await body(folder)
        }
    }

    private static let usual = [
        "--service", "app", "--environment", "production", "--reason", "the old release is gone from every node",
        "--category", "low-risk", "--ticket", "PAY-12", "--approver", "ada@example.org", "--role", "lead", "--expires",
        "3d",
        "--follow-up-by", "grace@example.org", "--policy", "policy.yaml", "--key", "ada.key", "--repo", "ledger",
    ]

    private func waive(_ arguments: String..., in folder: FilePath) async throws -> Said {
        try await slipway(["waive"] + Self.usual + arguments, in: folder)
    }

    private func slipway(_ arguments: [String], in folder: FilePath) async throws -> Said {
        try await run(SlipwayBinary.path.string, arguments, in: folder, environment: SlipwayBinary.environment)
    }

    /// A decision that rested on a waiver.
    private func used(by answer: String, _ id: Substring) -> String {
        "{\"decision\": \"\(answer)\", \"waived\": [{\"id\": \"\(id)\"}]}"
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    /// What the envelope of a file says.
    private func payload(_ file: FilePath) throws -> (statement: [String: Any], signatures: Int) {
        let envelope = try object(file.text)
        let payload = try #require((envelope["payload"] as? String).flatMap { Data(base64Encoded: $0) })
        return (
            try object(String(decoding: payload, as: UTF8.self)), (envelope["signatures"] as? [Any])?.count ?? 0
        )
    }

    @Test func `a waiver is one signed line in the ledger folder, and a second person signs it, too`() async throws {
        try await withLedger { folder in
            let said = try await waive("--item", "coexistence", "--image", Self.image, in: folder)
            #expect(said.exit == 0, "\(said.errors)")
            let file = folder.appending("ledger/waivers").appending(try folder.appending("ledger/waivers").children[0])
            #expect(said.output.hasSuffix("waivers/\(file.lastComponent?.string ?? "")\n"))
            #expect(said.errors.contains("coexistence of app aaaaaaaaaaaa is not waived yet: a second person"))
            #expect(said.errors.contains("slipway waive --cosign \(said.output.dropLast()) --policy POLICY --key KEY"))
            #expect(!said.errors.contains("is waived for"))
            let (statement, signatures) = try payload(file)
            #expect(signatures == 1)
            #expect(statement["predicateType"] as? String == "urn:slipway:waiver:v1")
            let subject = try #require((statement["subject"] as? [[String: Any]])?.first)
            #expect(subject["name"] as? String == "registry.example/acme/app")
            let predicate = try #require(statement["predicate"] as? [String: Any])
            #expect(predicate["items"] as? [String] == ["coexistence"])
            #expect(predicate["uses"] as? Int == 1)
            #expect((predicate["approver"] as? [String: String])?["role"] == "lead")
            let digest = try await run("sha256sum", ["policy.yaml"], in: folder).output.prefix(64)
            #expect(predicate["policy"] as? String == "sha256:\(digest)")

            let again = try await slipway(
                ["waive", "--cosign", file.string, "--key", "ada.key", "--repo", "ledger"], in: folder)
            #expect(again.exit == 20)
            #expect(again.errors.contains("this key has signed it already"))
            let cosigned = try await slipway(
                [
                    "waive", "--cosign", file.string, "--key", "grace.key", "--repo", "ledger", "--policy",
                    "policy.yaml",
                ], in: folder)
            #expect(cosigned.exit == 0, "\(cosigned.errors)")
            #expect(try payload(file).signatures == 2)
            #expect(cosigned.errors.contains("coexistence of app aaaaaaaaaaaa is waived for production until"))
            // Another policy is not the one it was made for.
            try folder.appending("policy.yaml").put(Self.policy + "# more\n")
            let late = try await slipway(
                [
                    "waive", "--cosign", file.string, "--key", "grace.key", "--repo", "ledger", "--policy",
                    "policy.yaml",
                ], in: folder)
            #expect(late.exit == 20)
        }
    }

    @Test(arguments: [
        (["--item", "source"], 20, "nobody waive source"),
        (["--item", "semver", "--expires", "8d"], 20, "7 days is the most"),
        (["--item", "semver", "--role", "dev"], 20, "only lead waive here"),
        (["--item", "semver", "--reason", "yes"], 20, "takes 20"),
        (["--item", "semver", "--environment", "development"], 20, "lets nobody waive"),
        (["--item", "semver", "--follow-up-due", "4d"], 20, "within 72 hours"),
        (["--item", "semver", "--environment", "produktion"], 65, "did you mean \"production\"?"),
        (["--item", "lunch"], 64, "lunch"), ([], 64, "--item"),
        (["--item", "semver", "--category", "mood"], 64, "mood"),
        (["--item", "semver", "--key", "nowhere.key"], 65, "nowhere.key"),
    ])
    func `what cannot be waived is refused when it is made, and leaves nothing`(
        more: [String], exit: Int32, why: String
    )
        async throws
    {
        try await withLedger { folder in
            let said = try await slipway(["waive"] + Self.usual + ["--image", Self.image] + more, in: folder)
            #expect(said.exit == exit, "\(said.errors)")
            #expect(said.errors.contains(why), "\(said.errors)")
            #expect(!folder.appending("ledger/waivers").isThere)
        }
    }

    @Test func `a tag, no key, no ledger`() async throws {
        try await withLedger { folder in
            let tag = try await waive("--item", "semver", "--image", "registry.example/acme/app:1.0.0", in: folder)
            #expect(tag.exit == 64 && tag.errors.contains("has no digest"))
            let usual = Self.usual.dropLast(4) + ["--repo", "ledger", "--item", "semver", "--image", Self.image]
            let unsigned = try await slipway(["waive"] + usual, in: folder)
            #expect(unsigned.exit == 64 && unsigned.errors.contains("worth nothing"))
            let nowhere = try await waive(
                "--item", "semver", "--image", Self.image, "--repo", folder.string, in: folder)
            #expect(nowhere.exit == 64 && nowhere.errors.contains("mkdir -p"), "\(nowhere.errors)")
        }
    }

    @Test func `waivers are listed with how they stand, and a deployment makes them good`() async throws {
        try await withLedger { folder in
            let nobody = try await slipway(["waivers", "--repo", "ledger"], in: folder)
            #expect(nobody.output == "nobody has waived anything here\n")
            for item in ["semver", "coexistence"] {
                let said = try await waive("--item", item, "--image", Self.image, in: folder)
                #expect(said.exit == 0, "\(said.errors)")
            }
            let open = try await slipway(["waivers", "--repo", "ledger"], in: folder)
            #expect(open.output.contains("app: 2 to make good, since"), "\(open.output)")
            // A decision that used one of them.
            let files = try folder.appending("ledger/waivers").children
            let ids = files.map { $0.dropLast(".jsonl".count) }
            try folder.appending("ledger/decisions/one.json").put(used(by: "allowed", ids[0]))
            try folder.appending("ledger/decisions/two.json").put(used(by: "blocked", ids[1]))
            let used = try object(try await slipway(["waivers", "--json", "--repo", "ledger"], in: folder).output)
            let rows = try #require(used["waivers"] as? [[String: Any]])
            #expect(Set(rows.compactMap { $0["state"] as? String }) == ["open", "used-up"])
            for image in [Self.image, Self.other] {
                let deployed = try await slipway(
                    [
                        "record", "deployed", "--service", "app", "--environment", "production", "--by", "job",
                        "--image", image, "--repo", "ledger", "--key", "ada.key",
                    ],
                    in: folder)
                #expect(deployed.exit == 0, "\(deployed.errors)")
            }
            let good = try await slipway(["waivers", "--repo", "ledger"], in: folder)
            #expect(!good.output.contains("to make good"), "\(good.output)")
            #expect(good.output.contains("followed up"))
        }
    }

    @Test func `an overdue follow-up keeps a service from the next waiver`() async throws {
        try await withLedger { folder in
            let made = try await waive("--item", "semver", "--image", Self.image, "--follow-up-due", "0s", in: folder)
            #expect(made.exit == 0, "\(made.errors)")
            let id = try folder.appending("ledger/waivers").children[0].dropLast(".jsonl".count)
            try folder.appending("ledger/decisions/one.json").put(used(by: "allowed", id))
            try await sh(
                "until [ $(date +%s) -gt \(Int(Date().timeIntervalSince1970)) ]; do sleep 0.05; done", in: folder)
            let next = try await waive("--item", "semver", "--image", Self.other, in: folder)
            #expect(next.exit == 20)
            #expect(next.errors.contains("grace@example.org was to make waiver \(id) good"), "\(next.errors)")
            let listed = try await slipway(["waivers", "--repo", "ledger"], in: folder)
            #expect(listed.output.contains("1 to make good, 1 overdue"))
            let another = try await waive("--item", "semver", "--image", Self.other, "--service", "web", in: folder)
            #expect(another.exit == 0, "\(another.errors)")
        }
    }

    @Test func `deployments follow each other, and rest on decisions that allowed them`() async throws {
        try await withLedger { folder in
            func deploy(_ image: String, _ more: String...) async throws -> Said {
                try await slipway(
                    [
                        "record", "deployed", "--service", "app", "--environment", "production", "--by", "deploy #7",
                        "--repo", "ledger", "--image", image, "--json",
                    ]
                        + more, in: folder)
            }
            let first = try await deploy(
                Self.image, "--migrations", "success", "--head", "V12", "--job", "app-migration-12")
            #expect(first.exit == 0 && first.errors.contains("nobody vouches"), "\(first.errors)")
            let one = try object(first.output)
            #expect(one["from"] == nil && one["intent"] as? String == "deploy")
            #expect((one["migrations"] as? [String: String])?["headVersion"] == "V12")
            let second = try object(try await deploy(Self.other, "--key", "ada.key").output)
            let digest = "sha256:" + String(repeating: "a", count: 64)
            #expect((second["from"] as? [String: Any])?["image"] as? String == digest)
            #expect(try object(try await deploy(Self.other).output)["intent"] as? String == "redeploy")

            func decide(_ answer: String, _ image: String) throws {
                let text =
                    "{\"decision\":\"\(answer)\",\"service\":\"app\",\"image\":\"\(image)\",\"environment\":\"production\",\"intent\":\"rollback\"}"
                try folder.appending("decision.json").put(text)
            }
            try decide("allowed", digest)
            let back = try object(try await deploy(Self.image, "--decision", "decision.json").output)
            #expect(back["intent"] as? String == "rollback")
            let said = try await run("sha256sum", ["decision.json"], in: folder).output.prefix(64)
            #expect(back["decision"] as? String == "sha256:\(said)")
            let otherImage = try await deploy(Self.other, "--decision", "decision.json")
            #expect(otherImage.exit == 21 && otherImage.errors.contains("is about app@aaaaaaaaaaaa"))
            try decide("blocked", digest)
            let blocked = try await deploy(Self.image, "--decision", "decision.json")
            #expect(blocked.exit == 21 && blocked.errors.contains("it says blocked"))
            let listed = try await slipway(["record", "list", "--kind", "deployment", "--repo", "ledger"], in: folder)
            #expect(listed.output.split(separator: "\n").count == 4)
            #expect(try folder.appending("ledger/deployments").children.count == 4)
        }
    }
}
