import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOPosix
import Pipeline
import Synchronization
import SystemPackage

/// One request of the distribution protocol, as often as it may have to be sent.
struct Request: Sendable {
    var method: HTTPMethod
    /// A path on the registry, or a whole address that it gave.
    var target: String
    var repository: RepositoryName
    /// For messages: "upload of sha256:…".
    var operation: String
    var headers: [(String, String)] = []
    /// Makes a new body for each attempt: streams can be read once.
    var body: (@Sendable () throws -> HTTPClientRequest.Body)?
    var scope: Scope = .pull

    enum Scope: String, Sendable {
        case pull
        case push = "pull,push"
    }
}

/// A reply whose body was read whole, up to a limit.
struct Reply {
    let status: UInt
    let headers: HTTPHeaders
    let body: [UInt8]
}

/// Sends requests to one registry: addresses, authentication by the challenge of each reply, repetition.
struct Transport: Sendable {
    let http: HTTPClient
    let host: String
    let isPlain: Bool
    let credentials: CredentialSource
    private let tokens = TokenCache()

    /// Tokens by repository and scope, for as long as this transport lives.
    final class TokenCache: Sendable {
        private let tokens = Mutex<[String: String]>([:])

        subscript(_ key: String) -> String? {
            get { tokens.withLock { $0[key] } }
            set { tokens.withLock { $0[key] = newValue } }
        }
    }

    private static let delays: [Duration] = [.milliseconds(200), .milliseconds(600), .milliseconds(1500)]
    static let bodyLimit = 8 << 20

    init(http: HTTPClient, host: String, isPlain: Bool, credentials: CredentialSource) {
        (self.http, self.host, self.isPlain, self.credentials) = (http, host, isPlain, credentials)
    }

    /// Sends until the reply is one that a repetition would not change; reads the body whole.
    func send(_ request: Request) async throws -> Reply {
        try await exchange(request) { response in
            let body = try await response.body.collect(upTo: Self.bodyLimit)
            return Reply(status: response.status.code, headers: response.headers, body: Array(body.readableBytesView))
        }
    }

    /// The same for bodies that are consumed as they come; `consume` is called for every reply that is not repeated.
    func exchange<Value: Sendable>(
        _ request: Request, _ consume: (HTTPClientResponse) async throws -> Value
    ) async throws -> Value {
        var delays = Self.delays[...]
        var authorization = tokens[key(request)]
        var hasAuthenticated = false
        while true {
            let failure: any Error
            do {
                let response = try await once(request, authorization)
                if response.status == .unauthorized, !hasAuthenticated,
                    let answer = try await answer(to: response, for: request)
                {
                    (authorization, hasAuthenticated) = (answer, true)
                    tokens[key(request)] = answer
                    continue
                }
                guard Self.mayPass(response.status.code), let delay = wait(response, delays.first) else {
                    return try await consume(response)
                }
                try await Task.sleep(for: delay)
                delays = delays.dropFirst()
                continue
            } catch let error as any Failure {
                // Ours: a refusal, a full disk. Another attempt would not change it.
                throw error
            } catch {
                failure = error
            }
            try Task.checkCancellation()
            guard let delay = delays.popFirst() else {
                throw RegistryError.unreachable(host: host, reason: Self.sentence(failure))
            }
            try await Task.sleep(for: delay)
        }
    }

    private func key(_ request: Request) -> String { "\(request.repository.text) \(request.scope.rawValue)" }

    func address(_ target: String) -> String {
        if target.hasPrefix("http://") || target.hasPrefix("https://") { return target }
        return (isPlain ? "http://" : "https://") + host + (target.hasPrefix("/") ? "" : "/") + target
    }

    private func once(_ request: Request, _ authorization: String?) async throws -> HTTPClientResponse {
        var message = HTTPClientRequest(url: address(request.target))
        message.method = request.method
        message.headers.add(name: "User-Agent", value: "slipway")
        for (name, value) in request.headers { message.headers.add(name: name, value: value) }
        // What a registry says about other hosts is for them, not our secret.
        if let authorization, isOwn(request.target) {
            message.headers.add(name: "Authorization", value: authorization)
        }
        message.body = try request.body?()
        return try await http.execute(message, deadline: .now() + .minutes(30))
    }

    private func isOwn(_ target: String) -> Bool { address(target).hasPrefix(address("/")) }

    private static func mayPass(_ status: UInt) -> Bool { [408, 425, 429, 500, 502, 503, 504].contains(status) }

    /// How long to wait before the next attempt; nil when there is none left, or the registry wants too long a pause.
    private func wait(_ response: HTTPClientResponse, _ delay: Duration?) -> Duration? {
        guard let delay else { return nil }
        guard let seconds = response.headers.first(name: "Retry-After").flatMap({ Int64($0) }) else { return delay }
        return seconds <= 10 ? .seconds(seconds) : nil
    }

    static func sentence(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first { return sentence(first.error) }
            return error.dnsAError == nil ? "no address" : "the name \(error.host) is not known"
        // NIO's own text for it speaks of its internals.
        case let error as IOError: return Errno(rawValue: error.errnoCode).description
        case let error as HTTPClientError: return error.shortDescription
        default: return "\(error)"
        }
    }
}

// MARK: - Authentication

extension Transport {
    /// The header that the challenge of this very reply asks for; nil when we have nothing to answer.
    private func answer(to response: HTTPClientResponse, for request: Request) async throws -> String? {
        let challenges = response.headers[canonicalForm: "WWW-Authenticate"].joined(separator: ", ")
        let own = try credentials.credentials(for: host)
        for challenge in Challenge.all(in: challenges) {
            switch challenge.scheme {
            case "basic": if let own { return own.basic }
            case "bearer": if let token = try await token(challenge, own, for: request) { return "Bearer \(token)" }
            default: continue
            }
        }
        return nil
    }

    private func token(_ challenge: Challenge, _ own: Credentials?, for request: Request) async throws -> String? {
        guard let realm = challenge.parameters["realm"] else { return nil }
        let isSafe = realm.hasPrefix("https://") || (isPlain && isOwn(realm))
        guard isSafe else {
            throw RegistryError.unusable(
                host, reason: "its token service \(realm.printable) is neither https nor on this host")
        }
        let scope = "repository:\(request.repository.text):\(request.scope.rawValue)"
        let service = challenge.parameters["service"].map { "service=\(Self.escaped($0))&" } ?? ""
        var message = HTTPClientRequest(
            url: realm + (realm.contains("?") ? "&" : "?") + service + "scope=\(Self.escaped(scope))")
        if let own { message.headers.add(name: "Authorization", value: own.basic) }
        let response = try await http.execute(message, timeout: .seconds(30))
        guard response.status == .ok else { return nil }
        let body = try await response.body.collect(upTo: 1 << 20)
        let json = try JSON(parsing: Array(body.readableBytesView), profile: .lenient)
        return json["token"]?.string ?? json["access_token"]?.string
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            return isPlain || "-._~/,:".utf8.contains(byte)
                ? String(UnicodeScalar(byte)) : "%" + [byte].hexadecimal.uppercased()
        }.joined()
    }
}
