import Fixtures
import Pipeline
import Signing
import SystemPackage
import Testing

@testable import Git

/// For work trees without large files.
private func noHash(_ file: String) -> Digest? { nil }

struct RepositoryTests {
    private func repository(_ fixture: GitFixture) throws -> Repository { try Repository(at: fixture.root.string) }

    private func isMissing(_ error: any Error) -> GitError? { error as? GitError }

    @Test func `facts of a plain clone`() async throws {
        try await withRepository { fixture in
            let head = try await fixture.commit("feat: a", ["a": "x"])
            try await fixture.git("remote", "add", "origin", "https://user:secret@host.example/acme/x.git")
            let facts = try repository(fixture).facts()
            #expect("\(facts.head)" == head)
            #expect(try await "\(facts.tree)" == fixture.git("rev-parse", "HEAD^{tree}"))
            #expect((facts.branch, facts.shallow, facts.dirty) == ("main", false, false))
            #expect(facts.remote == "https://host.example/acme/x.git")
        }
    }

    @Test func `detached, in a linked work tree, in a subfolder, bare: the same commit`() async throws {
        try await withRepository { fixture in
            let head = try await fixture.commit("feat: a", ["s/a": "x"])
            let tree = fixture.root.removingLastComponent().appending("linked")
            try await fixture.git("worktree", "add", "-q", "--detach", tree.string)
            let linked = try Repository(at: tree.string)
            #expect(try "\(linked.facts().head)" == head)
            #expect(try linked.facts().branch == nil)
            let folders = (linked.workTree, linked.commonFolder)
            #expect(folders == (tree.string + "/", fixture.root.appending(".git").string + "/"))
            #expect(try "\(Repository(at: fixture.root.appending("s").string).facts().head)" == head)
            let bare = try await fixture.clone(to: fixture.root.removingLastComponent().appending("bare"), "--bare")
            let opened = try Repository(at: bare.root.string)
            let isBare = opened.isBare
            #expect(isBare)
            #expect(try "\(opened.facts().head)" == head)
            #expect(try opened.workTreeState(hash: noHash) { _ in true }.dirt.isEmpty)
        }
    }

    @Test func `a folder that belongs to somebody else opens`() async throws {
        try await withRepository { fixture in
            let head = try await fixture.commit("feat: a", ["a": "x"])
            try await sh("chown -R 12345:12345 '\(fixture.root)'", in: "/")
            #expect(try "\(repository(fixture).facts().head)" == head)
        }
    }

    @Test func `no repository, and one without a commit, are named`() async throws {
        try await withTemporaryFolder { folder in
            let none = #expect(throws: GitError.self) { _ = try Repository(at: folder.string) }
            #expect(none == .notARepository(folder.string))
            let fixture = try await GitFixture(at: folder.appending("empty"))
            let empty = #expect(throws: GitError.self) { try repository(fixture).facts() }
            #expect(empty == .empty(fixture.root.string + "/"))
        }
    }

    @Test func `a partial clone without blobs is read; one without trees says what to fetch`() async throws {
        try await withRepository { fixture in
            try await fixture.git("config", "uploadpack.allowFilter", "true")
            let head = try await fixture.commit("feat: a", ["s/a": "x", "s/b": "y"])
            let parent = fixture.root.removingLastComponent()
            let blobless = try await fixture.clone(
                to: parent.appending("blobless"), "--filter=blob:none", "--no-checkout")
            let opened = try Repository(at: blobless.root.string)
            let facts = try opened.facts()
            let tree = opened.tree(facts.tree)
            #expect(try tree.files(below: .root).map(\.path) == ["s/a", "s/b"])
            let blob = try #require(try tree.entry(at: "s/a"))
            let missing = #expect(throws: GitError.self) { _ = try tree.content(of: "s/a") }
            #expect(missing == .missing(object: "blob \(blob.id)", clone: .partial(filter: "blob:none")))
            #expect(missing?.fault == .history)
            let treeless = try await fixture.clone(to: parent.appending("treeless"), "--filter=tree:0", "--no-checkout")
            let second = try Repository(at: treeless.root.string)
            #expect(try "\(second.facts().head)" == head)
            let bare = second.tree(try second.facts().tree)
            let error = #expect(throws: GitError.self) { try bare.files(below: .root) }
            #expect(error?.hint == "fetch whole trees: git fetch --refetch --filter=blob:none")
        }
    }

