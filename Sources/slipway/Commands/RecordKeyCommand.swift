public import ArgumentParser
import Driver
public import Pipeline
import SystemPackage

struct RecordKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Make a pair of keys to sign records with.",
        discussion: """
            Writes NAME.key (private: keep it out of the repository, hand it to CI as SLIPWAY_KEY or --key), NAME.pub and \
            NAME.trust.json (a trust file that believes this key, for the gate).
            """)

    @Option(help: ArgumentHelp("The folder to write to.", valueName: "dir"))
    var out = "."

    @Option(help: "ed25519, or p256 for ECDSA on P-256.")
    var algorithm = KeyAlgorithm.ed25519

    @Argument(help: ArgumentHelp("What to call the key.", valueName: "name"))
    var name = "slipway"

    func run() throws {
        guard ServiceName(parsing: name) != nil else { throw ValidationError(ServiceName.rule) }
        let pair = try KeyPair(making: name, algorithm, in: FilePath(out))
        try Console.answer("\(pair.privateFile)\n\(pair.publicFile)\n\(pair.trustFile)\n")
        Console.story("key id \(pair.id)")
    }
}

extension KeyAlgorithm: ExpressibleByArgument {}
