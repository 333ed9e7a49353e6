import Fixtures
import Pipeline
import Testing

/// What is published about the formats follows from the tables that read them.
struct SchemaDocumentTests {
    private struct Format: Sendable, CustomTestStringConvertible {
        let name: String
        let title: String
        let schema: Schema
        let intro: String

        var testDescription: String { name }
    }

    private static let formats = [
        Format(
            name: "configuration", title: "slipway.yaml: every setting", schema: .slipway,
            intro: """
                The file lies at the root of the repository, or anywhere with `--config FILE`. YAML 1.2; a key twice, an \
                unknown key or a value of another kind is refused with its line. [configuration.md](../configuration.md) \
                explains; this is the whole list. Editors read `slipway.schema.json`.
                """),
        Format(
            name: "policy", title: "Policy files: every setting", schema: .policyFile,
            intro: "What `slipway gate --policy FILE` reads, as YAML or JSON: what each environment demands."),
        Format(
            name: "trust", title: "Trust files: every setting", schema: .trustFile,
            intro: "What `--trust FILE` reads, as YAML or JSON: which keys may sign what."),
    ]

    @Test(arguments: formats)
    private func `the reference of a format`(_ format: Format) throws {
        let text = format.schema.reference(format.title, format.intro)
        try Golden("docs/reference/\(format.name).md").check(text)
    }

    @Test(arguments: formats)
    private func `the JSON Schema of a format`(_ format: Format) throws {
        let name = format.name == "configuration" ? "slipway" : format.name
        try Golden("docs/reference/\(name).schema.json").check(format.schema.jsonSchema(format.title).prettyText)
    }
}
