import Fixtures
import Foundation
import SystemPackage
import Testing

/// Where the gate finds what it judges by: in each place that it is told of, and never less because one is silent.
struct GatePlaceTests {
    private static let waived = [
        "waive", "--service", "app", "--environment", "production", "--item", "tests", "--reason",
        "the test lab has no power until noon", "--category", "infra-outage", "--approver", "lead@example.org",
        "--role", "lead", "--expires", "4h",
    ]

    /// Lets the lead waive the tests of an image.
    private func waive(_ desk: GateDesk, _ image: String) async throws {
        let policy = desk.office.appending("policy.yaml").string
        let arguments =
            Self.waived + [
                "--image", image, "--policy", policy, "--key", desk.office.appending("lead.key").string,
            ]
        let said = try await run(
            SlipwayBinary.path.string, arguments, in: desk.repository.root, environment: SlipwayBinary.environment)
        #expect(said.exit == 0, "\(said.errors)")
    }

    private func deploy(_ desk: GateDesk, _ image: String, _ more: String...) async throws {
        let arguments =
            [
                "record", "deployed", "--service", "app", "--environment", "production", "--by", "cd", "--image", image,
                "--key", desk.office.appending("cd.key").string,
            ] + more
        let said = try await run(
            SlipwayBinary.path.string, arguments, in: desk.repository.root, environment: SlipwayBinary.environment)
        #expect(said.exit == 0, "\(said.errors)")
    }

    /// Where the statements of one kind were found.
    private func places(_ kind: String, _ desk: GateDesk, _ said: Said) throws -> [[String]] {
        let origins = try desk.json(said)["origins"] as? [[String: Any]] ?? []
        return origins.filter { $0["kind"] as? String == kind }.map { $0["places"] as? [String] ?? [] }
    }

    @Test(.enabled(if: RegistryFixture.isInstalled, "docker-registry is not installed"))
    func `what people wrote counts also where only the registry has it`() async throws {
        try await RegistryFixture.withRegistry { registry in
            try await withGateDesk("registry: \(registry.host)/acme\n" + GateTests.flaky) { desk in
                let image = "\(registry.host)/acme/\(desk.image)"
                func gate() async throws -> Said {
                    try await desk.gate("--records", "registry", "--service", "app", "--image", image)
                }
                try await waive(desk, image)
                try await sh("mv .slipway/ledger ../kept", in: desk.repository.root)
                let waived = try await gate()
                #expect(waived.exit == 0, "\(waived.errors)")
                #expect((try desk.json(waived)["waived"] as? [Any])?.count == 1)
                #expect(try places("waiver", desk, waived) == [["\(registry.host)/acme/app"]])
                // The only thing that says that it was used.
                try await sh("mv ../kept .slipway/ledger", in: desk.repository.root)
                try await sh(
                    "until [ $(date +%s) -gt \(Int(Date().timeIntervalSince1970)) ]; do sleep 0.05; done", in: "/")
                try await deploy(desk, image)
                try await sh("rm -r .slipway/ledger", in: desk.repository.root)
                let used = try await gate()
                #expect((used.exit, used.errors.contains("used 1 of 1 times")) == (20, true), "\(used.errors)")
                let runs = try desk.json(used)["deployedFrom"] as? [String: Any]
                #expect(runs?["image"] as? String == desk.digest)
                #expect(try places("deployment", desk, used) == [["\(registry.host)/acme/app"]])
            }
        }
    }

    @Test func `a registry that does not answer allows nothing, and takes back no refusal`() async throws {
        try await withGateDesk { desk in
            let image = "127.0.0.1:\(try freePort())/acme/\(desk.image)"
            let ledger = desk.ledger.string
            func gate(_ more: String...) async throws -> Said {
                let arguments = ["--records", ledger, "--records", "registry", "--service", "app", "--image", image]
                return try await desk.gate(arguments + more)
            }
            let silent = try await gate()
            #expect((silent.exit, silent.output) == (75, ""), "\(silent.errors)")
            #expect(!desk.ledger.appending("decisions").isThere)
            #expect(try await desk.gate("--records", ledger).exit == 0)
            let other = desk.office.appending("strict.yaml")
            try other.put(GateDesk.policy.replacing("branches: [main]", with: "branches: [release]"))
            let refused = try await gate("--policy", other.string)
            #expect((refused.exit, refused.errors.contains("was not asked")) == (20, true), "\(refused.errors)")
        }
    }

