import Fixtures
import Pipeline
import SystemPackage
import Testing

@testable import Driver

struct GitRemoteTests {
    @Test func `tags of both kinds and branches are listed with what they lead to`() async throws {
        try await withReleaseWorld { world in
            let tag = try await world.tag("billing/v1.0.0")
            _ = try await world.remote().push(Push(tags: [tag]))
            try await world.server.git("tag", "light", "main")
            let all = try await world.remote().refs()
            #expect(all.map(\.name.text) == ["refs/heads/main", "refs/tags/billing/v1.0.0", "refs/tags/light"])
            #expect(all.map(\.object) == [world.head, tag.object, world.head])
            #expect(all.map(\.peeled) == [nil, world.head, nil])
            #expect(all.allSatisfy { $0.commit == world.head })
            let some = try await world.remote().refs(matching: ["refs/tags/billing/", "refs/heads/x"])
            #expect(some.map(\.name.text) == ["refs/tags/billing/v1.0.0"])
        }
    }

    @Test func `what is no list of refs is no answer, and names git would not take are passed over`() throws {
        let (one, two) = (ObjectID.test(1), ObjectID.test(2))
        let text = "\(one)\trefs/tags/a..b\n\(one)\trefs/tags/a..b^{}\n\(one)\trefs/tags/a\n\(two)\trefs/tags/a^{}\n"
        let odd = Array("\(one)\trefs/tags/".utf8) + [0xFF, 0x0A]
        let refs = try GitRemote.refs(Array(text.utf8) + odd + Array("\(two)\trefs/tags/b\n".utf8), of: "x")
        #expect(refs.map(\.name.text) == ["refs/tags/a", "refs/tags/b"])
        #expect(refs.map(\.peeled) == [two, nil])
        for wrong in ["hello\n", "\(one) refs/tags/a\n", "\(one)\(one)\trefs/tags/a\n", "\u{1B}[2J\n"] {
            let error = #expect(throws: GitCommandError.self) { try GitRemote.refs(Array(wrong.utf8), of: "x") }
            #expect(error?.description.contains("\u{1B}") == false)
        }
    }

    @Test(arguments: ["nope", "", "-x", "--upload-pack=touch evil", ".", "main", "origin x"])
    func `a remote that is not configured is named`(name: String) async throws {
        try await withReleaseWorld { world in
            let error = await #expect(throws: GitCommandError.self) { try await world.remote(name) }
            #expect(error == .noSuchRemote(name))
            #expect(error?.fault == .usage)
        }
    }

