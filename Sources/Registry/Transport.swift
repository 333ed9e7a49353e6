import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import Pipeline

/// Sends requests to one registry: addresses, authentication by the challenge of each reply, repetition.
struct Transport: Sendable {
    let connections: Connections
    let host: String
    let origin: Origin
    let trust: Result<TrustFiles, any Error>
    let login: Login

    static let bodyLimit = 8 << 20
    private static let refusalLimit = 64 << 10

    var limits: RegistryLimits { connections.limits }
    private var pace: HostPace { connections.pace(of: origin) }

    /// Sends until the reply is one that a repetition would not change; reads the body whole.
    ///
    /// Where a reply may have been lost, `isDone` is asked before anything is sent again.
    func send(_ request: Request, unless isDone: (() async throws -> Reply?)? = nil) async throws -> Reply {
        switch try await exchange(request, unless: isDone, { try await collect($0) }) {
        case .value(let reply), .reply(let reply): reply
        }
    }

    /// The same for bodies that are consumed as they come; `consume` is called anew for each reply of success.
    func exchange<Value: Sendable>(
        _ request: Request, unless isDone: (() async throws -> Reply?)? = nil,
        _ consume: (HTTPClientResponse) async throws -> Value
    ) async throws -> Exchange<Value> {
        var patience = Patience(limits.retries)
        var hasReconnected = false
        while true {
            do {
                let answer = try await attempt(request, consume)
                guard case .reply(let reply) = answer,
                    case .after(let wish, _) = Repetition(reply, now: .current)
                else { return answer }
                guard try await pause(&patience, wish, for: request.operation) else { return answer }
            } catch let error as any Failure {
                // Ours: a refusal, a full disk. Another attempt would not change it.
                throw error
            } catch {
                try Task.checkCancellation()
                if let reply = try await isDone?() { return .reply(reply) }
                // The server closed a connection that had been idle: no failure of this request.
                if !hasReconnected, error as? HTTPClientError == .remoteConnectionClosed, pace.wasReached {
                    hasReconnected = true
                    continue
                }
                try await recover(from: error, &patience, request)
            }
        }
    }

    /// Waits before another attempt, or says why there will be none.
    func recover(from error: any Error, _ patience: inout Patience, _ request: Request) async throws {
        let trouble = ConnectionTrouble(error, origin: origin)
        let isHopeless = !pace.wasReached && patience.failures + 1 >= limits.retries.strangers
        guard trouble.mayPass, !isHopeless, let pause = patience.pause(wish: nil) else {
            throw RegistryError.unreachable(
                host: host, reason: trouble.reason + (pace.wasReached ? Self.effort(patience.failures + 1) : ""),
                remedy: trouble.remedy)
        }
        try await Task.sleep(for: pause)
    }

    /// Waits as long as a reply asks for, or at random; false when the request has no time left.
    ///
    /// Throws when the server itself names a time that is too far away.
    func pause(_ patience: inout Patience, _ wish: Duration?, for operation: String) async throws -> Bool {
        guard let pause = patience.pause(wish: wish) else {
            guard let wish else { return false }
            throw RegistryError.busy(host: host, operation: operation, wait: wish.text)
        }
        try await Task.sleep(for: pause)
        return true
    }

    private static func effort(_ attempts: Int) -> String { attempts > 1 ? " (\(attempts) attempts)" : "" }

    /// One attempt, with as many requests as authentication and redirects take.
    func attempt<Value: Sendable>(
        _ request: Request, _ consume: (HTTPClientResponse) async throws -> Value
    ) async throws -> Exchange<Value> {
        var authorization = try await login.known(for: request)
        var hasAnswered = false
        while true {
            let answer = try await turn { try await once(request, authorization, consume) }
            guard case .reply(let reply) = answer, reply.status == 401, !hasAnswered,
                let found = try await login.answer(to: reply, for: request, refused: authorization, over: self)
            else { return answer }
            (authorization, hasAnswered) = (found, true)
        }
    }

    /// One request in the pace of its host.
    private func turn<Value>(_ body: () async throws -> Exchange<Value>) async throws -> Exchange<Value> {
        let pace = pace
        let began = try await pace.turn()
        do {
            let answer = try await body()
            if case .reply(let reply) = answer, case .after(let wish, true) = Repetition(reply, now: .current) {
                pace.finish(began, .strained(wish))
            } else {
                pace.finish(began, .well)
            }
            return answer
        } catch {
            pace.finish(began, .failed)
            throw error
        }
    }

    private func once<Value: Sendable>(
        _ request: Request, _ authorization: String?, _ consume: (HTTPClientResponse) async throws -> Value
    ) async throws -> Exchange<Value> {
        let response = try await follow(request, authorization)
        if (200...299).contains(response.status.code) { return .value(try await consume(response)) }
        let body = request.method == .HEAD ? [] : try await gather(response, upTo: Self.refusalLimit)
        return .reply(Reply(status: response.status.code, headers: response.headers, body: body))
    }
}

