import Fixtures
import Foundation
import SystemPackage
import Testing

/// Clones of one commit, however they were made and whoever reads them: one plan, to the byte where they know the same.
struct SelectionClonesTests {
    private static let address = "ssh://git@host.example/acme/mono.git"

    /// What the tests of this file look at: services that need each other's modules, an image, a file of nobody.
    private static let files: [String: String] = [
        "services/a/package.json": "{\"name\": \"@x/a\", \"dependencies\": {\"@x/util\": \"workspace:*\"}}\n",
        "package.json": "{\"name\": \"root\", \"workspaces\": [\"services/*\", \"packages/*\"]}\n",
        "packages/util/package.json": "{\"name\": \"@x/util\"}\n", "packages/util/index.js": "1\n",
        "packages/util/test/x.js": "1\n", "services/b/README.md": "b\n", "services/b/k8s/app.yaml": "{}\n",
        "services/c/Dockerfile": "FROM scratch\nCOPY src /src\n", "tool.conf": "1\n",
        "services/b/na\u{ef}ve \u{e5}\u{308}": "1\n", "services/c/script.sh": "true\n",
    ]

    private func withWorld(_ body: (SelectionWorld) async throws -> Void) async throws {
        let configuration = SelectionWorld.configuration(
            ["a", "b", "c", "lib"], ["c": ["classes: {test: [\"tap\"]}"]])
        try await withSelectionWorld(configuration, Self.files) { world in
            try await sh("chmod +x services/c/script.sh && ln -s ../b/src services/a/link", in: world.root)
            try await world.git.commit("fix: modes")
            try await world.git.git("tag", "a/v1.2.0")
            for number in 2...4 {
                try await world.git.commit("fix: \(number)", ["services/a/src": "\(number)\n"])
            }
            try await body(world)
        }
    }

    private func plan(
        _ clone: SelectionWorld, umask: String, _ arguments: String = "", environment: [String: String]
    ) async throws -> Said {
        try await run(
            "/bin/sh", ["-c", "umask \(umask); exec \"$0\" plan --json \(arguments)", SlipwayBinary.path.string],
            in: clone.root, environment: SlipwayBinary.environment.merging(environment) { $1 })
    }

    @Test func `folders, users, locales, time zones and umasks change no byte of a plan`() async throws {
        try await withWorld { world in
            try await world.run("--through", "test", "b", "c")
            var plans: Set<String> = []
            let places: [(name: String, umask: String, environment: [String: String])] = [
                ("one", "022", ["LC_ALL": "C", "TZ": "UTC"]),
                ("deep/two with space", "077", ["LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8", "TZ": "Asia/Kolkata"]),
                ("\u{fc}ber", "000", ["LC_ALL": "tr_TR.UTF-8", "TZ": "America/St_Johns", "USER": "somebody"]),
                ("theirs", "027", ["LC_ALL": "C.UTF-8", "HOME": "/nonexistent", "LANGUAGE": "da"]),
            ]
            for place in places {
                try await sh("umask \(place.umask) && mkdir -p deep", in: world.outside)
                let clone = try await world.clone(place.name, withLedger: true)
                try await clone.git.git("config", "remote.origin.url", Self.address)
                if place.umask == "077" { try await sh("chmod -R go-rwx .", in: clone.root) }
                if place.name == "theirs" {
                    let given = try await run("chown", ["-R", "12345:12345", clone.root.string])
                    if given.exit != 0 { print("NOT RUN: a clone of another user (chown: \(given.errors))") }
                }
                let said = try await plan(clone, umask: place.umask, environment: place.environment)
                #expect(said.exit == 0, "\(place.name): \(said.errors)")
                plans.insert(said.output)
                let again = try await plan(clone, umask: place.umask, environment: place.environment)
                #expect(again.output == said.output, "\(place.name)")
            }
            #expect(plans.count == 1)
            let answer = try PlanAnswer(try #require(plans.first))
            #expect(Set(answer.selected.keys) == ["a", "c", "lib"], "b is recorded, and c as far as its tests")
        }
    }

    /// What is exact in every clone.
    private struct Exact: Hashable {
        let name: String
        let selected: Bool
        let key: String
        let steps: [String]
        let needs: [String]

        init(_ entry: PlanAnswer.Entry) {
            (name, selected, key) = (entry.name, entry.selected, entry.key)
            (steps, needs) = (entry.steps, entry.needs)
        }
    }

    @Test(arguments: [true, false])
    func `however deep a clone is and whatever tags it has, selection, keys, steps and needs are the same`(
        hasLedger: Bool
    ) async throws {
        try await withWorld { world in
            if hasLedger {
                try await world.run()
                try await world.git.commit("fix: lib", ["libs/lib/src": "2\n"])
                try await world.git.commit("docs: b", ["services/b/README.md": "2\n"])
            }
            let whole = try await world.plan().services.map(Exact.init)
            #expect(
                Set(whole.filter(\.selected).map(\.name)) == (hasLedger ? ["a", "b", "lib"] : SelectionWorld.names))
            for (index, arguments) in [
                ["--depth=1"], ["--depth=2"], ["--depth=1", "--no-tags"], ["--depth=2", "--no-tags"], ["--no-tags"],
                ["--single-branch"], ["--no-local"], ["--bare"], ["--bare", "--depth=1"],
            ].enumerated() {
                let clone = try await world.clone("clone\(index)", arguments)
                if hasLedger { try await world.lendLedger(to: clone) }
                if hasLedger { try await sh("cp -r '\(world.root)/.slipway/images' .slipway/", in: clone.root) }
                let plan = try await clone.plan()
                #expect(plan.repository.shallow == arguments.contains { $0.hasPrefix("--depth") })
                #expect(plan.services.map(Exact.init) == whole, "\(arguments)")
            }
            try await sh("git checkout -q --detach HEAD && git branch -q -D main", in: world.root)
            let detached = try await world.plan().services.map(Exact.init)
            #expect(detached == whole)
        }
    }

    @Test func `blobless and sparse clones have the keys of whole ones, and fetch nothing`() async throws {
        try await withWorld { world in
            try await world.git.git("config", "uploadpack.allowFilter", "true")
            let whole = try await world.plan("--committed")
            let shapes: [(name: String, arguments: [String], sparse: String?)] = [
                ("blobless", ["--filter=blob:none"], nil), ("blobless sparse", ["--filter=blob:none"], "services/a"),
                ("sparse", [], "services/b"), ("sparse index", [], "packages"),
            ]
            var clones: [SelectionWorld] = []
            for shape in shapes {
                let clone = try await world.clone(shape.name, shape.arguments + ["--no-checkout"])
                if let folder = shape.sparse {
                    let index = shape.name.hasSuffix("index") ? "--sparse-index" : "--no-sparse-index"
                    try await clone.git.git("sparse-checkout", "set", index, "--cone", folder)
                }
                try await clone.git.git("checkout", "-q", "main")
                clones.append(clone)
            }
            try await world.vanish()
            for (shape, clone) in zip(shapes, clones) {
                let said = try await clone.slipway("plan", "--json", "--committed")
                guard said.exit == 0 else {
                    // What a key cannot be told without is said, and never guessed.
                    #expect(said.exit == 23, "\(shape.name): \(said.errors)")
                    #expect(shape.name == "blobless sparse", "\(shape.name): \(said.errors)")
                    #expect(said.errors.contains("git "), "\(shape.name): \(said.errors)")
                    continue
                }
                let plan = try PlanAnswer(said.output)
                #expect(plan.keys == whole.keys, "\(shape.name)")
                #expect(plan.selected == whole.selected, "\(shape.name)")
            }
        }
    }
}