    @Test func `files that a sparse checkout left out are no deletions`() async throws {
        try await withRepository { fixture in
            try await fixture.commit("feat: a", ["a/x": "1", "b/y": "2", "c/z": "3"])
            try await fixture.git("sparse-checkout", "set", "--no-cone", "/a/")
            #expect(!fixture.root.appending("b").isThere)
            #expect(try repository(fixture).workTreeState(hash: noHash) { _ in true }.dirt.isEmpty)
            try fixture.put("a/x", "changed")
            #expect(try repository(fixture).workTreeState(hash: noHash) { _ in true }.dirt.map(\.path) == ["a/x"])
        }
    }

    @Test func `a SHA-256 repository is refused with a sentence`() async throws {
        try await withTemporaryFolder { folder in
            try await sh("git init -q --object-format=sha256 x", in: folder)
            let error = #expect(throws: GitError.self) { _ = try Repository(at: folder.appending("x").string) }
            guard case .unsupported(_, let reason, _) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(reason == "a SHA-256 repository, which libgit2 1.5 cannot read")
        }
    }

    @Test func `an index that libgit2 cannot read is named, with what mends it`() async throws {
        try await withRepository { fixture in
            try await fixture.commit("feat: a", ["a/x": "1", "b/y": "2"])
            func error() throws -> GitError? {
                let repository = try repository(fixture)
                return #expect(throws: GitError.self) { _ = try repository.workTreeState(hash: noHash) { _ in true } }
            }
            try await fixture.git("update-index", "--split-index")
            let split = try error()
            #expect(split == .index(.split))
            #expect(split?.hint?.contains("git update-index --no-split-index") == true)
            try await fixture.git("update-index", "--no-split-index")
            try await fixture.git("sparse-checkout", "set", "--cone", "--sparse-index", "a")
            try await sh("rm -rf b; git sparse-checkout reapply --sparse-index", in: fixture.root)
            try fixture.put("a/x", "changed")
            #expect(try error() == .index(.sparse))
            try fixture.put(".git/index", "garbage")
            let damaged = try error()
            guard case .index(.damaged) = damaged else {
                Issue.record("\(String(describing: damaged))")
                return
            }
            #expect(damaged?.fault == .history)
        }
    }

    @Test(arguments: ["HEAD", "objects", "refs"])
    func `a repository that lost a part is damaged, not absent`(part: String) async throws {
        try await withRepository { fixture in
            try await fixture.commit("feat: a", ["a": "x"])
            try await sh("rm -rf '.git/\(part)'", in: fixture.root)
            let error = #expect(throws: GitError.self) { _ = try repository(fixture) }
            #expect(error == .damaged(fixture.root.string + "/.git/", lacks: part))
        }
    }

    @Test(arguments: [0, 1, 5, 40])
    func `an object that was cut is missing, and nobody waits for it`(length: Int) async throws {
        try await withRepository { fixture in
            let head = try await fixture.commit("feat: a", ["a": "x"])
            let file = ".git/objects/\(head.prefix(2))/\(head.dropFirst(2))"
            try await sh("chmod u+w \(file) && truncate -s \(length) \(file)", in: fixture.root)
            let error = #expect(throws: GitError.self) { _ = try repository(fixture).facts() }
            #expect(error == .missing(object: "commit \(head)", clone: .complete))
        }
    }

    @Test func `annotated and lightweight tags lead to commits, a tag on a tree to none`() async throws {
        try await withRepository { fixture in
            let first = try await fixture.commit("feat: a", ["a": "x"])
            try await fixture.git("tag", "light/v1.0.0")
            let second = try await fixture.commit("feat: b", ["a": "y"])
            try await fixture.git("tag", "-a", "-m", "release", "heavy/v1.0.0")
            try await fixture.git("tag", "-a", "-m", "twice", "nested/v1.0.0", "heavy/v1.0.0")
            try await fixture.git("tag", "tree/v1.0.0", "HEAD^{tree}")
            try await fixture.git("pack-refs", "--all")
            let tags = try repository(fixture).tags { $0.hasSuffix("v1.0.0") }
            #expect(tags.map(\.name) == ["heavy/v1.0.0", "light/v1.0.0", "nested/v1.0.0", "tree/v1.0.0"])
            #expect(tags.map { $0.commit.map { "\($0)" } } == [second, first, second, nil])
            #expect(tags.map(\.isAnnotated) == [true, false, true, false])
        }
    }

