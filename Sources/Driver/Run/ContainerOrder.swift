import Execution
import Git
import Pipeline
import SystemPackage

/// A command that is to run in a container, and where.
struct ContainerOrder: Sendable {
    /// As it would run on this machine.
    let invocation: Invocation
    let container: Container
    let step: Step
    /// The work tree, and with a linked one the folder of its repository, which is elsewhere.
    let folders: [FilePath]
    let run: String
    let folder: RunFolder
    /// Variables that say where this machine keeps things: the image knows where it does.
    let hidden: Set<String>

    var sidecars: [Container.Sidecar] { container.sidecars(beside: step.kind) }

    /// The container of the command.
    func draft(_ network: ContainerDraft.Network, tracks: ContainerTraces) -> ContainerDraft {
        var draft = ContainerDraft(
            image: container.image, labels: tracks.labels(run: run, of: step.service), network: network)
        draft.words = invocation.arguments
        draft.environment = invocation.environment.filter { !hidden.contains($0.key) }
        draft.environment["HOME"] = home.string
        // The last is in the first; an engine on another machine that happens to have the first has not the last.
        draft.workplace = .init(folders: folders + [folder.root], directory: invocation.directory)
        return draft
    }

    /// The container of a sidecar.
    func draft(
        of sidecar: Container.Sidecar, _ network: ContainerDraft.Network, tracks: ContainerTraces
    ) -> ContainerDraft {
        var labels = tracks.labels(run: run, of: step.service)
        labels["slipway.sidecar"] = sidecar.name
        var draft = ContainerDraft(image: sidecar.image, labels: labels, network: network)
        (draft.words, draft.environment) = (sidecar.command ?? [], sidecar.environment)
        return draft
    }

    /// A home of its own: nobody's is in the image for a user it does not know.
    var home: FilePath { folder.root.appending("homes").appending(step.service.text) }
    /// What names mean in the network that commands and sidecars share.
    var hosts: FilePath { folder.root.appending("hosts").appending(step.service.text) }

    func log(of sidecar: String) -> FilePath {
        folder.root.appending("logs").appending("\(step.service).sidecar-\(sidecar).log")
    }

    /// The host name of all of them.
    var hostName: String {
        let plain = step.service.text.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
        return "job-" + String(plain.prefix(40))
    }

    var hostsText: String {
        let names = (sidecars.map(\.name) + [hostName]).joined(separator: " ")
        return "127.0.0.1 localhost\n::1 localhost ip6-localhost\n127.0.0.1 \(names)\n"
    }
}

extension Run {
    /// The order for a command of a service that has a container; nil for one that has none.
    func containerOrder(_ step: Step, _ invocation: Invocation) throws -> ContainerOrder? {
        let service = service(step.service)
        guard let container = service.recipe.container else { return nil }
        let places = ["PATH", "SHELL", "TMPDIR", "SSH_AUTH_SOCK"]
        let toolchain = Toolchain.named(service.recipe.toolchain)?.environment ?? []
        let repository = FilePath(try Repository(at: root.string).commonFolder)
        return ContainerOrder(
            invocation: invocation, container: container, step: step,
            folders: [root] + (repository.starts(with: root) ? [] : [repository]), run: id, folder: folder,
            hidden: Set(places + toolchain).subtracting(service.inputs.environment))
    }

    /// Takes one step, and ends what stood beside its command.
    func take(_ step: Step, after progress: Progress, with tools: Tools, environment: StepEnvironment) async -> Advance
    {
        let advance = await attempt(step, after: progress, with: tools, environment: environment)
        let service = service(step.service)
        let isLast = step.kind == .test || !advance.result.hasPassed || service.recipe.test == nil
        if isLast, step.kind <= .test, service.recipe.container != nil { await tools.dismiss(step.service) }
        return advance
    }
}
