internal import Glibc
internal import Pipeline

extension ContainerEngine {
    /// Runs a command in a container: the same as on this machine, with the same endings.
    ///
    /// When it returns, the container is gone. Throws when the engine, and not the command, is what failed.
    public func run(_ draft: ContainerDraft, as invocation: Invocation) async throws -> Conclusion {
        do {
            let launched = try await launch(draft, in: invocation.directory) { id in
                var client = invocation
                client.arguments = [program, "start", "--attach", id]
                client.environment = environment
                let ending = try await client.run().ending
                guard ending != .interrupted else { throw CancellationError() }
                return ending
            }
            try await remove([launched.id])
            if let refused = launched.refused { return Conclusion(refused) }
            return Conclusion(try await ending(launched.started, launched.state, invocation.limits.patience))
        } catch is CancellationError {
            return Conclusion(.interrupted)
        }
    }

    /// What the client ended with stands for the command only when the command has ended, too.
    private func ending(_ client: Ending, _ state: ContainerState, _ patience: Duration) async throws -> Ending {
        guard case .exited = client else { return client }
        guard state.isRunning else { return Self.ending(state.exit) }
        // A client that is told to stop may leave without a word of it; so are we told, then.
        try await Task.sleep(for: patience)
        throw ContainerError.leftAlone(engine: program)
    }

    /// As a shell says it: 128+n of a command that a signal ended.
    private static func ending(_ code: Int32) -> Ending {
        [SIGINT, SIGKILL, SIGTERM].contains(code - 128) ? .signalled(code - 128) : .exited(code)
    }
}
