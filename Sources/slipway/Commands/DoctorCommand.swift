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
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
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
}
