import Fixtures
import Foundation
import SystemPackage
import Testing

/// What was recorded, made here again by somebody who was not there.
struct ReproduceTests {
    /// `app` fails or passes as a file outside of the repository says, when it is there.
    private static let moody = Monorepo.configuration.replacing(
        "test: cat tap\n  web", with: "test: cat ../../../weather || cat tap\n  web")

    /// The id of the newest record of a service.
    private func id(of service: String, _ repository: Monorepo) async throws -> String {
        let said = try await repository.slipway("record", "list", "--json", "--service", service)
        let records = try JSONSerialization.jsonObject(with: Data(said.output.utf8)) as? [[String: Any]]
        return try #require((records?.first?["run"] as? [String: Any])?["recordId"] as? String)
    }

    private func record(_ id: String, _ repository: Monorepo) -> FilePath {
        repository.root.appending(".slipway/ledger/records/\(id).jsonl")
    }

    /// What is told for machines, by the aspects of one service.
    private func aspects(_ said: Said, _ service: String = "app") throws -> [String: String] {
        let json = try JSONSerialization.jsonObject(with: Data(said.output.utf8)) as? [String: Any]
        let services = json?["services"] as? [[String: Any]] ?? []
        let items = services.first { $0["service"] as? String == service }?["items"] as? [[String: Any]] ?? []
        return items.reduce(into: [:]) { aspects, item in
            guard let aspect = item["aspect"] as? String else { return }
            aspects[aspect] = item["conclusion"] as? String
        }
    }

    private static let all = ["verdict": "agrees", "tests": "agrees", "names": "agrees", "image": "agrees"]

    @Test func `green is green again, with the same image, and nothing else is touched`() async throws {
        try await withMonorepo { repository in
            try await repository.slipway("run")
            let id = try await id(of: "app", repository)
            let before = try await repository.slipway("record", "list")
            // Released since, and gone on.
            try await repository.git.git("tag", "-a", "app/v3.0.0", "-m", "x")
            try await repository.git.commit("feat(app): more", ["services/app/src.txt": "more\n"])
            let said = try await repository.slipway("reproduce", id, "--json")
            #expect(said.exit == 0, "\(said.errors)\(said.output)")
            #expect(try aspects(said) == Self.all)
            let folder = repository.root.appending(".slipway/reproduce/\(id.prefix(8))")
            #expect(try folder.appending("services/app/src.txt").text == "app\n")
            #expect(try folder.appending("services/app/out/version").text.hasPrefix("0.1.0-0.main.1.g"))
            #expect(try await sh("git describe --tags", in: folder) == "app/v3.0.0\n")
            #expect(try await repository.slipway("record", "list").output == before.output)
            #expect(try await repository.git.git("status", "--porcelain").isEmpty)
            let list = try await repository.git.git("worktree", "list")
            #expect(!list.contains("\n"))
        }
    }

    @Test func `red is reproduced when it is red again, and its log is named`() async throws {
        try await withMonorepo { repository in
            try await repository.git.commit(
                "fix(app): no", ["services/app/tap": "1..2\nok 1 - app works\nnot ok 2 - app sings\n"])
            #expect(try await repository.slipway("run").exit == 10)
            let id = try await id(of: "app", repository)
            let said = try await repository.slipway("reproduce", String(id.prefix(6)))
            #expect(said.exit == 0, "\(said.errors)\(said.output)")
            #expect(said.output.contains("reproduced: app"))
            #expect(said.output.contains("✗ tap.app sings"))
            let logs = said.output.split(separator: "\n").filter { $0.hasPrefix("  log: ") }
            #expect(logs.count == 1)
            let log = FilePath(String(logs.first?.dropFirst(7) ?? ""))
            #expect(log.isThere)
        }
    }

    @Test func `a test that was red and passes here is what differs`() async throws {
        try await withMonorepo(Self.moody) { repository in
            try await repository.git.commit("test: two", ["services/app/tap": "1..2\nok 1 - a\nok 2 - b\n"])
            let weather = repository.root.removingLastComponent().appending("weather")
            try weather.put("1..2\nok 1 - a\nnot ok 2 - b\n")
            #expect(try await repository.slipway("run", "app").exit == 10)
            let id = try await id(of: "app", repository)
            // Further down in the tree the file is not found, and what is committed counts.
            let said = try await repository.slipway("reproduce", id)
            #expect(said.exit == 10, "\(said.errors)\(said.output)")
            #expect(said.output.contains("red or flaky: only there: tap.b (failed)"))
            #expect(said.output.contains("not reproduced: app"))
        }
    }

