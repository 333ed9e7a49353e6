import ArgumentParser
import Driver
import Pipeline
import SystemPackage

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Look at this repository and write slipway.yaml.",
        discussion: """
            Shows what it found. Never replaces a file that is there: --print shows what it would write.
            """)

    @Option(help: ArgumentHelp("A folder in the repository.", valueName: "dir"))
    var repo = "."

    @Flag(help: "Print the file instead of writing it.")
    var print = false

    func run() throws {
        let proposal = try Proposal(of: FilePath(repo))
        if print {
            try Console.answer(proposal.text)
            return
        }
        let file = try proposal.write()
        var table = Table()
        for finding in proposal.found {
            let kind = finding.isLibrary ? "library" : "service"
            let marks = [
                finding.toolchain, finding.hasImage ? "Dockerfile" : nil, finding.hasTests ? nil : "no tests found",
            ]
            table.add([
                .init(finding.name), .init(kind), .init("\(finding.path)".isEmpty ? "." : "\(finding.path)"),
                .init(marks.compactMap(\.self).joined(separator: ", ")),
            ])
        }
        try Console.answer(table.text(Style(isPlain: true, environment: [:]), indent: "  "))
        try Console.answer("versions: \(proposal.policy.reason)\n")
        if proposal.adoption.services.contains(where: { $0.baseline?.isTagged == false }) {
            try Console.answer("some releases are tagged otherwise: slipway version adopt shows what to do about it\n")
        }
        try Console.answer("wrote \(file); look at it, then: slipway plan\n")
    }
}
