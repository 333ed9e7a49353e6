import ArgumentParser
import Driver
import Pipeline

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say what is the matter with this clone and this machine, what it costs, and how to mend it.",
        discussion: """
            Ends with the code that plan would end with, so that 0 says a plan can be made. Writes nothing, and asks no \
            registry. --quiet leaves out what is as it should be; lines for a Jenkinsfile are shown under Jenkins.

              slipway doctor --registry                            the configured registry
              slipway doctor --registry registry.example/acme      another, below this path

            asks a registry instead: which of the known set-ups it is, what it can do, and what is wrong with it. It pushes \
            1.5 MiB to the repository slipway-doctor there, deletes what it can, and says what it left; exit 75 says that \
            nothing can be pushed.

              slipway doctor --audit-index http://localhost:9200

            asks Elasticsearch what it would do today with the calls that services declare under audit; it only reads. \
            Exit 20 says that some document would be refused, 75 that nobody answers.
            """)

    @OptionGroup var common: CommonOptions

    @Flag(help: "Look at a registry instead.")
    var registry = false

    @Option(help: ArgumentHelp("Look at the audit indices of a cluster instead.", valueName: "address"))
    var auditIndex: String?

    @Argument(help: ArgumentHelp("Which registry; default: the configured one.", valueName: "host/path"))
    var place: String?

    func validate() throws {
        if registry, auditIndex != nil { throw ValidationError("a registry and a cluster are looked at one by one") }
        if place != nil, !registry { throw ValidationError("a registry is looked at with --registry") }
    }

    func run() async throws {
        guard !registry else { return try await askRegistry() }
        if let auditIndex { return try await askCluster(auditIndex) }
        let diagnosis = try await common.request.diagnosis()
        if common.json {
            try Console.answer(JSON(encoding: diagnosis, absence: .null).prettyText)
        } else {
            try Console.answer(
                DiagnosisText(
                    diagnosis: diagnosis, isBrief: common.quiet, showsJenkinsfile: common.request.isUnderJenkins,
                    style: common.style
                ).text)
        }
        if let fault = diagnosis.fault { throw Exit(fault).thrown }
    }

    private func askCluster(_ address: String) async throws {
        let state = try await common.request.auditIndexState(at: address)
        if common.json {
            try Console.answer(JSON(encoding: state).prettyText)
        } else {
            try Console.answer(AuditIndexText(state: state, isBrief: common.quiet, style: common.style).text)
        }
        if !state.isReady { throw Exit.blocked.thrown }
    }

    private func askRegistry() async throws {
        let diagnosis = try await common.request.registryDiagnosis(place)
        if common.json {
            try Console.answer(JSON(encoding: diagnosis, absence: .null).prettyText)
        } else {
            try Console.answer(
                RegistryDiagnosisText(diagnosis: diagnosis, isBrief: common.quiet, style: common.style).text)
        }
        if let fault = diagnosis.fault { throw Exit(fault).thrown }
    }
}
