import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A proxy of ours in front of a registry that breaks requests to order, and notes all of them.
public final class FaultProxy: Sendable {
    public let host: String
    private let upstream: (name: String, port: Int)
    private let state: Mutex<State>
    private let guarding: Guard?

    /// What is done to a request by what it is: its method, its address, the credentials it came with.
    public typealias Guard = @Sendable (_ method: String, _ path: String, _ authorization: String?) -> WireFault.Action?

    /// A request as it went by, and what was answered; 0 when nothing was.
    public struct Exchange: Equatable, Sendable {
        public let method: String
        public let path: String
        public let authorization: String?
        public var status: UInt
    }

    private struct State {
        var faults: [WireFault]
        var exchanges: [Exchange] = []
        /// When the first request came.
        var began: ContinuousClock.Instant?
    }

    private init(host: String, upstream: (name: String, port: Int), faults: [WireFault], guarding: Guard?) {
        (self.host, self.upstream, self.guarding) = (host, upstream, guarding)
        state = Mutex(State(faults: faults))
    }

    /// All requests so far.
    public var exchanges: [Exchange] { state.withLock { $0.exchanges } }

    /// Puts other faults in place of those that are left, and forgets the requests.
    public func replace(_ faults: [WireFault]) { state.withLock { $0 = State(faults: faults) } }

    /// Serves until the body ends; `upstream` is `name:port`.
    public static func withProxy<Value: Sendable>(
        to upstream: String, port: Int = 0, _ faults: [WireFault] = [], guarding: Guard? = nil,
        _ body: @escaping @Sendable (FaultProxy) async throws -> Value
    ) async throws -> Value {
        let parts = upstream.split(separator: ":")
        guard parts.count == 2, let target = Int(parts[1]) else { throw FixtureError("no address: \(upstream)") }
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Nothing is read before there is somebody to read it: a wrapped channel must not be dropped on the way.
            .childChannelOption(.autoRead, value: false)
            .bind(host: "127.0.0.1", port: port) { channel in channel.eventLoop.makeSucceededFuture(channel) }
        let proxy = FaultProxy(
            host: "127.0.0.1:\(server.channel.localAddress?.port ?? 0)", upstream: (String(parts[0]), target),
            faults: faults, guarding: guarding)
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                try await server.executeThenClose { connections in
                    try await withThrowingDiscardingTaskGroup { group in
                        for try await connection in connections {
                            group.addTask { await proxy.serve(connection) }
                        }
                    }
                }
                return nil
            }
            group.addTask { try await body(proxy) }
            while let value = try await group.next() {
                guard let value else { continue }
                group.cancelAll()
                return value
            }
            throw FixtureError("the proxy ended early")
        }
    }

    /// Notes a request, and says which faults are for it.
    fileprivate func begin(_ head: HTTPRequestHead) -> (number: Int, actions: [WireFault.Action]) {
        state.withLock { state in
            state.exchanges.append(
                Exchange(
                    method: head.method.rawValue, path: head.uri,
                    authorization: head.headers.first(name: "Authorization"),
                    status: 0))
            var actions: [WireFault.Action] = []
            let authorization = head.headers.first(name: "Authorization")
            if let action = guarding?(head.method.rawValue, head.uri, authorization) { actions.append(action) }
            for index in state.faults.indices where state.faults[index].covers(head.method.rawValue, head.uri) {
                guard state.faults[index].passing == 0 else {
                    state.faults[index].passing -= 1
                    continue
                }
                guard state.faults[index].times > 0 else { continue }
                state.faults[index].times -= 1
                actions.append(state.faults[index].action)
            }
            return (state.exchanges.count - 1, actions)
        }
    }

    /// Whether the first request is less than so long ago.
    func isWithin(_ seconds: Double) -> Bool {
        state.withLock { state in
            let began = state.began ?? .now
            state.began = began
            return ContinuousClock.now - began < .seconds(seconds)
        }
    }

    func note(_ status: UInt, of number: Int) {
        state.withLock { state in
            if state.exchanges.indices.contains(number) { state.exchanges[number].status = status }
        }
    }

    private func serve(_ channel: any Channel) async {
        do {
            let connection = try await channel.eventLoop.submit {
                try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: false)
                return try NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>(
                    wrappingChannelSynchronously: channel)
            }.get()
            try await channel.setOption(.autoRead, value: true).get()
            try await connection.executeThenClose { inbound, outbound in
                var parts = inbound.makeAsyncIterator()
                while case .head(let head) = try await parts.next() {
                    let (number, actions) = begin(head)
                    var passage = Passage(
                        proxy: self, number: number, head: head, actions: actions, connection: connection.channel)
                    guard try await passage.run(&parts, outbound, upstream) else { return }
                }
            }
        } catch {
            // A client that goes away is what this is for.
        }
    }
}
