import Fixtures
import Pipeline
import Signing
import Testing

@testable import Driver

/// One bundle, the keys that are trusted and what is asked, with the step that must find fault with it; nil: none.
struct VerificationCase: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var bundle: [UInt8]
    var trust: JSON
    var question = Verification.Question(now: Timestamp(seconds: 1_900_000_000))
    let fault: Verification.Step?

    /// Keys that live as long as the tests.
    struct Keys: Sendable {
        let build = SigningKey()
        let second = SigningKey(.p256)
        let waiver = SigningKey()
        let stranger = SigningKey()
    }

    static let keys = Keys()

    static func entry(_ key: SigningKey, _ id: String, _ more: [String: JSON] = [:]) -> JSON {
        let own: [String: JSON] = ["id": .string(id), "spki": .string(key.verifyingKey.spki), "role": "build"]
        return .object(own.merging(more) { $1 })
    }

    static func trust(_ keys: JSON...) -> JSON { ["version": 1, "keys": .array(keys)] }

    static let usual = trust(
        entry(keys.build, "ci"), entry(keys.second, "ci-2"), entry(keys.waiver, "lead", ["role": "waiver"]))

    /// A record with an image, its provenance and its tests, changed and then sealed.
    static func record(_ change: (inout Stability) -> Void = { _ in }) -> Stability {
        do {
            var record = try Kept.record("stable").record
            change(&record)
            return record
        } catch { preconditionFailure("\(error)") }
    }

    static func sealed(
        by key: SigningKey? = VerificationCase.keys.build, _ change: (inout Stability) -> Void = { _ in }
    ) -> SealedRecord {
        do { return try SealedRecord(record(change), signedWith: key) } catch { preconditionFailure("\(error)") }
    }

    /// One envelope around a payload that nobody would write.
    static func envelope(
        around payload: String, by key: SigningKey = VerificationCase.keys.build,
        type: String = StatementForm.payloadType
    ) -> [UInt8] {
        do { return try Envelope(payload: Array(payload.utf8), payloadType: type).signed(with: key).bytes } catch {
            preconditionFailure("\(error)")
        }
    }

    /// The text of a payload that names nothing else, with something in place of something else.
    static func payload(_ old: String, _ new: String) -> String {
        let text = String(decoding: sealed().envelope.payload, as: UTF8.self)
            .replacing("\"statements\"", with: "\"otherwise\"")
        precondition(text.contains(old), "\(old) is not in the payload")
        return text.replacing(old, with: new)
    }

    init(
        _ name: String, _ fault: Verification.Step? = nil, _ bundle: [UInt8] = VerificationCase.sealed().bytes,
        trust: JSON = VerificationCase.usual,
        ask: (inout Verification.Question) -> Void = { _ in }
    ) {
        (testDescription, self.bundle, self.trust, self.fault) = (name, bundle, trust, fault)
        ask(&question)
    }

    static let image = record().image?.digest ?? Digest.sha256([])
    static let other = Digest.sha256([1])
}

extension VerificationCase {
    static let all: [VerificationCase] = [
        forms, signatures, statements, subjects, limits, mandates, companions, details,
    ].flatMap { $0 }

    private static func lines(_ change: (inout [[UInt8]]) -> Void) -> [UInt8] {
        var lines = sealed().bytes.split(separator: 0x0A).map(Array.init)
        change(&lines)
        return Array(lines.joined(separator: [0x0A]))
    }

    private static func text(_ change: (String) -> String) -> [UInt8] {
        Array(change(String(decoding: envelope(around: payload("app", "app")), as: UTF8.self)).utf8)
    }

    static let forms: [VerificationCase] = [
        .init("usual"),
        .init("empty", .form, []),
        .init("no JSON", .form, Array("hello".utf8)),
        .init("trailing bytes", .form, sealed().bytes + Array("x".utf8)),
        .init("byte order mark", .form, [0xEF, 0xBB, 0xBF] + sealed().bytes),
        .init("payload twice", .form, text { $0.replacing("{\"payload\"", with: "{\"payload\":\"\",\"payload\"") }),
        .init("no signatures", .form, text { $0.replacing("\"signatures\"", with: "\"signature\"") }),
        .init(
            "65 signatures", .form,
            text { $0.replacing("]}", with: String(repeating: ",{\"sig\":\"\"}", count: 64) + "]}") }),
        .init("too large", .form, text { $0 + String(repeating: " ", count: 3 << 20) }),
        .init("two records", .form, lines { $0.append($0[0]) }),
        .init("other payload type", .form, envelope(around: payload("app", "app"), type: "text/plain")),
        .init("lines in another order", nil, lines { $0.reverse() }),
        .init("gate 18: more members", nil, text { $0.replacing("{\"payload\"", with: "{\"extra\":[1],\"payload\"") }),
    ]

