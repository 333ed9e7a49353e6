import Pipeline
import Testing

extension LockfileSample {
    /// Modules as npm 10.8 writes them (`npm install --package-lock-only --offline`), packages after its documentation.
    static let npm = LockfileSample(
        form: "npm 3", format: .npm,
        text: """
            {
              "name": "root",
              "lockfileVersion": 3,
              "requires": true,
              "packages": {
                "": { "name": "root", "workspaces": ["packages/*"], "devDependencies": { "typescript": "^5" } },
                "node_modules/@acme/ui": { "resolved": "packages/ui", "link": true },
                "node_modules/a": { "resolved": "packages/a", "link": true },
                "node_modules/b": { "resolved": "packages/b", "link": true },
                "node_modules/debug": {
                  "version": "4.3.4",
                  "resolved": "https://registry.npmjs.org/debug/-/debug-4.3.4.tgz",
                  "integrity": "sha512-debug4",
                  "dependencies": { "ms": "2.1.2" },
                  "peerDependenciesMeta": { "supports-color": { "optional": true } }
                },
                "node_modules/fsevents": {
                  "version": "2.3.3", "integrity": "sha512-fsevents", "optional": true, "os": ["darwin"]
                },
                "node_modules/ms": { "version": "2.1.2", "integrity": "sha512-ms2" },
                "node_modules/react": { "version": "18.2.0", "integrity": "sha512-react" },
                "node_modules/typescript": { "version": "5.4.2", "integrity": "sha512-ts", "dev": true },
                "packages/a": {
                  "version": "1.0.0",
                  "dependencies": { "@acme/ui": "^1.0.0", "debug": "^4" },
                  "optionalDependencies": { "fsevents": "^2", "absent": "1" }
                },
                "packages/b": { "version": "1.0.0", "dependencies": { "debug": "^3", "ms": "^2" } },
                "packages/b/node_modules/debug": {
                  "version": "3.2.7",
                  "integrity": "sha512-debug3",
                  "dependencies": { "ms": "^2.1.1" }
                },
                "packages/ui": {
                  "name": "@acme/ui", "version": "1.0.0", "peerDependencies": { "react": ">=16" },
                  "devDependencies": { "a": "*" }
                },
                "packages/leaf": { "version": "1.0.0" }
              }
            }
            """,
        importers: [
            ".": (nil, nil), "packages/a": (nil, nil), "packages/b": (nil, nil), "packages/ui": (nil, nil),
            "packages/leaf": (nil, nil),
        ],
        edits: [
            Edit(what: "direct bump", old: "3.2.7", new: "3.2.8", changed: ["packages/b"]),
            Edit(what: "checksum", old: "sha512-debug4", new: "sha512-x", changed: ["packages/a", "packages/ui"]),
            Edit(
                what: "transitive bump", old: "sha512-ms2", new: "sha512-ms3",
                changed: ["packages/a", "packages/b", "packages/ui"]),
            Edit(what: "peer", old: "18.2.0", new: "18.3.0", changed: ["packages/a", "packages/ui"]),
            Edit(
                what: "another platform's", old: "sha512-fsevents", new: "sha512-y",
                changed: ["packages/a", "packages/ui"]),
            Edit(what: "root only", old: "5.4.2", new: "5.5.0", changed: ["."]),
            Edit(
                what: "removed", old: #", "ms": "^2" } },"#, new: " } },", changed: ["packages/b"]),
            Edit(what: "white space", old: "\n", new: "\n\t ", changed: []),
            // The copy of b alone is found before the one above: nothing else resolves to it.
            Edit(
                what: "hoisting alone", old: #""node_modules/fsevents": {"#,
                new: #""packages/b/node_modules/ms": { "version": "2.1.2", "integrity": "sha512-ms2" }, "#
                    + #""node_modules/fsevents": {"#, changed: []),
            Edit(
                what: "hoisted to where it is needed", old: "node_modules/fsevents\"",
                new: "packages/a/node_modules/fsevents\"", changed: []),
        ])

    static let npmTree = LockfileSample(
        form: "npm 1", format: .npm,
        text: """
            {"name": "one", "lockfileVersion": 1, "requires": true, "dependencies": {
              "debug": {"version": "3.2.7", "integrity": "sha512-d", "requires": {"ms": "^2"},
                "dependencies": {"ms": {"version": "2.1.1", "integrity": "sha512-m1"}}},
              "ms": {"version": "2.1.2", "integrity": "sha512-m2"}
            }}
            """,
        importers: [".": (nil, nil)],
        edits: [
            Edit(what: "bump", old: "2.1.1", new: "2.1.3", changed: ["."]),
            Edit(what: "white space", old: "\n", new: " ", changed: []),
        ])
}

struct LockfileNpmTests {
    @Test func `a closure says what each package gets`() {
        #expect(
            LockfileSample.npm.closures()["packages/a"] == [
                "debug 4.3.4 sha512-debug4 > ms 2.1.2",
                "fsevents 2.3.3 sha512-fsevents",
                "ms 2.1.2 sha512-ms2",
                "packages/a > debug 4.3.4, fsevents 2.3.3, packages/ui",
                "packages/ui > packages/a, react 18.2.0",
                "react 18.2.0 sha512-react",
            ])
        #expect(LockfileSample.npm.closures()["packages/leaf"] == [])
    }

    @Test func `what is wanted and missing cannot be told`() {
        let text = LockfileSample.npm.text.replacing("node_modules/ms\"", with: "node_modules/mt\"")
        #expect(Set(LockfileSample.npm.closures(text).keys) == [".", "packages/leaf"])
    }

    @Test func `version 1 tells of the root alone`() {
        #expect(LockfileSample.npmTree.lockfile()?.closure(of: Importer("packages/a")) == nil)
        #expect(LockfileSample.npmTree.closures()["."]?.contains("debug 3.2.7 sha512-d > ms 2.1.1") == true)
    }

    @Test(arguments: ["0", "4", "\"3\"", "null"])
    func `another version is not understood`(version: String) {
        let text = LockfileSample.npm.text.replacing(#""lockfileVersion": 3"#, with: #""lockfileVersion": \#(version)"#)
        #expect(LockfileSample.npm.lockfile(text) == nil)
    }

    @Test func `folders nested without end are garbage`() {
        let folder = String(repeating: "a/", count: 60) + "node_modules/x"
        let text = LockfileSample.npm.text.replacing("node_modules/fsevents", with: folder)
        #expect(LockfileSample.npm.lockfile(text) == nil)
    }

    @Test func `an alias goes by the name of what it stands for`() {
        let text =
            #"{"lockfileVersion": 2, "packages": {"": {"dependencies": {"old": "npm:lodash@3"}}, "#
            + #""node_modules/old": {"name": "lodash", "version": "3.10.1", "integrity": "sha1-x"}}}"#
        let lockfile = Lockfile(parsing: Array(text.utf8), format: .npm)
        #expect(lockfile?.closure(of: Importer(".")) == [". > lodash 3.10.1", "lodash 3.10.1 sha1-x"])
    }
}
