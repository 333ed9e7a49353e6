import Fixtures
import Signing
import Testing

@testable import Pipeline

/// A small world: `lib` is needed by `app` and `web`, `solo` by nobody.
struct World {
    var planning: Planning

    init(request: Planning.Request = .init(isPushing: false)) {
        let services = [
            Self.service("app", needs: ["lib"]), Self.service("lib", kind: .library), Self.service("solo"),
            Self.service("web", needs: ["lib"]),
        ]
        let catalog = Catalog(services: services)
        planning = Planning(
            repository: RepositoryFacts(head: .test(1), tree: .test(2), branch: "main"), catalog: catalog,
            parts: Self.parts(catalog), request: request)
        for service in services { record(service.name) }
    }

    static func service(_ name: ServiceName, kind: Service.Kind = .service, needs: [ServiceName] = []) -> Service {
        Service(
            name: name, kind: kind, paths: [Path.root.appending("s").appending(name.text)],
            inputs: .init(needs: needs.map { .init($0) }, paths: [], environment: [], classes: [:]),
            recipe: .init(
                toolchain: "make", build: Command(.shell("make")), test: Command(.shell("make test")),
                evidence: .output(.tap), allowEmpty: [], timeout: Seconds(60)),
            label: nil, release: .init(initial: "0.1.0", tag: .standard))
    }

    /// Keys as if the content of every service were one word.
    static func parts(_ catalog: Catalog, content: [ServiceName: String] = [:]) -> [ServiceName: KeyParts] {
        catalog.closure(of: catalog.services.map(\.name)).reduce(into: [:]) { parts, name in
            let needs = catalog[name]?.inputs.needs ?? []
            var material = KeyParts.Material(configuration: (.string("c"), .null))
            material.environment = [(content[name] ?? "old", nil)]
            for need in needs { material.needs[need] = parts[need]?.image }
            parts[name] = KeyParts(material, hash: Digest.sha256)
        }
    }

    /// Gives a service a good record of the key it has now.
    mutating func record(_ name: ServiceName) {
        guard let parts = planning.parts[name], let service = planning.catalog[name] else { return }
        let record = Sample.record(service, parts)
        planning.testimony[name] = .init(accepted: record, newest: record)
    }

    /// A path changed in a commit by somebody; everything that has it or needs it has another key now.
    mutating func change(_ path: Path, in name: ServiceName?) {
        let base = ObjectID.test(9)
        var changes = Changes()
        changes.add(path, Reach(planning.catalog))
        changes.attribute([path: (.test(3), "Grace Hopper <g@example.org>")])
        planning.changes[base] = changes
        if let name { planning.parts = Self.parts(planning.catalog, content: [name: "new"]) }
        for service in planning.catalog.services {
            guard let known = planning.testimony[service.name]?.newest else { continue }
            let isSame = known.inputs.key == planning.parts[service.name]?.key && name != nil
            planning.testimony[service.name] =
                isSame
                ? .init(accepted: known, newest: known) : .init(newest: known, base: .init(commit: base, from: .record))
        }
    }

    var plan: Plan {
        get throws { try Plan(planning, hash: Digest.sha256) }
    }
}

/// Nouns for tests, as a run would write them.
enum Sample {
    static func record(
        _ service: Service, _ parts: KeyParts, verdict: Verdict? = nil,
        tests: TestReport? = VerdictTests.report([.passed]),
        image: Digest? = nil, change: (inout Stability) -> Void = { _ in }
    ) -> Stability {
        let planned: [Step.Kind] = image == nil ? [.build, .test] : [.build, .test, .image]
        let results = planned.map { StepResult($0, $0 == .image ? .done : .exited(0)) }
        let facts = RepositoryFacts(head: .test(9), tree: .test(8), branch: "main")
        let image = image.map {
            Stability.ImageFacts(
                repository: "registry.example/\(service.name)", tags: ["0.1.0"], digest: $0,
                mediaType: "application/vnd.oci.image.manifest.v1+json", platforms: ["linux/amd64"], baseImages: [],
                pushed: true)
        }
        let own = Verdict(.init(planned: planned, results: results, tests: tests))
        var record = Stability(
            run: .init(
                recordId: "11111111-2222-4333-8444-555555555555", sealedAt: Timestamp(seconds: 1_700_000_000),
                sequence: 7,
                prev: [], plan: digest("plan"), startedAt: Timestamp(seconds: 1_699_999_990),
                timings: ["build": 1500, "test": 2500], jenkins: nil),
            scope: .branch, service: .init(name: service.name, path: service.home, kind: service.kind),
            source: .init(facts: facts, serviceTree: .test(7), dirtyPaths: [], base: nil), version: nil, image: image,
            steps: .init(planned: planned, omitted: [], results: results, allowEmpty: [], voided: false),
            tests: tests?.withoutMessages,
            verdict: verdict ?? own, inputs: parts, builder: .init(id: "urn:slipway:builder:run", version: "0.1.0"))
        change(&record)
        return record
    }
}

struct PlanTests {
    private func reasons(_ plan: Plan) -> [String] {
        plan.selected.map { entry in
            "\(entry.name): \(entry.reason?.rawValue ?? "")"
                + (entry.via.isEmpty ? "" : " via \(entry.via.map { "\($0)" }.joined(separator: ","))")
        }
    }

    @Test func `when every key has a record nothing is selected, and each says which`() throws {
        let plan = try World().plan
        #expect(plan.selected.isEmpty)
        #expect(plan.services.allSatisfy { $0.record == "11111111-2222-4333-8444-555555555555" && $0.steps.isEmpty })
    }

    @Test func `without any record everything is new`() throws {
        var world = World()
        world.planning.testimony = [:]
        #expect(try reasons(world.plan) == ["app: new", "lib: new", "solo: new", "web: new"])
    }