    static let signatures: [VerificationCase] = [
        .init("unsigned", .signatures, sealed(by: nil).bytes),
        .init("gate 13: stranger", .signatures, sealed(by: keys.stranger).bytes),
        .init("gate 13: waiver key", .signatures, sealed(by: keys.waiver).bytes),
        .init("gate 19: P-256", nil, sealed(by: keys.second).bytes),
        .init("nobody trusted", .signatures, trust: trust()),
        .init("gate 15: one key twice", .signatures, twice(keys.build).bytes) { $0.threshold = 2 },
        .init(
            "one key listed twice", .signatures, trust: trust(entry(keys.build, "a"), entry(keys.build, "b"))
        ) { $0.threshold = 2 },
        .init("two keys", nil, twice(keys.second).bytes) { $0.threshold = 2 },
        .init("two keys of three", .signatures, twice(keys.second).bytes) { $0.threshold = 3 },
        .init(
            "two keys, one revoked", .validity, twice(keys.second).bytes,
            trust: trust(entry(keys.build, "ci"), entry(keys.second, "ci-2", ["revokedFromSequence": 0]))
        ) { $0.threshold = 2 },
        .init("gate 14: key id that lies", nil, text { $0.replacing(keys.build.verifyingKey.id, with: "nobody") }),
    ]

    private static func twice(_ key: SigningKey) -> SealedRecord {
        do { return try sealed().signed(with: key) } catch { preconditionFailure("\(error)") }
    }

    static let statements: [VerificationCase] = [
        .init(
            "no statement", .statement, envelope(around: payload("in-toto.io/Statement/v1", "in-toto.io/Statement/v2"))),
        .init("gate 22: major 2", .statement, envelope(around: payload("stability:v1", "stability:v2"))),
        .init("gate 21: unknown crit", .statement, sealed { $0.crit = ["later"] }.bytes),
        .init("known crit", nil, sealed { $0.crit = ["tests"] }.bytes),
        .init("gate 21: unknown member", nil, envelope(around: payload("\"scope\":", "\"later\":{},\"scope\":"))),
        .init("member twice", .statement, envelope(around: payload("\"scope\":", "\"scope\":\"pr\",\"scope\":"))),
        .init("fraction", .statement, envelope(around: payload("\"sequence\":", "\"sequence\":0.5,\"x\":"))),
        .init("2^53", .statement, envelope(around: payload("\"sequence\":", "\"x\":9007199254740992,\"sequence\":"))),
        .init("NUL", .statement, envelope(around: payload("\"scope\":", "\"x\":\"\\u0000\",\"scope\":"))),
        .init("lone surrogate", .statement, envelope(around: payload("\"scope\":", "\"x\":\"\\ud800\",\"scope\":"))),
        .init(
            "deep", .statement,
            envelope(
                around: payload(
                    "\"scope\":",
                    "\"x\":\(String(repeating: "[", count: 63))\(String(repeating: "]", count: 63)),\"scope\":"))),
        .init("bytes behind", .statement, envelope(around: payload("app", "app") + "{}")),
        .init("1 MiB", .statement, envelope(around: payload("app", "app") + String(repeating: " ", count: 1 << 20))),
        .init("no scope", .statement, envelope(around: payload("\"scope\":\"branch\",", ""))),
    ]

