import ArgumentParser
import Driver
import Pipeline

struct ImageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image",
        abstract: "Promote, inspect, compare, verify and delete images.",
        discussion: """
            An image is named HOST/REPOSITORY:TAG, HOST/REPOSITORY@sha256:…, or NAME:TAG of the configured registry; without a \
            registry NAME:TAG is one of .slipway/images. oci:FOLDER:NAME is one of a layout on disk, sha256:… one of \
            .slipway/images.
            """,
        subcommands: [Promote.self, Inspect.self, Diff.self, Verify.self, Delete.self])

    struct Inspect: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what an image is, of what it is made, who built it, and which records are about it.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var choice: PlatformOption

        @Argument(help: ArgumentHelp("The image.", valueName: "image"))
        var image: String

        func run() async throws {
            let inspection = try await common.request.inspect(image, platform: choice.platform)
            if common.json {
                try Console.answer(JSON(encoding: inspection, absence: .null).prettyText)
            } else {
                try Console.answer(ImageInspectionText(inspection: inspection, style: common.style).text)
            }
        }
    }

    struct Diff: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say in what one image differs from another: files, configuration, base, or the compressor only.",
            discussion: """
                Layers are read as they come, and unpacked to no disk. Ends with 0 whether they differ or not; the word before \
                the first line says which.
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var choice: PlatformOption

        @Argument(help: ArgumentHelp("One image.", valueName: "image"))
        var left: String

        @Argument(help: ArgumentHelp("The other.", valueName: "other"))
        var right: String

        func run() async throws {
            let comparison = try await common.request.difference(left, right, platform: choice.platform)
            if common.json {
                try Console.answer(JSON(encoding: comparison).prettyText)
            } else {
                try Console.answer(ImageComparisonText(comparison: comparison, style: common.style).text)
            }
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare the tags of a registry with what records say, and see that every byte can be had.",
            discussion: """
                Finds tags that stand for another image than was recorded, versions that nobody released, images that no record \
                knows, released tags that are gone, and content that the registry says it has and does not serve: exit 21.
                """)

        @OptionGroup var common: CommonOptions

        @Argument(
            help: ArgumentHelp("Services, or repositories; default: all that records name.", valueName: "service"))
        var names: [String] = []

        func run() async throws {
            let audits = try await common.request.audit(names)
            if common.json {
                try Console.answer(JSON(encoding: audits).prettyText)
            } else {
                try Console.answer(TagAuditText(audits: audits, isBrief: common.quiet, style: common.style).text)
            }
            if !audits.isGood { throw Exit.unverifiable.thrown }
        }
    }

    struct PlatformOption: ParsableArguments {
        @Option(
            help: ArgumentHelp(
                "Of an image for several platforms the one for this; default: linux/amd64.", valueName: "os/arch"))
        var platform: String?
    }
}
