import ArgumentParser
import Driver
import Pipeline

extension ImageCommand {
    struct Promote: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give images another name, byte for byte: nothing is built, and what can stay where it is does.",
            discussion: """
                  slipway image promote billing:sha-abcdef123456 production
                  slipway image promote billing:1.4.0 web:2.0.1 staging
                  slipway image promote billing:1.4.0 registry.example/live/billing
                  slipway image promote billing:1.4.0 web:2.0.1 registry.example/live

                Within one registry layers are mounted. A version and sha-… never move: the same image is "already published", \
                another is refused (exit 20). latest, 2, 2.1 and rc move forward only. Several images to another place go below \
                it, each under its own name.
                """)

        @OptionGroup var common: CommonOptions

        @Argument(help: ArgumentHelp("The images, and then the tag or place they are to have.", valueName: "image"))
        var names: [String]

        func validate() throws {
            if names.count < 2 { throw ValidationError("name the image, and then its tag or place") }
        }

        func run() async throws {
            let promotion = try await common.request.promote(Array(names.dropLast()), to: names[names.count - 1])
            if common.json {
                try Console.answer(JSON(encoding: promotion).prettyText)
            } else {
                try Console.answer(ImagePromotionText(promotion: promotion, style: common.style).text)
            }
            if promotion.isRefused { throw Exit.blocked.thrown }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete an image, with every tag that stands for it.",
            discussion: """
                Says what would go, and does it with --yes. Released versions are refused (exit 20) unless --released says so. The \
                registry frees the room when its garbage is collected: stop it or make it read-only for that, and start it anew \
                afterwards.
                """)

        @OptionGroup var common: CommonOptions

        @Flag(help: "Do it.")
        var yes = false

        @Flag(help: "Released versions, too.")
        var released = false

        @Argument(help: ArgumentHelp("The image.", valueName: "image"))
        var image: String

        func run() async throws {
            let deletion = try await common.request.delete(image, isReal: yes, takesReleases: released)
            if common.json {
                try Console.answer(JSON(encoding: deletion).prettyText)
            } else {
                try Console.answer(ImageDeletionText(deletion: deletion, style: common.style).text)
            }
            if deletion.state == .refused { throw Exit.blocked.thrown }
        }
    }
}
