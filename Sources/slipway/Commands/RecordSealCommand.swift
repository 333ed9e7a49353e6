import ArgumentParser
import Driver
import Pipeline
import SystemPackage

/// Signing apart from building: the stage that has the key runs nothing that a commit could change.
struct RecordSealCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seal",
        abstract: "Sign what a run left unsigned, after looking up again what it says.",
        discussion: """
            The trees of the commit, the digests of the reports and, if it was pushed, the image in the registry must be \
            what the record says; what does not agree is not signed, exit 21. Without names all unsigned records of HEAD \
            are taken. Build without a key, and bind it in the stage that seals only.
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("The private key (PKCS #8 in PEM); default: SLIPWAY_KEY.", valueName: "file"))
    var key: String?

    @Flag(help: "Ask no registry: records of pushed images are then not signed.")
    var offline = false

    @Argument(help: ArgumentHelp("Files, or beginnings of records' ids.", valueName: "record"))
    var names: [String] = []

    func run() async throws {
        var request = common.request
        request.key = key.map { FilePath($0) }
        request.limits.isOffline = offline
        let quiet = common.quiet
        let answers = try await request.seal(names) { event in
            if case .note(let text) = event, !quiet { Console.story("note: \(text.printable)") }
        }
        if common.json {
            try Console.answer(JSON(encoding: answers).prettyText)
        } else {
            let lines = answers.map { answer in
                "record \(answer.record): \(answer.service) \(answer.objections.isEmpty ? "sealed" : "refused")\n"
            }
            try Console.answer(lines.isEmpty ? "nothing to seal\n" : lines.joined())
        }
        for answer in answers {
            for text in answer.objections { Console.error("record \(answer.record): \(text)") }
        }
        if answers.contains(where: { !$0.objections.isEmpty }) { throw Exit.unverifiable.thrown }
    }
}
