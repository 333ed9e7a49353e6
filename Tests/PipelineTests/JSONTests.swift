import Fixtures
import Foundation
import Pipeline
import Testing

struct JSONTests {
    @Test(arguments: [
        #"{"a":1,"a":2}"#, #"{"a":01}"#, #"{"a":1.5}"#, #"{"a":1e3}"#, #"{"a":-0}"#, #"{"a":9007199254740992}"#,
        #"{"é":1}"#, #"{"":1}"#, #"{"a":1} x"#, #"{"a":1"#, #"[1,]"#, #"{"a":"\ud800"}"#, #"{"a":"\u0000"}"#, "",
        #"{"a":"\x"}"#, "{\"a\":\"\u{1}\"}", "\u{FEFF}{}", #"{'a':1}"#, "nul", #"{"a":tru}"#,
    ])
    func `the strict profile refuses what two readers could read differently`(text: String) {
        #expect(throws: JSONError.self) { try JSON(parsing: text) }
    }

    @Test func `members are in the order of UTF-16, as RFC 8785 has it`() {
        let keys = [
            "", "\u{10000}", "\u{10FFFF}", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "a", "a\u{10000}", "a\u{FFFD}", "ab",
            "z", "é",
        ]
        let object = JSON.object(Dictionary(uniqueKeysWithValues: keys.map { ($0, JSON.null) }))
        let expected = keys.sorted { $0.utf16.lexicographicallyPrecedes($1.utf16) }
        #expect(object.canonicalText == "{" + expected.map { "\"\($0)\":null" }.joined(separator: ",") + "}")
    }

    @Test func `a document that is not UTF-8 is refused`() {
        #expect(throws: JSONError.self) { try JSON(parsing: [0x22, 0xFF, 0x22]) }
    }

    @Test func `nesting is limited, not a crash`() {
        let deep = String(repeating: "[", count: 1_000_000)
        let error = #expect(throws: JSONError.self) { try JSON(parsing: deep) }
        #expect(error?.problem == "nested deeper than 64")
    }

    @Test func `a size limit holds`() {
        let error = #expect(throws: JSONError.self) {
            try JSON(parsing: Array("[1,2,3]".utf8), profile: .strict.limited(to: 3))
        }
        #expect(error?.problem == "larger than 3 bytes")
    }

    @Test func `the lenient profile keeps fractions as they are written`() throws {
        let value = try JSON(parsing: #"{"Elapsed":0.010,"é":1e-7}"#, profile: .lenient)
        #expect(value == .object(["Elapsed": .decimal("0.010"), "é": .decimal("1e-7")]))
    }

    @Test(arguments: [
        #"{"b":[1,2,{"c":null}],"a":"x\ny"}"#, #"["\"\\\/\b\f\n\r\t", "é", "😀", true, false, -5]"#, "  { } ", "[]",
        "9007199254740991",
    ])
    func `what the strict reader takes, Foundation reads the same`(text: String) throws {
        let ours = try JSON(parsing: text)
        #expect(try Self.foundation(text) == Self.foundation(ours.canonicalText))
        #expect(try JSON(parsing: ours.canonicalBytes) == ours)
    }

    private static func foundation(_ text: String) throws -> Data {
        let value = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
        return try JSONSerialization.data(withJSONObject: value, options: [.sortedKeys, .fragmentsAllowed])
    }

    @Test func `canonical text has sorted members and no white space`() throws {
        let value = try JSON(parsing: #"{ "b" : 1, "a" : { "z" : [ ], "y" : "\u00e9\u001f" } }"#)
        #expect(value.canonicalText == #"{"a":{"y":"é\u001f","z":[]},"b":1}"#)
    }

    @Test func `random bytes never crash the reader`() {
        var generator = Seeded(state: 7)
        let alphabet = Array(#"{}[]",:0123456789.eE+-\utrufalsn "#.utf8) + [0xC3, 0xA9, 0xFF, 0x00, 0x0A]
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator) ?? 0
            }
            if let value = try? JSON(parsing: bytes) { #expect((try? JSON(parsing: value.canonicalBytes)) == value) }
        }
    }

    private struct Noun: Codable, Equatable {
        var name: String
        var count: Int?
        var list: [[Int]]
        var map: [String: Bool]
    }

    @Test func `a noun survives the way through JSON`() throws {
        let noun = Noun(name: "é", count: nil, list: [[1], []], map: ["a": true])
        let omitted = try JSON(encoding: noun)
        #expect(omitted.canonicalText == #"{"list":[[1],[]],"map":{"a":true},"name":"é"}"#)
        #expect(try JSON(encoding: noun, absence: .null)["count"] == .null)
        #expect(try Noun(json: omitted) == noun)
        #expect(try Noun(json: JSON(encoding: noun, absence: .null)) == noun)
    }

    @Test func `a wrong type names the member`() throws {
        let error = #expect(throws: JSONError.self) {
            try Noun(json: JSON(parsing: #"{"name":"x","list":[[1],[true]],"map":{}}"#))
        }
        #expect(error?.description == "list[1][0]: is a truth value, not an integer")
    }

    @Test func `a number beyond 2^53-1 is not written`() {
        #expect(throws: JSONError.self) { try JSON(encoding: [Int64.max]) }
    }
}

/// A generator that gives the same numbers in every run (SplitMix64).
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