    @Test func `a record file is enough in another clone, in a folder of one's choice`() async throws {
        try await withMonorepo { repository in
            try await repository.slipway("run")
            let id = try await id(of: "app", repository)
            let outside = repository.root.removingLastComponent()
            let clone = Monorepo(existing: try await repository.git.clone(to: outside.appending("clone"), "--depth=1"))
            let there = try await clone.slipway("reproduce", id)
            #expect(there.exit == 65)
            #expect(there.errors.contains("no file and no record of that id"))
            let place = outside.appending("a place")
            let file = record(id, repository).string
            let said = try await clone.slipway("reproduce", file, "--in", place.string, "--json")
            #expect(said.exit == 0, "\(said.errors)\(said.output)")
            #expect(try aspects(said) == Self.all)
            let shown = outside.appending("shown.json")
            try shown.put(try await repository.slipway("record", "show", id).output)
            let again = try await clone.slipway("reproduce", shown.string, "--in", place.string, "--json")
            #expect(again.exit == 0, "\(again.errors)\(again.output)")
            #expect(!clone.root.appending(".slipway").isThere)
        }
    }

    @Test func `what a run left is enough, for all of its services or some`() async throws {
        try await withMonorepo { repository in
            try await repository.git.commit("fix(web): no", ["services/web/tap": "1..1\nnot ok 1 - web works\n"])
            #expect(try await repository.slipway("run").exit == 10)
            let run = repository.root.appending(".slipway/runs/latest").string
            let all = try await repository.slipway("reproduce", run)
            #expect(all.exit == 0, "\(all.errors)\(all.output)")
            #expect(all.output.contains("reproduced: app, lib, solo, web"))
            let one = try await repository.slipway("reproduce", run + "/outcome.json", "web")
            #expect(one.exit == 0)
            #expect(one.output.contains("reproduced: web\n"))
            let plan = try await repository.slipway("reproduce", run + "/plan.json", "solo")
            #expect(plan.exit == 12)
            #expect(plan.output.contains("only a plan is known"))
            let stranger = try await repository.slipway("reproduce", run, "wob")
            #expect(stranger.exit == 64)
            #expect(stranger.errors.contains("\"wob\" was not run there"))
        }
    }

    // MARK: - Merges

    @Test func `a merge that only the build server had is made again from its parents`() async throws {
        try await withMonorepo { repository in
            let git = repository.git
            try await git.git("checkout", "-q", "-b", "topic")
            let files = ["services/app/src.txt": "topic\n", ".gitattributes": "*.log merge=union\n", "x.log": "t\n"]
            try await git.commit("feat(app): topic", files)
            try await git.git("checkout", "-q", "main")
            try await git.commit("feat(web): main", ["services/web/src.txt": "main\n", "x.log": "m\n"])
            let outside = repository.root.removingLastComponent()
            let agent = Monorepo(existing: try await git.clone(to: outside.appending("agent")))
            let merge = "git checkout -q --detach origin/topic && git merge -q --no-edit origin/main"
            try await sh(merge, in: agent.root)
            try await agent.slipway("run", environment: BuildServer.pullRequest)
            let id = try await id(of: "app", agent)
            let said = try await repository.slipway("reproduce", record(id, agent).string)
            #expect(said.exit == 0, "\(said.errors)\(said.output)")
            #expect(said.output.contains("but: the merge was made again, as "))
            let folder = repository.root.appending(".slipway/reproduce/\(id.prefix(8))")
            #expect(try folder.appending("x.log").text == "t\nm\n")
            let version = try folder.appending("services/app/out/version").text
            let commit = try await agent.git.head()
            #expect(version.contains("0.pr-") && version.contains(commit.prefix(12)))
            // The plan beside an outcome knows the parents as well.
            let run = agent.root.appending(".slipway/runs/latest")
            let outcome = try await repository.slipway("reproduce", run.string, "app", "web")
            #expect(outcome.exit == 0, "\(outcome.errors)\(outcome.output)")
            let alone = outside.appending("outcome.json")
            try alone.put(try run.appending("outcome.json").text)
            let unknown = try await repository.slipway("reproduce", alone.string)
            #expect(unknown.exit == 23)
            #expect(unknown.errors.contains("lay plan.json of the run beside the file"))
            // Without one of them nothing can be made.
            let lone = Monorepo(
                existing: try await git.clone(to: outside.appending("lone"), "--single-branch"))
            let refused = try await lone.slipway("reproduce", record(id, agent).string)
            #expect(refused.exit == 23)
            #expect(refused.errors.contains("is a merge, and of what it was made of "))
            let fetched = try await lone.slipway("reproduce", record(id, agent).string, "--fetch")
            #expect(fetched.exit == 0, "\(fetched.errors)\(fetched.output)")
            // Nor without the commits that both come from.
            let shallow = Monorepo(existing: try await git.clone(to: outside.appending("shallow"), "--depth=1"))
            let hidden = try await shallow.slipway("reproduce", record(id, agent).string, "--fetch")
            #expect(hidden.exit == 23)
            #expect(hidden.errors.contains("this clone is too shallow to merge its parents again"))
        }
    }

