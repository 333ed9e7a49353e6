import Fixtures
import Pipeline
import Signing
import Testing

@testable import Git

/// A work tree that several tasks look at is looked at whole.
struct WorkTreePartsTests {
    @Test(arguments: 1...12)
    func `no folder lies between the parts`(seed: Int) async throws {
        try await withRepository { fixture in
            var numbers = Numbers(seed: UInt64(seed))
            var folders = [""]
            for number in 0..<(4 + numbers.next(below: 14)) {
                folders.append(folders[numbers.next(below: folders.count)] + "d\(number)/")
            }
            var files: [String: String] = [:]
            for number in 0..<(16 + numbers.next(below: 90)) {
                files[folders[numbers.next(below: folders.count)] + "f\(number)"] = "\(number)"
            }
            try await fixture.commit("feat: begin", files)
            // Everything is touched, and in every folder lies something new.
            var expected: Set<String> = []
            for (path, text) in files {
                try fixture.put(path, text + " changed")
                expected.insert(path)
                let folder = path.split(separator: "/").dropLast().map { $0 + "/" }.joined()
                try fixture.put(folder + "new", "1")
                expected.insert(folder + "new")
            }
            for parts in [1, 2, 3, 5] {
                let suspects = try (0..<parts).map { part in
                    try Repository(at: fixture.root.string).suspects(part: part, of: parts) { _ in true }
                }
                let dirt = try Repository(at: fixture.root.string)
                    .workTreeState(of: suspects.reduce(Suspects(), +), hash: { _ in nil }).dirt
                #expect(Set(dirt.map { "\($0.path)" }) == expected, "\(parts) parts")
                #expect(dirt.count == expected.count)
            }
        }
    }

    @Test func `a folder with nothing in it where a file was is uncommitted work`() async throws {
        try await withRepository { fixture in
            try await fixture.commit("feat: begin", ["a/x": "1", "b": "2"])
            try await sh("rm a/x && mkdir a/x && git init -q nest && echo 1 > nest/f", in: fixture.root)
            let dirt = try Repository(at: fixture.root.string).workTreeState(
                hash: { _ in nil }, untracked: { _ in true }
            ).dirt
            #expect(dirt.map(\.path) == ["a/x", "nest/f"])
        }
    }
}
