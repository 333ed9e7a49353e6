import Fixtures
import Foundation
import Pipeline
import Signing
import Testing

@testable import Driver

/// Whatever is done to a valid bundle: it is believed only while it says the same, under a signature that still fits.
struct MutationTests {
    private static let trust: Trust = {
        do { return try Trust(json: VerificationCase.usual) } catch { preconditionFailure("\(error)") }
    }()

    private static let question = Verification.Question(
        image: VerificationCase.image, service: "app", now: Timestamp(seconds: 1_900_000_000))

    private static func verification(_ bundle: [UInt8]) -> Verification {
        Verification(ofBundle: bundle, trusting: trust, question)
    }

    /// Nothing was accepted that says something else, or the same without a trusted signature.
    private static func check(_ bundle: [UInt8], _ what: @autoclosure () -> String) throws {
        let verification = verification(bundle)
        guard let statement = verification.statement else { return }
        #expect(statement == VerificationCase.sealed().statement, "\(what())")
        let sealed = try SealedRecord(parsing: bundle)
        #expect(sealed.envelope.payload == VerificationCase.sealed().envelope.payload, "\(what())")
        let keys = trust.keys.filter { $0.role == .build }
        #expect(!sealed.envelope.opened(trusting: keys).signers.isEmpty, "\(what())")
    }

    @Test func `no flipped byte of an envelope makes it say something else`() throws {
        let bundle = VerificationCase.envelope(around: VerificationCase.payload("app", "app"))
        let statement = try #require(Self.verification(bundle).statement)
        var accepted = 0
        for index in bundle.indices {
            var copy = bundle
            copy[index] ^= UInt8(1 << (index % 8))
            guard let other = Self.verification(copy).statement else { continue }
            accepted += 1
            #expect(other == statement, "byte \(index)")
        }
        // The key id is a hint, and so is the name of a member that nobody needs.
        #expect(accepted > 10)
        #expect(accepted < 100)
    }

    @Test func `no flipped byte of a bundle does either, whatever the key`() throws {
        let bundle = VerificationCase.sealed(by: VerificationCase.keys.second).bytes
        #expect(Self.verification(bundle).statement != nil)
        for index in bundle.indices {
            var copy = bundle
            copy[index] ^= UInt8(1 << (index % 8))
            try Self.check(copy, "byte \(index)")
        }
    }

    @Test func `no member of an envelope can be dropped, doubled or exchanged`() throws {
        let lines = VerificationCase.sealed().bytes.split(separator: 0x0A).map(Array.init)
        var accepted = 0
        for index in lines.indices {
            let members = try #require(try JSON(parsing: lines[index], profile: .strict.limited(to: 1 << 21)).object)
            for (name, value) in members {
                for text in Self.variants(of: members, name, value) {
                    var copy = lines
                    copy[index] = Array(text.utf8)
                    let bundle = Array(copy.joined(separator: [0x0A]))
                    try Self.check(bundle, "\(index) \(name): \(text.prefix(60))")
                    if Self.verification(bundle).statement != nil { accepted += 1 }
                }
            }
        }
        // Another order of members is another text of the same envelope.
        #expect(accepted == lines.count * 3)
    }

    /// Without the member, with it twice, empty, and in another order.
    private static func variants(of members: [String: JSON], _ name: String, _ value: JSON) -> [String] {
        func text(_ list: [(key: String, value: JSON)]) -> String {
            "{" + list.map { "\"\($0.key)\":\($0.value.canonicalText)" }.joined(separator: ",") + "}"
        }
        let sorted = members.sorted { $0.key < $1.key }
        let others = sorted.filter { $0.key != name }
        return [
            text(others), text(sorted + [(name, value)]), text(others + [(name, "")]), text(others + [(name, value)]),
        ]
    }

    @Test func `no member of a record can be dropped, doubled or changed without its signature`() throws {
        let sealed = VerificationCase.sealed()
        let payload = try JSON(parsing: sealed.envelope.payload)
        let signature = sealed.envelope.signatures[0].bytes
        var count = 0
        for changed in Self.mutants(of: payload) {
            let bytes = changed.canonicalBytes
            guard bytes != sealed.envelope.payload else { continue }
            count += 1
            let envelope = JSON.object([
                "payload": .string(Data(bytes).base64EncodedString()),
                "payloadType": .string(StatementForm.payloadType),
                "signatures": [["sig": .string(Data(signature).base64EncodedString())]],
            ])
            let bundle = envelope.canonicalBytes + [0x0A] + sealed.companions.flatMap(\.bytes)
            #expect(Self.verification(bundle).objections.first?.step == .signatures)
        }
        #expect(count > 150)
    }

    /// Every value with each member gone, each emptied, and each list without an element, or with one twice.
    private static func mutants(of value: JSON) -> [JSON] {
        switch value {
        case .object(let members):
            return members.flatMap { name, inner -> [JSON] in
                var without = members
                without[name] = nil
                return [.object(without)]
                    + mutants(of: inner).map { .object(members.merging([name: $0]) { $1 }) }
            }
        case .array(let elements):
            return elements.indices.flatMap { index -> [JSON] in
                var without = elements
                without.remove(at: index)
                return [.array(without), .array(elements + [elements[index]]), .array(elements.reversed())]
                    + mutants(of: elements[index]).map { mutant in
                        var copy = elements
                        copy[index] = mutant
                        return .array(copy)
                    }
            }
        case .string(let text): return [.string(text + "x"), .null]
        case .integer(let number): return [.integer(number + 1)]
        case .bool(let flag): return [.bool(!flag)]
        default: return []
        }
    }

    @Test func `what a trusted key signs is still not believed when a needed member is gone`() throws {
        let payload = try JSON(parsing: VerificationCase.sealed().envelope.payload)
        guard case .object(let predicate) = payload["predicate"] ?? .null else { return }
        for name in ["builder", "inputs", "run", "schema", "scope", "service", "source", "steps", "verdict"] {
            var without = predicate
            without[name] = nil
            var members = try #require(payload.object)
            members["predicate"] = .object(without)
            let bundle = VerificationCase.envelope(around: JSON.object(members).canonicalText)
            #expect(Self.verification(bundle).objections.first?.step == .statement, "\(name)")
        }
    }
}
