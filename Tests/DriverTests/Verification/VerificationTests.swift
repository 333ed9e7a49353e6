import Fixtures
import Foundation
import Pipeline
import Signing
import SystemPackage
import Testing

@testable import Driver

struct VerificationTests {
    @Test(arguments: VerificationCase.all)
    func `each step finds its faults, and nothing else`(_ row: VerificationCase) throws {
        let trust = try Trust(json: row.trust)
        let verification = Verification(ofBundle: row.bundle, trusting: trust, row.question)
        #expect(verification.objections.first?.step == row.fault, "\(verification.objections)")
        #expect((verification.statement != nil) == (row.fault == nil))
    }

    @Test func `a record from the future is not believed, one of a few minutes is`() throws {
        let sealed = VerificationCase.sealed()
        for (lead, isGood) in [(Int64(200), true), (400, false)] {
            let now = Timestamp(seconds: sealed.record.run.sealedAt.seconds - lead)
            let verification = Verification(
                ofBundle: sealed.bytes, trusting: try Trust(json: VerificationCase.usual), .init(now: now))
            #expect((verification.statement != nil) == isGood)
        }
    }

    @Test func `the verifier in Python agrees on every case and on records of earlier versions`() async throws {
        var groups: [[String]: [(name: String, bundle: [UInt8], isGood: Bool)]] = [:]
        for row in VerificationCase.all {
            groups[Self.arguments(row), default: []].append((row.testDescription, row.bundle, row.fault == nil))
        }
        for (minor, more) in [("1.0", []), ("1.1", ["curve", "evidence", "released"])] {
            let file = Kept.folder(of: minor).appending("trust.json").string
            let trust = try String(contentsOfFile: file, encoding: .utf8)
            for name in [
                "stable", "unstable", "failed", "testless", "library", "flaky", "red-image", "incomplete", "unsigned",
            ] + more {
                groups[[trust], default: []].append(
                    ("\(minor) \(name)", try Kept.bytes(name, of: minor), name != "unsigned"))
            }
        }
        try await withTemporaryFolder { folder in
            for (arguments, cases) in groups {
                try folder.appending("trust.json").put(arguments[0])
                let said = try await Self.said(of: cases.map(\.bundle), arguments, in: folder)
                for (index, row) in cases.enumerated() {
                    #expect(said[index] == row.isGood, "\(row.name)")
                }
            }
        }
    }

    private static func arguments(_ row: VerificationCase) -> [String] {
        var arguments = [row.trust.canonicalText]
        if let image = row.question.image { arguments += ["--image", "\(image)"] }
        if let service = row.question.service { arguments += ["--service", service.text] }
        if row.question.threshold != 1 { arguments += ["--threshold", "\(row.question.threshold)"] }
        return arguments
    }

    /// For each bundle whether the other verifier takes it.
    private static func said(
        of bundles: [[UInt8]], _ arguments: [String], in folder: FilePath
    ) async throws -> [Bool] {
        var names: [String] = []
        for (index, bundle) in bundles.enumerated() {
            names.append("\(index).jsonl")
            try folder.appending(names[index]).put(Data(bundle))
        }
        let program = Golden.project.appending("ci/verify/verify.py").string
        let said = try await run(
            "python3",
            [program, "--trust", "trust.json", "--now", "2030-01-01T00:00:00Z"] + arguments.dropFirst() + names,
            in: folder)
        let lines = said.output.split(separator: "\n").map(String.init)
        try #require(lines.count == bundles.count, "\(said.output)\(said.errors)")
        let verdicts = lines.map { $0.hasSuffix(": valid") }
        #expect(said.exit == (verdicts.allSatisfy(\.self) ? 0 : 21))
        return verdicts
    }

    @Test func `the verifier in Python is small enough to be read at once`() throws {
        let text = try Golden.project.appending("ci/verify/verify.py").text
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 81)
        let imports = text.split(separator: "\n").filter { $0.hasPrefix("import ") || $0.hasPrefix("from ") }
        #expect(
            imports.allSatisfy { $0.contains("cryptography") || $0 == "import base64, hashlib, json, re, sys, time" })
    }
}
