import Fixtures
import Foundation
import SystemPackage
import Testing

/// A plan carried out by several clones, and what they left put together.
struct PartMergeTests {
    /// The plan of a monorepo, clones of it, and a place to gather parts in.
    struct Fleet {
        let repository: Monorepo
        let folder: FilePath
        var plan: FilePath { folder.appending("plan.json") }

        init(_ repository: Monorepo) async throws {
            self.repository = repository
            folder = repository.root.removingLastComponent()
            try plan.put(try await repository.slipway("plan", "--json").output)
        }

        var digest: String {
            get throws {
                let json = try JSONSerialization.jsonObject(with: Data(try plan.text.utf8)) as? [String: Any]
                return String((json?["digest"] as? String ?? "").dropFirst("sha256:".count))
            }
        }

        /// Carries out a share in a fresh clone; returns how that ended and the folder of its parts.
        func agent(_ name: String, _ arguments: String...) async throws -> (said: Said, parts: FilePath) {
            let clone = try await repository.git.clone(to: folder.appending(name))
            let said = try await run(
                SlipwayBinary.path.string, ["run", "--plan", plan.string] + arguments, in: clone.root,
                environment: SlipwayBinary.environment.merging(["NODE_NAME": name, "JENKINS_URL": "https://ci"]) { $1 })
            return (said, clone.root.appending(".slipway/runs").appending(try digest))
        }

        func merge(_ parts: [FilePath], _ arguments: String..., json: Bool = false) async throws -> Said {
            try await run(
                SlipwayBinary.path.string,
                ["record", "merge", "--repo", "/", "--plan", plan.string] + (json ? ["--json"] : []) + arguments
                    + parts.map(\.string), in: folder, environment: SlipwayBinary.environment)
        }
    }

    private func withFleet(
        _ configuration: String = Monorepo.configuration, _ body: (Fleet) async throws -> Void
    ) async throws {
        try await withMonorepo(configuration) { try await body(Fleet($0)) }
    }

    /// The state and first reason of each service.
    private func states(_ said: Said) throws -> [String: String] {
        let json = try JSONSerialization.jsonObject(with: Data(said.output.utf8)) as? [String: Any]
        return (json?["services"] as? [[String: Any]] ?? []).reduce(into: [:]) { states, service in
            guard let name = service["name"] as? String, let verdict = service["verdict"] as? [String: Any] else {
                return
            }
            let reason = (verdict["reasons"] as? [[String: Any]])?.first?["code"] as? String
            states[name] = [verdict["state"] as? String, reason].compactMap(\.self).joined(separator: " ")
        }
    }

