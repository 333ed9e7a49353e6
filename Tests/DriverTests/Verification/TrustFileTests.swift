import Fixtures
import Foundation
import Pipeline
import Signing
import SystemPackage
import Testing

@testable import Driver

struct TrustFileTests {
    /// A root key, a key of CI and a folder to keep the trust file in.
    private struct Safe {
        let folder: FilePath
        var trust: FilePath { folder.appending("trust.json") }
        var root: FilePath { folder.appending("root.key") }
        var rootPublic: FilePath { folder.appending("root.pub") }
        var state: FilePath { folder.appending("seen.json") }

        init(_ folder: FilePath) throws {
            self.folder = folder
            _ = try KeyPair(making: "root", .p256, in: folder)
            for name in ["ci-1", "ci-2"] { _ = try KeyPair(making: name, in: folder) }
            try add("ci-1")
        }

        func add(_ name: String, _ describe: (inout Trust.Key) -> Void = { _ in }) throws {
            var editing = try TrustEditing(trust)
            try editing.add(folder.appending("\(name).pub"), describe)
            try editing.write()
        }

        func revoke(_ name: String, from sequence: Int64) throws {
            var editing = try TrustEditing(trust)
            try editing.revoke(name, from: sequence, after: nil)
            try editing.write()
        }

        func sign(with key: FilePath? = nil) throws { try TrustEditing(trust).sign(with: key ?? root, to: trust) }

        func read() throws -> TrustFile { try TrustFile.read(trust, .init(root: rootPublic, state: state)) }
    }

    @Test func `with a root key only what it signed is believed`() async throws {
        try await withTemporaryFolder { folder in
            let safe = try Safe(folder)
            let unsigned = #expect(throws: ConfigurationError.self) { try safe.read() }
            #expect(unsigned?.findings.first?.message == "is not signed by the root key")
            try safe.sign(with: folder.appending("ci-1.key"))
            #expect(throws: ConfigurationError.self) { try safe.read() }
            try safe.sign()
            let read = try safe.read()
            #expect(read.isProved)
            #expect(read.trust.keys.map(\.id) == ["ci-1"])
            // Without a root key nobody looks at the signature.
            #expect(try !TrustFile.read(safe.trust).isProved)
        }
    }

    @Test func `a changed byte of a signed file is refused, or changes nothing`() async throws {
        try await withTemporaryFolder { folder in
            let safe = try Safe(folder)
            try safe.sign()
            let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: safe.trust.string)))
            let whole = try safe.read().trust
            for index in stride(from: 0, to: bytes.count, by: 3) {
                var copy = bytes
                copy[index] ^= 1
                try safe.trust.put(Data(copy))
                do {
                    let read = try safe.read().trust
                    #expect(read == whole)
                } catch is ConfigurationError {}
            }
        }
    }

    @Test func `the version never goes down, and two files of one version are told apart`() async throws {
        try await withTemporaryFolder { folder in
            let safe = try Safe(folder)
            try safe.sign()
            let old = try safe.trust.text
            #expect(try safe.read().trust.version == 1)
            try safe.add("ci-2")
            try safe.sign()
            #expect(try safe.read().trust.version == 2)
            #expect(try safe.read().trust.version == 2)
            try safe.trust.put(old)
            let error = #expect(throws: ConfigurationError.self) { try safe.read() }
            #expect(error?.findings.first?.message == "is version 1, and version 2 was seen before")
            try safe.add("ci-2") { $0.services = ["web"] }
            try safe.sign()
            let twin = #expect(throws: ConfigurationError.self) { try safe.read() }
            #expect(twin?.findings.first?.message == "is another version 2 than the one seen before")
        }
    }

    @Test func `keys can be changed without a gap, and a revoked one keeps what it signed before`() async throws {
        try await withTemporaryFolder { folder in
            let safe = try Safe(folder)
            let sequence = VerificationCase.record().run.sequence
            let old = try SigningKey(pem: folder.appending("ci-1.key").text)
            let new = try SigningKey(pem: folder.appending("ci-2.key").text)
            let later = VerificationCase.sealed(by: old) { $0.run.sequence = sequence + 1 }
            func isGood(_ sealed: SealedRecord) throws -> Bool {
                let trust = try TrustFile.read(safe.trust).trust
                return Verification(ofBundle: sealed.bytes, trusting: trust, .init()).statement != nil
            }
            try safe.add("ci-2") { $0.services = ["app"] }
            #expect(try isGood(VerificationCase.sealed(by: old)))
            #expect(try isGood(VerificationCase.sealed(by: new)))
            try safe.revoke("ci-1", from: sequence + 1)
            #expect(try isGood(VerificationCase.sealed(by: old)))
            #expect(try !isGood(later))
            // Nothing brings back what was taken.
            try safe.revoke("ci-1", from: sequence + 9)
            #expect(try !isGood(later))
        }
    }

    @Test func `a file that people wrote with comments is theirs to edit`() async throws {
        try await withTemporaryFolder { folder in
            let safe = try Safe(folder)
            let yaml = folder.appending("trust.yaml")
            try yaml.put("# ours\nversion: 3\nkeys: []\n")
            let error = #expect(throws: ConfigurationError.self) { _ = try TrustEditing(yaml) }
            #expect(error?.hint == "edit it by hand, and count its version up")
            #expect(throws: ConfigurationError.self) { try safe.revoke("ci-9", from: 1) }
            #expect(throws: ConfigurationError.self) { try safe.add("ci-1") }
        }
    }

    @Test func `keys of people count for their role, services, environments and time`() {
        var key = Trust.Key(id: "lead", spki: "", role: .waiver)
        (key.services, key.environments, key.notAfter) = (["web"], ["prod*"], Timestamp(seconds: 10))
        func isGood(_ role: Trust.Key.Role, _ service: ServiceName, _ environment: String, _ at: Int64) -> Bool {
            key.objection(toSigningAs: role, for: service, in: environment, at: Timestamp(seconds: at)) == nil
        }
        #expect(isGood(.waiver, "web", "production", 5))
        #expect(!isGood(.deploy, "web", "production", 5))
        #expect(!isGood(.waiver, "app", "production", 5))
        #expect(!isGood(.waiver, "web", "staging", 5))
        #expect(!isGood(.waiver, "web", "production", 50))
        key.revokedFromSequence = 0
        #expect(!isGood(.waiver, "web", "production", 5))
    }

    @Test func `a trust file is written as it was read`() throws {
        let text = """
            {"keys":[{"branches":["main"],"builderIds":["urn:b"],"environments":["production"],"id":"k",\
            "notAfter":"2030-01-01T00:00:00Z","notBefore":"2020-01-01T00:00:00Z","repositories":["https://x/**"],\
            "revokedFromSequence":9,"role":"waiver","scope":"pr","services":["a"],"spki":"AA==","title":"lead"}],\
            "prevented":["\(VerificationCase.other)"],"version":7}
            """
        #expect(try JSON(encoding: Trust(json: JSON(parsing: text))).canonicalText == text)
    }
}
