import Foundation
import Pipeline
import Testing

@testable import Reports

/// One way in which reports mislead, and what is to be made of it; `Reports/traps.json` has them all.
struct Trap: Decodable, CustomTestStringConvertible, Sendable {
    /// Its number among the dialects' traps, and what it is.
    let trap: String
    /// What wrote the files; nil for what was written by hand after the documented form.
    let by: String?
    let files: [String]?
    let text: String?
    /// Whether the files are what a runner printed, and in which dialect.
    let output: String?
    let runnerPassed: Bool?
    let tests: [String]
    let problem: String?
    /// Why the last of the files is no report of tests.
    let none: String?
    let messages: [String: String]?
    let places: [String: String]?

    var testDescription: String { "trap \(trap)" }

    static let all: [Trap] = {
        do {
            return try JSONDecoder().decode([Trap].self, from: Data(try ReportReading.bytes(of: "traps.json")))
        } catch {
            Issue.record("traps.json: \(error)")
            return []
        }
    }()

    func read(chunk: Int) throws -> ReportReading {
        let texts = try files?.map(ReportReading.bytes) ?? [Array((text ?? "").utf8)]
        let isContent = runnerPassed ?? true
        switch output {
        case nil: return ReportReading(texts, chunk: chunk, runnerPassed: isContent)
        case "tap": return ReportReading(.tap, Array(texts.joined()), runnerPassed: isContent)
        case "ctest": return ReportReading(.ctest, Array(texts.joined()), runnerPassed: isContent)
        case "cargo": return ReportReading(.cargo, Array(texts.joined()), runnerPassed: isContent)
        default: return ReportReading(.goJSON, Array(texts.joined()), runnerPassed: isContent)
        }
    }
}

struct TrapTests {
    @Test(arguments: Trap.all)
    func `what misleads`(trap: Trap) throws {
        let found = try trap.read(chunk: 1 << 16)
        #expect(found.tests == trap.tests.sorted())
        #expect(found.problem?.code.rawValue == trap.problem)
        if let reason = trap.none { #expect(found.kinds.last == ReportReader.Kind.none(reason)) }
        for (test, message) in trap.messages ?? [:] { #expect(found.messages[test] == message) }
        for (test, place) in trap.places ?? [:] { #expect(found.places[test] == place) }
        // In pieces of any size the same.
        let pieces = try trap.read(chunk: 7)
        #expect(pieces.tests == found.tests)
        #expect(pieces.kinds == found.kinds)
        #expect(pieces.report == found.report)
    }

    @Test func `every trap that concerns what a file says is there`() {
        let numbers = Set(Trap.all.compactMap { Int($0.trap.prefix { $0.isNumber }) })
        // The others: 33 and 55 are about where files lie, 51 about their size, 52 and 53 about exit codes.
        #expect(Set(1...56).subtracting(numbers) == [33, 51, 52, 53, 55])
    }
}
