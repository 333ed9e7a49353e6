import Disk
import Driver
import Glibc
import Pipeline
import Signing
import SystemPackage

extension Fuzz {
    static let statement = """
        {"_type":"https://in-toto.io/Statement/v1","predicate":{"builder":{"id":"b","version":"1"},"crit":["tests"],\
        "inputs":{"algorithm":"a","bases":[],"configuration":"@","environment":"@","files":3,"key":"@","needs":{"lib":"@"},\
        "paths":"@","toolchain":"@","unowned":"@"},"run":{"plan":"@","prev":["@"],"recordId":"r","sealedAt":\
        "2026-11-21T17:15:56Z","sequence":7,"startedAt":"2026-11-21T17:15:56Z","timings":{"build":2}},"schema":"1.1",\
        "scope":"branch","service":{"kind":"service","name":"app","path":"app"},"source":{"branch":"main","commit":"#",\
        "dirty":false,"serviceTree":"#","shallow":false,"tree":"#"},"steps":{"planned":["build","test"],"results":[{"ending":\
        {"exit":0,"state":"exited"},"kind":"build","wallMs":0},{"ending":{"exit":0,"state":"exited"},"kind":"test","wallMs":0}]},\
        "tests":{"context":{"quarantined":[{"expires":"2026-12-01","id":"t","owner":"o","ticket":"x"}]},"failing":[],"flaky":[],\
        "kind":"output","problems":[],"suites":[{"name":"s","totals":{"errored":0,"executed":2,"failed":0,"flaky":0,"passed":2,\
        "skipped":0}}],"totals":{"errored":0,"executed":2,"failed":0,"flaky":0,"passed":2,"skipped":0}},"verdict":{"reasons":[],\
        "state":"stable"},"version":{"builtAs":"0.1.0","bump":"initial","next":"0.1.0","scheme":"semver2"}},\
        "predicateType":"urn:slipway:stability:v1","subject":[{"digest":{"gitTree":"#"},"name":"pkg:slipway/app"}]}
        """.replacing("@", with: "sha256:" + String(repeating: "a", count: 64))
        .replacing("#", with: String(repeating: "b", count: 40))

    static let envelope = """
        {"payload":"eyJhIjoxfQ==","payloadType":"application/vnd.in-toto+json","signatures":[{"keyid":"k","sig":"AAECAw=="}]}
        """

    static let policy = """
        {"environments":{"production":{"mode":"enforced","branches":["main","hotfix/*"],"clean":true,"checks":{"tests":\
        {"min":"stable","quarantineMax":5}},"maxAge":{"record":"30d","decision":"1h"}}}}
        """

    static let policyText = """
        environments:
          production:
            mode: enforced
            branches: [main, "hotfix/*"]
            signers: {threshold: 2}
            checks: {tests: {min: stable, consecutive: 3}, coexistence: enforce, auditIndex: off}
            maxAge: {record: 30d, decision: 1h}
            requiresDeployedIn: [{environment: dev, minSoakMinutes: 60}]
            monotonic: {version: strict, scheme: suffix-after}
            waiver: {roles: [lead], maxDays: 7, forbid: [identity], twoPersonFor: [tests], followUpHours: 72}
            missing: {deadline: 60m}

        """

    static let trust = """
        version: 7
        keys:
          - id: ci
            spki: MCowBQYDK2VwAyEAW1IHL47s3GkPNCNYlpfYIDD8j+heScd2/fu32Bz3qVs=
            role: build
            services: ["*"]
            branches: [main, "hotfix/*"]
            notAfter: "2030-01-01T00:00:00Z"
        prevented: []

        """

    static let subjects = documents + migrations

    private static let documents = [
        Subject(name: "strict reader", share: 50, corpus: [statement, envelope, policy, #"[1,-2,{"é":"😀"}]"#]) {
            bytes in
            let value = try JSON(parsing: bytes)
            guard try JSON(parsing: value.canonicalBytes) == value else {
                throw Discovery(text: "reads otherwise again")
            }
        },
        Subject(name: "lenient reader", share: 10, corpus: [policy, #"{"Elapsed":0.01,"é":1e-7,"x":[null,true]}"#]) {
            bytes in
            let value = try JSON(parsing: bytes, profile: .lenient)
            guard try JSON(parsing: value.canonicalBytes, profile: .lenient) == value else {
                throw Discovery(text: "reads otherwise again")
            }
        },
        Subject(name: "envelope", share: 20, corpus: [envelope]) { bytes in
            let envelope = try Envelope(parsing: bytes)
            guard try Envelope(parsing: envelope.bytes) == envelope else {
                throw Discovery(text: "reads otherwise again")
            }
        },
        Subject(name: "record", share: 10, corpus: [statement]) { bytes in
            let record = try Statement(payload: bytes).predicate
            _ = (record.contradictions, try record.contentDigest(hash: Digest.sha256))
        },
        Subject(name: "bundle", share: 5, corpus: [envelope + "\n" + envelope + "\n"]) { bytes in
            let verification = RecordBook.verify(bytes, trusting: Trust(keys: []), .init())
            guard verification.statement == nil else { throw Discovery(text: "is believed") }
        },
        Subject(name: "policy", share: 4, corpus: [policy]) { bytes in
            _ = try PolicyFile(json: JSON(parsing: bytes))
        },
        Subject(name: "policy file", share: 1, corpus: [policy, policyText, policyText + "services: {}\n"]) { bytes in
            let file = FilePath("/tmp/slipway-fuzz-policy.\(getpid())")
            try file.write(bytes)
            let read = try Policy.read(file, for: "production")
            guard try Policy.read(file, for: "production") == read else {
                throw Discovery(text: "reads otherwise again")
            }
        },
        Subject(name: "trust file", share: 1, corpus: [trust, policy, envelope]) { bytes in
            let file = FilePath("/tmp/slipway-fuzz.\(getpid())")
            try file.write(bytes)
            _ = try TrustFile.read(file)
        },
    ]
}