    @Test func `a commit says who, when and what, even in other alphabets`() async throws {
        try await withRepository { fixture in
            let id = try await fixture.commit(
                "fix(größe): ändern\n\nBREAKING CHANGE: ja\n", ["a": "x"], author: "Łukasz Ünal")
            let commit = try repository(fixture).commit(try #require(ObjectID(parsing: id)))
            #expect(commit.author == "Łukasz Ünal <łukasz@example.org>")
            #expect(commit.subject == "fix(größe): ändern")
            #expect(commit.time.seconds == 1_700_000_000)
            #expect(commit.parents.isEmpty)
        }
    }

    @Test func `an unknown revision is named`() async throws {
        try await withRepository { fixture in
            try await fixture.commit("feat: a", ["a": "x"])
            let error = #expect(throws: GitError.self) { try repository(fixture).commit(named: "origin/nowhere") }
            #expect(error == .unknownRevision("origin/nowhere"))
        }
    }
}

struct WorkTreeTests {
    /// The tree that git itself would commit.
    private func committed(_ fixture: GitFixture) async throws -> String {
        try await fixture.git("add", "-A")
        return try await fixture.git("write-tree")
    }

    private func overlaid(_ fixture: GitFixture) throws -> String {
        let repository = try Repository(at: fixture.root.string)
        let dirt = try repository.workTreeState(hash: noHash) { _ in true }.dirt
        return try "\(repository.tree(repository.facts().tree, with: dirt).id)"
    }

    @Test func `uncommitted work has the tree its commit will have`() async throws {
        try await withRepository { fixture in
            try await fixture.commit(
                "feat: a",
                [
                    "s/a": "1", "s/b": "2", "s/deep/c": "3", "gone/only": "4", "t": "5", ".gitignore": "*.o\n",
                    "typed": "6",
                ])
            try fixture.put("s/a", "changed")
            try fixture.remove("s/b")
            try fixture.remove("gone/only")
            try fixture.put("s/new/file", "new")
            try fixture.put("s/x.o", "ignored")
            try await sh(
                """
                chmod +x t; ln -s ../t s/link; rm typed; mkdir typed; echo x > typed/inner
                printf 'x' > 'with space'; printf 'y' > "$(printf 'li\\nne')"; printf 'z' > "$(printf 'la\\377tin')"
                """, in: fixture.root)
            let ours = try overlaid(fixture)
            let theirs = try await committed(fixture)
            #expect(ours == theirs)
        }
    }

