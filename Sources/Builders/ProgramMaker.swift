import Disk
import Execution
import OCI
public import Pipeline
import SystemPackage

/// buildah or podman, run as a process.
public struct ProgramMaker: ImageMaker {
    let program: String
    /// How it is told to isolate RUN here; nothing where its own way works.
    let isolation: [String]
    /// What it sees.
    let environment: [String: String]
    public let name: String

    init(_ program: String, isolation: [String], environment: [String: String], name: String) {
        (self.program, self.isolation, self.environment, self.name) = (program, isolation, environment, name)
    }

    /// The variables that it goes by: where it keeps what is its own, and how it reaches registries and networks.
    static let ownVariables: Set<String> = [
        "PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "LANG", "LC_ALL", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME",
        "XDG_DATA_HOME", "DBUS_SESSION_BUS_ADDRESS", "CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF", "STORAGE_DRIVER",
        "STORAGE_OPTS", "CONTAINERS_REGISTRIES_CONF", "SLIPWAY_RUN", "SLIPWAY_ROOT", "http_proxy", "https_proxy",
        "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",
    ]

    public func build(_ order: BuildOrder, above base: [Digest]) async throws -> BuiltArchive {
        do {
            let built = try await make(order, base)
            try tidy(order)
            return built
        } catch {
            // What cannot be removed now is removed by the next run.
            do { try tidy(order) } catch {}
            throw error
        }
    }

    private func make(_ order: BuildOrder, _ base: [Digest]) async throws -> BuiltArchive {
        try order.scratch.makeFolders()
        for (index, stream) in order.bases.sorted(by: { $0.key < $1.key }).map(\.value).enumerated() {
            let file = order.scratch.appending("base-\(index).tar")
            try stream.write(to: file)
            try await ask(["pull", "--quiet", "docker-archive:\(file)"], in: order.scratch)
            try file.remove()
        }
        try await run(order)
        let file = order.scratch.appending("image.tar")
        let target = "docker-archive:\(file):\(order.mark.image)"
        try await ask(["push", "--quiet", order.mark.image, target], in: order.scratch)
        let parts = order.scratch.appending("parts")
        try parts.makeFolders()
        var spool = ArchiveSpool(in: parts, base: base)
        var offset: Int64 = 0
        while true {
            let bytes = try file.slice(from: offset, count: 1 << 20)
            if bytes.isEmpty { break }
            offset += Int64(bytes.count)
            try spool.feed(bytes)
            try Task.checkCancellation()
        }
        try file.remove()
        return try spool.image(above: base, of: name)
    }

    private func run(_ order: BuildOrder) async throws {
        let context = order.scratch.appending("context")
        try context.makeFolders()
        try order.context?.copy(to: context)
        let file = order.scratch.appending("Dockerfile")
        try file.write(Array(order.dockerfile.utf8))
        let secrets = try files(of: order.secrets, in: order.scratch)
        var own = environment
        for (name, value) in order.arguments { own[name] = value }
        // What it is to ignore is left out already.
        let nothing = order.scratch.appending("ignore")
        try nothing.write([])
        let arguments =
            [program, "build", "--format", "docker", "--layers=false", "--force-rm", "--pull=never"] + isolation
            // Values go through the environment: others can read a command line.
            + order.arguments.keys.sorted().flatMap { ["--build-arg", $0] }
            + secrets.sorted { $0.key < $1.key }.flatMap { ["--secret", "id=\($0.key),src=\($0.value)"] }
            + ["--ignorefile", nothing.string, "--file", file.string, "--tag", order.mark.image, context.string]
        var invocation = Invocation(
            arguments, in: order.scratch, environment: own, log: order.story.log, timeout: order.story.timeout)
        invocation.redaction = order.story.redaction
        let ending = try await invocation.run().ending
        guard ending != .exited(0) else { return }
        guard ending != .interrupted else { throw CancellationError() }
        let end = try CommandLog(at: order.story.log).tail(4096)
        let last = String(decoding: end, as: UTF8.self).split(whereSeparator: \.isNewline).last.map(String.init)
        throw BuilderError.failed(name, reason: "\(ending.summary): \((last ?? "it said nothing").printable)")
    }

