import ArgumentParser
import Driver
import Pipeline

struct CleanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clean",
        abstract: "Remove what the retention in slipway.yaml no longer keeps.",
        discussion: """
            Logs and reports of old runs, images of old builds that are no release, blobs that nothing names; containers
            of runs that were killed. Records stay.
            """)

    @OptionGroup var common: CommonOptions

    func run() throws {
        let cleaning = try Cleaning(
            common.request, at: .now, reporting: RunDisplay(common, jobs: 1, isPlain: true).show)
        if common.json {
            try Console.answer(JSON(encoding: cleaning).prettyText)
            return
        }
        let mebibytes = (cleaning.bytes + (1 << 20) - 1) >> 20
        try Console.answer(
            "removed \(cleaning.runs.count) runs, \(cleaning.images.count) images, \(cleaning.blobs) blobs: \(mebibytes) MiB\n"
        )
    }
}
