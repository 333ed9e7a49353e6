import ArgumentParser
import Driver
import SystemPackage

/// Which keys are believed, and what proves that these are the ones.
struct TrustOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The trusted keys (YAML or JSON, or signed by a root key).", valueName: "file"))
    var trust: String

    @OptionGroup var anchor: AnchorOptions

    var file: TrustFile {
        get throws { try TrustFile.read(FilePath(trust), anchor.anchor) }
    }
}

/// What a trust file is held against.
struct AnchorOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The public root key that must have signed the trust file.", valueName: "file"))
    var root: String?

    @Option(
        help: ArgumentHelp(
            "Keeps the highest version of the trust file seen, and refuses lower ones.", valueName: "file"))
    var trustState: String?

    var anchor: TrustFile.Anchor {
        TrustFile.Anchor(root: root.map { FilePath($0) }, state: trustState.map { FilePath($0) })
    }
}
