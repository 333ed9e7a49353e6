import Pipeline
import Testing

struct LockfileTests {
    @Test(arguments: [
        ("package-lock.json", Lockfile.Format.npm, ["node", "npm"]), ("npm-shrinkwrap.json", .npm, ["node", "npm"]),
        ("pnpm-lock.yaml", .pnpm, ["node", "pnpm"]), ("yarn.lock", .yarn, ["node", "yarn"]),
        ("gradle.lockfile", .gradle, ["gradle"]), ("buildscript-gradle.lockfile", .gradle, ["gradle"]),
        ("go.sum", .go, ["go"]), ("go.work.sum", .goWork, ["go"]), ("Cargo.lock", .cargo, ["cargo"]),
        ("Package.resolved", .swiftpm, ["swiftpm"]), ("poetry.lock", .poetry, ["python"]),
        ("uv.lock", .uv, ["python"]),
    ])
    func `a lockfile is known by its name`(name: String, format: Lockfile.Format, toolchains: [String]) {
        #expect(Lockfile.format(ofName: name) == format)
        #expect(Lockfile.toolchains(of: format).sorted() == toolchains)
    }

    @Test func `no other name is one's, and every toolchain exists`() {
        #expect(Lockfile.format(ofName: "package.json") == nil)
        #expect(Lockfile.format(ofName: "cargo.lock") == nil)
        for format in Lockfile.Format.allCases {
            #expect(Lockfile.toolchains(of: format).allSatisfy { Toolchain.named($0) != nil })
        }
    }

    @Test func `sums of a go workspace count as a whole`() {
        #expect(Lockfile(parsing: Array("example.org/x v1.0.0 h1:x=\n".utf8), format: .goWork) == nil)
    }

    @Test func `what the root depends on reaches the modules of a JavaScript workspace`() {
        #expect(Set(Lockfile.Format.allCases.filter(\.reachesRoot)) == [.npm, .pnpm, .yarn])
    }
}
