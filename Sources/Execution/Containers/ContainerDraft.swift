public import SystemPackage

/// A container as it is to be made.
public struct ContainerDraft: Equatable, Sendable {
    public var image: String
    public var labels: [String: String]
    /// What runs in it: a program and its arguments, or, beside a workplace, arguments for the entry point of the image.
    public var words: [String] = []
    /// Beyond what its image sets.
    public var environment: [String: String] = [:]
    /// Where a command of ours works in it; nil for what only stands beside one.
    public var workplace: Workplace?
    public var network: Network

    public init(image: String, labels: [String: String], network: Network) {
        (self.image, self.labels, self.network) = (image, labels, network)
    }

    /// Folders of this machine, at the same place in the container, and the one a command begins in.
    public struct Workplace: Equatable, Sendable {
        public var folders: [FilePath]
        public var directory: FilePath

        public init(folders: [FilePath], directory: FilePath) {
            (self.folders, self.directory) = (folders, directory)
        }
    }

    /// What a container is connected to.
    public enum Network: Equatable, Sendable {
        /// Whatever the engine gives.
        case standard
        /// One of its own, that others join, with a name for itself and a file of names.
        case founded(host: String, hosts: FilePath)
        /// That of another container.
        case joined(String, host: String, hosts: FilePath)
    }
}

/// What an engine on some machine cannot do, so that it is left out.
struct Abstinence: OptionSet, Hashable {
    let rawValue: Int

    /// No small init as the first process.
    static let initProcess = Abstinence(rawValue: 1)
    /// No network that the engine sets up: without sidecars that of the machine, else only the one they share.
    static let network = Abstinence(rawValue: 2)
    /// No control groups.
    static let controlGroups = Abstinence(rawValue: 4)

    /// All combinations that mean something to an engine, from what leaves out least.
    static func ladder(of kind: ContainerEngine.Kind) -> [Abstinence] {
        let all = (0..<8).map(Abstinence.init).filter { kind == .podman || !$0.contains(.controlGroups) }
        return all.sorted { ($0.rawValue.nonzeroBitCount, $0.rawValue) < ($1.rawValue.nonzeroBitCount, $1.rawValue) }
    }
}

extension ContainerDraft {
    /// The arguments of `create`.
    ///
    /// Variables are named only, their values are the client's to hand on: others can read its command line. But those
    /// that the client itself goes by are written out when they are to differ; none of them is a secret.
    func arguments(for engine: ContainerEngine, without: Abstinence) -> [String] {
        var arguments = ["create"]
        for (name, value) in labels.sorted(by: { $0.key < $1.key }) { arguments += ["--label", "\(name)=\(value)"] }
        // Where files are labelled, those of a work tree would have to be labelled anew.
        arguments += ["--security-opt", "label=disable", "--no-healthcheck"]
        if !without.contains(.initProcess) { arguments.append("--init") }
        if without.contains(.controlGroups) { arguments.append("--cgroups=disabled") }
        arguments += networkArguments(engine.kind, without)
        var words = words
        if let workplace {
            // What it says goes to a log of ours, and is kept nowhere else.
            arguments += ["--log-driver", "none", "--user", engine.user, "--workdir", workplace.directory.string]
            // Unlike --volume, this refuses what is not there instead of making it.
            for folder in workplace.folders {
                arguments += ["--mount", "type=bind,src=\(folder.string),dst=\(folder.string)"]
            }
            if !words.isEmpty { arguments += ["--entrypoint", words.removeFirst()] }
        }
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
            arguments += ["--env", engine.mustSpell(name, value) ? "\(name)=\(value)" : name]
        }
        return arguments + [image] + words
    }

    private func networkArguments(_ kind: ContainerEngine.Kind, _ without: Abstinence) -> [String] {
        switch network {
        case .standard: return without.contains(.network) ? ["--network", "host"] : []
        case .founded(let host, let hosts):
            return (without.contains(.network) ? ["--network", "none"] : []) + ["--hostname", host] + Self.mount(hosts)
        case .joined(let id, let host, let hosts):
            // With Docker a shared network is a shared host name.
            let own = kind == .podman ? ["--hostname", host] : []
            return ["--network", "container:\(id)"] + own + Self.mount(hosts)
        }
    }

    private static func mount(_ hosts: FilePath) -> [String] {
        ["--mount", "type=bind,src=\(hosts.string),dst=/etc/hosts,readonly"]
    }

    /// The paths of this machine that it shows.
    var sources: [FilePath] {
        let folders = workplace?.folders ?? []
        switch network {
        case .standard: return folders
        case .founded(_, let hosts), .joined(_, _, let hosts): return folders + [hosts]
        }
    }
}
