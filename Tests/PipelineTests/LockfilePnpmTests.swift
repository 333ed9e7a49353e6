import Pipeline
import Testing

extension LockfileSample {
    private static let modules: [String: (manifest: String?, name: String?)] = [
        ".": (nil, nil), "packages/a": (nil, nil), "packages/b": (nil, nil), "packages/ui": (nil, nil),
    ]

    private static let edits = [
        Edit(what: "direct bump", old: "3.2.7", new: "3.2.8", changed: ["packages/b"]),
        Edit(what: "checksum", old: "sha512-react", new: "sha512-r", changed: ["packages/a", "packages/ui"]),
        Edit(what: "transitive bump", old: "sha512-ms", new: "sha512-n", changed: ["packages/a", "packages/b"]),
        Edit(what: "comment", old: "\npackages:\n", new: "\n# said by hand\npackages:   # here\n\n", changed: []),
        Edit(what: "settings", old: "lodash: ^4.17.21", new: "lodash: ^4.17.22", changed: Set(modules.keys)),
    ]

    static let pnpm9 = LockfileSample(
        form: "pnpm 9", format: .pnpm,
        text: """
            lockfileVersion: '9.0'

            settings:
              autoInstallPeers: true
              excludeLinksFromLockfile: false

            overrides:
              lodash: ^4.17.21

            importers:

              .: {}

              packages/a:
                dependencies:
                  '@acme/ui':
                    specifier: workspace:*
                    version: link:../ui
                  debug:
                    specifier: ^4.3.4
                    version: 4.3.4(supports-color@8.1.1)
                devDependencies:
                  old-react:
                    specifier: npm:react@^18
                    version: react@18.2.0

              packages/b:
                dependencies:
                  debug:
                    specifier: ^3.2.7
                    version: 3.2.7

              packages/ui:
                dependencies:
                  react:
                    specifier: '>=16'
                    version: 18.2.0

            packages:

              debug@3.2.7:
                resolution: {integrity: sha512-debug3}

              debug@4.3.4:
                resolution: {integrity: sha512-debug4==}
                engines: {node: '>=6.0'}
                peerDependencies:
                  supports-color: '*'
                peerDependenciesMeta:
                  supports-color:
                    optional: true
                deprecated: |-
                  Use something: else
                    # no comment

              ms@2.1.2:
                resolution: {integrity: sha512-ms, tarball: https://registry.example/ms.tgz}

              react@18.2.0:
                resolution: {integrity: sha512-react}

              supports-color@8.1.1:
                resolution: {integrity: sha512-color}
                os: [darwin, linux]
                cpu:
                  - x64

            snapshots:

              debug@3.2.7:
                dependencies:
                  ms: 2.1.2

              debug@4.3.4(supports-color@8.1.1):
                dependencies:
                  ms: 2.1.2
                optionalDependencies:
                  supports-color: 8.1.1

              ms@2.1.2: {}

              react@18.2.0: {}

              supports-color@8.1.1:
                dependencies: {}

            """,
        importers: modules,
        edits: edits + [
            Edit(what: "peer", old: "8.1.1", new: "8.1.2", changed: ["packages/a"]),
            Edit(
                what: "removed", old: "    optionalDependencies:\n      supports-color: 8.1.1\n", new: "",
                changed: ["packages/a"]),
            Edit(
                what: "order", old: "  ms@2.1.2: {}\n\n  react@18.2.0: {}\n",
                new: "  react@18.2.0: {}\n  ms@2.1.2: { }\n", changed: []),
        ])

    static let pnpm6 = LockfileSample(
        form: "pnpm 6", format: .pnpm,
        text: """
            lockfileVersion: '6.0'

            overrides:
              lodash: ^4.17.21

            importers:

              .: {}

              packages/a:
                dependencies:
                  '@acme/ui':
                    specifier: workspace:*
                    version: link:../ui
                  use-store:
                    specifier: ^1.2.0
                    version: 1.2.0(react@18.2.0)

              packages/b:
                dependencies:
                  ms3:
                    specifier: npm:debug@3.2.7
                    version: /debug@3.2.7

              packages/ui:
                devDependencies:
                  react:
                    specifier: '>=16'
                    version: 18.2.0

            packages:

              /debug@3.2.7:
                resolution: {integrity: sha512-debug3}
                dependencies:
                  ms: 2.1.2
                dev: false

              /ms@2.1.2:
                resolution: {integrity: sha512-ms}

              /react@18.2.0:
                resolution: {integrity: sha512-react}

              /use-store@1.2.0(react@18.2.0):
                resolution: {integrity: sha512-store}
                dependencies:
                  ms: 2.1.2
                  react: 18.2.0

            """, importers: modules, edits: edits)

