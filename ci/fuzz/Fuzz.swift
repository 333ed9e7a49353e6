import Glibc
import Pipeline
import Signing

// Mangled documents, ten million of them in a run, before everything that reads what strangers write. A crash ends the
// process; an input that takes too long, or is read differently the second time, is printed and counted.

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

/// Makes an input of a valid one: bytes changed, dropped, doubled, moved, and words of the format put in.
struct Mangler {
    let corpus: [[UInt8]]
    let words: [[UInt8]]
    var generator: Seeded

    mutating func input() -> [UInt8] {
        var bytes = corpus[Int.random(in: corpus.indices, using: &generator)]
        for _ in 0..<Int.random(in: 1...6, using: &generator) { mangle(&bytes) }
        return bytes
    }

    private mutating func mangle(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return bytes.append(0x7B) }
        let index = Int.random(in: bytes.indices, using: &generator)
        let end = min(bytes.count, index + Int.random(in: 1...32, using: &generator))
        switch Int.random(in: 0..<7, using: &generator) {
        case 0: bytes[index] = UInt8.random(in: .min ... .max, using: &generator)
        case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 2: bytes.removeSubrange(index..<end)
        case 3: bytes.insert(contentsOf: bytes[index..<end], at: Int.random(in: 0...bytes.count, using: &generator))
        case 4: bytes.insert(contentsOf: words[Int.random(in: words.indices, using: &generator)], at: index)
        case 5: bytes.replaceSubrange(index..<end, with: words[Int.random(in: words.indices, using: &generator)])
        default:
            let count = 1 << Int.random(in: 0...12, using: &generator)
            bytes.insert(contentsOf: repeatElement(bytes[index], count: count), at: index)
        }
    }
}

/// One reader under test: what it is called, what it is fed, and whether it took an input.
struct Subject: Sendable {
    let name: String
    let share: Int
    let corpus: [String]
    /// What is put in besides bytes of its own; empty: what JSON and YAML are made of.
    var words: [String] = []
    /// Throws when the input is refused.
    let read: @Sendable ([UInt8]) throws -> Void
}

/// An input that was taken and should not have been, or not so.
struct Discovery: Error {
    let text: String
}

@main
enum Fuzz {
    static let words = [
        "{", "}", "[", "]", "\"", ":", ",", "\\u0000", "\\ud800", "\\ude00", "null", "true", "-0", "1e9",
        "9007199254740993",
        "\"a\":", "\u{FEFF}", "é", "e\u{301}", "\n", "\t", "- ", "*x", "&x ", "<<: ", "!!binary ", "|\n", "sha256:",
        "\"\"",
        "[[[[[[[[[[[[[[[[", "{\"a\":{\"a\":{\"a\":{\"a\":", "}}}}", "]]]]]]]]]]]]]]]]",
    ].map { Array($0.utf8) }

    static func main() {
        let arguments = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
        let (total, seed) = (arguments.first ?? 10_000_000, arguments.dropFirst().first ?? 1)
        var failures = 0
        let shares = UInt64(subjects.map(\.share).reduce(0, +))
        for (index, subject) in subjects.enumerated() {
            failures += run(subject, Int(total * UInt64(subject.share) / shares), seed: seed &* 1000 &+ UInt64(index))
        }
        // What was said so far would be lost with what is not written yet.
        fflush(nil)
        if failures > 0 { fatalError("\(failures) findings") }
    }

    /// Feeds one reader; returns how many inputs it did not handle well.
    static func run(_ subject: Subject, _ count: Int, seed: UInt64) -> Int {
        var mangler = Mangler(
            corpus: subject.corpus.map { Array($0.utf8) },
            words: subject.words.isEmpty ? words : subject.words.map { Array($0.utf8) }, generator: Seeded(state: seed))
        var (taken, failures, slowest) = (0, 0, Duration.zero)
        let clock = ContinuousClock()
        for number in 0..<count {
            let input = mangler.input()
            let began = clock.now
            do {
                try subject.read(input)
                taken += 1
            } catch let discovery as Discovery {
                failures += 1
                print("\(subject.name) seed \(seed) input \(number): \(discovery.text)")
            } catch {}
            let time = clock.now - began
            slowest = max(slowest, time)
            if time > .seconds(2) {
                failures += 1
                print("\(subject.name) seed \(seed) input \(number): took \(time)")
            }
        }
        print("\(subject.name): \(count) inputs, \(taken) taken, slowest \(slowest)")
        return failures
    }
}