    static let subjects: [VerificationCase] = [
        .init("asked digest") { $0.image = image },
        .init("other digest", .subject) { $0.image = other },
        .init("gate 26: other service", .subject) { $0.service = "orders" },
        .init("asked service") { $0.service = "app" },
        .init(
            "two subjects", .subject,
            envelope(
                around: payload("\"subject\":[", "\"subject\":[{\"name\":\"x\",\"digest\":{\"gitCommit\":\"1\"}},"))),
        .init("gate 25: platform listed", nil, sealed(platform).bytes) { $0.image = other },
        .init("gate 25: platform not listed", .subject, sealed(platform).bytes) { $0.image = Digest.sha256([2]) },
        .init("one of several images", nil, sealed(several).bytes) { $0.image = other },
        .init("the first of several", nil, sealed(several).bytes) { $0.image = image },
        .init("none of several", .subject, sealed(several).bytes) { $0.image = Digest.sha256([2]) },
        .init(
            "several images, one subject", .subject,
            envelope(around: payload("\"verdict\":{", "\"otherImages\":[\(second)],\"verdict\":{"))),
        .init("no image", nil, sealed { $0.image = nil }.bytes),
        .init("no image, asked for one", .subject, sealed { $0.image = nil }.bytes) { $0.image = image },
    ]

    private static func several(_ record: inout Stability) {
        record.images += record.images
        record.otherImages?[0].digest = other
    }

    /// Another image, as JSON.
    private static var second: String {
        var record = record()
        several(&record)
        return (try? JSON(encoding: record.images[1]))?.canonicalText ?? ""
    }

    private static func platform(_ record: inout Stability) {
        record.image?.manifests = [.init(platform: "linux/amd64", digest: other)]
    }

    /// Whether a key that may sign for some only may sign this.
    private static func limit(_ name: String, _ glob: String, isGood: Bool) -> VerificationCase {
        let trust = trust(entry(keys.build, "ci", [name: .array([.string(glob)])]))
        return .init("\(name) \(glob)", isGood ? nil : .mandate, trust: trust)
    }

    static let limits: [VerificationCase] = [
        limit("services", "orders", isGood: false), limit("services", "a*", isGood: true),
        limit("branches", "release/*", isGood: false), limit("branches", "mai?", isGood: true),
        limit("branches", "**", isGood: true), limit("branches", "*/main", isGood: false),
        limit("builderIds", "urn:other", isGood: false), limit("builderIds", "urn:slipway:builder:run", isGood: true),
        limit("repositories", "https://elsewhere.example/**", isGood: false),
    ]

    static let mandates: [VerificationCase] = [
        .init("scope", .mandate, trust: trust(entry(keys.build, "ci", ["scope": "pr"]))),
        .init(
            "gate 17: ran out later", nil,
            trust: trust(entry(keys.build, "ci", ["notAfter": "2030-01-01T00:00:00Z"]))),
        .init(
            "ran out before", .validity, trust: trust(entry(keys.build, "ci", ["notAfter": "2020-01-01T00:00:00Z"]))
        ),
        .init(
            "not yet valid", .validity, trust: trust(entry(keys.build, "ci", ["notBefore": "2030-01-01T00:00:00Z"]))
        ),
        .init("revoked", .validity, trust: trust(entry(keys.build, "ci", ["revokedFromSequence": 1]))),
        .init(
            "revoked later", nil,
            trust: trust(entry(keys.build, "ci", ["revokedFromSequence": 9_007_199_254_740_991]))),
    ]

    static let companions: [VerificationCase] = [
        .init("no companions", .companions, sealed().envelope.bytes),
        .init("no provenance", .companions, lines { $0.remove(at: 1) }),
        .init("provenance that says it is something else", .companions, lines { $0[1] = other(type: $0[1]) }),
        .init("test result that says it is something else", .companions, lines { $0[2] = other(type: $0[2]) }),
        .init("no test result", .companions, lines { $0.remove(at: 2) }),
        .init("provenance by a stranger", .companions, lines { $0[1] = strangers(1) }),
        .init("an old record has none", nil, envelope(around: payload("app", "app"))),
        .init("provenance of another commit", .companions, foreign { $0.source.commit = ObjectID.test(1) }),
        .init("provenance of another builder", .companions, foreign { $0.builder.id = "urn:other" }),
        .init("provenance of another image", .companions, foreign { $0.image?.digest = other }),
    ]

    private static func other(type line: [UInt8]) -> [UInt8] {
        Array(String(decoding: line, as: UTF8.self).replacing(StatementForm.payloadType, with: "text/plain").utf8)
    }

