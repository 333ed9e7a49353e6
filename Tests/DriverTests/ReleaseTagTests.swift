import Fixtures
import Pipeline
import SystemPackage
import Testing

@testable import Driver

struct ReleaseTagTests {
    @Test func `a tag object is made, and no ref of the clone names it`() async throws {
        try await withReleaseWorld { world in
            let before = try await ReleaseWorld.refs(world.git)
            let draft = try ReleaseWorld.draft("billing/v1.0.0", world.head)
            let id = try await world.program().make(draft)
            let tag = try await world.program().tag(id)
            #expect(tag.name.text == "billing/v1.0.0")
            #expect(tag.target == world.head)
            #expect(tag.tagger == "Ada Lovelace <ada@example.org>")
            #expect(try tag.release() == draft.message)
            #expect(!tag.isSigned)
            let after = try await ReleaseWorld.refs(world.git)
            #expect(after == before)
            #expect(try world.scratch.children == [])
            // Nothing is wrong with it in the eyes of git either.
            try await world.git.git("fsck", "--strict", "--no-dangling")
            let again = try await world.program().make(draft)
            #expect(again == id)
        }
    }

    @Test func `tags of two runs differ although all else is the same`() async throws {
        try await withReleaseWorld { world in
            let one = try await world.tag("v1.0.0", run: "run-1")
            let other = try await world.tag("v1.0.0", run: "run-2")
            #expect(one.object != other.object)
        }
    }

    @Test func `settings of git that would ask, sign or push more change nothing`() async throws {
        try await withReleaseWorld { world in
            let settings = world.folder.appending("gitconfig")
            for (key, value) in [
                ("tag.gpgSign", "true"), ("tag.forceSignAnnotated", "true"), ("gpg.program", "false"),
                ("core.editor", "false"), ("core.commentChar", "b"), ("push.followTags", "true"),
                ("push.default", "matching"), ("fetch.prune", "true"), ("user.useConfigOnly", "true"),
            ] { try await world.git.git("config", "--file", settings.string, key, value) }
            try await world.git.git("tag", "-a", "-m", "local only", "local/v9.0.0")
            let program = world.program(["GIT_CONFIG_GLOBAL": settings.string])
            let draft = try ReleaseWorld.draft("v1.0.0", world.head)
            let tag = Push.Tag(name: draft.name, object: try await program.make(draft))
            #expect(try await program.tag(tag.object).isSigned == false)
            let outcome = try await GitRemote("origin", of: program).push(Push(tags: [tag]))
            #expect(outcome == .pushed)
            let refs = try await world.remote().refs(matching: ["refs/tags/"]).map(\.name.text)
            #expect(refs == ["refs/tags/v1.0.0"])
        }
    }

    @Test func `a linked work tree and variables of another repository are no hindrance`() async throws {
        try await withReleaseWorld { world in
            let linked = world.folder.appending("linked")
            try await world.git.git("worktree", "add", "-q", linked.string)
            let wrong = ["GIT_DIR": "/nowhere", "GIT_WORK_TREE": "/nowhere", "GIT_INDEX_FILE": "/nowhere/index"]
            let program = world.program(wrong, at: linked)
            let id = try await program.make(ReleaseWorld.draft("v1.0.0", world.head))
            #expect(try await world.program().has([id, world.head]))
            #expect(try await world.program().has([id, .test(7)]) == false)
        }
    }

    // MARK: - Who

    @Test func `a variable says who makes tags`() async throws {
        try await withReleaseWorld { world in
            let program = world.program(["SLIPWAY_TAGGER": "Release Robot <robot@ci.example>"])
            let id = try await program.make(ReleaseWorld.draft("v1.0.0", world.head))
            #expect(try await program.tag(id).tagger == "Release Robot <robot@ci.example>")
        }
    }

