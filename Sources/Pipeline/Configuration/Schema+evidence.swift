extension Schema {
    /// Where a service describes what others rely on.
    static let interface = [
        Field("openapi", .text, "An OpenAPI document."), Field("calls", .text, "A call catalogue."),
        Field("adapter", .object(adapter), "A tool that compares two states of a document of another kind."),
    ]

    private static let adapter = [
        Field("name", .text, "What the tool is called in records."),
        Field("version", .text, "Its version, as records state it.", standard: .string("unstated")),
        Field(
            "run", .list(.text),
            "The program and its arguments, in the folder of the service; `{base}` and `{head}` are the two files."),
        Field("document", .text, "The file that is compared with the same file at the last release."),
        Field(
            "exit", .map(.choice(AdapterMeaning.allCases.map(\.rawValue))),
            "What exit codes mean; one that is not named is an error."),
        Field("findings", .object(findings), "How what it prints is read."),
        Field(
            "canary", .text,
            "A document that breaks against any release: the tool must see that before anything else it says counts."),
        Field("timeout", .duration, "How long it may take.", standard: .string("2m")),
        Field("sha256", .text, "The digest of the program, 64 digits; another program is not run."),
    ]

    private static let findings = [
        Field(
            "format", .choice(AdapterFindings.Format.allCases.map(\.rawValue)),
            "`lines`: each line is one; `json`: a list in one value; `json-lines`: a value a line; `sarif`.",
            standard: .string("lines")),
        Field("list", .text, "Where the list is: a JSON pointer.", standard: .string("")),
        Field("id", .text, "Where in a finding its rule is.", standard: .string("/id")),
        Field("place", .text, "Where in a finding the place is.", standard: .string("/path")),
        Field("level", .text, "Where in a finding its severity is.", standard: .string("/level")),
        Field(
            "levels", .map(.choice(Level.allCases.map(\.rawValue))),
            "The bump each severity demands; without it a finding demands what the exit code says."),
        Field("examined", .text, "Where in the output it says how much was looked at: a JSON pointer."),
    ]

    /// What a service writes into the audit index.
    static let audit = [
        Field("calls", .text, "A call catalogue."),
        Field(
            "index", .text,
            "How the index of a call is called: `{call}`, and `{version}` and `{date}` if they are in it, such as `http_logs_{call}-{date}`."
        ),
        Field(
            "payload", .text, "Where in a document the values of the call are; by default they are the document.",
            standard: .string("")),
        Field("templates", .list(.text), "Index templates: files or folders.", standard: .array([])),
        Field("pipelines", .list(.text), "Ingest pipelines: files or folders.", standard: .array([])),
        Field("reindex", .list(.text), "Reindex jobs: files or folders.", standard: .array([])),
    ]
}