    private static func strangers(_ index: Int) -> [UInt8] {
        Array(sealed(by: keys.stranger).companions[index - 1].bytes.dropLast())
    }

    /// A record that names no companions, beside the provenance of another.
    private static func foreign(_ change: (inout Stability) -> Void) -> [UInt8] {
        envelope(around: payload("app", "app")) + sealed(change).companions[0].bytes
    }

    static let details: [VerificationCase] = [
        .init("gate 6: stable with a failed test", .details, totals("\"failed\":0", "\"failed\":1")),
        .init("gate 10: stable with no test", .details, totals("\"executed\":2", "\"executed\":0")),
        .init("numbers that do not add up", .details, totals("\"skipped\":0", "\"skipped\":5")),
        .init("negative number", .details, totals("\"skipped\":0", "\"skipped\":-1")),
        .init("says flaky", .details, envelope(around: payload("\"state\":\"stable\"", "\"state\":\"flaky\""))),
        .init("red build", .details, sealed { $0.steps.results[0] = StepResult(.build, .exited(1)) }.bytes),
        .init("killed", .details, sealed { $0.steps.results[0] = StepResult(.build, .signalled(9)) }.bytes),
        .init("voided", .details, sealed { $0.steps.voided = true }.bytes),
        .init("step missing", .details, sealed { $0.steps.results.removeLast() }.bytes),
        .init("problem", .details, sealed { $0.tests = red($0.tests) }.bytes),
        .init("bump", .details, version("major", "1.2.3", "1.3.0")),
        .init("bump that fits", nil, version("minor", "1.2.3", "1.3.0")),
        .init("more than the bump", nil, version("minor", "1.2.3", "2.0.0")),
        .init("backwards", .details, version("minor", "1.2.3", "1.1.0")),
        .init("bump to nowhere", .details, version("minor", "1.2.3", nil)),
        .init("next without bump", .details, version("none", "1.2.3", "1.3.0")),
        .init("candidate", nil, version("minor", "1.2.3", "1.3.0-rc.1")),
        .init("asked for by name", nil, version("override", "1.2.3", "4.0.0")),
        .init("interface understated", .details, interface(.minor)),
        .init("interface", nil, interface(.major)),
    ]

    /// Statements left aside, so that only the summary is at fault.
    private static func totals(_ old: String, _ new: String) -> [UInt8] {
        let text = payload("app", "app")
        let tests = text.firstRange(of: "\"totals\":")?.lowerBound ?? text.startIndex
        let last = text.ranges(of: old).last { $0.lowerBound > tests } ?? text.startIndex..<text.startIndex
        precondition(!last.isEmpty, "\(old) is not in the totals")
        return envelope(around: text.replacingCharacters(last, with: new))
    }

    private static func red(_ report: TestReport?) -> TestReport? {
        do {
            guard case .object(var members) = try JSON(encoding: report) else { return nil }
            members["problems"] = [["code": "report-stale", "detail": "old"]]
            return try TestReport(json: .object(members))
        } catch { preconditionFailure("\(error)") }
    }

    private static func version(_ bump: String, _ current: String, _ next: String?) -> [UInt8] {
        sealed { record in
            var facts: [String: JSON] = [
                "builtAs": "1.2.4", "current": .string(current), "bump": .string(bump), "scheme": "semver2",
            ]
            facts["next"] = next.map { .string($0) }
            do { record.version = try Stability.VersionFacts(json: .object(facts)) } catch {
                preconditionFailure("\(error)")
            }
        }.bytes
    }

    private static func interface(_ level: Level) -> [UInt8] {
        sealed { record in
            var surface = InterfaceFacts.Surface(
                kind: .openapi, path: nil, tool: .init(name: "t", version: "1"), base: nil, state: .compared)
            surface.changes = [.init(id: "gone", level: .major, place: "/x", fingerprint: "0123456789ab")]
            surface.changeCount = 1
            record.interface = InterfaceFacts(surfaces: [surface], requiredBump: level)
        }.bytes
    }
}

extension String {
    fileprivate func replacingCharacters(_ range: Range<Index>, with text: String) -> String {
        String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
    }
}