    @Test func `two shards, in whatever order and however often, come to one outcome`() async throws {
        try await withFleet { fleet in
            let one = try await fleet.agent("one", "--shard", "1/2")
            let two = try await fleet.agent("two", "--shard", "2/2")
            #expect(one.said.exit == 0, "\(one.said.errors)")
            #expect(two.said.exit == 0, "\(two.said.errors)")
            let merged = try await fleet.merge([one.parts, two.parts], json: true)
            #expect(merged.exit == 0, "\(merged.errors)")
            #expect(
                try states(merged) == ["app": "stable", "lib": "stable", "solo": "stable test-less", "web": "stable"])
            let files = try [one.parts, two.parts].flatMap { parts in
                try parts.children.filter { $0.hasSuffix(".jsonl") }.map { parts.appending($0) }
            }
            #expect(files.count == 6)
            let orders = [[two.parts, one.parts], files.reversed(), files + files.shuffled(), [one.parts] + files]
            for order in orders {
                #expect(try await fleet.merge(order, json: true).output == merged.output)
            }
            let text = try await fleet.merge([two.parts, one.parts])
            #expect(text.output == (try await fleet.merge(files)).output)
            #expect(text.output.contains("web   stable"))
        }
    }

    @Test func `a shard that is missing is lost, and joins later by merging again`() async throws {
        try await withFleet { fleet in
            let one = try await fleet.agent("one", "--shard", "1/2")
            let two = try await fleet.agent("two", "--shard", "2/2")
            let early = fleet.folder.appending("early.json")
            let half = try await fleet.merge([one.parts], "--out", early.string, json: true)
            #expect(half.exit == 12)
            #expect(half.output == (try early.text))
            #expect(try states(half).values.contains("incomplete lost"))
            let late = try await fleet.merge([early, two.parts], json: true)
            #expect(late.exit == 0, "\(late.errors)")
            #expect(late.output == (try await fleet.merge([one.parts, two.parts], json: true)).output)
            // What a merge wrote knows its plan.
            let alone = try await slipway("record", "merge", early.string, in: fleet.folder)
            #expect(alone.exit == 12)
            #expect(alone.output.contains("lost: no part tells what became of it"))
            let none = try await fleet.merge([FilePath](), json: true)
            #expect(none.exit == 64)
            #expect(none.errors.contains("needs the plan it is about") || none.errors.contains("--plan"))
        }
    }

    @Test func `services by name, and the parts of this checkout without naming any`() async throws {
        try await withFleet { fleet in
            let repository = fleet.repository
            for services in [["app"], ["web", "lib"]] {
                let said = try await run(
                    SlipwayBinary.path.string, ["run", "--plan", fleet.plan.string] + services, in: repository.root,
                    environment: SlipwayBinary.environment)
                #expect(said.exit == 0, "\(said.errors)")
            }
            let most = try await repository.slipway("record", "merge", "--plan", fleet.plan.string)
            #expect(most.exit == 12)
            #expect(most.output.contains("solo: incomplete"))
            #expect(try await repository.slipway("run", "--plan", fleet.plan.string, "solo").exit == 0)
            let all = try await repository.slipway("record", "merge", "--plan", fleet.plan.string)
            #expect(all.exit == 0, "\(all.output)")
            // The plan lies beside the parts.
            let folder = ".slipway/runs/\(try fleet.digest)"
            #expect(try await repository.slipway("record", "merge", folder).output == all.output)
        }
    }

    @Test func `more shards than services: nothing to do is no error, and makes nothing stable`() async throws {
        try await withFleet { fleet in
            let seventh = try await fleet.agent("seventh", "--shard", "7/9")
            #expect(seventh.said.exit == 0, "\(seventh.said.errors)")
            #expect(seventh.said.errors.contains("shard 7/9 has nothing to do: the plan has 4 services to build"))
            #expect(seventh.said.output == "nothing to do\n")
            #expect(try seventh.parts.children == ["+shard-7-of-9.1.jsonl", "plan.json"])
            let merged = try await fleet.merge([seventh.parts], json: true)
            #expect(merged.exit == 12)
            #expect(Set(try states(merged).values) == ["incomplete lost"])
        }
    }

    @Test func `a failure and then a pass is flaky, whichever part comes first`() async throws {
        let flag = "/tmp/slipway-part-\(UUID().uuidString)"
        let configuration = Monorepo.configuration.replacing(
            "test: cat tap\n  solo", with: "test: cat \(flag)\n  solo")
        defer { try? FileManager.default.removeItem(atPath: flag) }
        try await withFleet(configuration) { fleet in
            try FilePath(flag).put("1..1\nnot ok 1 - web works\n")
            let first = try await fleet.agent("first")
            #expect(first.said.exit == 10, "\(first.said.errors)")
            try FilePath(flag).put("1..1\nok 1 - web works\n")
            let second = try await fleet.agent("second", "web", "--attempt", "2")
            #expect(second.said.exit == 0, "\(second.said.errors)")
            #expect(try second.parts.children == ["plan.json", "web.2.jsonl"])
            let merged = try await fleet.merge([second.parts, first.parts], json: true)
            #expect(merged.exit == 0)
            #expect(try states(merged)["web"] == "flaky failed-before")
            #expect(merged.output == (try await fleet.merge([first.parts, second.parts], json: true)).output)
            // The next try at the same place finds its own number.
            let again = try await slipway(
                "run", "--plan", fleet.plan.string, "web", in: fleet.folder.appending("second"))
            #expect(again.exit == 0, "\(again.errors)")
            #expect(try second.parts.children.contains("web.3.jsonl"))
        }
    }

    // MARK: - What is refused

    @Test func `parts of another plan are refused by name, with exit 21`() async throws {
        try await withFleet { fleet in
            let one = try await fleet.agent("one", "solo")
            try await fleet.repository.git.commit("fix: more", ["services/solo/src.txt": "2\n"])
            let other = try await Fleet(fleet.repository)
            let merged = try await other.merge([one.parts])
            #expect(merged.exit == 21)
            #expect(merged.errors.contains("solo.1.jsonl: a part of plan "))
            #expect(merged.output.isEmpty)
            let two = try await other.agent("two", "solo")
            let both = try await slipway("record", "merge", one.parts.string, two.parts.string, in: fleet.folder)
            #expect(both.exit == 21)
            #expect(both.errors.contains("are about different plans"))
        }
    }

    private static let damage: [(String, @Sendable (String) -> String, Int32, String)] = [
        ("changed", { $0.replacing("\"stable\"", with: "\"flaky\"") }, 21, "its digest does not fit"),
        ("no JSON", { "nonsense\n" + $0 }, 65, "is no part"),
        ("something else", { _ in "{\"a\": 1}\n" }, 65, "no part that this version of Slipway reads"),
        ("cut inside its end", { String($0.dropLast(40)) }, 12, "its last line is cut"),
        ("without its last line break", { String($0.dropLast()) }, 12, "its last line is cut"),
        ("cut inside its beginning", { String($0.prefix(30)) }, 12, "its last line is cut"),
        ("empty", { _ in "" }, 12, "its last line is cut"),
    ]

    @Test(arguments: damage.indices)
    func `a damaged part`(index: Int) async throws {
        let (name, change, exit, message) = Self.damage[index]
        try await withFleet { fleet in
            let all = try await fleet.agent("all")
            let file = all.parts.appending("web.1.jsonl")
            try file.put(change(try file.text))
            let merged = try await fleet.merge([all.parts], json: true)
            #expect(merged.exit == exit, "\(name): \(merged.errors)")
            #expect(merged.errors.contains("web.1.jsonl: ") && merged.errors.contains(message), "\(merged.errors)")
            if exit == 12 { #expect(try states(merged)["web"] == "incomplete lost") }
        }
    }

    @Test func `a merged file that is cut, something that is no file, and a folder of nothing`() async throws {
        try await withFleet { fleet in
            let all = try await fleet.agent("all")
            let file = fleet.folder.appending("merged.json")
            #expect(try await fleet.merge([all.parts], "--out", file.string).exit == 0)
            try file.put(String(try file.text.dropLast(200)))
            let cut = try await fleet.merge([file])
            #expect(cut.exit == 65)
            #expect(cut.errors.contains("merged.json: is no part: it is cut, or something else"))
            try await sh("mkfifo pipe", in: fleet.folder)
            for place in ["pipe", "/dev/null", "nowhere"] {
                let said = try await fleet.merge([FilePath(place)])
                #expect(said.exit == 65)
                #expect(said.errors.contains("\(place): is neither a file nor a folder"))
            }
            let empty = fleet.folder.appending("empty")
            try await sh("mkdir empty", in: fleet.folder)
            #expect(try await slipway("record", "merge", empty.string, in: fleet.folder).exit == 64)
            #expect(try await fleet.merge([empty]).exit == 12)
        }
    }

    @Test(arguments: [
        ["--shard", "0/3"], ["--shard", "4/3"], ["--shard", "a/b"], ["--shard", "1"], ["--attempt", "0"],
        ["--shard", "1/2", "solo"], ["--local-agents", "0"], ["--local-agents", "2", "--shard", "1/2"],
    ])
    func `wrong shares are wrong usage`(arguments: [String]) async throws {
        try await withFleet { fleet in
            let said = try await run(
                SlipwayBinary.path.string, ["run", "--plan", fleet.plan.string] + arguments,
                in: fleet.repository.root, environment: SlipwayBinary.environment)
            #expect(said.exit == 64, "\(said.errors)")
            #expect(!fleet.repository.root.appending(".slipway/runs").isThere)
        }
    }

    @Test(arguments: [["--shard", "1/2"], ["--attempt", "2"]])
    func `a share of no plan is refused with the way to make one`(arguments: [String]) async throws {
        try await withMonorepo { repository in
            let said = try await run(
                SlipwayBinary.path.string, ["run"] + arguments, in: repository.root,
                environment: SlipwayBinary.environment)
            #expect(said.exit == 64)
            #expect(said.errors.contains("slipway plan --json > plan.json"))
        }
    }
}