    /// Secrets as files that only this user reads, for as long as the build takes.
    private func files(of secrets: [String: String], in folder: FilePath) throws -> [String: FilePath] {
        let place = folder.appending("secrets")
        if !secrets.isEmpty { try place.makeFolders() }
        return try Dictionary(
            uniqueKeysWithValues: secrets.sorted { $0.key < $1.key }.enumerated().map { index, secret in
                let file = place.appending("\(index)")
                try file.create(Array(secret.value.utf8), permissions: .secret)
                return (secret.key, file)
            })
    }

    /// Asks it to do something that is soon done.
    @discardableResult
    private func ask(_ arguments: [String], in folder: FilePath) async throws -> [UInt8] {
        var inquiry = Inquiry([program] + arguments, in: folder, environment: environment)
        inquiry.timeout = Seconds(3600)
        let answer = try await inquiry.ask()
        guard answer.ending != .exited(0) else { return answer.output }
        guard answer.ending != .interrupted else { throw CancellationError() }
        let words = String(decoding: answer.errors, as: UTF8.self).split(whereSeparator: \.isNewline).last
        throw BuilderError.failed(name, reason: "\(arguments[0]): \(String(words ?? "").printable)")
    }

    // MARK: - Tidying

    private func tidy(_ order: BuildOrder) throws {
        try order.scratch.appending("secrets").remove()
        try sweep { $0.hasSuffix(":\(order.mark.build)") && $0.hasPrefix("slipway.invalid/") }
    }

    /// Removes what all builds of a checkout left.
    func sweep(root: String) throws {
        let prefix = BuildMark.prefix(of: root)
        try sweep { $0.hasPrefix(prefix) }
    }

    /// Removes working containers that stand on images of these names, then the images.
    private func sweep(_ isOurs: (String) -> Bool) throws {
        let containers = try list(
            program == "buildah" ? ["containers", "--json"] : ["ps", "--all", "--external", "--format", "json"])
        let left = containers.filter { isOurs(($0["imagename"] ?? $0["Image"])?.string ?? "") }
            .compactMap { ($0["id"] ?? $0["Id"])?.string }
        try left.forEach(endProcesses)
        if !left.isEmpty { try told(["rm"] + (program == "podman" ? ["--force"] : []) + left) }
        let images = try list(["images", program == "buildah" ? "--json" : "--format=json"])
        let names = images.flatMap { ($0["names"] ?? $0["Names"])?.array ?? [] }.compactMap(\.string).filter(isOurs)
        // The one that was built stands on the others.
        for name in names.sorted(by: { $0.contains("/image:") && !$1.contains("/image:") }) { try told(["rmi", name]) }
    }

    /// Ends what still runs in a container whose builder was killed: a runtime's processes are nobody's children then.
    private func endProcesses(of container: String) throws {
        let place = FilePath(
            String(decoding: try told(["mount", container]), as: UTF8.self).filter { !$0.isWhitespace })
        let layer = place.components.map(\.string).last { $0.count == 64 && $0.allSatisfy(\.isHexDigit) }
        if let layer { RootedProcesses.end(inLayer: layer) }
    }

    private func list(_ arguments: [String]) throws -> [JSON] {
        let output = try told(arguments)
        return try JSON(parsing: output, profile: .lenient.limited(to: 4 << 20)).array ?? []
    }

    @discardableResult
    private func told(_ arguments: [String]) throws -> [UInt8] {
        let answer = try TidyingCommand([program] + arguments, environment: environment).run()
        guard answer.ending == .exited(0) else {
            let text = String(decoding: answer.errors.suffix(500), as: UTF8.self)
            throw BuilderError.away(name, reason: text.printable)
        }
        return answer.output
    }
}
