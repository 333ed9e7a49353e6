import ArgumentParser
import Driver
import Pipeline
import SystemPackage

struct FlakyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flaky",
        abstract: "List the tests that gave two answers for one key, with rate and first seen.",
        discussion: """
            The newest \(FlakyQuestion.limit) records of the ledger folder are looked at: a test is flaky that failed in one \
            run and passed in another of the same inputs, or passed when it was tried again. The rate is that of the runs \
            whose inputs it also passed. Nothing here decides anything: it ends with 0, whatever it found.
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        help: ArgumentHelp(
            "A ledger folder, or a folder in a repository; several times for several; default: the ledger of --repo.",
            valueName: "place"))
    var records: [String] = []

    @Argument(help: ArgumentHelp("Only these services and libraries.", valueName: "service"))
    var services: [String] = []

    func run() throws {
        let names = try services.map { text in
            guard let name = ServiceName(parsing: text) else {
                throw ValidationError("\"\(text.printable)\" is no service name")
            }
            return name
        }
        let places = (records.isEmpty ? [common.repo] : records).map { FilePath($0) }
        let (flakiness, damaged) = try FlakyQuestion(of: places, services: names).answer()
        for text in damaged { Console.story("slipway: \(text.printable)") }
        if common.json {
            try Console.answer(JSON(encoding: flakiness).prettyText)
        } else {
            try Console.answer(FlakyText(flakiness: flakiness, style: common.style).text)
        }
    }
}
