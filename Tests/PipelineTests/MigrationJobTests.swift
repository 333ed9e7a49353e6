import Fixtures
import Testing

@testable import Pipeline

/// What in manifests carries out migrations.
struct MigrationJobTests {
    struct Manifest: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let documents: [String]
        var said: [String] = []
        var problem: String?
    }

    private static func job(_ name: String, _ container: String, _ metadata: String = "") -> String {
        #"{"kind":"Job","metadata":{"name":"\#(name)"\#(metadata)},"spec":{"template":{"spec":{"containers":[\#(container)]}}}}"#
    }

    private static func deployment(_ initial: String) -> String {
        """
        {"kind":"Deployment","metadata":{"name":"app"},"spec":{"template":{"spec":{"containers":[{"name":"app",\
        "image":"r/app:1","args":["--migrate-nothing"]}],"initContainers":[\(initial)]}}}}
        """
    }

    private static let none = "no Job and no init container in k8s carries out migrations"

    private static let manifests = [
        Manifest(
            testDescription: "job by its words",
            documents: [job("billing-1", #"{"name":"m","image":"r/app:1","args":["--run-script","migrate-db"]}"#)],
            said: ["job billing-1 r/app:1 --run-script migrate-db"]),
        Manifest(
            testDescription: "job by its image",
            documents: [
                job("schema", #"{"name":"m","image":"flyway/flyway:10","command":["flyway"],"args":["info"]}"#)
            ],
            said: ["job schema flyway/flyway:10 flyway info"]),
        Manifest(
            testDescription: "job by its name", documents: [job("app-migration", #"{"name":"m","image":"r/app:1"}"#)],
            said: ["job app-migration r/app:1"]),
        Manifest(
            testDescription: "job by its mark",
            documents: [job("x", #"{"name":"m","image":"r/app:1"}"#, #","labels":{"phase":"migrate"}"#)],
            said: ["job x r/app:1"]),
        Manifest(
            testDescription: "hook",
            documents: [
                job("migrate", #"{"name":"m","image":"r/app:1"}"#, #","annotations":{"helm.sh/hook":"pre-upgrade"}"#)
            ], said: ["hook migrate r/app:1"]),
        Manifest(
            testDescription: "init container", documents: [deployment(#"{"name":"migrate","image":"r/app:1"}"#)],
            said: ["initContainer app r/app:1"]),
        Manifest(
            testDescription: "in a list",
            documents: [#"{"kind":"List","items":[\#(job("app-migration", #"{"name":"m","image":"i"}"#))]}"#],
            said: ["job app-migration i"]),
        Manifest(
            testDescription: "the service itself does not count",
            documents: [deployment(#"{"name":"wait","image":"busybox"}"#)], problem: none),
        Manifest(
            testDescription: "another job", documents: [job("seed", #"{"name":"m","image":"r/app:1"}"#)], problem: none),
        Manifest(
            testDescription: "a job of two says too little",
            documents: [job("app-migration", #"{"name":"a","image":"i"},{"name":"b","image":"i"}"#)], problem: none),
        Manifest(
            testDescription: "part of a word", documents: [deployment(#"{"name":"immigrated","image":"i"}"#)],
            problem: none),
        Manifest(
            testDescription: "two",
            documents: [
                job("app-migration", #"{"name":"m","image":"i"}"#), deployment(#"{"name":"migrate","image":"i"}"#),
            ], said: ["job app-migration i", "initContainer app i"],
            problem: "several in k8s may carry out migrations: k8s/a.yaml:app-migration, k8s/a.yaml:app"),
        Manifest(testDescription: "no manifest", documents: ["{}", "[]", #"{"kind":"Job"}"#, "7"], problem: none),
    ]

    @Test(arguments: manifests)
    func `one that says so carries them out, and nothing is guessed`(manifest: Manifest) throws {
        var jobs = MigrationJobs()
        for document in manifest.documents {
            jobs.take(try JSON(parsing: document, profile: .lenient), at: "k8s/a.yaml")
        }
        let said = jobs.found.map { job in
            [[job.kind?.rawValue ?? "", job.name, job.image ?? ""], job.args ?? []].flatMap(\.self).joined(
                separator: " ")
        }
        #expect(said == manifest.said)
        #expect(jobs.problem(in: "k8s") == manifest.problem)
        #expect((jobs.job == nil) == (manifest.problem != nil))
    }

    @Test func `a manifest that cannot be read is named where nothing is found`() {
        var jobs = MigrationJobs()
        jobs.refuse("k8s/b.yaml", "line 3: a tab")
        #expect(jobs.problem(in: "k8s") == "\(Self.none); k8s/b.yaml cannot be read: line 3: a tab")
    }

    // MARK: - Charts

    private static func text(_ source: String) -> String {
        String(decoding: ChartTemplate(Array(source.utf8)).text, as: UTF8.self)
    }

    @Test(arguments: [
        Row("value", "a: {{ .x }}", "a: xHELM0x\n"),
        Row("in a text", #"a: "{{ .x }}:{{ .y }}""#, "a: \"xHELM0x:xHELM1x\"\n"),
        Row("steering", "{{- if .x }}\na: 1\n  {{- end }}", "\na: 1\n\n"),
        Row("over lines", "a: 1\n{{- with\n  .x }}\nb: 2", "a: 1\n\n\nb: 2\n"), Row("none", "a: {b: 1}", "a: {b: 1}\n"),
        Row("open", "a: {{ .x", "\n"),
    ])
    private func `what Helm fills in is a word, and what steers is gone`(row: Row<String, String>) {
        #expect(Self.text(row.input) == row.expected)
    }

    @Test func `what was filled in is told as it was written`() {
        let template = ChartTemplate(Array("a: {{ .x }}-{{ .y }}".utf8))
        let value = JSON.object(["a": .array([.string("xHELM0x-xHELM1x xHELM7x xHELM")]), "b": .integer(1)])
        #expect(
            template.restoring(value)
                == .object(["a": .array([.string("{{ .x }}-{{ .y }} xHELM7x xHELM")]), "b": .integer(1)]))
    }
}