    @Test(arguments: [("2", 5), ("2", 17), ("3", 23), ("4", 29), ("4", 31)])
    func `random work has the tree git would commit, whatever was staged of it`(version: String, seed: Int) async throws
    {
        try await withRepository { fixture in
            var numbers = Numbers(seed: UInt64(seed))
            let folders = ["", "a/", "a/b/", "a.b/", "c/", "c/d/e/"]
            func path() -> String {
                folders[numbers.next(below: 6)] + ["x", "y", "z", "b"][numbers.next(below: 4)]
                    + "\(numbers.next(below: 3))"
            }
            var script = "git config index.version \(version)\n"
            for number in 0..<40 {
                let file = path()
                script += "mkdir -p \"$(dirname \(file))\"; echo \(number) > \(file)\n"
            }
            script += "printf '*.tmp\\nignored/\\n' > .gitignore; git add -A; git commit -qm 'feat: begin'\n"
            for number in 0..<25 {
                let (file, other) = (path(), path())
                switch numbers.next(below: 9) {
                case 0: script += "rm -f \(file)\n"
                case 1: script += "rm -rf a/b; mkdir -p a; echo \(number) > a/b\n"
                case 2: script += "git add \(file) 2>/dev/null || true\n"
                case 3: script += "git rm -q --cached \(file) 2>/dev/null || true\n"
                case 4: script += "chmod +x \(file) 2>/dev/null || true\n"
                case 5:
                    script +=
                        "[ -f \(file) ] && [ ! -e \(other) ] && [ -d \"$(dirname \(other))\" ] && git mv \(file) \(other) 2>/dev/null || true\n"
                case 6:
                    script +=
                        "mkdir -p ignored new/deep; echo \(number) > ignored/\(number); echo 1 > new/deep/\(number).tmp\n"
                case 7: script += "rm -f \(file); ln -s target\(number) \(file) 2>/dev/null || true\n"
                default:
                    script += "mkdir -p \"$(dirname \(file))\" 2>/dev/null && echo new\(number) > \(file) || true\n"
                }
            }
            try await sh(script, in: fixture.root)
            let ours = try overlaid(fixture)
            let parts = try (0..<3).map { part in
                try Repository(at: fixture.root.string).suspects(part: part, of: 3) { _ in true }
            }
            let repository = try Repository(at: fixture.root.string)
            let dirt = try repository.workTreeState(of: parts.reduce(Suspects(), +), hash: noHash).dirt
            let inParts = try "\(repository.tree(repository.facts().tree, with: dirt).id)"
            let theirs = try await committed(fixture)
            #expect(ours == theirs)
            #expect(inParts == theirs)
        }
    }

    @Test func `a sparse index is read, and what it leaves out is absent, not deleted`() async throws {
        try await withRepository { fixture in
            try await fixture.commit("feat: a", ["in/a": "1", "out/b": "2", "out/deep/c": "3", "top": "4"])
            try await sh(
                "git sparse-checkout init --cone --sparse-index && git sparse-checkout set in", in: fixture.root)
            let state = try Repository(at: fixture.root.string).workTreeState(hash: noHash) { _ in true }
            #expect(state.dirt.isEmpty)
            #expect(state.absent == ["out/b", "out/deep/c"])
            try fixture.put("in/a", "5")
            try fixture.put("in/new", "6")
            let error = #expect(throws: GitError.self) {
                try Repository(at: fixture.root.string).workTreeState(hash: noHash) { _ in true }
            }
            #expect(error == .index(.sparse))
            try await sh("git sparse-checkout reapply --no-sparse-index", in: fixture.root)
            let changed = try Repository(at: fixture.root.string).workTreeState(hash: noHash) { _ in true }
            #expect(changed.dirt.map(\.path) == ["in/a", "in/new"])
        }
    }

