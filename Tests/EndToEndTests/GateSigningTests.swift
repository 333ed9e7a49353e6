import Fixtures
import Foundation
import SystemPackage
import Testing

/// Decisions that are signed, and the stage that deploys only by them.
struct GateSigningTests {
    private static let validator = """
        import json, sys, base64, jsonschema
        schema = json.load(open(sys.argv[1]))
        judge = jsonschema.Draft202012Validator(schema)
        judge.validate(json.load(open(sys.argv[2])))
        for line in open(sys.argv[3]):
            judge.validate(json.loads(base64.b64decode(json.loads(line)["payload"])))
        """

    /// A desk with a key of role decision, and its file.
    private func withSigner(_ body: (GateDesk, FilePath) async throws -> Void) async throws {
        try await withGateDesk { desk in
            try await slipway("record", "key", "--out", desk.office.string, "gate", in: "/")
            let added = try await slipway(
                "record", "trust", "add", "--key", desk.office.appending("gate.pub").string, "--role", "decision",
                desk.office.appending("trust.json").string, in: "/")
            #expect(added.exit == 0, "\(added.errors)")
            try await body(desk, desk.office.appending("gate.key"))
        }
    }

    @Test func `a decision is signed beside the plain one, and only that counts where a signature is wanted`()
        async throws
    {
        try await withSigner { desk, key in
            let plain = desk.office.appending("decision.json")
            let signed = desk.office.appending("decision.vsa.jsonl")
            let asked = try await desk.gate("--out", plain.string, "--key", key.string)
            #expect((asked.exit, asked.errors.contains("no gate will believe")) == (0, false), "\(asked.errors)")
            #expect(try desk.json(asked)["decision"] as? String == "allowed")
            let schema = Golden.project.appending("docs/reference/decision.schema.json").string
            let valid = try await run("python3", ["-c", Self.validator, schema, plain.string, signed.string])
            #expect(valid.exit == 0, "\(valid.errors)")
            #expect(try desk.ledger.appending("decisions").children.count { $0.hasSuffix(".vsa.jsonl") } == 1)

            func check(_ file: FilePath, _ more: String...) async throws -> Int32 {
                try await desk.gate(["--check", file.string] + more).exit
            }
            #expect(try await check(plain) == 0)
            #expect(try await check(signed) == 0)
            #expect(try await check(signed, "--signed") == 0)
            #expect(try await check(plain, "--signed") == 21)
            let strict = desk.office.appending("strict.yaml")
            try strict.put(
                GateDesk.policy.replacing("mode: enforced", with: "mode: enforced\n    signers: {decisions: 1}"))
            let again = try await desk.gate("--policy", strict.string, "--out", plain.string)
            #expect(again.errors.contains("the policy wants decisions signed"), "\(again.errors)")
            #expect(try await check(plain, "--policy", strict.string) == 21)
            // A key of builds signs no decisions.
            let ci = desk.office.appending("ci.key").string
            let poor = try await desk.gate("--policy", strict.string, "--out", plain.string, "--key", ci)
            #expect(poor.errors.contains("no gate will believe the signed decision: key ci"), "\(poor.errors)")
            #expect(try await check(signed, "--policy", strict.string) == 21)
            let text = try signed.text
            try signed.put(text.replacing("\"sig\":\"", with: "\"sig\":\"A"))
            #expect(try await check(signed, "--signed") == 21)
            try signed.put(String(text.dropFirst(9)))
            #expect(try await check(signed, "--signed") == 21)
        }
    }

    @Test func `whoever deploys acts on the signed form, and record verify says what it is`() async throws {
        try await withSigner { desk, key in
            let out = desk.office.appending("all.json")
            let list = desk.office.appending("candidates")
            try list.put("app \(desk.image)\n")
            let asked = try await desk.gate("--candidates", list.string, "--out", out.string, "--key", key.string)
            #expect(asked.exit == 0, "\(asked.errors)")
            let signed = desk.office.appending("all.vsa.jsonl").string
            #expect(try await desk.gate("--check", signed, "--signed").exit == 0)
            let deployed = try await desk.repository.slipway(
                "record", "deployed", "--service", "app", "--environment", "production", "--by", "cd", "--image",
                desk.image, "--decision", signed, "--key", desk.office.appending("cd.key").string, "--json")
            #expect(deployed.exit == 0, "\(deployed.errors)")
            let digest = try await run("sha256sum", [signed]).output.prefix(64)
            #expect(deployed.output.contains("\"decision\": \"sha256:\(digest)\""), "\(deployed.output)")
            let verified = try await desk.repository.slipway(
                "record", "verify", "--trust", desk.office.appending("trust.json").string, signed)
            #expect((verified.exit, verified.errors.contains("it is a decision of a gate")) == (21, true))
        }
    }
}
