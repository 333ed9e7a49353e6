import Fixtures
import Signing
import Testing

@testable import Pipeline

/// Parts of one plan put together in every way.
struct MergeTests {
    private static let start = Timestamp(seconds: 1_800_000_000)

    private static func plan() throws -> Plan {
        try Dealt.plan(
            [
                .init(name: "app", needs: ["lib"]), .init(name: "lib"),
                .init(name: "old", selected: false, record: "r-old"),
                .init(name: "web"),
            ], removed: ["gone"])
    }

    private static func roster() throws -> Roster { Roster(try plan()) }

    private static func outcome(
        _ name: ServiceName, _ state: Verdict.State, _ codes: [Verdict.Code] = [], wallMs: Int64 = 7
    ) -> ServiceOutcome {
        ServiceOutcome(
            name: name, verdict: Verdict(state, codes.map { .init($0) }), version: "1.2.3",
            steps: [StepResult(.build, .exited(0), wallMs: wallMs, log: "logs/\(name).build.log")], tests: nil,
            images: [], record: "rec-\(name)-\(wallMs)")
    }

    /// Nil as outcome: only its beginning is known.
    private static func part(
        _ name: ServiceName?, _ outcome: ServiceOutcome?, attempt: Int = 1, run: String = "run-1", plan: Digest? = nil,
        shard: String? = "1/2"
    ) throws -> Part {
        let origin = try Part.Origin(
            plan: plan ?? Self.plan().digest, attempt: attempt, shard: shard.flatMap { Shard(parsing: $0) }, run: run,
            node: "node-\(run)", startedAt: start, by: .init(id: "urn:test", version: "1"))
        return try Part(
            origin, of: name, end: outcome.map { .init($0, at: Timestamp(seconds: start.seconds + 60)) },
            hash: Digest.sha256)
    }

    private static func states(_ parts: [Part]) throws -> [String: String] {
        try Merge(roster(), parts).outcome(hash: Digest.sha256).services.reduce(into: [:]) { states, service in
            let reason = service.verdict.reasons.first.map { " \($0.code.rawValue)" } ?? ""
            states[service.name.text] = service.verdict.state.rawValue + reason
        }
    }

    // MARK: - What it comes to

    private struct Expected: Sendable {
        let app: String
        let worst: RunOutcome.Severity
    }

    private static let table: [Row<[(Int, ServiceOutcome?)], Expected>] = [
        Row("no part", [], Expected(app: "incomplete lost", worst: .incomplete)),
        Row("begun and never ended", [(1, nil)], Expected(app: "incomplete lost", worst: .incomplete)),
        Row("stable", [(1, outcome("app", .stable))], Expected(app: "stable", worst: .good)),
        Row("lost, then stable", [(1, nil), (2, outcome("app", .stable))], Expected(app: "stable", worst: .good)),
        Row(
            "interrupted, then stable",
            [(1, outcome("app", .incomplete, [.interrupted])), (2, outcome("app", .stable))],
            Expected(app: "stable", worst: .good)),
        Row(
            "failed, then stable", [(1, outcome("app", .failed, [.buildFailed])), (2, outcome("app", .stable))],
            Expected(app: "flaky failed-before", worst: .good)),
        Row(
            "stable, then lost", [(1, outcome("app", .stable)), (2, nil)], Expected(app: "stable", worst: .good)),
        Row(
            "stable, then unstable", [(1, outcome("app", .stable)), (2, outcome("app", .unstable, [.testsFailed]))],
            Expected(app: "unstable tests-failed", worst: .unstable)),
        Row(
            "not asked for its tests", [(1, outcome("app", .incomplete, [.notAsked]))],
            Expected(app: "incomplete not-asked", worst: .good)),
    ]