    @Test func `a merge that was made by hand is refused with what differs`() async throws {
        try await withMonorepo { repository in
            let git = repository.git
            try await git.git("checkout", "-q", "-b", "topic")
            try await git.commit("feat(app): topic", ["services/app/src.txt": "topic\n"])
            try await git.git("checkout", "-q", "main")
            try await git.commit("feat(app): main", ["services/app/src.txt": "main\n"])
            let outside = repository.root.removingLastComponent()
            let agent = Monorepo(existing: try await git.clone(to: outside.appending("agent")))
            for (option, text) in [("ours", "ends in conflicts: services/app/src.txt"), ("-", "gives tree ")] {
                try await sh("git checkout -q --detach origin/topic", in: agent.root)
                if option == "-" {
                    try await sh("git merge -q --no-commit --no-ff origin/main~1 || true", in: agent.root)
                    try agent.git.put("extra", "by hand\n")
                    let parents = "-p origin/topic -p origin/main~1"
                    try await sh(
                        "git add -A; git checkout -q $(git commit-tree $(git write-tree) \(parents) -m x)",
                        in: agent.root)
                } else {
                    try await sh("git merge -q -X \(option) --no-edit origin/main", in: agent.root)
                }
                try await agent.slipway("run", "--force", "app", environment: BuildServer.pullRequest)
                let id = try await id(of: "app", agent)
                let said = try await repository.slipway("reproduce", record(id, agent).string)
                #expect(said.exit == 23)
                #expect(said.errors.contains(text), "\(said.errors)")
            }
        }
    }

    @Test(.enabled(if: RegistryFixture.isInstalled, "docker-registry is not installed"))
    func `a record of the registry is found by its id, its image is looked at there, and nothing is pushed`()
        async throws
    {
        try await RegistryFixture.withRegistry { registry in
            let head = "registry: \(registry.host)/shop\nregistries: {\"\(registry.host)\": {http: true}}\n"
            try await withMonorepo(head + Monorepo.configuration) { repository in
                let configured = Monorepo.configuration.replacing(
                    "    needs: [lib]\n    build: mkdir",
                    with: "    needs: [lib]\n    environment: [LEVEL]\n    build: mkdir")
                try await repository.git.commit("build: level", ["slipway.yaml": head + configured])
                let made = try await repository.slipway("run", environment: ["LEVEL": "1"])
                #expect(made.exit == 0, "\(made.errors)")
                let id = try await id(of: "app", repository)
                let tags = try await registry.curl("/v2/shop/app/tags/list").output
                let outside = repository.root.removingLastComponent()
                let clone = Monorepo(existing: try await repository.git.clone(to: outside.appending("clone")))
                let said = try await clone.slipway("reproduce", id, environment: ["LEVEL": "1"])
                #expect(said.exit == 0, "\(said.errors)\(said.output)")
                let other = try await clone.slipway("reproduce", id)
                #expect(other.exit == 10)
                #expect(other.output.contains("image: 1 of 1 layers are the same"), "\(other.errors)\(other.output)")
                #expect(try await registry.curl("/v2/shop/app/tags/list").output == tags)
                let offline = try await clone.slipway("reproduce", id, "--offline")
                #expect(offline.exit == 65)
                let list = try await clone.slipway("record", "list", "--offline")
                #expect(list.output.isEmpty)
            }
        }
    }

    // MARK: - What cannot be made again

