import Fixtures
import Pipeline
import Testing

/// What carries out migrations in a cluster, as records tell it.
struct MigrationJobTellingTests {
    private static let settings = VersionWorld.configuration("    deploy: k8s\n")
    private static let begin = ["billing/db/migration/V1__a.sql": "CREATE TABLE a (x int);\n"]
    private static let chart = """
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: {{ include "billing.name" . }}-migrate
          annotations:
            helm.sh/hook: pre-upgrade
            {{- toYaml .Values.more | nindent 4 }}
        spec:
          template:
            spec:
              containers:
                - name: main
                  image: "{{ .Values.image }}:{{ .Chart.AppVersion }}"
                  args: [migrate]

        """

    private func facts(_ files: [String: String]) async throws -> MigrationFacts {
        try await withBilling(Self.settings, Self.begin.merging(files) { $1 }) { world in
            try await world.commit("fix: x")
            let ran = try await world.slipway("run")
            #expect(ran.exit == 0, "\(ran.errors)")
            let said = try await world.slipway("record", "list", "--service", "billing", "--json")
            let records = try [Stability](json: JSON(parsing: said.output, profile: .lenient))
            return try #require(records.first?.migrations)
        }
    }

    @Test func `a job of a chart is told as its template has it`() async throws {
        let facts = try await facts(["billing/k8s/templates/job.yaml": Self.chart, "billing/k8s/values.yaml": "a: 1\n"])
        let job = try #require(facts.job)
        #expect((job.manifest.name, job.kind, job.args) == ("job.yaml", .hook, ["migrate"]))
        #expect(job.name == "{{ include \"billing.name\" . }}-migrate")
        #expect(job.image == "{{ .Values.image }}:{{ .Chart.AppVersion }}")
        #expect(facts.jobProblem == nil)
    }

    @Test func `manifests without one say so, and the one that cannot be read`() async throws {
        let facts = try await facts(["billing/k8s/a.yaml": "kind: Service\n---\nkind: [\n"])
        #expect(facts.job == nil)
        #expect(
            facts.jobProblem?.hasPrefix("no Job and no init container in billing/k8s carries out migrations; ") == true)
    }

    @Test func `without manifests nothing is said`() async throws {
        try await withBilling(VersionWorld.configuration(), Self.begin) { world in
            try await world.commit("fix: x")
            #expect(try await world.slipway("run").exit == 0)
            let said = try await world.slipway("record", "list", "--json")
            #expect(!said.output.contains("jobProblem"))
        }
    }
}
