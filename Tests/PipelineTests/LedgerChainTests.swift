import Fixtures
import Pipeline
import Signing
import Testing

/// The chain of a file that is only ever added to.
struct LedgerChainTests {
    /// Four lines, each chained to the one before.
    private static let lines: [[UInt8]] = {
        var lines: [[UInt8]] = []
        for number in 1...4 as ClosedRange<Int64> {
            lines.append(LedgerChain.line(["n": .integer(number)], after: lines.last.map(Digest.sha256)))
        }
        return lines
    }()

    private static func read(_ lines: [[UInt8]]) -> (chain: LedgerChain, numbers: [Int64]) {
        var chain = LedgerChain()
        let numbers = lines.compactMap { chain.take($0, hash: Digest.sha256)?["n"]?.integer }
        return (chain, numbers)
    }

    @Test func `what was written is read, and its last line is the head`() {
        let (chain, numbers) = Self.read(Self.lines)
        #expect(numbers == [1, 2, 3, 4])
        #expect(chain.faults.isEmpty)
        #expect(chain.count == 4)
        #expect(chain.head == Self.lines.last.map(Digest.sha256))
        #expect(Self.read([]).chain.head == nil)
    }

    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// The lines of which something is wrong.
        let faults: [Int]
        let change: @Sendable ([[UInt8]]) -> [[UInt8]]
    }

    static let changes: [Change] = [
        Change(testDescription: "edited", faults: [3]) { lines in
            var lines = lines
            lines[1] = Array(String(decoding: lines[1], as: UTF8.self).replacing("\"n\":2", with: "\"n\":7").utf8)
            return lines
        },
        Change(testDescription: "removed inside", faults: [2]) { [$0[0], $0[2], $0[3]] },
        Change(testDescription: "removed first", faults: [1]) { Array($0.dropFirst()) },
        Change(testDescription: "moved", faults: [2, 3, 4]) { [$0[0], $0[2], $0[1], $0[3]] },
        Change(testDescription: "twice", faults: [2]) { [$0[0], $0[0]] },
        Change(testDescription: "put in without a chain", faults: [3, 4]) {
            [$0[0], $0[1], LedgerChain.line(["n": 9], after: nil), $0[2], $0[3]]
        },
        Change(testDescription: "put in with one", faults: [4]) {
            [$0[0], $0[1], LedgerChain.line(["n": 9], after: Digest.sha256($0[1])), $0[2], $0[3]]
        },
        Change(testDescription: "cut", faults: [2, 3]) { [$0[0], $0[1].dropLast(3), $0[2], $0[3]] },
        Change(testDescription: "emptied", faults: [2, 3]) { [$0[0], [], $0[2], $0[3]] },
        Change(testDescription: "more in it", faults: [2, 3]) { lines in
            let text = String(decoding: lines[1], as: UTF8.self).replacing(
                "{\"envelope\"", with: "{\"a\":1,\"envelope\"")
            return [lines[0], Array(text.utf8), lines[2], lines[3]]
        },
        Change(testDescription: "no JSON", faults: [2, 3]) { [$0[0], Array("x".utf8), $0[2], $0[3]] },
    ]

    @Test(arguments: changes)
    func `a line that was touched shows`(change: Change) {
        #expect(Self.read(change.change(Self.lines)).chain.faults.map(\.line) == change.faults)
    }

    @Test func `lines that are gone at the end show by the head alone`() {
        let (chain, _) = Self.read(Array(Self.lines.dropLast()))
        #expect(chain.faults.isEmpty)
        #expect(chain.head != Self.read(Self.lines).chain.head)
    }

    @Test func `every byte of a line counts, except in the last`() {
        for index in Self.lines[1].indices {
            var lines = Self.lines
            lines[1][index] ^= 1
            #expect(!Self.read(lines).chain.faults.isEmpty, "byte \(index)")
        }
    }
}
