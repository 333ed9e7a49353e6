import Fixtures
import Foundation
import Pipeline
import Testing

/// The strict reader beside Foundation, whose two readers do not even agree with each other.
struct StrictReaderTests {
    /// A text that others take, and what they make of it.
    struct Trap: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let text: String
        /// Whether the strict profile takes it.
        let isTaken: Bool

        init(_ name: String, _ text: String, isTaken: Bool = false) {
            (testDescription, self.text, self.isTaken) = (name, text, isTaken)
        }
    }

    static let traps = [
        Trap("member twice", #"{"a":1,"a":2}"#),
        Trap("member twice by an escape", #"{"a":1,"\u0061":2}"#),
        Trap("NFC and NFD", "{\"\u{E9}\":1,\"e\u{301}\":2}"),
        Trap("NFC", "{\"\u{E9}\":1}"),
        Trap("byte order mark", "\u{FEFF}{}"),
        Trap("lone high surrogate", #"{"a":"\ud83d"}"#),
        Trap("lone low surrogate", #"{"a":"\ude00"}"#),
        Trap("surrogates the wrong way round", #"{"a":"\ude00\ud83d"}"#),
        Trap("high surrogate before a letter", #"{"a":"\ud83dx"}"#),
        Trap("surrogate pair", #"{"a":"\ud83d\ude00"}"#, isTaken: true),
        Trap("NUL by an escape", #"{"a":"\u0000"}"#),
        Trap("NUL", "{\"a\":\"\u{0}\"}"),
        Trap("depth 64", nested(64), isTaken: true),
        Trap("depth 65", nested(65)),
        Trap("depth 512", nested(512)),
        Trap("bytes behind", "{} {}"),
        Trap("NUL behind", "{}\u{0}"),
        Trap("space behind", "{} \n\r\t", isTaken: true),
        Trap("form feed behind", "{}\u{C}"),
        Trap("1 MiB", #"{"a":""# + String(repeating: "x", count: (1 << 20) - 8) + #""}"#, isTaken: true),
        Trap("1 MiB and one byte", #"{"a":""# + String(repeating: "x", count: (1 << 20) - 7) + #""}"#),
        Trap("fraction", #"{"a":1.0}"#),
        Trap("exponent", #"{"a":1e2}"#),
        Trap("small", #"{"a":0.0000001}"#),
        Trap("minus nought", #"{"a":-0}"#),
        Trap("2^53 - 1", #"{"a":9007199254740991}"#, isTaken: true),
        Trap("2^53", #"{"a":9007199254740992}"#),
        Trap("2^64", #"{"a":18446744073709551616}"#),
        Trap("-2^53", #"{"a":-9007199254740992}"#),
        Trap("leading nought", #"{"a":01}"#),
        Trap("plus", #"{"a":+1}"#),
        Trap("comma at the end", #"{"a":1,}"#),
        Trap("comment", "{/**/}"),
        Trap("NaN", #"{"a":NaN}"#),
        Trap("no name", #"{"":1}"#),
        Trap("name with a space", #"{"a b":1}"#),
        Trap("tab in a text", "{\"a\":\"\t\"}"),
    ]

    private static func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }

    @Test(arguments: traps)
    func `of what could be read in two ways nothing is taken, and the rest as Foundation reads it`(_ trap: Trap) throws
    {
        guard trap.isTaken else {
            #expect(throws: JSONError.self) { try JSON(parsing: trap.text) }
            return
        }
        let ours = try JSON(parsing: trap.text)
        #expect(try Self.foundation(Array(trap.text.utf8)) == Self.foundation(ours.canonicalBytes))
    }

    @Test func `the traps are traps: Foundation takes what the strict reader refuses`() throws {
        let taken = Self.traps.filter { trap in
            guard !trap.isTaken else { return false }
            do { return try Self.foundation(Array(trap.text.utf8)) != nil } catch { return false }
        }.map(\.testDescription)
        let known = ["member twice", "NFC", "byte order mark", "fraction", "depth 65", "1 MiB and one byte"]
        #expect(Set(known).isSubset(of: taken), "\(taken)")
    }

    @Test func `whatever the strict reader takes of mangled documents, Foundation reads the same`() throws {
        var generator = Seeded(state: 11)
        let document = Array(
            #"{"a":[1,-2,{"b":"x\u00e9\n","c":null}],"d":{"e":true,"f":"\ud83d\ude00"},"g":9007199254740991}"#.utf8)
        var taken = 0
        for _ in 0..<30_000 {
            var bytes = document
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let index = Int.random(in: bytes.indices, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: 0x20...0x7E, using: &generator)
                case 1: bytes.remove(at: index)
                default: bytes.insert(bytes[Int.random(in: bytes.indices, using: &generator)], at: index)
                }
            }
            guard let value = try? JSON(parsing: bytes) else { continue }
            taken += 1
            #expect(try Self.foundation(bytes) == Self.foundation(value.canonicalBytes))
        }
        #expect(taken > 1000)
    }

    private static func foundation(_ bytes: [UInt8]) throws -> NSObject? {
        try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed) as? NSObject
    }
}
