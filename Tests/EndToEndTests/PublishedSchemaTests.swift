import Fixtures
import SystemPackage
import Testing

/// The schema that editors read says of a file what the program says of it, judged by a validator that is not ours.
struct PublishedSchemaTests {
    private static let schema = Golden.project.appending("docs/reference/slipway.schema.json")
    private static let validator = """
        import json, sys, jsonschema
        schema, file = (json.load(open(path)) for path in sys.argv[1:])
        jsonschema.Draft202012Validator.check_schema(schema)
        sys.exit(0 if jsonschema.Draft202012Validator(schema).is_valid(file) else 1)
        """

    @Test(arguments: [
        (#"{"services": {"it": {"path": "it"}}}"#, true),
        (#"{"services": {"it": {"path": "it", "toolchain": "command", "build": false, "test": "true"}}}"#, true),
        (#"{"services": {"it": {"path": "it", "test": {"run": ["./t"], "directory": "."}, "timeout": "20m"}}}"#, true),
        (#"{"services": {"it": {"path": "it"}}, "ledger": ["folder"], "retention": {"logs": "14d"}}"#, true),
        (#"{"servics": {"it": {"path": "it"}}}"#, false),
        (#"{"services": {"it": {"path": 3}}}"#, false),
        (#"{"services": {"it": {"path": "it", "kind": "lunch"}}}"#, false),
        (#"{"services": {"it": {"path": "it", "timeout": "soon"}}}"#, false),
        (#"{"services": {"it": {"path": "it", "test": {"run": ["./t"], "timeout": "20m"}}}}"#, false),
        (#"{"services": [{"path": "it"}]}"#, false),
    ])
    func `a file is valid to both or to neither`(text: String, isValid: Bool) async throws {
        try await withMonorepo("services: {x: {path: it}}\n") { repository in
            try await repository.git.commit("chore: it", ["it/Makefile": "all:\n", "slipway.yaml": text])
            let file = repository.root.appending("slipway.yaml").string
            let judged = try await run("python3", ["-c", Self.validator, Self.schema.string, file])
            #expect(judged.exit == (isValid ? 0 : 1), "\(judged.errors)")
            let said = try await slipway("plan", in: repository.root)
            #expect(said.exit == (isValid ? 0 : 65), "\(said.errors)")
        }
    }
}
