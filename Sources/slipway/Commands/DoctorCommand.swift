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
            """)

    @OptionGroup var common: CommonOptions

    @Flag(help: "Look at a registry instead.")
    var registry = false

    @Argument(help: ArgumentHelp("Which registry; default: the configured one.", valueName: "host/path"))
    var place: String?

    func validate() throws {
        if place != nil, !registry { throw ValidationError("a registry is looked at with --registry") }
    }

    func run() async throws {
        guard !registry else { return try await askRegistry() }
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
