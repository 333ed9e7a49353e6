import Fixtures
import Foundation
import SystemPackage
import Testing

/// Pull requests as build servers check them out: the target merged into the head, or the head into the target.
struct SelectionPullRequestTests {
    /// How a server checks a pull request out.
    private struct Shape {
        let name: String
        let environment: [String: String]
        let checkout: String
    }

    private static let shapes = [
        Shape(
            name: "jenkins", environment: BuildServer.pullRequest,
            checkout: "git checkout -q --detach origin/topic && git merge -q --no-edit origin/main"),
        Shape(
            name: "github", environment: BuildServer.gitHub,
            checkout: "git checkout -q --detach origin/main && git merge -q --no-ff --no-edit origin/topic"),
    ]

    /// Recorded main, and a branch `topic` that changes `a`; returns its commit.
    private func open(_ world: SelectionWorld) async throws -> String {
        try await world.run(environment: BuildServer.branch)
        try await world.git.git("checkout", "-q", "-b", "topic")
        let own = try await world.git.commit("feat: a", ["services/a/src": "2\n"])
        try await world.git.git("checkout", "-q", "main")
        return own
    }

    private func clone(_ world: SelectionWorld, _ shape: Shape, withLedger: Bool = true) async throws -> SelectionWorld
    {
        let clone = try await world.clone(shape.name, withLedger: withLedger)
        try await sh(shape.checkout, in: clone.root)
        return clone
    }

    @Test func `case 45: whichever side was merged into which, the selection is the same`() async throws {
        try await withSelectionWorld { world in
            let own = try await open(world)
            let target = try await world.git.commit(
                "feat: b and lib", ["services/b/src": "2\n", "libs/lib/src": "2\n"])
            try await world.run(environment: BuildServer.branch)
            var parents: [[Substring]] = []
            var keys: Set<[String: String]> = []
            for shape in Self.shapes {
                let clone = try await clone(world, shape)
                parents.append(try await clone.git.git("show", "-s", "--format=%P").split(separator: " "))
                let plan = try await clone.plan(environment: shape.environment)
                #expect(plan.selected == ["a": "path"], "\(shape.name)")
                #expect(plan["a"]?.because == ["services/a/src"])
                #expect(plan["a"]?.commit == own)
                #expect(plan["a"]?.base == PlanAnswer.Base(target, from: "pull-request"), "\(shape.name)")
                #expect(plan["b"]?.record != nil)
                keys.insert(plan.keys)
            }
            #expect(parents == [[own[...], target[...]], [target[...], own[...]]])
            #expect(keys.count == 1)
        }
    }

    @Test func `case 46: with nothing to merge, the selection is the same`() async throws {
        try await withSelectionWorld { world in
            let own = try await open(world)
            let target = try await world.git.head()
            var keys: Set<[String: String]> = []
            for shape in Self.shapes {
                let clone = try await clone(world, shape)
                let isMerge = try await clone.git.head() != own
                #expect(isMerge == (shape.name == "github"), "Jenkins finds nothing to merge")
                let plan = try await clone.plan(environment: shape.environment)
                #expect(plan.selected == ["a": "path"], "\(shape.name)")
                #expect(plan["a"]?.commit == own)
                #expect(plan["a"]?.base == PlanAnswer.Base(target, from: "pull-request"), "\(shape.name)")
                keys.insert(plan.keys)
            }
            #expect(keys.count == 1)
        }
    }

    @Test func `case 47: the first build of a pull request knows no earlier one, and is not empty`() async throws {
        try await withSelectionWorld { world in
            let own = try await open(world)
            for shape in Self.shapes {
                #expect(shape.environment["GIT_PREVIOUS_SUCCESSFUL_COMMIT"] == nil)
                let clone = try await clone(world, shape, withLedger: false)
                let first = try await clone.plan(environment: shape.environment)
                #expect(Set(first.selected.keys) == SelectionWorld.names, "\(shape.name)")
                #expect(first["a"]?.base?.from == "pull-request", "\(shape.name)")
                try await world.lendLedger(to: clone)
                let plan = try await clone.plan(environment: shape.environment)
                #expect(plan.selected == ["a": "path"], "\(shape.name)")
                #expect(plan["a"]?.commit == own)
                try await clone.run(environment: shape.environment)
                let verdicts = try clone.verdicts()
                #expect(verdicts == ["a": "stable", "b": "reused", "c": "reused", "lib": "reused"])
                #expect(try await clone.selected(environment: shape.environment) == [:])
            }
        }
    }

    @Test func `case 48: a target that was fetched long ago selects too much at worst`() async throws {
        try await withSelectionWorld { world in
            let own = try await open(world)
            let stale = try await world.git.head()
            let early = try await world.clone("early", withLedger: true)
            try await world.git.commit("feat: b", ["services/b/src": "2\n"])
            try await world.run(environment: BuildServer.branch)
            for shape in Self.shapes {
                let clone = try await clone(world, shape)
                try await clone.git.git("update-ref", "refs/remotes/origin/main", stale)
                let plan = try await clone.plan(environment: shape.environment)
                #expect(plan.selected == ["a": "path"], "\(shape.name)")
                #expect(plan["a"]?.commit == own)
                #expect(plan["b"]?.record != nil)
                // With records as old as the target, what main did since is built, too; nothing else.
                try await sh("rm -r .slipway/ledger", in: clone.root)
                try await early.lendLedger(to: clone)
                let old = try await clone.plan(environment: shape.environment)
                #expect(old.selected == ["a": "path", "b": "path"], "\(shape.name)")
            }
        }
    }
}
