import Pipeline
import Testing

extension LockfileSample {
    static let uv = LockfileSample(
        form: "uv", format: .uv,
        text: """
            version = 1
            revision = 2
            requires-python = ">=3.11"
            resolution-markers = [
                "python_full_version >= '3.12'",
                "python_full_version < '3.12'",
            ]

            [manifest]
            members = ["a", "b", "common", "root"]

            [[package]]
            name = "a"
            version = "0.1.0"
            source = { editable = "packages/a" }
            dependencies = [
                { name = "common", extra = ["fast"] },
                { name = "numpy", version = "1.26.0", source = { registry = "https://pypi.org/simple" }, marker = "python_full_version < '3.12'" },
                { name = "numpy", version = "2.0.0", source = { registry = "https://pypi.org/simple" }, marker = "python_full_version >= '3.12'" },
            ]

            [package.metadata]
            requires-dist = [{ name = "common", editable = "packages/common" }, { name = "numpy" }]

            [[package]]
            name = "b"
            version = "0.1.0"
            source = { virtual = "packages/b" }
            dependencies = [{ name = "requests" }]

            [package.dev-dependencies]
            dev = [
                { name = "pytest" },
            ]

            [[package]]
            name = "common"
            source = { editable = "packages/common" }

            [package.optional-dependencies]
            fast = [
                { name = "idna" },
            ]

            [[package]]
            name = "idna"
            version = "3.4"
            source = { registry = "https://pypi.org/simple" }
            sdist = { url = "https://files.pythonhosted.org/idna-3.4.tar.gz", hash = "sha256:814f", size = 183077 }
            wheels = [
                { url = "https://files.pythonhosted.org/idna-3.4-py3-none-any.whl", hash = "sha256:90b7", size = 61538 },
            ]

            [[package]]
            name = "numpy"
            version = "1.26.0"
            source = { registry = "https://pypi.org/simple" }
            sdist = { url = "https://files.pythonhosted.org/numpy-1.26.0.tar.gz", hash = "sha256:f93f" }

            [[package]]
            name = "numpy"
            version = "2.0.0"
            source = { registry = "https://pypi.org/simple" }
            sdist = { url = "https://files.pythonhosted.org/numpy-2.0.0.tar.gz", hash = "sha256:cf5d" }

            [[package]]
            name = "pytest"
            version = "7.4.2"
            source = { git = "https://github.com/pytest-dev/pytest?rev=7.4.2#5582bfcc" }

            [[package]]
            name = "requests"
            version = "2.31.0"
            source = { registry = "https://pypi.org/simple" }
            dependencies = [
                { name = "idna" },
            ]
            wheels = [
                { url = "https://files.pythonhosted.org/requests-2.31.0-py3-none-any.whl", hash = "sha256:58cd" },
            ]

            [[package]]
            name = "root"
            version = "0.1.0"
            source = { virtual = "." }
            """,
        importers: [
            ".": (nil, nil), "packages/a": (nil, nil), "packages/b": (nil, nil), "packages/common": (nil, nil),
        ],
        edits: [
            Edit(what: "direct bump", old: "2.31.0", new: "2.32.0", changed: ["packages/b"]),
            Edit(
                what: "transitive bump", old: "sha256:90b7", new: "sha256:90b8",
                changed: ["packages/a", "packages/b", "packages/common"]),
            Edit(what: "another platform's", old: "sha256:f93f", new: "sha256:0000", changed: ["packages/a"]),
            Edit(what: "commit", old: "5582bfcc", new: "0082bfcc", changed: ["packages/b"]),
            Edit(
                what: "removed", old: "dev = [\n    { name = \"pytest\" },\n]", new: "dev = []", changed: ["packages/b"]
            ),
            Edit(what: "size", old: "61538", new: "61539", changed: []),
            Edit(what: "comment", old: "[[package]]\n", new: "# said by hand\n\n  [[package]] # one\n", changed: []),
        ])
}

struct LockfileUvTests {
    @Test func `a closure has all groups, extras and platforms`() {
        #expect(
            LockfileSample.uv.closures()["packages/a"] == [
                "a > common, numpy 1.26.0, numpy 2.0.0",
                "common > idna 3.4",
                #"idna 3.4 {"registry":"https://pypi.org/simple"} sha256:814f sha256:90b7"#,
                #"numpy 1.26.0 {"registry":"https://pypi.org/simple"} sha256:f93f"#,
                #"numpy 2.0.0 {"registry":"https://pypi.org/simple"} sha256:cf5d"#,
            ])
        #expect(LockfileSample.uv.closures()["."] == [])
    }

    @Test(arguments: [("{ name = \"idna\" }", "{ name = \"idnb\" }"), ("version = \"3.4\"", "version = 3.4.\"")])
    func `what is wanted and missing cannot be told`(old: String, new: String) {
        #expect(LockfileSample.uv.closures(LockfileSample.uv.text.replacing(old, with: new))["packages/b"] == nil)
    }

    @Test(arguments: [("version = 1\n", "version = 2\n"), ("version = 1\n", ""), ("packages/b", "packages/a")])
    func `a file of another form is not understood`(old: String, new: String) {
        #expect(LockfileSample.uv.lockfile(LockfileSample.uv.text.replacing(old, with: new)) == nil)
    }
}
