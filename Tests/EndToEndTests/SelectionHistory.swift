import Fixtures
import Foundation
import SystemPackage

/// A repository to which all sorts of things happen, the same from the same seed.
struct SelectionHistory {
    static let configurationName = "slipway.yaml"

    let world: SelectionWorld
    private var dice: Dice
    /// What each commit holds.
    private(set) var trees: [String: SelectionOracle.Tree] = [:]
    private var branches = ["main"]
    /// What was done last, for whoever reads that a test failed.
    private(set) var story: [String] = []

    /// Numbers as a seed gives them.
    struct Dice: RandomNumberGenerator {
        private var state: UInt64

        init(seed: UInt64) {
            state = seed
        }

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            return word ^ (word >> 31)
        }

        mutating func pick<Element>(_ elements: [Element]) -> Element {
            elements[Int(next() % UInt64(elements.count))]
        }

        mutating func happens(oneIn chances: UInt64) -> Bool { next().isMultiple(of: chances) }
    }

    init(seed: UInt64, in folder: FilePath) async throws {
        dice = Dice(seed: seed)
        world = SelectionWorld(existing: try await GitFixture(at: folder.appending("world")))
        try await world.git.commit("feat: begin", Self.files)
        try await remember()
    }

    var tree: SelectionOracle.Tree { get throws { try Self.read(world.root) } }

    /// The commit that is checked out, now that its files are known.
    @discardableResult
    private mutating func remember() async throws -> String {
        let head = try await world.git.head()
        if trees[head] == nil { trees[head] = try tree }
        return head
    }

    // MARK: - What happens

    /// One thing that happens; true when it is not committed yet.
    mutating func step() async throws -> Bool {
        switch dice.next() % 12 {
        case 0...1: try await wander()
        case 2: try await merge()
        case 3: try await restore()
        default:
            for _ in 0..<dice.pick([1, 1, 1, 2, 3]) { try meddle() }
            if dice.happens(oneIn: 3) { return true }
            try await commit()
        }
        return false
    }

    mutating func commit() async throws {
        try await world.git.commit("fix: \(story.count)")
        try await remember()
    }

    /// Another line of work: a new one, or one that was left.
    private mutating func wander() async throws {
        let name = dice.pick(branches + ["b\(branches.count)"])
        if branches.contains(name) {
            try await world.git.git("checkout", "-q", name)
        } else {
            let start = dice.pick(trees.keys.sorted())
            try await world.git.git("checkout", "-q", "-b", name, start)
            branches.append(name)
        }
        story.append("checkout \(name)")
        try await remember()
    }

    /// Brings in another line of work; where both changed the same, theirs, or else all of ours.
    private mutating func merge() async throws {
        let other = dice.pick(branches)
        let seconds = "\(1_700_100_000 + 60 * story.count) +0000"
        let merge = "git merge -q --no-ff --no-edit"
        try await sh(
            "\(merge) -X theirs \(other) >&2 || { git merge --abort || true; git reset -q --hard; \(merge) -s ours \(other) >&2; }",
            in: world.root, environment: ["GIT_AUTHOR_DATE": seconds, "GIT_COMMITTER_DATE": seconds])
        story.append("merge \(other)")
        try await remember()
    }

    /// A commit that makes everything what it was at another one.
    private mutating func restore() async throws {
        let commit = dice.pick(trees.keys.sorted())
        try await world.git.git("read-tree", "-u", "--reset", commit)
        story.append("restore \(commit.prefix(7))")
        try await self.commit()
    }

    mutating func decide(_ chances: UInt64) -> Bool { dice.happens(oneIn: chances) }

    /// Some services, or none, which means all.
    mutating func someServices() -> [String] {
        dice.happens(oneIn: 2) ? [] : [dice.pick(Self.services).name, dice.pick(Self.services).name]
    }

    /// A change in the work tree.
    private mutating func meddle() throws {
        let path = dice.pick(Self.paths)
        let git = world.git
        let file = world.root.appending(FilePath(path).components)
        switch dice.next() % 10 {
        case 0...3:
            let text = dice.pick(["1\n", "2\n", "3\n"])
            try? FileManager.default.removeItem(atPath: file.string)
            try git.put(path, text)
            story.append("write \(path)")
        case 4:
            try? FileManager.default.removeItem(atPath: file.string)
            story.append("delete \(path)")
        case 5:
            guard let old = dice.pick(Self.paths.map(Optional.some)), old != path, let tree = try? tree,
                let known = tree[old], !known.isLink
            else { return }
            try? FileManager.default.removeItem(atPath: file.string)
            try git.put(path, known.text, executable: known.mode == "100755")
            try git.remove(old)
            story.append("move \(old) to \(path)")
        case 6:
            guard let known = try tree[path], !known.isLink else { return }
            try git.put(path, known.text, executable: known.mode == "100644")
            story.append("chmod \(path)")
        case 7:
            let link = dice.pick(Self.links)
            let up = String(repeating: "../", count: link.split(separator: "/").count - 1)
            let target = up + dice.pick(Self.targets)
            let place = world.root.appending(FilePath(link).components)
            try? FileManager.default.removeItem(atPath: place.string)
            try FileManager.default.createDirectory(
                atPath: place.removingLastComponent().string, withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(atPath: place.string, withDestinationPath: target)
            story.append("link \(link) to \(target)")
        case 8:
            let file = dice.pick(Self.buildFiles.keys.sorted())
            let needs = (Self.buildFiles[file] ?? []).filter { _ in dice.happens(oneIn: 2) }
            try git.put(file, Self.buildFile(file, needs))
            story.append("rewire \(file): \(needs)")
        default:
            let folder = dice.pick(Self.loose)
            guard let file = try tree.keys.first(where: { Self.buildFiles[$0] != nil && $0.hasPrefix(folder + "/") })
            else { return }
            try git.remove(file)
            story.append("delete \(file)")
        }
    }

    // MARK: - Files

    /// All files below a folder, but what belongs to git and to the program.
    private static func read(_ root: FilePath, _ folder: String = "") throws -> SelectionOracle.Tree {
        let manager = FileManager.default
        var tree: SelectionOracle.Tree = [:]
        for name in try root.appending(FilePath(folder).components).children {
            let path = folder.isEmpty ? name : "\(folder)/\(name)"
            guard path != ".git", path != ".slipway" else { continue }
            let place = root.appending(FilePath(path).components).string
            let facts = try manager.attributesOfItem(atPath: place)
            switch facts[.type] as? FileAttributeType {
            case .typeDirectory?: tree.merge(try read(root, path)) { $1 }
            case .typeSymbolicLink?:
                let target = try manager.destinationOfSymbolicLink(atPath: place)
                tree[path] = .init(mode: "120000", bytes: Data(target.utf8))
            default:
                let mode = facts[.posixPermissions] as? Int ?? 0
                tree[path] = .init(
                    mode: mode & 0o100 == 0 ? "100644" : "100755",
                    bytes: try Data(contentsOf: URL(fileURLWithPath: place)))
            }
        }
        return tree
    }
}