    @Test func `a commit that is not here is fetched only when that is allowed`() async throws {
        try await withMonorepo { repository in
            let outside = repository.root.removingLastComponent()
            let clone = Monorepo(existing: try await repository.git.clone(to: outside.appending("clone")))
            try await repository.git.git("checkout", "-q", "-b", "side")
            let commit = try await repository.git.commit("feat(app): new", ["services/app/src.txt": "new\n"])
            try await repository.slipway("run")
            let file = record(try await id(of: "app", repository), repository).string
            let refs = try await clone.git.git("for-each-ref")
            let refused = try await clone.slipway("reproduce", file)
            #expect(refused.exit == 23)
            #expect(refused.errors.contains("commit \(commit.prefix(12)) is not in this clone"))
            #expect(refused.errors.contains("--fetch asks origin for it, or: git fetch origin \(commit)"))
            let said = try await clone.slipway("reproduce", file, "--fetch")
            #expect(said.exit == 0, "\(said.errors)\(said.output)")
            #expect(try await clone.git.git("for-each-ref") == refs)
            // It is there now.
            #expect(try await clone.slipway("reproduce", file).exit == 0)
        }
    }

    @Test func `uncommitted work is named, and left out only when that is allowed`() async throws {
        try await withMonorepo { repository in
            try repository.git.put("services/app/src.txt", "edited\n")
            try await repository.slipway("run")
            let id = try await id(of: "app", repository)
            let refused = try await repository.slipway("reproduce", id)
            #expect(refused.exit == 65)
            #expect(refused.errors.contains("which is in no commit: services/app/src.txt"))
            let said = try await repository.slipway("reproduce", id, "--committed")
            #expect(said.exit == 10, "\(said.errors)\(said.output)")
            #expect(said.output.contains("but: uncommitted work was built there and is left out here: services/app"))
            #expect(said.output.contains("image: differing: app\n"))
        }
    }

    @Test(
        arguments: [
            ("garbage", "so what\n", 65, "nothing that can be made again"),
            ("empty", "", 65, "nothing that can be made again"),
            ("another JSON", "{\"services\": []}\n", 65, "neither a record nor what a run left"),
            (
                "a broken envelope", "{\"payload\":\"eA==\",\"payloadType\":\"x\",\"signatures\":[]}\n", 21,
                "the payload is x"
            ),
            ("no outcome", "{\"services\": [], \"run\": \"r\"}\n", 65, "nothing that can be made again"),
        ] as [(String, String, Int32, String)])
    func `a file that is none is refused`(name: String, text: String, exit: Int32, sentence: String) async throws {
        try await withMonorepo { repository in
            let file = repository.root.removingLastComponent().appending("file")
            try file.put(text)
            let said = try await repository.slipway("reproduce", file.string)
            #expect(said.exit == exit, "\(said.errors)")
            #expect(said.errors.contains(sentence), "\(said.errors)")
            #expect(!repository.root.appending(".slipway").isThere)
        }
    }

    @Test func `an id that could be several, a foreign folder and one's own checkout are refused`() async throws {
        try await withMonorepo { repository in
            try await repository.slipway("run")
            let several = try await repository.slipway("reproduce", "")
            #expect(several.exit == 65)
            #expect(several.errors.contains("4 records begin so"))
            let id = try await id(of: "app", repository)
            let outside = repository.root.removingLastComponent()
            try outside.appending("mine/file").put("x")
            let foreign = try await repository.slipway("reproduce", id, "--in", outside.appending("mine").string)
            #expect(foreign.exit == 64)
            #expect(foreign.errors.contains("not empty, and not made by slipway reproduce"))
            #expect(try outside.appending("mine").children == ["file"])
            for place in [".", "services/app", "new/folder", ".slipway/ledger/x"] {
                let inside = try await repository.slipway("reproduce", id, "--in", place)
                #expect(inside.exit == 64, "\(place): \(inside.errors)")
            }
            #expect(try await repository.git.git("status", "--porcelain").isEmpty)
        }
    }

    @Test func `a record that contradicts itself is not made again`() async throws {
        try await withMonorepo { repository in
            try await repository.slipway("run")
            let id = try await id(of: "app", repository)
            let shown = try await repository.slipway("record", "show", id).output
            let file = repository.root.removingLastComponent().appending("forged.json")
            try file.put(shown.replacing("\"state\": \"stable\"", with: "\"state\": \"unstable\""))
            let said = try await repository.slipway("reproduce", file.string)
            #expect(said.exit == 21)
            #expect(said.errors.contains("it says unstable, but its details say stable"))
        }
    }
}