    @Test(arguments: ["ssh://127.0.0.1:1/x.git", "http://127.0.0.1:1/x.git", "/no/such/repository.git"])
    func `a server that is away is a fault of the world`(address: String) async throws {
        try await withReleaseWorld { world in
            let remote = try await world.remote(address)
            let error = await #expect(throws: GitCommandError.self) { try await remote.refs() }
            guard case .unreachable? = error else { return #expect("\(String(describing: error))" == "unreachable") }
            #expect(error?.fault == .environment)
            let tag = try await world.tag("v1.0.0")
            await #expect(throws: GitCommandError.self) { try await remote.push(Push(tags: [tag])) }
        }
    }

    @Test func `an address that would run a command runs none`() async throws {
        try await withReleaseWorld { world in
            let mark = world.folder.appending("mark")
            for address in [
                "ext::sh -c touch% \(mark)", "x:--upload-pack=touch \(mark)", "ssh://-oProxyCommand=touch/x",
            ] {
                await #expect(throws: GitCommandError.self) { try await world.remote(address).refs() }
            }
            #expect(!mark.isThere)
        }
    }

    @Test func `passwords are not shown`() async throws {
        #expect(GitRemote.withoutPassword("https://ada:secret@git.example/x.git") == "https://git.example/x.git")
        #expect(GitRemote.withoutPassword("https://git.example/a@b") == "https://git.example/a@b")
        #expect(GitRemote.withoutPassword("git@git.example:x.git") == "git@git.example:x.git")
        try await withReleaseWorld { world in
            let remote = try await world.remote("http://ada:secret@127.0.0.1:1/x.git")
            let error = await #expect(throws: GitCommandError.self) { try await remote.refs() }
            #expect(error?.description.contains("secret") == false)
        }
    }

    @Test func `it is read where pushes go, and that is one place`() async throws {
        try await withReleaseWorld { world in
            try await sh("git clone -q --bare server.git late.git", in: world.folder)
            try await world.git.git("remote", "set-url", "origin", world.folder.appending("late.git").string)
            try await world.git.git("remote", "set-url", "--push", "origin", world.server.root.string)
            let tag = try await world.tag("v1.0.0")
            let remote = try await world.remote()
            let outcome = try await remote.push(Push(tags: [tag]))
            #expect(outcome == .pushed)
            let refs = try await remote.refs(matching: ["refs/tags/"])
            #expect(refs.map(\.object) == [tag.object])
            try await world.git.git("remote", "set-url", "--push", "--add", "origin", "/elsewhere")
            await #expect(throws: GitCommandError.severalAddresses("origin")) { try await world.remote() }
        }
    }

    // MARK: - Objects of others

    @Test(arguments: [[], ["--depth=1"], ["--filter=blob:none"], ["--no-tags"]])
    func `a tag of somebody else is brought here and read, and no ref changes`(arguments: [String]) async throws {
        try await withReleaseWorld { world in
            let target = world.folder.appending("other")
            try await sh(
                "git -C server.git config uploadpack.allowFilter true; "
                    + "git clone -q \(arguments.joined(separator: " ")) file://\(world.server.root) other",
                in: world.folder)
            let other = GitFixture(existing: target)
            let next = try ReleaseWorld.id(try await world.git.commit("fix: more", ["b.txt": "b\n"]))
            try await world.git.git("push", "-q", "origin", "main")
            let draft = try ReleaseWorld.draft("billing/v1.0.0", next)
            let id = try await world.program().make(draft)
            _ = try await world.remote().push(Push(tags: [.init(name: draft.name, object: id)]))
            let before = try await ReleaseWorld.refs(other)
            let remote = try await world.remote(at: target)
            let ref = try #require(try await remote.refs(matching: ["refs/tags/"]).first)
            let tag = try #require(try await remote.tag(ref))
            #expect(try tag.release() == draft.message)
            #expect(tag.target == next)
            try await other.git("rev-parse", "--verify", "\(next)^{tree}")
            let after = try await ReleaseWorld.refs(other)
            #expect(after == before)
            #expect(!target.appending(".git/FETCH_HEAD").isThere)
            try await remote.git.keep([.init(name: draft.name, object: id)])
            let kept = try await other.git("rev-parse", "refs/tags/billing/v1.0.0")
            #expect(kept == "\(id)")
        }
    }

    @Test func `a lightweight tag has no object, and one of another name is not taken for it`() async throws {
        try await withReleaseWorld { world in
            let tag = try await world.tag("billing/v1.0.0")
            try await world.git.git("push", "-q", "origin", "\(tag.object):refs/tags/billing/v2.0.0")
            try await world.server.git("tag", "light", "main")
            let remote = try await world.remote()
            let refs = try await remote.refs(matching: ["refs/tags/"])
            #expect(refs.map(\.name.text) == ["refs/tags/billing/v2.0.0", "refs/tags/light"])
            let light = try await remote.tag(refs[1])
            #expect(light == nil)
            let error = await #expect(throws: GitCommandError.self) { try await remote.tag(refs[0]) }
            #expect(error?.fault == .unverifiable)
        }
    }

    @Test func `a tag that was deleted meanwhile is no tag`() async throws {
        try await withReleaseWorld { world in
            let other = try await world.clone("other")
            let tag = try await world.tag("v1.0.0")
            _ = try await world.remote().push(Push(tags: [tag]))
            let remote = try await world.remote(at: other.root)
            let ref = try #require(try await remote.refs(matching: ["refs/tags/"]).first)
            try await world.server.git("tag", "-d", "v1.0.0")
            await #expect(throws: GitCommandError.self) { try await remote.tag(ref) }
        }
    }

    @Test func `local tags follow the remote, also where a stale one is in the way`() async throws {
        try await withReleaseWorld { world in
            try await world.git.git("tag", "v1.0.0")
            let tag = try await world.tag("v1.0.0")
            let other = try await world.tag("größe/v1")
            try await world.program().keep([tag, other])
            let refs = try await ReleaseWorld.refs(world.git).filter { $0.hasPrefix("refs/tags/") }
            #expect(refs == ["refs/tags/größe/v1 \(other.object)", "refs/tags/v1.0.0 \(tag.object)"])
            try await world.program().keep([])
            let clash = Push.Tag(name: try #require(GitRefName(parsing: "v1.0.0/x")), object: tag.object)
            await #expect(throws: GitCommandError.self) { try await world.program().keep([clash]) }
        }
    }
}
