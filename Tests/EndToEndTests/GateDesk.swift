import Fixtures
import Foundation
import SystemPackage
import Testing

/// A repository whose `app` was built by CI, and an office with keys of CI, of people and of whoever deploys.
struct GateDesk {
    let repository: Monorepo
    let office: FilePath
    let image: String

    var ledger: FilePath { repository.root.appending(".slipway/ledger") }
    var digest: String { String(image.drop { $0 != "@" }.dropFirst()) }

    static let policy = """
        environments:
          development: {mode: advisory, allowUnsigned: true}
          production:
            mode: enforced
            branches: [main]
            checks: {tests: {min: stable}, semver: enforce}
            waiver: {roles: [lead, director], maxDays: 7, twoPersonFor: [coexistence]}

        """

    // MARK: - Asking

    func gate(_ arguments: String..., environment: String = "production") async throws -> Said {
        try await gate(arguments, environment: environment)
    }

    func gate(_ arguments: [String], environment: String = "production") async throws -> Said {
        let fixed = arguments.contains { ["--candidates", "--replay"].contains($0) }
        let all =
            ["gate", "--environment", environment, "--trust", office.appending("trust.json").string]
            + (arguments.contains("--policy") ? [] : ["--policy", office.appending("policy.yaml").string])
            + (fixed || arguments.contains("--service") ? [] : ["--service", "app", "--image", image]) + arguments
        return try await run(
            SlipwayBinary.path.string, all, in: repository.root, environment: SlipwayBinary.environment)
    }

    func json(_ said: Said) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(said.output.utf8)) as? [String: Any])
    }

    /// The states of the items of a decision, by name.
    func states(_ said: Said) throws -> [String: String] {
        let items = try json(said)["items"] as? [[String: Any]] ?? []
        return items.reduce(into: [:]) { $0[$1["id"] as? String ?? ""] = $1["state"] as? String }
    }

    // MARK: - Statements

    func deployed(_ id: String, _ digest: String, version: String, to environment: String = "production") async throws {
        try await sign(
            """
            {"schema":"1.0","id":"\(id)","at":"2026-11-20T00:00:00Z","service":"app","environment":"\(environment)",\
            "to":{"image":"\(digest)","version":"\(version)","sequence":1},"by":"cd","intent":"deploy"}
            """, "urn:slipway:deployment:v1", about: digest, by: ["cd"], to: ledger.appending("deployments/\(id).jsonl")
        )
    }

    /// A waiver of one use for the tests of the image; the text may replace what it says.
    func waiver(
        _ id: String, items: String = "tests", by signers: [String] = ["lead"], _ change: (String) -> String = { $0 },
        to file: FilePath? = nil
    ) async throws {
        let policy = try await sh("sha256sum < \(office.appending("policy.yaml").string) | cut -c1-64", in: office)
        let now = ISO8601DateFormatter()
        func at(_ seconds: TimeInterval) -> String { now.string(from: Date(timeIntervalSinceNow: seconds)) }
        let text = """
            {"schema":"1.0","id":"\(id)","items":["\(items)"],"service":"app","image":"\(digest)",\
            "environment":"production","reason":"the customer is down, and this mends it","category":"low-risk",\
            "approver":{"id":"lead@example.org","role":"lead"},"madeAt":"\(at(-60))","notBefore":"\(at(-60))",\
            "expires":"\(at(86_400))","uses":1,"policy":"sha256:\(policy.trimmingCharacters(in: .whitespacesAndNewlines))"}
            """
        try await sign(
            change(text), "urn:slipway:waiver:v1", about: digest, by: signers,
            to: file ?? ledger.appending("waivers/\(id).jsonl"))
    }

    /// Wraps a predicate in a statement about an image and has openssl sign it.
    private func sign(
        _ predicate: String, _ type: String, about digest: String, by signers: [String], to file: FilePath
    ) async throws {
        let hex = digest.dropFirst("sha256:".count)
        try office.appending("payload").put(
            """
            {"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"app","digest":{"sha256":"\(hex)"}}],\
            "predicateType":"\(type)","predicate":\(predicate)}
            """)
        var signatures: [String] = []
        for name in signers {
            let made = try await sh(
                """
                { printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(wc -c < payload)"; cat payload; } > message
                openssl pkeyutl -sign -inkey \(name).key -rawin -in message | base64 -w0
                """, in: office)
            signatures.append(#"{"sig":"\#(made)"}"#)
        }
        let payload = try await sh("base64 -w0 < payload", in: office)
        try file.put(
            #"{"payload":"\#(payload)","payloadType":"application/vnd.in-toto+json","signatures":[\#(signatures.joined(separator: ","))]}"#
                + "\n")
    }
}

/// Runs a test on a repository whose `app` CI built and signed.
func withGateDesk(
    _ configuration: String = Monorepo.configuration, _ body: (GateDesk) async throws -> Void
) async throws {
    try await withOffice(configuration) { repository, office in
        var keys: [[String: Any]] = []
        for (name, more) in [
            ("ci", [:]), ("cd", ["role": "deploy"]), ("lead", ["role": "waiver", "title": "lead"]),
            ("director", ["role": "waiver", "title": "director"]),
        ] as [(String, [String: Any])] {
            if name != "ci" { try await slipway("record", "key", "--out", office.string, name, in: "/") }
            let made = Data(try office.appending("\(name).trust.json").text.utf8)
            let trust = try JSONSerialization.jsonObject(with: made) as? [String: Any]
            let key = try #require((trust?["keys"] as? [[String: Any]])?.first)
            keys.append(key.merging(more) { $1 })
        }
        let trust = try JSONSerialization.data(withJSONObject: ["version": 1, "keys": keys])
        try office.appending("trust.json").put(String(decoding: trust, as: UTF8.self))
        try office.appending("policy.yaml").put(GateDesk.policy)
        let key = try office.appending("ci.key").text
        let built = try await repository.slipway(
            "run", environment: Office.jenkins.merging(["SLIPWAY_KEY": key]) { $1 })
        #expect([0, 10].contains(built.exit), "\(built.errors)")
        let services = try repository.outcome()["services"] as? [[String: Any]] ?? []
        let image = services.first { $0["name"] as? String == "app" }?["image"] as? [String: Any]
        let digest = try #require(image?["digest"] as? String)
        try await body(GateDesk(repository: repository, office: office, image: "app@\(digest)"))
    }
}
