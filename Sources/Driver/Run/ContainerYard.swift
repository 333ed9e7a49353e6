import Disk
import Execution
import Pipeline
import Synchronization
import SystemPackage

/// The containers of one run: the engine that has them, and what stands beside the commands of each service.
final class ContainerYard: Sendable {
    private struct State {
        /// What became of looking for one; nil: nobody needed any.
        var engine: Result<ContainerEngine, any Error>?
        var run: String?
        var rooms: [ServiceName: Room] = [:]
        var homes: [ServiceName: FilePath] = [:]
    }

    /// What stands beside the commands of one service.
    private struct Room: Sendable {
        /// The one that asked for it first.
        let order: ContainerOrder
        var sidecars: [StandingSidecar] = []
        /// What the next one connects to.
        var network: ContainerDraft.Network {
            guard let first = sidecars.first else { return .founded(host: order.hostName, hosts: order.hosts) }
            return .joined(first.id, host: order.hostName, hosts: order.hosts)
        }
    }

    private let state = Mutex(State())
    private let traces: ContainerTraces
    private let environment: [String: String]
    private let report: @Sendable (Event) -> Void

    init(_ survey: Survey, report: @escaping @Sendable (Event) -> Void) throws {
        traces = try ContainerTraces(survey.workspace)
        (environment, self.report) = (survey.request.environment, report)
    }

    /// Runs a command in its container, with its sidecars beside it: those of its service that already stand, or new ones.
    func run(_ order: ContainerOrder) async throws -> Conclusion {
        let engine = try engine(for: order)
        do {
            var network = ContainerDraft.Network.standard
            if !order.sidecars.isEmpty { network = try await room(for: order, engine).network }
            try order.home.makeFolders()
            state.withLock { $0.homes[order.step.service] = order.home }
            return try await engine.run(order.draft(network, tracks: traces), as: order.invocation)
        } catch is CancellationError {
            return Conclusion(.interrupted)
        }
    }

    private func engine(for order: ContainerOrder) throws -> ContainerEngine {
        // Whoever comes second waits: what is swept must not be what the first has made meanwhile.
        try state.withLock { state in
            if let known = state.engine { return try known.get() }
            let found = Result<ContainerEngine, any Error> {
                let engine = try ContainerEngine(in: environment)
                // Also where the sign of them went with the workspace.
                _ = try traces.sweep(engine)
                try traces.mark(engine)
                return engine
            }
            (state.engine, state.run) = (found, order.run)
            return try found.get()
        }
    }

    private func room(for order: ContainerOrder, _ engine: ContainerEngine) async throws -> Room {
        let name = order.step.service
        if let room = state.withLock({ $0.rooms[name] }) { return room }
        try order.hosts.removingLastComponent().makeFolders()
        try order.hosts.write(Array(order.hostsText.utf8), durable: false)
        var room = Room(order: order)
        for sidecar in order.sidecars {
            let draft = order.draft(of: sidecar, room.network, tracks: traces)
            room.sidecars.append(try await engine.stand(sidecar, draft))
            let known = room
            state.withLock { $0.rooms[name] = known }
        }
        for sidecar in room.sidecars where try await !engine.isReady(sidecar) {
            report(.note("\(name): nothing tells whether sidecar \(sidecar.name) is ready; health: would"))
        }
        return room
    }

    /// Ends what stands beside the commands of a service; what it said is kept, unless there is no time.
    func dismiss(_ name: ServiceName) async {
        let (room, home, engine) = state.withLock { state in
            (state.rooms.removeValue(forKey: name), state.homes.removeValue(forKey: name), state.engine)
        }
        do {
            if let room, let engine = try engine?.get() {
                for sidecar in room.sidecars where !Task.isCancelled {
                    let log = room.order.log(of: sidecar.name)
                    try await engine.keepLog(of: sidecar, in: log, as: room.order.invocation)
                }
                try engine.removeAtOnce(room.sidecars.map(\.id))
            }
            try home?.remove()
        } catch {
            report(.note("\(name): what stood beside it is left to the end of the run: \(error)"))
        }
    }

    /// Sees that no container of the run is left, however it ended.
    func close() {
        guard
            let (engine, run) = state.withLock({ state -> (ContainerEngine, String)? in
                guard case .success(let engine)? = state.engine, let run = state.run else { return nil }
                return (engine, run)
            })
        else { return }
        do {
            _ = try traces.sweep(engine, run: run)
        } catch {
            report(.note("containers of this run may still be there, and the next one removes them: \(error)"))
        }
    }
}
