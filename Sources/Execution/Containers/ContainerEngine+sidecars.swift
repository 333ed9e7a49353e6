public import Pipeline
public import SystemPackage

/// A sidecar that was started.
public struct StandingSidecar: Equatable, Sendable {
    public let id: String
    public let name: String
    public let image: String
    /// What ends with zero in it when it is ready; nil: the health check of its image.
    public let health: [String]?
    public let readyWithin: Seconds
}

extension ContainerEngine {
    /// Starts what is to stand beside commands, as it is drafted.
    public func stand(_ sidecar: Container.Sidecar, _ draft: ContainerDraft) async throws
        -> StandingSidecar
    {
        let launched = try await launch(draft, in: "/") { try await ask(["start", $0]).ending }
        if let refused = launched.refused {
            try await remove([launched.id])
            throw ContainerError.notStarted(draft.image, reason: refused.summary)
        }
        return StandingSidecar(
            id: launched.id, name: sidecar.name, image: sidecar.image, health: sidecar.health?.arguments,
            readyWithin: sidecar.readyWithin)
    }

    /// Waits until a sidecar says that it is ready; false when nothing in it can say so.
    ///
    /// The health check of an image is asked here, at our pace: engines ask it every half minute, or never.
    public func isReady(_ sidecar: StandingSidecar) async throws -> Bool {
        let clock = ContinuousClock()
        let deadline = clock.now + sidecar.readyWithin.duration
        let stated = if let health = sidecar.health { health } else { try await healthCheck(of: sidecar.image) }
        guard let words = stated else {
            try await seeRunning(sidecar)
            return false
        }
        var pause = Duration.milliseconds(100)
        while true {
            let left = max(1, (deadline - clock.now).components.seconds)
            let answer = try await ask(["exec", sidecar.id] + words, within: Seconds(left))
            switch answer.ending {
            case .exited(0): return true
            case .interrupted: throw CancellationError()
            default: try await seeRunning(sidecar)
            }
            guard clock.now < deadline else {
                var portrait = try await portrait(of: sidecar)
                let said = answer.output + answer.errors
                if !said.isEmpty { portrait.check = String(lastWords(said).prefix(200)) }
                throw ContainerError.sidecarNotReady(portrait, within: sidecar.readyWithin)
            }
            try await Task.sleep(for: pause)
            pause = min(pause * 3 / 2, .seconds(1))
        }
    }

    private func seeRunning(_ sidecar: StandingSidecar) async throws {
        let state = try await state(of: sidecar.id)
        guard !state.isRunning else { return }
        throw ContainerError.sidecarEnded(try await portrait(of: sidecar), code: state.exit)
    }

    private func healthCheck(of image: String) async throws -> [String]? {
        let answer = try await ask(["image", "inspect", image])
        guard answer.ending == .exited(0) else { throw gone(answer) }
        let facts = try JSON(parsing: answer.output, profile: .lenient).array?.first
        let check = facts?["Config"]?["Healthcheck"] ?? facts?["Healthcheck"]
        let words = check?["Test"]?.array?.compactMap(\.string) ?? []
        switch words.first {
        case "CMD": return Array(words.dropFirst())
        case "CMD-SHELL": return ["/bin/sh", "-c"] + words.dropFirst()
        default: return nil
        }
    }

    private func portrait(of sidecar: StandingSidecar) async throws -> ContainerError.Sidecar {
        let answer = try await ask(["logs", "--tail", "5", sidecar.id])
        let lines = String(decoding: answer.output + answer.errors, as: UTF8.self).split(whereSeparator: \.isNewline)
        return ContainerError.Sidecar(
            name: sidecar.name, image: sidecar.image,
            lastLines: lines.suffix(5).map { String($0.prefix(200)).printable })
    }

    /// Writes all that a sidecar said to a file.
    ///
    /// `invocation` is that of a command beside it: what must not be in the log of one must not be in that of the other.
    public func keepLog(of sidecar: StandingSidecar, in file: FilePath, as invocation: Invocation) async throws {
        var client = invocation
        (client.arguments, client.environment) = ([program, "logs", sidecar.id], environment)
        (client.directory, client.log, client.limits.timeout) = ("/", file, Seconds(60))
        _ = try await client.run()
    }
}
