import Fixtures
import Foundation
import Pipeline
import SystemPackage
import Testing

@testable import Git

/// What git itself reads is what the packs are to give.
struct PackTests {
    /// One object as git prints it.
    private struct Printed {
        let id: ObjectID
        let kind: ObjectKind
        let content: Data
    }

    private static let kinds: [Substring: ObjectKind] = ["commit": .commit, "tree": .tree, "blob": .blob, "tag": .tag]

    /// A history of files large and small, an empty one, deep folders and a tag, made in one go.
    private func history(_ fixture: GitFixture, commits: Int = 40) async throws {
        var stream = ""
        func file(_ path: String, _ text: String) -> String {
            "M 100644 inline \(path)\ndata \(text.utf8.count)\n\(text)\n"
        }
        func lines(_ number: Int) -> String {
            (0..<20_000).map { "line \(($0 + number * 131) * 7919 % 10_007)\n" }.joined()
        }
        for number in 0..<commits {
            let message = "feat: \(number)\n\n" + String(repeating: "why ", count: number * 9)
            stream += "commit refs/heads/main\ncommitter Ada <ada@example.org> \(1_700_000_000 + 60 * number) +0000\n"
            stream += "data \(message.utf8.count)\n\(message)\n"
            if number == 0 { stream += file("empty", "") }
            for place in 0..<24 where number == 0 || (number + place) % 5 == 0 {
                stream += file("s\(place)/a/b/f\(place)", "\(number)\n")
            }
            stream += file("large", lines(number))
        }
        stream += "tag v1\nfrom refs/heads/main\ntagger Ada <ada@example.org> 1700000000 +0000\ndata 3\nold\n"
        let file = fixture.root.removingLastComponent().appending("stream")
        try file.put(stream)
        try await sh("git fast-import --quiet < '\(file)' && git reset -q --hard", in: fixture.root)
    }

    private func objects(of fixture: GitFixture) -> FilePath { fixture.root.appending(".git").appending("objects") }

    private func store(_ fixture: GitFixture) -> PackStore { PackStore(objects: objects(of: fixture).string + "/") }

    private func packs(of fixture: GitFixture) throws -> [FilePath] {
        let folder = objects(of: fixture).appending("pack")
        return try folder.children.filter { $0.hasSuffix(".pack") }.map { folder.appending($0) }
    }

