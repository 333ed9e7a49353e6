import Fixtures
import Signing
import Testing

@testable import Pipeline

struct ForecastTests {
    /// A world in which `lib` changed, and steps took so many milliseconds when they were last recorded.
    private func plan(_ timings: [ServiceName: Int64]) throws -> Plan {
        var world = World()
        world.change("s/lib/x.c", in: "lib")
        for (name, milliseconds) in timings {
            world.planning.testimony[name]?.newest?.run.timings = [
                "build": milliseconds, "test": 1000, "image": 99_000,
            ]
        }
        for name in world.planning.catalog.services.map(\.name) where timings[name] == nil {
            world.planning.testimony[name]?.newest?.run.timings = [:]
        }
        return try world.plan
    }

    @Test func `work is the sum of the steps that are planned, and the path the longest chain that must wait`() throws {
        let forecast = try #require(try plan(["lib": 10_000, "app": 20_000, "web": 4000]).forecast)
        #expect(forecast.workSeconds == 37)
        // Nobody waits for the tests of what he needs.
        #expect(forecast.pathSeconds == 31)
        #expect(forecast.path == ["lib", "app"])
        #expect(forecast.unknown.isEmpty)
        #expect([1, 2, 8].map(forecast.seconds) == [37, 31, 31])
    }

    @Test func `what nobody knows is taken for the median of what is known, and named`() throws {
        let forecast = try #require(try plan(["lib": 10_000, "app": 20_000]).forecast)
        #expect(forecast.unknown == ["web"])
        #expect(forecast.workSeconds == 11 + 21 + 21)
    }

    @Test func `nothing to do takes nothing`() throws {
        #expect(try World().plan.forecast == nil)
    }

    @Test func `two plans differ in what a person would notice`() throws {
        let before = try World().plan
        #expect(PlanDifference(from: before, to: before).isEmpty)
        var world = World()
        world.change("s/lib/x.c", in: "lib")
        let difference = PlanDifference(from: before, to: try world.plan)
        #expect(difference.services.map(\.name) == ["app", "lib", "web"])
        let app = try #require(difference.services.first)
        #expect(app.selected == .init(false, true))
        #expect(app.reason == .init("", "needs"))
        #expect(app.steps == .init([], [.build, .test]))
        #expect(app.key != nil)
        #expect((difference.added, difference.gone) == ([], []))
    }
}

struct WiringTests {
    private func wiring(
        _ services: [Service], _ edges: [(Path, Path, ModuleGraph.Kind)], modules: [Path] = []
    ) throws -> Wiring {
        let folders = Set(edges.flatMap { [$0.0, $0.1] } + modules)
        let graph = ModuleGraph(
            modules: folders.sorted().map { .init(folder: $0, name: "\($0)", toolchain: "gradle") },
            edges: edges.map { from, to, kind in
                .init(from: from, to: to, kind: kind, file: from.appending("build.gradle"), line: 3)
            }, inputs: [], dangling: [])
        return try Wiring(Catalog(services: services), graph, configuration: "slipway.yaml")
    }

    private let pair = [World.service("a"), World.service("b")]

    @Test func `services may need each other's modules, and neither waits for the other`() throws {
        let wiring = try wiring(pair, [("s/a", "s/b/api", .build), ("s/b", "s/a/api", .build)])
        #expect(wiring.needs(of: .service("a")) == [.module("s/b/api")])
        #expect(wiring.needs(of: .service("b")) == [.module("s/a/api")])
        #expect(wiring.reached(from: ["a", "b"]) == ["s/a/api", "s/b/api"])
        let catalog = Catalog(services: pair).wired(with: wiring)
        #expect(catalog.services.map(\.inputs.needs) == [[], []])
    }

    @Test func `an edge to the folder of a service is about all of it`() throws {
        let wiring = try wiring(pair, [("s/a/x", "s/b", .build)])
        #expect(wiring.needs(of: .service("a")) == [.service("b")])
        #expect(Catalog(services: pair).wired(with: wiring)["a"]?.inputs.needs == ["b"])
    }

    @Test func `modules in a circle are an error that prints it`() throws {
        let error = #expect(throws: ConfigurationError.self) {
            try wiring(pair, [("s/a", "s/b", .build), ("s/b", "x", .build), ("x", "s/a", .build)])
        }
        let text = try #require(error).description
        for line in [
            "s/a → s/b   (s/a/build.gradle:3)", "s/b → x   (s/b/build.gradle:3)", "x → s/a   (x/build.gradle:3)",
        ] {
            #expect(text.contains(line), "\(text)")
        }
        // What only tests need may go in a circle.
        _ = try wiring(pair, [("s/a", "s/b", .build), ("s/b", "s/a", .test)])
    }

    @Test func `declared needs add to inferred ones, and suppress them`() throws {
        var one = World.service("a", needs: ["b"])
        let other = World.service("b")
        let declared = try wiring([one, other], [("s/a", "s/b", .build)])
        #expect(declared.dependencies.map(\.isDeclared) == [true])
        #expect(declared.dependencies.first?.places.map(\.line).sorted() == [1, 3])
        one = World.service("a")
        one.inputs.suppressed = ["b", "nobody"]
        let suppressed = try wiring([one, other], [("s/a", "s/b/api", .build), ("s/b", "s/a", .build)])
        #expect(suppressed.needs(of: .service("a")).isEmpty)
        #expect(suppressed.notes.map(\.code) == [.danglingNeed, .suppressedNeed])
    }

    @Test func `a key holds the keys of modules, and of a circle all of it`() throws {
        // `a` and `b` need each other as services, though not as modules.
        let wiring = try wiring(pair, [("s/a/api", "s/b", .build), ("s/b", "s/a", .build)])
        func keys(_ content: [ServiceName: UInt8]) -> [ServiceName: Digest?] {
            let materials = content.mapValues { number in
                var material = KeyParts.Material(configuration: (.null, .null))
                material.build = [KeyTests.tree("x", number)]
                return material
            }
            let modules =
                ["s/a/api": Keys.ModuleMaterial(files: [KeyTests.tree("y", 9)])] as [Path: Keys.ModuleMaterial]
            return Keys(materials, modules: modules, wiring: wiring, hash: Digest.sha256).parts.mapValues(\.image)
        }
        let before = keys(["a": 1, "b": 2])
        let after = keys(["a": 1, "b": 3])
        #expect(before["a"] != after["a"])
        #expect(before["b"] != after["b"])
        #expect(before == keys(["b": 2, "a": 1]))
    }
}