    static let pnpm5 = LockfileSample(
        form: "pnpm 5", format: .pnpm,
        text: """
            lockfileVersion: 5.4

            overrides:
              lodash: ^4.17.21

            importers:

              .:
                specifiers: {}

              packages/a:
                specifiers:
                  '@acme/ui': workspace:*
                  use-store: ^1.2.0
                dependencies:
                  '@acme/ui': link:../ui
                  use-store: 1.2.0_react@18.2.0

              packages/b:
                specifiers:
                  debug: ^3.2.7
                dependencies:
                  debug: 3.2.7

              packages/ui:
                specifiers:
                  react: '>=16'
                devDependencies:
                  react: 18.2.0

            packages:

              /debug/3.2.7:
                resolution: {integrity: sha512-debug3}
                dependencies:
                  ms: 2.1.2

              /ms/2.1.2:
                resolution: {integrity: sha512-ms}

              /react/18.2.0:
                resolution: {integrity: sha512-react}

              /use-store/1.2.0_react@18.2.0:
                resolution: {integrity: sha512-store}
                dependencies:
                  ms: 2.1.2
                  react: 18.2.0

            """, importers: modules, edits: edits)
}

struct LockfilePnpmTests {
    @Test func `links lead to the other module, aliases to the package`() {
        #expect(
            LockfileSample.pnpm9.closures()["packages/a"]?.filter { $0.hasPrefix("packages/") } == [
                "packages/a > debug@4.3.4(supports-color@8.1.1), packages/ui, react@18.2.0",
                "packages/ui > react@18.2.0",
            ])
    }

    @Test func `a module without dependencies has what concerns all`() {
        #expect(LockfileSample.pnpm6.closures()["."] == [#"overrides {"lodash":"^4.17.21"}"#])
    }

    @Test func `a file of one project tells of the root alone`() {
        let text = """
            lockfileVersion: '6.0'
            dependencies:
              ms: {specifier: ^2, version: 2.1.2}
            packages:
              /ms@2.1.2: {resolution: {integrity: sha512-ms}}
            """
        let lockfile = Lockfile(parsing: Array(text.utf8), format: .pnpm)
        let line = #"/ms@2.1.2 {"integrity":"sha512-ms"}"#
        #expect(lockfile?.closure(of: Importer(".")) == [". > /ms@2.1.2", line])
        #expect(lockfile?.closure(of: Importer("a")) == nil)
    }

    @Test func `a first document with the package manager concerns every module`() {
        let first = "---\nlockfileVersion: '9.0'\nimporters:\n  .:\n    configDependencies: {}\n---\n"
        let sample = LockfileSample.pnpm9
        let closures = sample.closures(first + sample.text)
        #expect(closures.count == 4)
        #expect(closures.values.allSatisfy { $0.contains { $0.hasPrefix("environment ") } })
        #expect(sample.lockfile(first + first + sample.text) == nil)
    }

    @Test func `names too long for a line stand behind a question mark`() {
        let long = "ms@2.1.2(" + String(repeating: "x", count: 1100) + ")"
        let text = LockfileSample.pnpm9.text.replacing("  ms@2.1.2: {}", with: "  ? \(long)\n  : {}")
            .replacing("ms: 2.1.2", with: "ms: \(long.dropFirst(3))")
        let closure = LockfileSample.pnpm9.closures(text)["packages/b"]
        #expect(closure?.contains { $0.hasPrefix(long + " ") } == true)
    }

    @Test func `what is wanted and missing cannot be told`() {
        let text = LockfileSample.pnpm9.text.replacing("\n  ms@2.1.2: {}", with: "\n  ms@2.1.9: {}")
        #expect(LockfileSample.pnpm9.lockfile(text) == nil)
        let other = LockfileSample.pnpm6.text.replacing("/ms@2.1.2", with: "/ms@2.1.9")
        #expect(Set(LockfileSample.pnpm6.closures(other).keys) == [".", "packages/ui"])
    }

    @Test(arguments: [
        ("lockfileVersion: '9.0'", "lockfileVersion: '8.0'"), ("  lodash: ^4.17.21", "\tlodash: ^4.17.21"),
        ("lodash: ^4.17.21", "lodash: *x"), ("lodash: ^4.17.21", "lodash: !!str x"),
        ("lodash: ^4.17.21", "lodash: 1\n  lodash: 1"), ("lodash: ^4.17.21", "lodash: 'x"),
        ("lodash: ^4.17.21", "lodash: [x, y"), ("lodash: ^4.17.21", "lodash: a: b"),
    ])
    func `anything surprising is not understood`(old: String, new: String) {
        #expect(LockfileSample.pnpm9.lockfile(LockfileSample.pnpm9.text.replacing(old, with: new)) == nil)
    }
}
