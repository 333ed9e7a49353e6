import Pipeline
import SystemPackage

/// What the commands of a step see: what this machine is, what the configuration allows, what Slipway says.
///
/// Nothing else.
struct StepEnvironment: Sendable {
    /// The variables of this process.
    let own: [String: String]
    /// What tells the tools of a step how many jobs of their own they may run; what the configuration hands on wins.
    var inner: [String: String] = [:]

    /// Variables that say where things are and how to reach them; they enter no key.
    private static let machine = [
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "SSH_AUTH_SOCK",
        "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",
    ]

    struct Facts: Sendable {
        let service: Service
        let version: SemanticVersion?
        let commit: Commit
        let root: FilePath
        let reports: FilePath
        let run: String
    }

    func variables(_ facts: Facts) -> [String: String] {
        let toolchain = Toolchain.named(facts.service.recipe.toolchain)?.environment ?? []
        let names = Self.machine + toolchain + facts.service.inputs.environment
        var variables = names.reduce(into: [String: String]()) { $0[$1] = own[$1] }
        // Half of all CI agents have no locale, and then tools print question marks.
        if variables["LANG"] == nil, variables["LC_ALL"] == nil { variables["LC_ALL"] = "C.UTF-8" }
        variables.merge(inner) { stated, _ in stated }
        variables["SLIPWAY_SERVICE"] = facts.service.name.text
        variables["SLIPWAY_VERSION"] = facts.version.map { "\($0)" } ?? "0.0.0"
        variables["SLIPWAY_COMMIT"] = "\(facts.commit.id)"
        variables["SLIPWAY_ROOT"] = facts.root.string
        variables["SLIPWAY_REPORTS"] = facts.reports.string
        variables["SLIPWAY_RUN"] = facts.run
        variables["SOURCE_DATE_EPOCH"] = "\(facts.commit.time.seconds)"
        return variables
    }
}
