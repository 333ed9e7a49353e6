internal import Glibc
internal import Pipeline
internal import Synchronization

/// A container engine that answers, and how it is spoken to on this machine.
public final class ContainerEngine: Sendable {
    public enum Kind: String, Sendable {
        case docker, podman
    }

    /// What calls its client.
    public let program: String
    public let kind: Kind
    public let version: String
    /// Whether it runs as somebody who is not root, so that root in a container is that somebody.
    let isRootless: Bool
    /// What its client sees.
    let environment: [String: String]
    /// What it was found to need leaving out here; nil: nothing was started yet.
    let abstinence = Mutex<Abstinence?>(nil)

    /// The variable that names the engine to use.
    public static let variable = "SLIPWAY_CONTAINER_ENGINE"

    /// Finds the one that the environment names, or else the first that answers.
    public init(in environment: [String: String]) throws(ContainerError) {
        let wanted = environment[Self.variable].flatMap { $0.isEmpty ? nil : [$0] }
        self.environment = environment.filter { Self.ownVariables.contains($0.key) }
        var problems: [String] = []
        for program in wanted ?? [Kind.docker.rawValue, Kind.podman.rawValue] {
            switch Self.ask(program, self.environment) {
            case .success(let facts):
                (self.program, kind, version, isRootless) = (program, facts.kind, facts.version, facts.isRootless)
                return
            case .failure(let problem): problems.append("\(program): \(problem.text)")
            }
        }
        throw .noEngine(problems)
    }

    /// The variables that clients go by: where the engine is, where they keep what is theirs, how they reach registries.
    private static let ownVariables: Set<String> = [
        "PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "LANG", "LC_ALL", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME",
        "XDG_DATA_HOME", "DBUS_SESSION_BUS_ADDRESS", "SSH_AUTH_SOCK", "DOCKER_HOST", "DOCKER_CONFIG", "DOCKER_CONTEXT",
        "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_API_VERSION", "CONTAINER_HOST", "CONTAINER_SSHKEY",
        "CONTAINERS_CONF", "CONTAINERS_CONF_OVERRIDE", "CONTAINERS_STORAGE_CONF", "CONTAINERS_REGISTRIES_CONF",
        "REGISTRY_AUTH_FILE", "STORAGE_DRIVER", "STORAGE_OPTS", "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY",
        "HTTPS_PROXY", "NO_PROXY",
    ]

    /// Whether a variable of a container would change what the client goes by.
    func mustSpell(_ name: String, _ value: String) -> Bool {
        Self.ownVariables.contains(name) && environment[name] != value
    }

    /// What the client sees when it makes a container with these variables.
    func environment(handing variables: [String: String]) -> [String: String] {
        environment.merging(variables.filter { !mustSpell($0.key, $0.value) }) { $1 }
    }

    /// Who commands run as, so that the files they make are ours.
    var user: String { isRootless ? "0:0" : "\(getuid()):\(getgid())" }

    // MARK: - Finding

    private struct Facts {
        let kind: Kind
        let version: String
        let isRootless: Bool
    }

    private struct Problem: Error {
        let text: String
    }

    private static func ask(_ program: String, _ environment: [String: String]) -> Result<Facts, Problem> {
        do {
            let errand = Errand(arguments: [program, "info", "--format", "{{json .}}"], environment: environment)
            let answer = try errand.run()
            switch answer.ending {
            case .notFound: return .failure(Problem(text: "not installed"))
            case .exited(0): break
            case .timedOut(let limit): return .failure(Problem(text: "says nothing for \(limit)"))
            default: return .failure(Problem(text: lastWords(answer.errors.isEmpty ? answer.output : answer.errors)))
            }
            return try facts(in: JSON(parsing: answer.output, profile: .lenient)).map(Result.success)
                ?? .failure(Problem(text: "is neither docker nor podman"))
        } catch {
            return .failure(Problem(text: "\(error)"))
        }
    }

    private static func facts(in json: JSON) -> Facts? {
        if let version = json["ServerVersion"]?.string {
            let options = json["SecurityOptions"]?.array?.compactMap(\.string) ?? []
            return Facts(
                kind: .docker, version: version, isRootless: options.contains { $0.hasPrefix("name=rootless") })
        }
        guard let host = json["host"], let version = json["version"]?["Version"]?.string else { return nil }
        return Facts(kind: .podman, version: version, isRootless: host["security"]?["rootless"] == .bool(true))
    }
}