    @Test(arguments: table)
    private func `attempts at one service`(row: Row<[(Int, ServiceOutcome?)], Expected>) throws {
        let parts =
            try row.input.map { try Self.part("app", $0.1, attempt: $0.0, run: "run-\($0.0)") }
            + ["lib", "web"].map { try Self.part($0, Self.outcome($0, .stable), run: "run-9") }
        let states = try Self.states(parts)
        #expect(
            states == [
                "app": row.expected.app, "lib": "stable", "web": "stable", "old": "reused key-equal", "gone": "removed",
            ])
        #expect(try Merge(Self.roster(), parts).outcome(hash: Digest.sha256).worst == row.expected.worst)
    }

    @Test func `that a shard had nothing to do makes nothing stable`() throws {
        let parts = try ["1/2", "2/2"].map { try Self.part(nil, nil, run: "r\($0.first ?? "0")", shard: $0) }
        let outcome = try Merge(Self.roster(), parts).outcome(hash: Digest.sha256)
        #expect(outcome.worst == .incomplete)
        #expect(outcome.services.filter { $0.verdict.state == .incomplete }.map(\.name) == ["app", "lib", "web"])
    }

    @Test func `whose end was lost is told by try and machine`() throws {
        let parts = [try Self.part("app", nil, attempt: 3, run: "run-7")]
        let outcome = try Merge(Self.roster(), parts).outcome(hash: Digest.sha256)
        #expect(
            outcome.services.first?.verdict.reasons.first?.detail == "attempt 3 on node-run-7 began and did not end")
    }

    @Test func `which run has the logs`() throws {
        let stable = Self.outcome("app", .stable, wallMs: 2)
        let merge = try Merge(
            Self.roster(),
            [
                Self.part("app", Self.outcome("app", .failed, [.buildFailed], wallMs: 1), attempt: 1, run: "run-1"),
                Self.part("app", stable, attempt: 2, run: "run-2"),
            ])
        let app = try #require(merge.outcome(hash: Digest.sha256).services.first)
        #expect(merge.run(behind: app) == "run-2")
    }

    // MARK: - Order, repetition, grouping

    /// Parts as several machines and tries would leave them.
    private static func random(_ generator: inout Seeded) throws -> [Part] {
        var parts: [Part] = []
        let names: [ServiceName?] = ["app", "lib", "old", "web", nil]
        for index in 0..<Int.random(in: 0...8, using: &generator) {
            let name = names.randomElement(using: &generator) ?? nil
            let attempt = Int.random(in: 1...3, using: &generator)
            let run = "run-\(index)"
            let ends: [(Verdict.State, [Verdict.Code])] = [
                (.stable, []), (.unstable, [.testsFailed]), (.failed, [.buildFailed]), (.incomplete, [.interrupted]),
                (.flaky, [.testsFlaky]), (.failed, [.unavailable]), (.skipped, [.needFailed]),
            ]
            parts.append(try part(name, nil, attempt: attempt, run: run))
            guard let name, Bool.random(using: &generator), let end = ends.randomElement(using: &generator) else {
                continue
            }
            parts.append(
                try part(name, outcome(name, end.0, end.1, wallMs: Int64(index)), attempt: attempt, run: run))
        }
        return parts
    }

    private static func bytes(_ parts: [Part]) throws -> [UInt8] {
        try Merge(roster(), parts).json(hash: Digest.sha256).canonicalBytes
    }

    /// The parts behind a file that a merge wrote.
    private static func parts(in bytes: [UInt8]) throws -> [Part] {
        try Merge(json: JSON(parsing: bytes), hash: Digest.sha256).parts
    }

    @Test func `300 random heaps of parts: order, repetition and grouping change no byte`() throws {
        var generator = Seeded(state: 5)
        for _ in 0..<300 {
            let all = try Self.random(&generator)
            let whole = try Self.bytes(all)
            let twice = (all + all.filter { _ in Bool.random(using: &generator) }).shuffled(using: &generator)
            #expect(try Self.bytes(twice) == whole)
            // In two groups, each merged and written before they meet.
            let mixed = all.shuffled(using: &generator)
            let cut = Int.random(in: 0...mixed.count, using: &generator)
            let left = try Self.parts(in: Self.bytes(Array(mixed[..<cut])))
            let right = try Self.parts(in: Self.bytes(Array(mixed[cut...])))
            #expect(try Self.bytes(left + right) == whole)
            #expect(try Self.bytes(right + left + mixed.prefix(cut)) == whole)
            #expect(try Self.bytes(Self.parts(in: whole)) == whole)
        }
    }

    @Test func `200 random heaps: a part that comes late counts as if it had been there`() throws {
        var generator = Seeded(state: 6)
        for _ in 0..<200 {
            let all = try Self.random(&generator)
            guard let late = all.randomElement(using: &generator) else { continue }
            let early = try Self.parts(in: Self.bytes(all.filter { $0 != late }))
            #expect(try Self.bytes(early + [late]) == Self.bytes(all))
        }
    }

    @Test func `what differs between two runs is not in the content, and everything else is`() throws {
        func content(_ state: Verdict.State, wallMs: Int64, run: String) throws -> Digest {
            let parts = [try Self.part("app", Self.outcome("app", state, wallMs: wallMs), run: run)]
            return try Merge(Self.roster(), parts).outcome(hash: Digest.sha256).content(hash: Digest.sha256)
        }
        let (one, other) = (try content(.stable, wallMs: 1, run: "a"), try content(.stable, wallMs: 2, run: "b"))
        #expect(one == other)
        #expect(try content(.flaky, wallMs: 1, run: "a") != one)
    }

    // MARK: - What is refused

    @Test func `a part of another plan`() throws {
        let foreign = try Self.part("app", Self.outcome("app", .stable), plan: digest("other"))
        let error = #expect(throws: MergeError.self) { try Merge(Self.roster(), [foreign]) }
        #expect(error == .foreign(foreign, try Self.plan().digest))
        #expect(error?.fault == .unverifiable)
    }

    @Test func `a service that the plan does not have`() throws {
        let unknown = try Self.part("nobody", Self.outcome("nobody", .stable))
        #expect(throws: MergeError.unknown(unknown, "nobody")) { try Merge(Self.roster(), [unknown]) }
    }

    @Test func `one try of one run that ended in two ways, in whatever order`() throws {
        let parts = [
            try Self.part("app", Self.outcome("app", .stable)), try Self.part("app", nil),
            try Self.part("app", Self.outcome("app", .unstable, [.testsFailed])),
        ]
        #expect(throws: MergeError.self) { try Merge(Self.roster(), parts) }
        #expect(throws: MergeError.self) { try Merge(Self.roster(), parts.reversed()) }
    }

    @Test func `a part survives its line, and none that was changed does`() throws {
        let part = try Self.part("app", Self.outcome("app", .unstable, [.testsFailed]))
        let line = String(decoding: try part.line, as: UTF8.self)
        #expect(try Part(json: JSON(parsing: String(line.dropLast())), hash: Digest.sha256) == part)
        for (old, new) in [
            ("unstable", "stable"), ("\"attempt\":1", "\"attempt\":2"), ("node-run-1", "node-run-2"),
            ("\"1/2\"", "\"2/2\""),
        ] {
            #expect(line.contains(old))
            let changed = try JSON(parsing: String(line.replacing(old, with: new).dropLast()))
            #expect(throws: PartError.changed) { try Part(json: changed, hash: Digest.sha256) }
        }
        let newer = try JSON(parsing: String(line.replacing("\"schema\":1", with: "\"schema\":2").dropLast()))
        #expect(throws: PartError.otherFormat) { try Part(json: newer, hash: Digest.sha256) }
    }

    @Test func `a part that names a place outside its run is none, however well it is sealed`() throws {
        for log in ["/etc/passwd", "logs/../../../etc/passwd", "logs/a/b", "logs/", "logs/.x"] {
            let outcome = ServiceOutcome(
                name: "app", verdict: Verdict(.stable, []), version: nil,
                steps: [StepResult(.build, .exited(0), log: log)], tests: nil, images: [], record: nil)
            let json = try JSON(encoding: Self.part("app", outcome))
            #expect(throws: PartError.contradictsItself) { try Part(json: json, hash: Digest.sha256) }
        }
        let elsewhere = try JSON(encoding: Self.part("app", nil, run: "../other"))
        #expect(throws: PartError.contradictsItself) { try Part(json: elsewhere, hash: Digest.sha256) }
        let another = try JSON(encoding: Self.part("app", Self.outcome("web", .stable)))
        #expect(throws: PartError.contradictsItself) { try Part(json: another, hash: Digest.sha256) }
    }

    @Test func `a merged file that says something else than its parts`() throws {
        let merge = try Merge(Self.roster(), [Self.part("app", Self.outcome("app", .unstable, [.testsFailed]))])
        let json = try merge.json(hash: Digest.sha256)
        #expect(try Merge(json: json, hash: Digest.sha256) == merge)
        guard case .object(var members) = json else { return }
        members["services"] = .array([])
        #expect(throws: MergeError.untrue) { try Merge(json: .object(members), hash: Digest.sha256) }
    }

    @Test func `hostile lines end in an error, never in a crash`() throws {
        var generator = Seeded(state: 99)
        let line = try Self.part("app", Self.outcome("app", .stable)).line.dropLast()
        for _ in 0..<2000 {
            var bytes = Array(line)
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
            }
            do {
                let part = try Part(json: JSON(parsing: bytes), hash: Digest.sha256)
                #expect(try part.line.dropLast() == line)
            } catch {}
        }
    }
}
