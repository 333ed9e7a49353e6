import Pipeline
import Testing

/// A lockfile of a small workspace, and what of it may be edited with which effect.
struct LockfileSample: CustomTestStringConvertible {
    let form: String
    let format: Lockfile.Format
    let text: String
    /// The modules by folder; `.` is the root.
    let importers: [String: (manifest: String?, name: String?)]
    var edits: [Edit] = []

    struct Edit {
        let what: String
        let old: String
        let new: String
        /// The modules whose closure changes.
        let changed: Set<String>
    }

    var testDescription: String { form }

    func lockfile(_ text: String? = nil) -> Lockfile? {
        Lockfile(parsing: Array((text ?? self.text).utf8), format: format)
    }

    func closures(_ text: String? = nil) -> [String: [String]] {
        guard let lockfile = lockfile(text) else { return [:] }
        return importers.reduce(into: [:]) { closures, importer in
            closures[importer.key] = lockfile.closure(of: Importer(importer.key, importer.value))
        }
    }
}

extension Importer {
    init(_ folder: String, _ module: (manifest: String?, name: String?) = (nil, nil)) {
        let folder = folder == "." ? "" : folder
        self.init(
            folder: Path(bytes: Array(folder.utf8)), manifest: module.manifest.map { Array($0.utf8) }, name: module.name
        )
    }
}

extension LockfileSample {
    static let all = [npm, npmTree, pnpm9, pnpm6, pnpm5, yarn, berry, cargo, cargo1, uv, poetry, go, gradle, swiftpm]
}

/// One edit of one sample.
struct LockfileEditCase: CustomTestStringConvertible {
    let sample: LockfileSample
    let edit: LockfileSample.Edit

    static let all = LockfileSample.all.flatMap { sample in sample.edits.map { Self(sample: sample, edit: $0) } }
    var testDescription: String { "\(sample.form): \(edit.what)" }
}

struct LockfileSampleTests {
    @Test(arguments: LockfileSample.all)
    func `each module of a sample is told`(sample: LockfileSample) {
        #expect(Set(sample.closures().keys) == Set(sample.importers.keys))
        for closure in sample.closures().values {
            #expect(closure == closure.sorted())
            #expect(Set(closure).count == closure.count)
        }
    }

    @Test(arguments: LockfileEditCase.all)
    func `an edit changes the closures of those who resolve to it`(edit: LockfileEditCase) throws {
        let (sample, edit) = (edit.sample, edit.edit)
        #expect(sample.text.contains(edit.old))
        let before = sample.closures()
        let after = sample.closures(sample.text.replacing(edit.old, with: edit.new))
        #expect(Set(after.keys) == Set(before.keys))
        #expect(Set(before.keys.filter { before[$0] != after[$0] }) == edit.changed)
    }

    @Test(arguments: LockfileSample.all)
    func `line ends and blank lines change nothing`(sample: LockfileSample) {
        #expect(sample.closures(sample.text.replacing("\n", with: "\r\n")) == sample.closures())
        #expect(sample.closures("\n" + sample.text + "\n\n") == sample.closures())
    }

    @Test(arguments: LockfileSample.all)
    func `a folder that no module has cannot be told`(sample: LockfileSample) {
        #expect(sample.lockfile()?.closure(of: Importer("packages/none")) == nil)
        #expect(sample.lockfile()?.closure(of: Importer("none", (nil, "none"))) == nil)
    }

    @Test(
        arguments: LockfileSample.all,
        ["", "\u{0}", "[[[[", "{", "a: &x b", "version https://git-lfs.github.com/spec/v1"])
    func `what is no lockfile is told of no one`(sample: LockfileSample, text: String) {
        #expect(sample.closures(text).isEmpty)
    }

    @Test(arguments: LockfileSample.all)
    func `bytes that are no text are told of no one`(sample: LockfileSample) {
        let bytes = Array(sample.text.utf8)
        let broken = Array(bytes.prefix(bytes.count / 2)) + [0xFF] + Array(bytes.suffix(bytes.count / 2))
        #expect(Lockfile(parsing: broken, format: sample.format) == nil)
    }

    @Test(arguments: LockfileSample.all)
    func `two thousand mutations trap nowhere`(sample: LockfileSample) {
        var random = Generator(state: 7)
        let alphabet = Array("\n \t\"'{}[]:,#=-?|>&@/0aZ\\".utf8) + [0, 0xFF]
        for _ in 0..<2000 {
            var bytes = Array(sample.text.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: bytes.indices, using: &random)
                let end = min(bytes.count, place + Int.random(in: 0...40, using: &random))
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = alphabet.randomElement(using: &random) ?? 0
                case 1: bytes.removeSubrange(place..<end)
                case 2: bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: bytes.indices, using: &random))
                default: bytes.insert(alphabet.randomElement(using: &random) ?? 0, at: place)
                }
                if bytes.isEmpty { bytes = [0x20] }
            }
            guard let lockfile = Lockfile(parsing: bytes, format: sample.format) else { continue }
            for (folder, module) in sample.importers { _ = lockfile.closure(of: Importer(folder, module)) }
        }
    }

    @Test(
        arguments: LockfileSample.all, ["{", "[", "a:\n", "- ", "[[a]]\n", "\"", "a = [", "a = {b = ", "a: {b: ", "? "])
    func `no depth overflows the stack`(sample: LockfileSample, opening: String) {
        _ = sample.lockfile(String(repeating: opening, count: 100_000))
        let deeper = (0..<300).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
        #expect(sample.lockfile(deeper) == nil)
    }
}

private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