    @Test(arguments: ["robot", "<a@b>", "Robot <>", "Robot <a@b> x", "Ro\nbot <a@b>", "a <b <c@d>", "a > <b@c>"])
    func `a variable that names nobody is refused`(text: String) async throws {
        try await withReleaseWorld { world in
            let program = world.program(["SLIPWAY_TAGGER": text])
            await #expect(throws: GitCommandError.badTagger(text)) {
                try await program.make(ReleaseWorld.draft("v1.0.0", world.head))
            }
        }
    }

    @Test func `without a name there is no tag, and no name is guessed`() async throws {
        try await withReleaseWorld { world in
            let nameless = GitFixture.environment.filter { !$0.key.hasPrefix("GIT_COMMITTER") }
            let program = GitProgram(at: world.git.root, environment: nameless, scratch: world.scratch)
            let draft = try ReleaseWorld.draft("v1.0.0", world.head)
            await #expect(throws: GitCommandError.nobody) { try await program.make(draft) }
            try await world.git.git("config", "user.name", "Grace Hopper")
            try await world.git.git("config", "user.email", "grace@example.org")
            let id = try await program.make(draft)
            #expect(try await program.tag(id).tagger == "Grace Hopper <grace@example.org>")
        }
    }

    @Test func `a commit that is not there and a blob cannot be released`() async throws {
        try await withReleaseWorld { world in
            await #expect(throws: GitCommandError.self) {
                try await world.program().make(ReleaseWorld.draft("v1.0.0", .test(9)))
            }
            let blob = try ReleaseWorld.id(try await world.git.git("rev-parse", "HEAD:a.txt"))
            let error = await #expect(throws: GitCommandError.self) {
                try await world.program().make(ReleaseWorld.draft("v1.0.0", blob))
            }
            #expect(error?.fault == .unverifiable)
            #expect(try world.scratch.children == [])
        }
    }

    // MARK: - Signatures

    private func withKey(_ world: ReleaseWorld) async throws -> (allowed: FilePath, program: GitProgram) {
        let key = world.folder.appending("key")
        try await sh("ssh-keygen -q -t ed25519 -N '' -C '' -f key", in: world.folder)
        try await world.git.git("config", "user.signingkey", key.string)
        let allowed = world.folder.appending("allowed")
        try allowed.put("ada@example.org namespaces=\"git\" \(try world.folder.appending("key.pub").text)")
        return (allowed, world.program())
    }

    @Test func `a tag signed with an SSH key is known by a list of allowed signers, also to git itself`() async throws {
        try await withReleaseWorld { world in
            let (allowed, program) = try await withKey(world)
            let draft = try ReleaseWorld.draft("billing/v1.0.0", world.head, signing: .ssh)
            let id = try await program.make(draft)
            let tag = try await program.tag(id)
            #expect(tag.isSigned)
            #expect(try tag.release() == draft.message)
            guard case .good(let signer) = try await program.signature(of: tag, allowed: allowed) else {
                Issue.record("not good")
                return
            }
            #expect(signer.name == "ada@example.org")
            #expect(signer.key.hasPrefix("SHA256:"))
            try await world.git.git("-c", "gpg.ssh.allowedSignersFile=\(allowed)", "verify-tag", "\(id)")
            #expect(try world.scratch.children == [])
        }
    }

    @Test func `a signature of a stranger, a broken one and none are told apart`() async throws {
        try await withReleaseWorld { world in
            let (allowed, program) = try await withKey(world)
            let id = try await program.make(ReleaseWorld.draft("v1.0.0", world.head, signing: .ssh))
            let tag = try await program.tag(id)
            let nobody = world.folder.appending("nobody")
            try nobody.put(
                "eve@example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFf3XkpDcCr1cAUmUeoQ6eRRYgP4tmqvLyVfjvdPIkQP\n")
            let strange = try await program.signature(of: tag, allowed: nobody)
            guard case .bad = strange else { return #expect("\(strange)" == "bad") }
            let text = try await world.git.git("cat-file", "tag", "\(id)")
            let forged = text.replacing("billing 1.0.0", with: "billing 6.6.6") + "\n"
            try world.folder.appending("forged").put(forged)
            let broken = try ReleaseWorld.id(
                try await world.git.git(
                    "hash-object", "-t", "tag", "-w", world.folder.appending("forged").string))
            let verdict = try await program.signature(of: program.tag(broken), allowed: allowed)
            guard case .bad = verdict else { return #expect("\(verdict)" == "bad") }
            let plain = try await program.make(ReleaseWorld.draft("v1.0.0", world.head))
            let none = try await program.signature(of: program.tag(plain), allowed: allowed)
            #expect(none == .none)
        }
    }

    @Test func `a tag signed with GPG is known by the key ring`() async throws {
        try await withReleaseWorld { world in
            let home = world.folder.appending("gnupg")
            let ring = ["GNUPGHOME": home.string]
            try await sh(
                "mkdir -m 700 gnupg && gpg --batch --quiet --passphrase '' "
                    + "--quick-gen-key 'Ada <ada@example.org>' ed25519 sign never",
                in: world.folder, environment: ring)
            try await world.git.git("config", "user.signingkey", "ada@example.org")
            let program = world.program(ring)
            let id = try await program.make(ReleaseWorld.draft("v1.0.0", world.head, signing: .gpg))
            let tag = try await program.tag(id)
            let good = try await program.signature(of: tag)
            let strange = try await world.program(["GNUPGHOME": world.scratch.string]).signature(of: tag)
            try await sh("gpgconf --kill all", in: world.folder, environment: ring)
            guard case .good(let signer) = good else { return #expect("\(good)" == "good") }
            #expect(signer.name == "Ada <ada@example.org>")
            #expect(signer.key.utf8.count == 40)
            guard case .bad = strange else { return #expect("\(strange)" == "bad") }
        }
    }

    @Test(arguments: [TagSigning.ssh, .gpg])
    func `a tag that cannot be signed is not made`(signing: TagSigning) async throws {
        try await withReleaseWorld { world in
            try await world.git.git("config", "user.signingkey", world.folder.appending("no-such-key").string)
            let program = world.program(["GNUPGHOME": world.scratch.string])
            let error = await #expect(throws: GitCommandError.self) {
                try await program.make(ReleaseWorld.draft("v1.0.0", world.head, signing: signing))
            }
            guard case .unsigned(signing, _)? = error else {
                return #expect("\(String(describing: error))" == "unsigned")
            }
            #expect(try await ReleaseWorld.refs(world.git).contains { $0.contains("refs/tags") } == false)
        }
    }
}