    @Test func `git notes are a place of their own, with all that was sealed`() async throws {
        try await withGateDesk("ledger: [notes]\n" + Monorepo.configuration) { desk in
            #expect(!desk.ledger.appending("records").isThere)
            let said = try await desk.gate("--records", "notes")
            #expect(said.exit == 0, "\(said.errors)")
            #expect(try places("provenance", desk, said) == [["refs/notes/stability"]])
            #expect(try await desk.gate().exit == 0)
            // A provenance that says something else than its record.
            try await sh(
                """
                git notes --ref=stability show HEAD > ../lines
                python3 - ../lines <<'END'
                import base64, json, sys
                lines = []
                for line in open(sys.argv[1]).read().split():
                    envelope = json.loads(line)
                    payload = base64.b64decode(envelope["payload"])
                    if b"slsa.dev/provenance" in payload:
                        changed = payload.replace(b"urn:slipway:builder:run", b"urn:slipway:builder:ran")
                        assert changed != payload
                        envelope["payload"] = base64.b64encode(changed).decode()
                    lines.append(json.dumps(envelope, separators=(",", ":")))
                open(sys.argv[1], "w").write("\\n".join(lines) + "\\n")
                END
                git notes --ref=stability add -f -F ../lines HEAD
                """, in: desk.repository.root)
            let changed = try await desk.gate("--records", "notes")
            #expect((changed.exit, try desk.states(changed)["identity"]) == (21, "unverifiable"), "\(changed.errors)")
            try await desk.repository.git.git("update-ref", "-d", "refs/notes/stability")
            let gone = try await desk.gate("--records", "notes")
            #expect((gone.exit, gone.errors.contains("is not in this clone")) == (75, true), "\(gone.errors)")
            let nowhere = try await desk.gate("--records", "notes", "--repo", "/")
            #expect(nowhere.exit == 64, "\(nowhere.errors)")
        }
    }

    @Test func `a waiver that only a note has counts as well`() async throws {
        try await withGateDesk("ledger: [notes]\n" + GateTests.flaky) { desk in
            #expect(try await desk.gate("--records", "notes").exit == 20)
            try await waive(desk, desk.image)
            try await sh(
                "git notes --ref=stability append -F .slipway/ledger/waivers/*.jsonl HEAD && rm -r .slipway/ledger",
                in: desk.repository.root)
            let said = try await desk.gate("--records", "notes")
            #expect(said.exit == 0, "\(said.errors)")
            #expect(try places("waiver", desk, said) == [["refs/notes/stability"]])
        }
    }

    @Test func `a chained file is a place of its own, and shows what was taken out of it`() async throws {
        try await withGateDesk("ledger: [{audit: ../audit}]\n" + GateTests.flaky) { desk in
            let audit = desk.repository.root.appending("../audit/ledger.jsonl").lexicallyNormalized().string
            #expect(try await desk.gate("--records", audit).exit == 20)
            try await waive(desk, desk.image)
            try await sh("rm -r .slipway/ledger", in: desk.repository.root)
            for place in [audit, FilePath(audit).removingLastComponent().string] {
                let said = try await desk.gate("--records", place)
                #expect(said.exit == 0, "\(said.errors)")
                #expect(try places("waiver", desk, said) == [[audit]])
            }
            // Without being told of it the gate finds it by the configuration.
            #expect(try await desk.gate("--explain").exit == 0)
            try await sh("sed -i 2d '\(audit)'", in: "/")
            let cut = try await desk.gate("--records", audit)
            #expect((cut.exit, try desk.states(cut)["history"]) == (21, "unverifiable"), "\(cut.errors)")
        }
    }

    @Test func `a bundle is believed no more than record verify believes it`() async throws {
        try await withGateDesk { desk in
            let bundle = desk.ledger.appending("records/\(try record(of: desk)).jsonl")
            let whole = try bundle.text
            let lines = whole.split(separator: "\n").map(String.init)
            #expect(lines.count == 3)
            let trust = desk.office.appending("trust.json").string
            let copy = desk.office.appending("copy.jsonl")
            for text in [lines[0], lines[0] + "\n" + lines[2], try changed(lines)] {
                try bundle.put(text + "\n")
                try copy.put(text + "\n")
                let verified = try await desk.repository.slipway("record", "verify", "--trust", trust, copy.string)
                let judged = try await desk.gate("--explain", "--json")
                let handed = try await desk.gate("--record", copy.string)
                #expect(
                    [verified.exit, judged.exit, handed.exit] == [21, 21, 21], "\(verified.errors)\(judged.errors)")
            }
            try bundle.put(whole)
            #expect(try await desk.gate().exit == 0)
        }
    }

    private func record(of desk: GateDesk) throws -> String {
        let index = desk.ledger.appending("by-digest/\(desk.digest.dropFirst("sha256:".count))")
        return try #require(try index.text.split(separator: "\n").last.map(String.init))
    }

    /// The same with another commit in the provenance.
    private func changed(_ lines: [String]) throws -> String {
        var envelope = try #require(
            try JSONSerialization.jsonObject(with: Data(lines[1].utf8)) as? [String: Any])
        let payload = try #require((envelope["payload"] as? String).flatMap { Data(base64Encoded: $0) })
        let text = String(decoding: payload, as: UTF8.self)
        let other = text.replacing(#/"gitCommit":"[0-9a-f]{40}"/#) { _ in
            #""gitCommit":"\#(String(repeating: "0", count: 40))""#
        }
        #expect(other != text)
        envelope["payload"] = Data(other.utf8).base64EncodedString()
        let line = String(decoding: try JSONSerialization.data(withJSONObject: envelope), as: UTF8.self)
        return [lines[0], line, lines[2]].joined(separator: "\n")
    }
}
