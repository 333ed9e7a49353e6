import Fixtures
import Signing
import Testing

@testable import Pipeline

/// A plan as far as its shares follow from it.
enum Dealt {
    struct Service {
        var name: ServiceName
        var needs: [ServiceName] = []
        var weight: Int64 = 1
        var selected = true
        var steps: [Step.Kind] = [.build, .test]
        var record: String?
    }

    static func plan(_ services: [Service], removed: [ServiceName] = []) throws -> Plan {
        try Plan(
            schema: 1, digest: digest("plan"), repository: RepositoryFacts(head: .test(1), tree: .test(2)),
            services: services.sorted { $0.name < $1.name }.map(entry), removed: removed,
            notes: [.init(.dirty, "a note")], forecast: nil
        ).sealed(hash: Digest.sha256)
    }

    private static func entry(_ service: Service) -> Plan.Entry {
        Plan.Entry(
            name: service.name, kind: .service, path: .root, selected: service.selected, reason: nil, because: [],
            via: [], commit: nil, author: nil, key: digest(service.name.text), base: nil, version: nil,
            steps: service.selected ? service.steps : service.record == nil ? service.steps : [],
            needs: service.needs, label: nil, weight: service.weight, record: service.record, imageRecord: nil)
    }

    static func random(_ generator: inout Seeded) throws -> Plan {
        let names = (0..<Int.random(in: 1...30, using: &generator)).map { ServiceName(stringLiteral: "s\($0)") }
        return try plan(
            names.enumerated().map { index, name in
                let isSelected = Int.random(in: 0..<4, using: &generator) > 0
                return Service(
                    name: name, needs: names[..<index].filter { _ in Int.random(in: 0..<6, using: &generator) == 0 },
                    weight: Int64.random(in: 0...200, using: &generator), selected: isSelected,
                    record: isSelected ? nil : "r-\(name)")
            })
    }
}

/// A plan dealt out to several machines.
struct PartShareTests {
    @Test(arguments: ["1/1", "1/3", "3/3", "9999/9999"])
    func `a shard`(text: String) throws {
        let shard = try #require(Shard(parsing: text))
        #expect("\(shard)" == text)
        #expect(try Shard(json: JSON(encoding: shard)) == shard)
    }

    @Test(arguments: [
        "", "/", "1", "1/", "/1", "0/3", "4/3", "a/b", "1/0", "-1/3", "1/-3", "+1/3", " 1/3", "1/3 ", "01/3", "1/03",
        "1/3/5", "1/10000", "1/99999999999999999999", "１/３", "1.0/3",
    ])
    func `no shard`(text: String) {
        #expect(Shard(parsing: text) == nil)
        #expect(throws: JSONError.self) { try Shard(json: .string(text)) }
    }

    @Test func `the longest come first, each to the shard with the least to do`() throws {
        let plan = try Dealt.plan([
            .init(name: "a", weight: 10), .init(name: "b", weight: 90), .init(name: "c", weight: 50),
            .init(name: "d", weight: 40), .init(name: "e", weight: 20),
        ])
        let shares = Shard.all(of: 2).map { plan.share(of: $0) }
        #expect(shares == [["b", "e"], ["a", "c", "d"]])
    }

    @Test func `a library is built again where that makes the longest share shorter, and only there`() throws {
        func shares(library: Int64, other: Int64) throws -> [[ServiceName]] {
            let plan = try Dealt.plan([
                .init(name: "app", needs: ["lib"], weight: 60), .init(name: "lib", weight: library, steps: [.build]),
                .init(name: "other", weight: other), .init(name: "web", needs: ["lib"], weight: 60),
            ])
            return Shard.all(of: 2).map { plan.share(of: $0) }
        }
        #expect(try shares(library: 500, other: 600) == [["other"], ["app", "lib", "web"]])
        #expect(try shares(library: 2, other: 1) == [["app", "lib", "other"], ["web"]])
        #expect(try shares(library: 500, other: 1) == [["app", "lib", "other"], ["web"]])
    }

    @Test func `what records vouch for is told by the first shard, and helpers by those who build them`() throws {
        let plan = try Dealt.plan([
            .init(name: "app", needs: ["helper"]), .init(name: "helper", selected: false, steps: [.build]),
            .init(name: "old", selected: false, record: "r1"),
        ])
        #expect(plan.share(of: Shard.all(of: 2)[0]) == ["app", "old"])
        #expect(plan.share(of: Shard.all(of: 2)[1]) == [])
    }

    @Test func `500 random plans: everything selected is in one share, and no share is longer than it must be`() throws
    {
        var generator = Seeded(state: 11)
        for _ in 0..<500 {
            let plan = try Dealt.random(&generator)
            let count = Int.random(in: 1...8, using: &generator)
            let shares = Shard.all(of: count).map { plan.share(of: $0) }
            let told = plan.services.filter { $0.selected || $0.record != nil }.map(\.name)
            #expect(shares.flatMap(\.self).sorted() == told)
            // Again from the same bytes: the same.
            let copy = try Plan(json: JSON(parsing: plan.json.canonicalBytes))
            #expect(Shard.all(of: count).map { copy.share(of: $0) } == shares)
            #expect(shares.filter { $0.contains { plan[$0]?.selected == true } }.count <= plan.usefulShards)
        }
    }

    @Test func `without needs no share is longer than the mean and the longest service together`() throws {
        var generator = Seeded(state: 12)
        for _ in 0..<200 {
            let weights = (0..<Int.random(in: 1...40, using: &generator)).map { _ in
                Int64.random(in: 1...300, using: &generator)
            }
            let plan = try Dealt.plan(
                weights.enumerated().map { .init(name: .init(stringLiteral: "s\($0.offset)"), weight: $0.element) })
            let count = Int.random(in: 1...9, using: &generator)
            let longest = Shard.all(of: count).map { shard in
                plan.share(of: shard).reduce(0) { $0 + (plan[$1]?.weight ?? 0) }
            }.max()
            let bound = weights.reduce(0, +) / Int64(count) + (weights.max() ?? 0)
            #expect(try #require(longest) <= bound)
        }
    }

    @Test func `more shards than services: some have nothing to do`() throws {
        let plan = try Dealt.plan([.init(name: "a"), .init(name: "b")])
        let shares = Shard.all(of: 4).map { plan.share(of: $0) }
        #expect(shares == [["a"], ["b"], [], []])
        #expect(plan.usefulShards == 2)
    }
}
