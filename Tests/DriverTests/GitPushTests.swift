import Fixtures
import Foundation
import Pipeline
import SystemPackage
import Testing

@testable import Driver

struct GitPushTests {
    private func names(_ world: ReleaseWorld) async throws -> [String] {
        try await ReleaseWorld.refs(world.server).map { String($0.prefix { $0 != " " }) }
    }

    // MARK: - What git does, and what follows from it

    @Test func `O01 two jobs with one lightweight tag both win, so tags of releases are objects`() async throws {
        try await withReleaseWorld { world in
            for _ in 0..<2 { try await world.git.git("push", "-q", "origin", "\(world.head):refs/tags/v1.0.0") }
            let light = try await world.remote().refs(matching: ["refs/tags/"])
            #expect(light.map(\.peeled) == [nil])
            // The same commit, and yet nobody takes the tag for theirs.
            let tag = try await world.tag("v1.0.0")
            let outcome = try await world.remote().push(Push(tags: [tag]))
            #expect(outcome == .taken(light))
        }
    }

    @Test func `O02 the second of two jobs with one tag is told what is there`() async throws {
        try await withReleaseWorld { world in
            let (first, second) = (try await world.tag("v1.0.0", run: "1"), try await world.tag("v1.0.0", run: "2"))
            let remote = try await world.remote()
            #expect(try await remote.push(Push(tags: [first])) == .pushed)
            let outcome = try await remote.push(Push(tags: [second]))
            guard case .taken(let refs) = outcome else { return #expect("\(outcome)" == "taken") }
            #expect(refs.map(\.object) == [first.object])
            let winner = try #require(try await remote.tag(refs[0]))
            #expect(try winner.release().release.run.id == "1")
        }
    }

    @Test func `O03 a push that is not atomic leaves a tag behind whose branch was refused`() async throws {
        try await withReleaseWorld { world in
            try await moveMain(world)
            let tag = try await world.tag("v1.0.0")
            let mine = try await world.git.commit("feat: mine", ["c.txt": "c\n"])
            let said = try await run(
                "git", ["push", "-q", "origin", "\(mine):refs/heads/main", "\(tag.object):refs/tags/v1.0.0"],
                in: world.git.root, environment: GitFixture.environment)
            #expect(said.exit != 0)
            #expect(try await names(world) == ["refs/heads/main", "refs/tags/v1.0.0"])
        }
    }

    @Test func `O04 a tag is not there when the branch beside it was refused`() async throws {
        try await withReleaseWorld { world in
            let now = try await moveMain(world)
            let tag = try await world.tag("v1.0.0")
            let mine = try ReleaseWorld.id(try await world.git.commit("feat: mine", ["c.txt": "c\n"]))
            let main = try #require(GitRefName(parsing: "main"))
            let remote = try await world.remote()
            let branch = Push.Branch(name: main, object: mine, expected: world.head)
            let outcome = try await remote.push(Push(tags: [tag], branch: branch))
            #expect(outcome == .branchMoved(to: now))
            #expect(try await names(world) == ["refs/heads/main"])
        }
    }

    @Test func `a branch that is where it was seen goes along`() async throws {
        try await withReleaseWorld { world in
            let tag = try await world.tag("v1.0.0")
            let mine = try ReleaseWorld.id(try await world.git.commit("feat: mine", ["c.txt": "c\n"]))
            let main = try #require(GitRefName(parsing: "main"))
            let push = Push(tags: [tag], branch: .init(name: main, object: mine, expected: world.head))
            let remote = try await world.remote()
            for _ in 0..<2 { #expect(try await remote.push(push) == .pushed) }
            let refs = try await remote.refs()
            #expect(refs.map(\.object) == [mine, tag.object])
        }
    }

    /// Somebody else pushes to the branch.
    @discardableResult
    private func moveMain(_ world: ReleaseWorld) async throws -> ObjectID {
        let other = try await world.clone("other")
        let id = try await other.commit("feat: other", ["b.txt": "b\n"])
        try await other.git("push", "-q", "origin", "main")
        return try ReleaseWorld.id(id)
    }

    @Test func `O05 with a lease and no plus a tag that is there stays`() async throws {
        try await withReleaseWorld { world in
            try await world.server.git("tag", "v1.0.0", "main")
            let tag = try await world.tag("v1.0.0")
            let push = Push(tags: [tag])
            #expect(push.arguments(to: "origin").contains("--force-with-lease=refs/tags/v1.0.0:"))
            let said = try await run(
                "git", push.arguments(to: "origin"), in: world.git.root, environment: GitFixture.environment)
            #expect(said.exit != 0)
            #expect(said.output.contains("[rejected] (stale info)"))
            #expect(try await world.server.git("rev-parse", "v1.0.0") == "\(world.head)")
        }
    }

    @Test func `O06 with a plus the lease is worth nothing, so there is none`() async throws {
        try await withReleaseWorld { world in
            try await world.server.git("tag", "v1.0.0", "main")
            let tag = try await world.tag("v1.0.0")
            let main = try #require(GitRefName(parsing: "main"))
            let branch = Push.Branch(name: main, object: world.head, expected: world.head)
            let arguments = Push(tags: [tag], branch: branch).arguments(to: "origin")
            #expect(!arguments.contains { $0.hasPrefix("+") || $0 == "--force" || $0 == "-f" })
            #expect(arguments.contains("--atomic"))
            let forced = arguments.map { $0.hasPrefix("\(tag.object):") ? "+" + $0 : $0 }
            let said = try await run("git", forced, in: world.git.root, environment: GitFixture.environment)
            #expect(said.exit == 0)
            #expect(try await world.server.git("rev-parse", "v1.0.0") == "\(tag.object)")
        }
    }

    @Test func `O07 nothing is pushed by libgit2, which moves tags without being told to`() throws {
        let sources = Golden.project.appending("Sources")
        let files = try #require(FileManager.default.enumerator(atPath: sources.string))
            .compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") || $0.hasSuffix(".h") }
        #expect(files.contains("CLibgit2/shim.h"))
        for file in files {
            let text = try sources.appending(FilePath(file).components).text
            #expect(text.firstRange(of: #/git_(remote|push|tag_create)[a-z_]*\s*\(/#) == nil, "\(file)")
        }
    }

    @Test(arguments: [("billing/v1.0.0", "billing"), ("billing", "billing/v1.0.0")])
    func `O08 a tag cannot be a folder of tags`(there: String, new: String) async throws {
        try await withReleaseWorld { world in
            try await world.server.git("tag", there, "main")
            let tag = try await world.tag(new)
            let outcome = try await world.remote().push(Push(tags: [tag, try await world.tag("free")]))
            guard case .rejected(let reason) = outcome else { return #expect("\(outcome)" == "rejected") }
            #expect(reason.contains("refs/tags/\(there)"))
            #expect(try await names(world) == ["refs/heads/main", "refs/tags/\(there)"])
        }
    }

    // MARK: - Races and refusals

    @Test func `of many who push one tag one wins, and no clone of the others has a trace`() async throws {
        try await withReleaseWorld { world in
            let count = 8
            var clones: [GitFixture] = []
            for index in 0..<count { clones.append(try await world.clone("clone-\(index)")) }
            let outcomes = try await withThrowingTaskGroup(of: (Int, ObjectID, PushOutcome).self) { group in
                for (index, clone) in clones.enumerated() {
                    let tag = try await world.tag("billing/v1.0.0", run: "run-\(index)", at: clone.root)
                    group.addTask {
                        (index, tag.object, try await world.remote(at: clone.root).push(Push(tags: [tag])))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let winners = outcomes.filter { $0.2 == .pushed }
            #expect(winners.count == 1)
            let there = try await world.remote().refs(matching: ["refs/tags/"])
            #expect(there.map(\.object) == winners.map(\.1))
            for (index, _, outcome) in outcomes where outcome != .pushed {
                #expect(outcome == .taken(there), "\(index)")
                let refs = try await ReleaseWorld.refs(clones[index])
                #expect(!refs.contains { $0.contains("refs/tags") })
                let status = try await clones[index].git("status", "--porcelain")
                #expect(status == "")
            }
            #expect(try world.scratch.children == [])
        }
    }

    @Test func `a lock that another push holds for a moment is waited out`() async throws {
        try await withReleaseWorld { world in
            let lock = world.server.root.appending("refs/tags/v1.0.0.lock")
            try lock.put("")
            // The second push finds it gone.
            try world.hook("pre-receive", "[ -e seen ] && rm -f refs/tags/v1.0.0.lock; touch seen\n")
            let tag = try await world.tag("v1.0.0")
            let outcome = try await world.remote().push(Push(tags: [tag]))
            #expect(outcome == .pushed)
        }
    }

    @Test func `a lock that is left over for good is a refusal that names it`() async throws {
        try await withReleaseWorld { world in
            try world.server.root.appending("refs/tags/v1.0.0.lock").put("")
            let tag = try await world.tag("v1.0.0")
            let outcome = try await world.remote().push(Push(tags: [tag]))
            guard case .rejected(let reason) = outcome else { return #expect("\(outcome)" == "rejected") }
            #expect(reason.contains("v1.0.0.lock"))
        }
    }

    @Test func `what a hook refuses is not there, and its words are told`() async throws {
        try await withReleaseWorld { world in
            try world.hook(
                "update", "case $1 in refs/heads/main) printf 'main is \\033[31mprotected\\n' >&2; exit 1;; esac\n")
            let tag = try await world.tag("v1.0.0")
            let mine = try ReleaseWorld.id(try await world.git.commit("feat: mine", ["c.txt": "c\n"]))
            let main = try #require(GitRefName(parsing: "main"))
            let push = Push(tags: [tag], branch: .init(name: main, object: mine, expected: world.head))
            let outcome = try await world.remote().push(push)
            guard case .rejected(let reason) = outcome else { return #expect("\(outcome)" == "rejected") }
            #expect(reason.contains("hook declined"))
            #expect(reason.contains("protected"))
            #expect(!reason.contains("\u{1B}"))
            #expect(try await names(world) == ["refs/heads/main"])
            try world.hook("pre-receive", "echo no releases today >&2; exit 1\n")
            let second = try await world.remote().push(Push(tags: [tag]))
            guard case .rejected(let reason) = second else { return #expect("\(second)" == "rejected") }
            #expect(reason.contains("no releases today"))
        }
    }

    @Test func `a push whose answer was lost is settled by what is there`() async throws {
        try await withReleaseWorld { world in
            try world.hook("reference-transaction", "[ \"$1\" != committed ] || kill -9 $PPID\n")
            let tag = try await world.tag("v1.0.0")
            let direct = try await run(
                "git", Push(tags: [try await world.tag("other")]).arguments(to: "origin"), in: world.git.root,
                environment: GitFixture.environment)
            #expect(direct.exit != 0)
            #expect(try await world.remote().push(Push(tags: [tag])) == .pushed)
            #expect(try await names(world) == ["refs/heads/main", "refs/tags/other", "refs/tags/v1.0.0"])
        }
    }

    @Test func `a server that dies before it changes anything is not reachable`() async throws {
        try await withReleaseWorld { world in
            try world.hook("pre-receive", "kill -9 $PPID\n")
            let tag = try await world.tag("v1.0.0")
            let error = await #expect(throws: GitCommandError.self) {
                try await world.remote().push(Push(tags: [tag]))
            }
            guard case .unreachable? = error else { return #expect("\(String(describing: error))" == "unreachable") }
            #expect(try await names(world) == ["refs/heads/main"])
        }
    }

    @Test func `a server that does not answer in time is not waited for`() async throws {
        try await withReleaseWorld { world in
            try world.hook("pre-receive", "exec sleep 3600\n")
            let tag = try await world.tag("v1.0.0")
            let remote = try await impatient(world.remote())
            let error = await #expect(throws: GitCommandError.self) { try await remote.push(Push(tags: [tag])) }
            #expect(error?.description.contains("no answer within 2s") == true)
            #expect(try await names(world) == ["refs/heads/main"])
        }
    }

    private func impatient(_ remote: GitRemote) -> GitRemote {
        var copy = remote
        copy.git.timeout = Seconds(2)
        return copy
    }

    @Test func `when the answer is lost and nobody can be asked, that is said`() async throws {
        try await withReleaseWorld { world in
            let away = "mv '\(world.server.root)' '\(world.folder.appending("away.git"))'"
            try world.hook("reference-transaction", "[ \"$1\" != committed ] || { \(away); kill -9 $PPID; }\n")
            let tag = try await world.tag("v1.0.0")
            let error = await #expect(throws: GitCommandError.self) {
                try await world.remote().push(Push(tags: [tag]))
            }
            guard case .unsettled? = error else { return #expect("\(String(describing: error))" == "unsettled") }
        }
    }

    @Test(arguments: [
        "$(id)/v1", "a;id", "größe/v1", "a'b\"c", "main", "x=y", "v1.0.0+a", "origin/main", "refs/tags/v1",
    ])
    func `names that look like something else are only names`(name: String) async throws {
        try await withReleaseWorld { world in
            let tag = try await world.tag(name)
            let outcome = try await world.remote().push(Push(tags: [tag]))
            #expect(outcome == .pushed)
            #expect(try await names(world) == ["refs/heads/main", "refs/tags/\(name)"])
            let remote = try await world.remote()
            let ref = try #require(try await remote.refs(matching: ["refs/tags/"]).first)
            let object = try #require(try await remote.tag(ref))
            #expect(object.name.text == name)
        }
    }

    @Test(arguments: ["-x", "--exec=id", "-d"])
    func `a name that git would take for an option is none for a tag`(name: String) async throws {
        try await withReleaseWorld { world in
            let error = await #expect(throws: GitCommandError.self) { try await world.tag(name) }
            #expect(error?.description.contains("valid tag name") == true)
        }
    }
}