// MARK: - One request

extension Transport {
    func address(_ target: String) -> String {
        Origin(address: target) != nil ? target : "\(origin)" + (target.hasPrefix("/") ? "" : "/") + target
    }

    /// Sends a request where replies say; only reading is led elsewhere, and our credentials are for one origin.
    private func follow(_ request: Request, _ authorization: String?) async throws -> HTTPClientResponse {
        var address = address(request.target)
        for _ in 0...5 {
            let response = try await execute(request, at: address, authorization)
            guard [301, 302, 303, 307, 308].contains(response.status.code),
                let location = response.headers.first(name: "Location")
            else { return response }
            let next = Origin.resolve(location, against: address)
            guard let next, let target = Origin(address: next) else {
                throw RegistryError.unusable(host, reason: "\(request.operation) is led to an address that is none")
            }
            guard request.method == .GET || request.method == .HEAD else {
                throw RegistryError.unusable(
                    host, reason: "\(request.operation) is led on to \(target): use that as the registry's address")
            }
            try refuseDowngrade(to: target, request.operation)
            address = next
        }
        throw RegistryError.unusable(host, reason: "\(request.operation) is led on more than 5 times")
    }

    /// From TLS nothing leads back to plain HTTP.
    func refuseDowngrade(to target: Origin, _ operation: String) throws {
        guard target.isPlain, !origin.isPlain else { return }
        throw RegistryError.unusable(
            host,
            reason: "\(operation) is led to \(target), without TLS: let the proxy in front of it set X-Forwarded-Proto")
    }

    private func execute(
        _ request: Request, at address: String, _ authorization: String?
    ) async throws -> HTTPClientResponse {
        guard let target = Origin(address: address) else {
            throw RegistryError.unusable(host, reason: "\(request.operation) is led to an address that is none")
        }
        var message = HTTPClientRequest(url: address)
        message.method = request.method
        message.headers.add(name: "User-Agent", value: "slipway")
        for (name, value) in request.headers { message.headers.add(name: name, value: value) }
        // What a registry says about other hosts is for them, not our secret.
        if let authorization, target == origin { message.headers.add(name: "Authorization", value: authorization) }
        message.body = request.body?.make()
        let trust = target == origin ? try trust.get() : try TrustFiles(host: target.trustName, connections)
        let client = try connections.client(for: target, trust)
        return try await client.execute(message, deadline: deadline(for: request))
    }

    /// When the first byte of a reply has to be there; while a body is sent, its silence is watched instead.
    private func deadline(for request: Request) -> NIODeadline {
        let timeouts = limits.timeouts
        let opening = timeouts.connect + (origin.isPlain ? .zero : timeouts.handshake)
        let sending = request.body.map { Duration.seconds($0.size / Int64(max(timeouts.slowest, 1))) + timeouts.idle }
        return .now() + TimeAmount(opening + timeouts.firstByte + (sending ?? .zero))
    }

    /// A body, whole, that may not be larger than any document of the protocol.
    func collect(_ response: HTTPClientResponse) async throws -> Reply {
        let body = try await gather(response, upTo: Self.bodyLimit, refusingMore: true)
        return Reply(status: response.status.code, headers: response.headers, body: body)
    }

    /// The beginning of a body.
    func gather(_ response: HTTPClientResponse, upTo limit: Int, refusingMore: Bool = false) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        try await receive(response) { chunk in
            bytes += chunk.readableBytesView
            return bytes.count < limit || refusingMore && bytes.count == limit
        }
        guard !refusingMore || bytes.count <= limit else {
            throw RegistryError.unusable(host, reason: "a document of more than \(limit >> 20) MiB is none")
        }
        return Array(bytes.prefix(limit))
    }

    /// Hands a body over piece by piece until `take` has enough; a transfer that crawls is given up.
    func receive(_ response: HTTPClientResponse, _ take: (ByteBuffer) throws -> Bool) async throws {
        let window = limits.timeouts.firstByte
        var began = ContinuousClock.now
        var received = 0
        for try await chunk in response.body {
            guard try take(chunk) else { return }
            received += chunk.readableBytes
            let elapsed = ContinuousClock.now - began
            guard elapsed >= window else { continue }
            guard Double(received) >= elapsed / .seconds(1) * Double(limits.timeouts.slowest) else {
                throw TransferTooSlow(bytes: received, during: elapsed)
            }
            (began, received) = (.now, 0)
        }
    }
}

extension Timestamp {
    /// The time by this machine's clock.
    static var current: Timestamp { Timestamp(seconds: Int64(Date().timeIntervalSince1970)) }
}

extension Origin {
    /// The name that folders of certificates have.
    var trustName: String { port == (isPlain ? 80 : 443) ? name : "\(name):\(port)" }
}

extension TrustFiles {
    /// What is known of a host that nothing is configured for.
    init(host: String, _ connections: Connections) throws {
        try self.init(host: host, settings: RegistrySettings(), folders: Self.folders(connections.environment))
    }
}
