import Fixtures
import Signing
import Testing

@testable import Pipeline

struct KeyTests {
    private func key(_ change: (inout KeyParts.Material) -> Void = { _ in }) -> Digest {
        var material = KeyParts.Material(
            configuration: .object([:]), pins: [], environment: [("CC", "gcc")],
            files: [TreeFile(path: "a/x", entry: TreeEntry(id: .test(1), mode: .file))], unowned: [],
            needs: ["lib": digest("lib")], bases: [])
        change(&material)
        return KeyParts(material, hash: Digest.sha256).key
    }

    @Test func `every kind of input changes the key`() {
        let changes: [(inout KeyParts.Material) -> Void] = [
            { $0.configuration = .object(["build": .string("make")]) },
            { $0.pins = [TreeFile(path: ".tool-versions", entry: TreeEntry(id: .test(2), mode: .file))] },
            { $0.environment = [("CC", nil)] }, { $0.environment = [("CC", "")] },
            { $0.environment = [("CC", "clang")] },
            { $0.environment = [] },
            { $0.files = [TreeFile(path: "a/x", entry: TreeEntry(id: .test(1), mode: .executable))] },
            { $0.files = [TreeFile(path: "a/y", entry: TreeEntry(id: .test(1), mode: .file))] },
            { $0.files = [] },
            { $0.unowned = [TreeFile(path: "z", entry: TreeEntry(id: .test(3), mode: .file))] },
            { $0.needs["lib"] = digest("other") }, { $0.needs = [:] },
            { $0.bases = [BaseImage(ref: "alpine:3", digest: digest("base"))] },
        ]
        let keys = changes.map { key($0) } + [key()]
        #expect(Set(keys).count == keys.count)
    }

    @Test func `the order in which inputs are named does not`() {
        func files(_ order: [UInt8]) -> Digest {
            key { material in
                material.files = order.map { number in
                    TreeFile(path: Path("a").appending("\(number)"), entry: TreeEntry(id: .test(number), mode: .file))
                }
                material.environment = order.map { ("V\($0)", "x") }
            }
        }
        #expect(files([1, 2, 3]) == files([3, 1, 2]))
    }

    @Test func `fields cannot run into each other`() {
        let one = key { $0.environment = [("ab", "c")] }
        let other = key { $0.environment = [("a", "bc")] }
        #expect(one != other)
    }

    @Test func `the key of known inputs is known`() {
        // Another value here means that every record in every ledger is void: then the algorithm needs a new name.
        #expect(key().hex == "171fb3761ead6e08174072a6556247ce89c4fdfe03732003900b1b3e62b104ab")
    }
}