    @Test func `a change selects its service, by the path and whoever changed it`() throws {
        var world = World()
        world.change("s/solo/x.c", in: "solo")
        let plan = try world.plan
        #expect(reasons(plan) == ["solo: path"])
        #expect(plan["solo"]?.because == ["s/solo/x.c"])
        #expect(plan["solo"]?.commit == .test(3))
        #expect(plan["solo"]?.author == "Grace Hopper <g@example.org>")
        #expect(plan["solo"]?.base == .init(commit: .test(9), from: .record))
    }

    @Test func `a change in a library selects all that need it, by the shortest chain`() throws {
        var world = World()
        world.change("s/lib/x.c", in: "lib")
        #expect(try reasons(world.plan) == ["app: needs via lib", "lib: path", "web: needs via lib"])
    }

    @Test func `a library that a record vouches for is built all the same for those that need it`() throws {
        var world = World()
        world.change("s/app/x.c", in: "app")
        let plan = try world.plan
        #expect(reasons(plan) == ["app: path"])
        #expect(plan["lib"]?.steps == [.build])
        #expect(plan["lib"]?.selected == false)
        #expect(plan.notes.map(\.code) == [.neededBuild])
        #expect(plan.work.map(\.name) == ["app", "lib"])
    }

    @Test func `force takes the named and all that need them`() throws {
        var world = World(request: .init(services: ["lib"], isForced: true))
        #expect(try reasons(world.plan) == ["app: forced", "lib: forced", "web: forced"])
        world.planning.request = .init(services: ["app"], isForced: true)
        #expect(try reasons(world.plan) == ["app: forced"])
    }

    @Test func `naming services leaves the others alone`() throws {
        var world = World(request: .init(services: ["web"]))
        world.change("s/lib/x.c", in: "lib")
        #expect(try reasons(world.plan) == ["web: needs via lib"])
        #expect(try world.plan["lib"]?.steps == [.build])
    }

    @Test func `a record of this very key that does not count is the reason`() throws {
        var world = World()
        world.planning.testimony["solo"]?.accepted = nil
        world.planning.testimony["solo"]?.rejected = ["record 1 says unstable"]
        #expect(try reasons(world.plan) == ["solo: record-rejected"])
    }

    @Test(arguments: [
        ("configuration", Plan.Reason.config), ("pins", .toolchain), ("environment", .environment),
        ("bases", .baseImage), ("lockfile", .lockfile),
    ])
    func `where no path changed, the part that did is the reason`(part: String, reason: Plan.Reason) throws {
        var world = World()
        let known = try #require(world.planning.testimony["solo"]?.newest)
        var material = KeyParts.Material(configuration: (.string("c"), .null))
        material.environment = [("old", nil)]
        switch part {
        case "configuration": material.configuration.build = .string("d")
        case "lockfile": material.lockfiles = ["go.sum": digest("x")]
        case "pins": material.pins = [TreeFile(path: ".tool-versions", entry: TreeEntry(id: .test(1), mode: .file))]
        case "environment": material.environment = [("new", nil)]
        default: material.bases = [BaseImage(ref: "x", digest: digest("x"))]
        }
        world.planning.parts["solo"] = KeyParts(material, hash: Digest.sha256)
        world.planning.testimony["solo"] = .init(newest: known, base: .init(commit: .test(9), from: .record))
        #expect(try world.plan["solo"]?.reason == reason)
    }

    @Test func `a path that nobody owns selects everything`() throws {
        var world = World()
        world.change("tools/shared.sh", in: nil)
        #expect(try reasons(world.plan) == ["app", "lib", "solo", "web"].map { "\($0): unowned-path" })
    }

    @Test func `what cannot be known is selected`() throws {
        var world = World()
        world.planning.testimony["solo"] = .init(uncertainty: "its base image cannot be told")
        #expect(try reasons(world.plan) == ["solo: uncertain"])
    }

    @Test func `the same inputs give the same bytes, and the digest covers them`() throws {
        let plan = try World().plan
        #expect(try plan.json.canonicalBytes == World().plan.json.canonicalBytes)
        let text = try plan.json.prettyText
        #expect(try Plan(parsing: Array(text.utf8), hash: Digest.sha256) == plan)
        let forged = text.replacing("\"branch\": \"main\"", with: "\"branch\": \"evil\"")
        #expect(throws: JSONError.self) { try Plan(parsing: Array(forged.utf8), hash: Digest.sha256) }
    }

    @Test func `a plan of a later schema is refused with a sentence`() throws {
        let text = try World().plan.json.prettyText.replacing("\"schema\": 1", with: "\"schema\": 2")
        let error = #expect(throws: JSONError.self) { try Plan(parsing: Array(text.utf8), hash: Digest.sha256) }
        #expect(error?.problem == "this version of Slipway reads plans of schema 1")
    }

    @Test func `the tab-separated form has a header and one line a selected service`() throws {
        var world = World()
        world.change("s/solo/x.c", in: "solo")
        let plan = try world.plan
        let lines = plan.tabSeparated.split(separator: "\n")
        #expect(lines.first == "#slipway-plan\t1\t\(plan.digest)")
        #expect(lines.dropFirst() == ["solo\t\t4\tbuild,test\t\(plan["solo"]?.key.short ?? "")\t\tpath"])
    }

    @Test func `every noun of the plan is written, null where there is no value`() throws {
        let entry = try World().plan.json["services"]?.array?.first?.object
        #expect(
            Set(entry?.keys ?? [:].keys) == [
                "name", "kind", "path", "selected", "reason", "because", "via", "commit", "author", "key", "base",
                "version",
                "steps", "needs", "label", "weight", "record", "imageRecord",
            ])
    }
}