    @Test func `a split index is refused with the way out`() async throws {
        try await withRepository { fixture in
            try await fixture.commit("feat: a", ["a": "1"])
            try await sh("git update-index --split-index", in: fixture.root)
            let error = #expect(throws: GitError.self) {
                try Repository(at: fixture.root.string).workTreeState(hash: noHash) { _ in true }
            }
            #expect(error == .index(.split))
        }
    }

    @Test func `staged work counts as it lies in the work tree`() async throws {
        try await withRepository { fixture in
            try await fixture.commit("feat: a", ["a": "1", "b": "2"])
            try fixture.put("a", "staged")
            try await fixture.git("add", "a")
            try fixture.put("a", "and changed again")
            try await fixture.git("rm", "-q", "b")
            let ours = try overlaid(fixture)
            #expect(try await ours == committed(fixture))
        }
    }

    @Test func `line endings are converted as git does`() async throws {
        try await withRepository { fixture in
            try await fixture.commit("feat: a", [".gitattributes": "*.txt text eol=crlf\n", "a.txt": "x\n"])
            try fixture.put("a.txt", "y\r\nz\r\n")
            let ours = try overlaid(fixture)
            #expect(try await ours == committed(fixture))
        }
    }

    @Test func `a file that was touched and not changed is clean`() async throws {
        try await withRepository { fixture in
            try await fixture.commit("feat: a", ["a": "1"])
            try await sh("touch -d '2001-01-01' a", in: fixture.root)
            #expect(try Repository(at: fixture.root.string).workTreeState(hash: noHash) { _ in true }.dirt.isEmpty)
        }
    }

    @Test func `nothing of it is written to the repository`() async throws {
        try await withRepository { fixture in
            try await fixture.commit("feat: a", ["a": "1"])
            let before = try await sh("find .git -type f | sort | xargs cat | md5sum", in: fixture.root)
            try fixture.put("a", "changed")
            try fixture.put("b", "new")
            _ = try overlaid(fixture)
            #expect(try await sh("find .git -type f | sort | xargs cat | md5sum", in: fixture.root) == before)
        }
    }

    @Test func `untracked files are asked for, tracked ones are not`() async throws {
        try await withRepository { fixture in
            try await fixture.commit("feat: a", ["a": "1"])
            try fixture.put("a", "2")
            try fixture.put("out/x", "3")
            let dirt = try Repository(at: fixture.root.string).workTreeState(hash: noHash) { !$0.lies(in: "out") }.dirt
            #expect(dirt.map(\.path) == ["a"])
        }
    }

    @Test func `a clone inside the work tree is uncommitted work, and what is in it counts`() async throws {
        try await withRepository { fixture in
            try await fixture.commit("feat: a", ["a": "1"])
            let other = try await GitFixture(at: fixture.root.appending("other"))
            // Nothing is in it yet.
            #expect(try Repository(at: fixture.root.string).workTreeState(hash: noHash) { _ in true }.dirt.isEmpty)
            try await other.commit("x", ["x": "1"])
            let one = try Repository(at: fixture.root.string).workTreeState(hash: noHash) { _ in true }.dirt
            #expect(one.map(\.path) == ["other"])
            try other.put("x", "2")
            let two = try Repository(at: fixture.root.string).workTreeState(hash: noHash) { _ in true }.dirt
            #expect(two.map(\.path) == ["other"] && two != one)
        }
    }

    @Test func `a large file is what its pointer says, and a pointer in its place is not checked out`() async throws {
        try await withRepository { fixture in
            let content = String(repeating: "real ", count: 1000)
            let digest = Digest.sha256(Array(content.utf8))
            let pointer =
                "version https://git-lfs.github.com/spec/v1\noid sha256:\(digest.hex)\nsize \(content.utf8.count)\n"
            // Without the filter installed git commits what it is given.
            try await fixture.commit(
                "feat: a", [".gitattributes": "*.bin filter=lfs\n", "a.bin": pointer, "b.txt": pointer])
            func state() throws -> WorkTreeState {
                try Repository(at: fixture.root.string).workTreeState(hash: { file in
                    do { return Digest.sha256(Array(try FilePath(file).text.utf8)) } catch { return nil }
                }) { _ in true }
            }
            let unfetched = try state()
            #expect(unfetched.absent == ["a.bin"])
            #expect(unfetched.dirt.isEmpty)
            try fixture.put("a.bin", content)
            let fetched = try state()
            #expect(fetched == WorkTreeState())
            try fixture.put("a.bin", content + "!")
            #expect(try state().dirt.map(\.path) == ["a.bin"])
        }
    }

    @Test(arguments: ["--assume-unchanged", "--skip-worktree"])
    func `a file that git was told not to look at is looked at`(flag: String) async throws {
        try await withRepository { fixture in
            try await fixture.commit("feat: a", ["a": "1", "b": "2"])
            try await fixture.git("update-index", flag, "a")
            #expect(try Repository(at: fixture.root.string).workTreeState(hash: noHash) { _ in true }.dirt.isEmpty)
            try fixture.put("a", "3")
            #expect(
                try Repository(at: fixture.root.string).workTreeState(hash: noHash) { _ in true }.dirt.map(\.path) == [
                    "a"
                ])
        }
    }

    @Test func `edited files are told by their content`() async throws {
        try await withRepository { fixture in
            try await fixture.commit("feat: a", ["a": "1", "b": "2"])
            let repository = try Repository(at: fixture.root.string)
            let files = try repository.tree(repository.facts().tree).files(below: .root)
            #expect(try repository.edited(files, hash: noHash).isEmpty)
            try fixture.put("b", "3")
            #expect(try repository.edited(files, hash: noHash) == ["b"])
        }
    }
}
