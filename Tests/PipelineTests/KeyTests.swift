import Fixtures
import Signing
import Testing

@testable import Pipeline

struct KeyTests {
    private func parts(_ change: (inout KeyParts.Material) -> Void = { _ in }) -> KeyParts {
        var material = KeyParts.Material(configuration: (.object([:]), .object([:])))
        material.environment = [("CC", "gcc")]
        material.build = [Self.tree("a", 1)]
        material.needs = ["lib": digest("lib")]
        change(&material)
        return KeyParts(material, hash: Digest.sha256)
    }

    private func key(_ change: (inout KeyParts.Material) -> Void = { _ in }) -> Digest { parts(change).key }

    static func tree(_ path: Path, _ id: UInt8, _ mode: TreeEntry.Mode = .folder) -> TreeFile {
        TreeFile(path: path, entry: TreeEntry(id: .test(id), mode: mode))
    }

    @Test func `every kind of input changes the key`() {
        let changes: [(inout KeyParts.Material) -> Void] = [
            { $0.configuration.build = .object(["build": .string("make")]) },
            { $0.configuration.test = .object(["test": .string("make")]) },
            { $0.pins = [Self.tree(".tool-versions", 2, .file)] },
            { $0.environment = [("CC", nil)] }, { $0.environment = [("CC", "")] },
            { $0.environment = [("CC", "clang")] }, { $0.environment = [] },
            { $0.build = [Self.tree("a", 1, .executable)] }, { $0.build = [Self.tree("b", 1)] }, { $0.build = [] },
            { $0.test = [Self.tree("a", 5)] }, { $0.unowned = .test(3) },
            { $0.needs["lib"] = digest("other") }, { $0.needs = [:] }, { $0.modules = ["lib/": digest("lib")] },
            { $0.testNeeds = ["lib": digest("lib")] }, { $0.lockfiles = ["go.sum": digest("x")] },
            { $0.bases = [BaseImage(ref: "alpine:3", digest: digest("base"))] },
        ]
        let keys = changes.map { key($0) } + [key()]
        #expect(Set(keys).count == keys.count)
    }

    @Test func `what only tests see leaves the image key as it is`() {
        let image = parts().image
        #expect(parts { $0.test = [Self.tree("a", 5)] }.image == image)
        #expect(parts { $0.testNeeds = ["lib": digest("lib")] }.image == image)
        #expect(parts { $0.configuration.test = .object(["test": .string("make")]) }.image == image)
        #expect(parts { $0.build = [Self.tree("a", 5)] }.image != image)
        #expect(parts { $0.lockfiles = ["go.sum": digest("x")] }.image != image)
    }

    @Test func `the order in which inputs are named does not`() {
        func files(_ order: [UInt8]) -> Digest {
            key { material in
                material.build = order.map { Self.tree(Path("a").appending("\($0)"), $0, .file) }
                material.environment = order.map { ("V\($0)", "x") }
            }
        }
        #expect(files([1, 2, 3]) == files([3, 1, 2]))
    }

    @Test func `fields cannot run into each other`() {
        let one = key { $0.environment = [("ab", "c")] }
        let other = key { $0.environment = [("a", "bc")] }
        #expect(one != other)
        let need = key { ($0.needs, $0.modules) = (["x": digest("1")], [:]) }
        let module = key { ($0.needs, $0.modules) = ([:], ["x": digest("1")]) }
        #expect(need != module)
    }

    @Test func `the key of known inputs is known`() {
        // Another value here means that every record in every ledger is void: then the algorithm needs a new name.
        #expect(key().hex == "ee4e89685579836920fcc165b98745e8636e7fb910b31ee7c72841d4cc599554")
    }
}
