import Fixtures
import Foundation
import SystemPackage
import Testing

/// A lockfile that several services share: each follows only what is locked for it.
struct SelectionLockfileTests {
    /// `a` and `b` are packages of one npm workspace, `c` knows nothing of it.
    private static let configuration = SelectionWorld.configuration(
        ["a", "b", "c"], ["a": ["toolchain: npm", "reports: tap"], "b": ["toolchain: npm", "reports: tap"]])

    /// A lockfile as npm writes it: `a` depends on `left`, `b` on `right`, which brings `deep`.
    private static func lock(right: String = "2.0.0", deep: String = "3.0.0") -> String {
        """
        {
          "name": "world",
          "lockfileVersion": 3,
          "requires": true,
          "packages": {
            "": {"name": "world", "workspaces": ["services/a", "services/b"]},
            "node_modules/a": {"resolved": "services/a", "link": true},
            "node_modules/b": {"resolved": "services/b", "link": true},
            "node_modules/left": {"version": "1.0.0", "integrity": "sha512-bGVmdDE=", "license": "MIT"},
            "node_modules/right": {
              "version": "\(right)", "integrity": "sha512-\(right)", "dependencies": {"deep": "^3.0.0"}
            },
            "node_modules/deep": {"version": "\(deep)", "integrity": "sha512-\(deep)"},
            "services/a": {"version": "1.0.0", "dependencies": {"left": "^1.0.0"}},
            "services/b": {"version": "1.0.0", "dependencies": {"right": "^2.0.0"}}
          }
        }

        """
    }

    private static let files = [
        "package.json": "{\"name\": \"world\", \"private\": true, \"workspaces\": [\"services/a\", \"services/b\"]}\n",
        "package-lock.json": lock(),
        "services/a/package.json":
            "{\"name\": \"a\", \"version\": \"1.0.0\", \"dependencies\": {\"left\": \"^1.0.0\"}}\n",
        "services/b/package.json":
            "{\"name\": \"b\", \"version\": \"1.0.0\", \"dependencies\": {\"right\": \"^2.0.0\"}}\n",
    ]

    private func withWorkspace(_ body: (SelectionWorld) async throws -> Void) async throws {
        try await withSelectionWorld(Self.configuration, Self.files) { world in
            try await world.run()
            #expect(try await world.selected() == [:])
            try await body(world)
        }
    }

    @Test func `case 65: another version of what one service depends on selects that service`() async throws {
        try await withWorkspace { world in
            try await world.git.commit("build: bump", ["package-lock.json": Self.lock(right: "2.1.0")])
            #expect(try await world.selected() == ["b": "lockfile"])
            try await world.run()
            let deeper = Self.lock(right: "2.1.0", deep: "3.1.0")
            try await world.git.commit("build: bump what it brings", ["package-lock.json": deeper])
            #expect(try await world.selected() == ["b": "lockfile"])
        }
    }

    @Test func `case 65: another order and other white space select nothing`() async throws {
        try await withWorkspace { world in
            let lock = try JSONSerialization.jsonObject(with: Data(Self.lock().utf8))
            let compact = try JSONSerialization.data(withJSONObject: lock, options: [.sortedKeys])
            let text = String(decoding: compact, as: UTF8.self)
            #expect(text != Self.lock())
            try await world.git.commit("style: lockfile", ["package-lock.json": text])
            #expect(try await world.selected() == [:])
            let other = text.replacing("sha512-bGVmdDE=", with: "sha512-b3RoZXI=")
            #expect(other != text)
            try await world.git.commit("build: other bytes", ["package-lock.json": other])
            #expect(try await world.selected() == ["a": "lockfile"])
        }
    }

    @Test func `case 65: a dependency that goes selects those that had it`() async throws {
        try await withWorkspace { world in
            let without = Self.lock()
                .replacing(", \"dependencies\": {\"deep\": \"^3.0.0\"}", with: "")
                .replacing(
                    "    \"node_modules/deep\": {\"version\": \"3.0.0\", \"integrity\": \"sha512-3.0.0\"},\n", with: "")
            #expect(!without.contains("deep"))
            try await world.git.commit("build: less", ["package-lock.json": without])
            #expect(try await world.selected() == ["b": "lockfile"])
        }
    }

    @Test func `case 65: a lockfile that cannot be read, or is gone, selects all that could use it`() async throws {
        try await withWorkspace { world in
            try await world.git.commit("build: oops", ["package-lock.json": "<<<<<<< HEAD\n" + Self.lock()])
            let broken = try await world.selected()
            #expect(Set(broken.keys) == ["a", "b"])
            #expect(Set(broken.values).isSubset(of: ["lockfile", "uncertain"]), "\(broken)")
            try await world.git.commit("build: mended", ["package-lock.json": Self.lock()])
            #expect(try await world.selected() == [:])
            try world.git.remove("package-lock.json")
            try await world.git.commit("build: none")
            let gone = try await world.selected()
            #expect(Set(gone.keys) == ["a", "b"])
            #expect(Set(gone.values).isSubset(of: ["lockfile", "uncertain"]), "\(gone)")
        }
    }
}