    /// Everything that git finds, by git.
    private func printed(_ fixture: GitFixture) async throws -> [Printed] {
        let file = fixture.root.removingLastComponent().appending("printed")
        try await sh("git cat-file --batch --batch-all-objects > '\(file)'", in: fixture.root)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file.string))
        var objects: [Printed] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0A) {
            let words = String(decoding: rest[..<end], as: UTF8.self).split(separator: " ")
            let id = try #require(ObjectID(parsing: words[0]))
            let kind = try #require(Self.kinds[words[1]])
            let count = try #require(Int(words[2]))
            objects.append(Printed(id: id, kind: kind, content: Data(rest[(end + 1)..<(end + 1 + count)])))
            rest = rest[(end + 2 + count)...]
        }
        return objects
    }

    private func content(_ object: PackedObject) -> Data { Data(bytes: object.start, count: object.count) }

    /// Reads all that git reads, twice, in two orders: first the caches are empty, then they are not.
    private func expectAll(
        _ fixture: GitFixture, in store: PackStore, location: SourceLocation = #_sourceLocation
    ) async throws {
        let objects = try await printed(fixture)
        #expect(objects.count > 50, sourceLocation: location)
        for object in objects + objects.reversed() {
            let found = store.read(object.id, object.kind)
            #expect(found.map(content) == object.content, "\(object.kind) \(object.id)", sourceLocation: location)
            #expect(found?.start[object.content.count] == 0, sourceLocation: location)
            let other: ObjectKind = object.kind == .tree ? .commit : .tree
            #expect(store.read(object.id, other) == nil, sourceLocation: location)
        }
        let unknown = try #require(ObjectID(parsing: String(repeating: "5", count: 40)))
        #expect(store.read(unknown, .commit) == nil, sourceLocation: location)
    }

    @Test func `what git packed is read as git reads it`() async throws {
        let commands = [
            "gc -q", "gc -q --aggressive", "repack -q -adf --depth=250 --window=50", "repack -q -adf --depth=1",
            "-c pack.compression=0 repack -q -adF", "-c core.bigFileThreshold=1k repack -q -adF",
            "-c repack.useDeltaBaseOffset=false repack -q -adf", "multi-pack-index write",
            // Offsets of eight bytes, which otherwise packs of more than 2 GiB have.
            "index-pack --index-version=2,0x40 .git/objects/pack/pack-*.pack",
        ]
        try await withRepository { fixture in
            try await history(fixture)
            try await expectAll(fixture, in: store(fixture))
            for command in commands {
                try await sh("rm -f .git/objects/pack/*.rev; git \(command)", in: fixture.root)
                try await expectAll(fixture, in: store(fixture))
            }
        }
    }

    @Test func `without a pack nothing is found, and loose objects are left to libgit2`() async throws {
        try await withRepository { fixture in
            let first = try #require(ObjectID(parsing: try await fixture.commit("feat: a", ["a": "x"])))
            #expect(PackStore(objects: "/nowhere/").read(first, .commit) == nil)
            #expect(store(fixture).read(first, .commit) == nil)
            try await fixture.git("gc", "-q")
            let second = try #require(ObjectID(parsing: try await fixture.commit("feat: b", ["a": "y"])))
            let packs = store(fixture)
            #expect(packs.read(first, .commit)?.kind == .commit)
            #expect(packs.read(second, .commit) == nil)
            try await fixture.git("gc", "-q", "--prune=now")
            #expect(packs.read(first, .commit)?.kind == .commit, "its pack is gone, but still mapped")
        }
    }

    @Test func `many packs, a kept one, and thin ones that were fetched`() async throws {
        try await withRepository { fixture in
            try await history(fixture, commits: 8)
            try await fixture.git("gc", "-q")
            let clone = try await fixture.clone(to: fixture.root.removingLastComponent().appending("clone"))
            try await clone.git("config", "fetch.unpackLimit", "1")
            try await clone.git("config", "gc.auto", "0")
            for number in 0..<12 {
                try await fixture.commit("fix: \(number)", ["large2": "\(number)\n", "s3/a/b/f3": "again \(number)\n"])
                try await clone.git("pull", "-q")
            }
            let packs = try packs(of: clone)
            #expect(packs.count == 13)
            try FilePath("\(packs[3].string.dropLast(5)).keep").put("")
            try await expectAll(clone, in: store(clone))
        }
    }

    @Test func `what is borrowed is read where it lies, over several steps and in a circle`() async throws {
        try await withRepository { fixture in
            try await history(fixture, commits: 6)
            try await fixture.git("repack", "-adq")
            let parent = fixture.root.removingLastComponent()
            for (from, to) in [("repository", "second"), ("second", "third")] {
                try await sh("git clone -q --shared '\(from)' '\(to)'", in: parent)
                let borrower = GitFixture(existing: parent.appending(to))
                try await borrower.commit("feat: \(to)", [to: to])
                try await borrower.git("repack", "-adlq")
            }
            let third = GitFixture(existing: parent.appending("third"))
            let relative = "# borrowed\n\n../../../second/.git/objects\n/nowhere\n"
            try objects(of: third).appending("info").appending("alternates").put(relative)
            try objects(of: fixture).appending("info").appending("alternates").put("\(objects(of: third))\n")
            try await expectAll(third, in: store(third))
        }
    }

    @Test func `an index of version 1, one of another pack, and what is no pack are left out`() async throws {
        try await withRepository { fixture in
            let head = try #require(ObjectID(parsing: try await fixture.commit("feat: a", ["a": "x"])))
            try await sh("git -c pack.indexVersion=1 repack -adq", in: fixture.root)
            #expect(store(fixture).read(head, .commit) == nil)
            try await sh("git -c pack.indexVersion=2 repack -adqF", in: fixture.root)
            #expect(store(fixture).read(head, .commit)?.kind == .commit)
            let pack = try #require(try packs(of: fixture).first)
            let bytes = try Data(contentsOf: URL(fileURLWithPath: pack.string))
            for wrong in [Data(), Data("PACK".utf8), bytes.dropLast(1), bytes.dropLast(30), bytes + Data(count: 20)] {
                try FileManager.default.removeItem(atPath: pack.string)
                try pack.put(Data(wrong))
                #expect(store(fixture).read(head, .commit) == nil)
            }
            let hash = GitFixture(existing: fixture.root.removingLastComponent().appending("sha256"))
            try await sh("git init -q --object-format=sha256 '\(hash.root)'", in: "/")
            try await hash.commit("feat: a", ["a": "x"])
            try await hash.git("repack", "-adq")
            #expect(store(hash).read(head, .commit) == nil)
        }
    }

    @Test func `deltas that lead nowhere are no answer`() throws {
        let base = UnsafeMutablePointer<UInt8>.allocate(capacity: 8)
        let result = UnsafeMutablePointer<UInt8>.allocate(capacity: 8)
        defer {
            base.deallocate()
            result.deallocate()
        }
        for index in 0..<8 { base[index] = UInt8(index) }
        func made(_ code: [UInt8]) -> [UInt8]? {
            guard let delta = Delta(code, count: code.count), (delta.baseSize, delta.size) == (8, 5) else { return nil }
            return delta.apply(to: base, into: result) ? Array(UnsafeBufferPointer(start: result, count: 5)) : nil
        }
        #expect(made([8, 5, 0x91, 3, 2, 3, 9, 9, 9]) == [3, 4, 9, 9, 9])
        #expect(made([8, 5, 0x90, 3, 0x91, 6, 2]) == [0, 1, 2, 6, 7])
        let damaged: [[UInt8]] = [
            [], [8], [0x88], [8, 0x85], [8, 5], [8, 5, 0], [8, 5, 0x91, 3], [8, 5, 0x91, 3, 6], [8, 5, 0x91, 9, 1],
            [8, 5, 0x91, 4, 5], [8, 5, 0x90, 4], [8, 5, 0x90, 6], [8, 5, 0x80],
            [8, 5, 0xFF, 255, 255, 255, 255, 255, 255, 255],
            [8, 5, 3, 9, 9], [8, 5, 6, 1, 2, 3, 4, 5, 6], [8, 5, 5, 1, 2, 3, 4, 5, 1, 1], [8, 5, 0x90, 5, 0x90, 1],
            Array(repeating: 0xFF, count: 20),
        ]
        for code in damaged { #expect(made(code) == nil, "\(code)") }
    }

    @Test func `deltas that are their own base are no answer`() async throws {
        try await withTemporaryFolder { folder in
            // Two deltas of each other, and one of itself: seven bytes, stored.
            let body: [UInt8] = [0x78, 1, 1, 3, 0, 0xFC, 0xFF, 1, 1, 1, 0, 9, 0, 4]
            let ids = [1, 2, 3].map { [UInt8](repeating: $0, count: 20) }
            var pack = Data("PACK".utf8) + [0, 0, 0, 2, 0, 0, 0, 3]
            var offsets: [UInt8] = []
            for base in [ids[1], ids[0], ids[2]] {
                offsets += [0, 0, 0, UInt8(pack.count)]
                pack += [0x73] + base + body
            }
            var index = Data([0xFF, 0x74, 0x4F, 0x63, 0, 0, 0, 2])
            for byte in 0..<256 { index += [0, 0, 0, UInt8(min(byte, 3))] }
            index += ids.joined() + [UInt8](repeating: 0, count: 12) + offsets
            let checksum = Data(repeating: 7, count: 20)
            try folder.appending("pack").appending("pack-1.pack").put(pack + checksum)
            try folder.appending("pack").appending("pack-1.idx").put(index + checksum + checksum)
            let store = PackStore(objects: folder.string)
            for id in ids {
                let id = try #require(ObjectID(bytes: id))
                #expect(store.read(id, .tree) == nil)
            }
        }
    }

    /// Deterministic, so that what fails once fails again.
    private struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    @Test(arguments: ["repack -q -adf", "-c repack.useDeltaBaseOffset=false repack -q -adf --depth=200"])
    func `damage is no answer, and never a crash`(_ command: String) async throws {
        try await withRepository { fixture in
            try await history(fixture, commits: 5)
            try await sh("git \(command)", in: fixture.root)
            let pack = try #require(try packs(of: fixture).first)
            let index = FilePath("\(pack.string.dropLast(5)).idx")
            let whole = (
                pack: try Data(contentsOf: URL(fileURLWithPath: pack.string)),
                index: try Data(contentsOf: URL(fileURLWithPath: index.string))
            )
            let objects = try await printed(fixture)
            var dice = Dice(state: 7)
            var same = 0
            for round in 0..<100 {
                var damaged = whole
                for _ in 0..<Int.random(in: 1...6, using: &dice) {
                    let byte = UInt8.random(in: 0...255, using: &dice)
                    if round % 2 == 0 {
                        damaged.pack[Int.random(in: 12..<(whole.pack.count - 20), using: &dice)] = byte
                    } else {
                        damaged.index[Int.random(in: 8..<(whole.index.count - 40), using: &dice)] = byte
                    }
                }
                try? FileManager.default.removeItem(atPath: pack.string)
                try? FileManager.default.removeItem(atPath: index.string)
                try pack.put(damaged.pack)
                try index.put(damaged.index)
                let store = store(fixture)
                for object in objects {
                    if store.read(object.id, object.kind).map(content) == object.content { same += 1 }
                }
            }
            #expect((1..<(100 * objects.count)).contains(same))
        }
    }
}
