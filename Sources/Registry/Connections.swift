import AsyncHTTPClient
import NIOCore
import Pipeline
import Synchronization
import SystemPackage

/// The connections of one process to all registries, with what its requests share: the pace of each host, and the tokens.
public final class Connections: Sendable {
    private struct Way: Hashable {
        let trust: TrustFiles
        let proxy: ProxyRule.Proxy?
        let isPlain: Bool
    }

    private struct State {
        var clients: [Way: HTTPClient] = [:]
        var paces: [Origin: HostPace] = [:]
        var logins: [String: Login] = [:]
    }

    private static var group: any EventLoopGroup { HTTPClient.defaultEventLoopGroup }
    /// The loops that connections may be on.
    let loops = Array(group.makeIterator())

    let limits: RegistryLimits
    let environment: [String: String]
    /// Told what a person may want to know although all is well.
    let report: @Sendable (String) -> Void
    private let state = Mutex(State())

    private init(
        _ limits: RegistryLimits, _ environment: [String: String], _ report: @escaping @Sendable (String) -> Void
    ) {
        (self.limits, self.environment, self.report) = (limits, environment, report)
    }

    /// Lends connections, and closes them when `body` ends on whatever path.
    static func lend<Value>(
        _ limits: RegistryLimits, _ environment: [String: String], report: @escaping @Sendable (String) -> Void,
        _ body: (Connections) async throws -> Value
    ) async throws -> Value {
        let connections = Connections(limits, environment, report)
        do {
            let value = try await body(connections)
            try await connections.close()
            return value
        } catch {
            try await connections.close()
            throw error
        }
    }

    private func close() async throws {
        let clients = state.withLock { state in
            defer { state.clients = [:] }
            return Array(state.clients.values)
        }
        for client in clients { try await client.shutdown() }
    }

    /// The connections that lead to an origin.
    func client(for origin: Origin, _ trust: TrustFiles) throws -> HTTPClient {
        let proxy = try ProxyRule(environment: environment).proxy(for: origin)
        let way = Way(trust: trust, proxy: proxy, isPlain: origin.isPlain)
        return try state.withLock { state in
            if let client = state.clients[way] { return client }
            let client = HTTPClient(eventLoopGroup: Self.group, configuration: try configuration(way))
            state.clients[way] = client
            return client
        }
    }

    private func configuration(_ way: Way) throws -> HTTPClient.Configuration {
        let timeouts = limits.timeouts
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        let connect = way.isPlain ? timeouts.connect : timeouts.connect + timeouts.handshake
        configuration.timeout = .init(
            connect: .init(connect), read: .init(timeouts.idle), write: .init(timeouts.idle))
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = limits.requests
        if !way.trust.isEmpty, !way.isPlain { configuration.tlsConfiguration = try way.trust.configuration() }
        if let proxy = way.proxy {
            let person = proxy.user.map { HTTPClient.Authorization.basic(username: $0, password: proxy.password ?? "") }
            configuration.proxy = .server(host: proxy.host, port: proxy.port, authorization: person)
        }
        return configuration
    }

    func pace(of origin: Origin) -> HostPace {
        state.withLock { state in
            if let pace = state.paces[origin] { return pace }
            let pace = HostPace(limits)
            state.paces[origin] = pace
            return pace
        }
    }

    /// The tokens of a host, shared by all that ask it with the same credentials.
    func login(_ host: String, as name: String, _ make: () -> Login) -> Login {
        state.withLock { state in
            if let login = state.logins["\(host) \(name)"] { return login }
            let login = make()
            state.logins["\(host) \(name)"] = login
            return login
        }
    }
}

extension TimeAmount {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self = .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
