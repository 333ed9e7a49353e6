import ArgumentParser
import Driver
import Pipeline
import SystemPackage

/// The first eight steps of a gate, without a policy: whether a record can be believed.
struct RecordVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check who signed a record, what it is about, and that it does not contradict itself.",
        discussion: """
            Needs no network and no checkout: a bundle (one envelope a line), a trust file, and the digest in question. \
            Exit 0 when it can be believed, 21 with the reason when not. ci/verify/verify.py of the sources does the same \
            without Slipway.
            """)

    @OptionGroup var common: CommonOptions

    @OptionGroup var trust: TrustOptions

    @Option(help: ArgumentHelp("The image it must be about, as sha256:…", valueName: "digest"))
    var image: String?

    @Option(help: ArgumentHelp("The service it must be about.", valueName: "name"))
    var service: String?

    @Option(help: ArgumentHelp("How many distinct keys must have signed.", valueName: "n"))
    var threshold = 1

    @Argument(help: ArgumentHelp("A file, or the beginning of a record's id.", valueName: "record"))
    var name: String

    func run() throws {
        let bundle = try bundle
        let verification = RecordBook.verify(bundle, trusting: try trust.file.trust, try question)
        if common.json { try Console.answer(JSON(encoding: Answer(verification)).prettyText) }
        guard let record = verification.statement?.predicate else {
            for objection in verification.objections { Console.error("\(name.printable): \(objection.text.printable)") }
            throw Exit.unverifiable.thrown
        }
        guard !common.json else { return }
        try Console.answer(
            "record \(record.run.recordId): \(record.service.name) \(record.verdict.state.rawValue), rightly signed\n")
    }

    /// A file needs no repository around it.
    private var bundle: [UInt8] {
        get throws {
            if let bytes = try RecordBook.file(name) { return bytes }
            return try RecordBook(at: FilePath(common.repo)).envelope(name)
        }
    }

    private var question: Verification.Question {
        get throws {
            guard threshold >= 1 else { throw ValidationError("--threshold is at least 1") }
            var question = Verification.Question(now: .now)
            question.threshold = threshold
            if let image {
                guard let digest = Digest(parsing: image) ?? ImageReference(parsing: image)?.digest else {
                    throw ValidationError("\"\(image.printable)\" is no sha256 digest")
                }
                question.image = digest
            }
            if let service {
                guard let name = ServiceName(parsing: service) else { throw ValidationError(ServiceName.rule) }
                question.service = name
            }
            return question
        }
    }

    /// The answer for machines.
    private struct Answer: Encodable {
        var valid: Bool
        var record: String?
        var objections: [Objection]

        struct Objection: Encodable {
            var step: Int
            var text: String
        }

        init(_ verification: Verification) {
            valid = verification.statement != nil
            record = verification.statement?.predicate.run.recordId
            objections = verification.objections.map { .init(step: $0.step.rawValue, text: $0.text) }
        }
    }
}
