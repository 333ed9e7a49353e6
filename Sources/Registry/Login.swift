import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Pipeline
import Synchronization

/// What one registry is asked with: what it took before, and what answers the challenges of its replies.
final class Login: Sendable {
    /// A token for some scopes, until shortly before its end.
    private struct Token {
        let text: String
        /// One action on one repository each.
        let allows: Set<String>
        let end: ContinuousClock.Instant
    }

    private struct State {
        var tokens: [Token] = []
        /// The kinds of requests for which the registry wanted a password.
        var basicFor: Set<Request.Scope> = []
        var asked: [RepositoryName: (Credentials?, complaint: String?)] = [:]
    }

    let host: String
    let isAnonymous: Bool
    private let source: CredentialSource
    private let state = Mutex(State())

    /// How long before its end a token is not used any more.
    static let leeway = Duration.seconds(30)

    init(host: String, source: CredentialSource, isAnonymous: Bool) {
        (self.host, self.source, self.isAnonymous) = (host, source, isAnonymous)
    }

    /// Who asks, and what went wrong on the way to know.
    func credentials(for repository: RepositoryName) async throws -> (Credentials?, complaint: String?) {
        if isAnonymous { return (nil, nil) }
        if let known = state.withLock({ $0.asked[repository] }) { return known }
        let found = try await source.credentials(for: host, repository)
        state.withLock { $0.asked[repository] = found }
        return found
    }

    /// The header that such a request was answered with before; nil when none is known that would still hold.
    func known(for request: Request) async throws -> String? {
        let now = ContinuousClock.now
        let (token, wantsBasic) = state.withLock { state in
            let token = state.tokens.last { now < $0.end && $0.allows.isSuperset(of: request.needs) }
            return (token, state.basicFor.contains(request.scope))
        }
        if let token { return "Bearer \(token.text)" }
        return wantsBasic ? try await credentials(for: request.repository).0?.basic : nil
    }

    /// The header that the challenge of this very reply asks for; nil when we have nothing to answer.
    func answer(
        to reply: Reply, for request: Request, refused: String?, over transport: Transport
    ) async throws -> String? {
        if let refused { forget(refused) }
        let own = try await credentials(for: request.repository).0
        let header = reply.headers["WWW-Authenticate"].joined(separator: ", ")
        let challenges = Challenge.all(in: header)
        if let bearer = challenges.first(where: { $0.scheme == "bearer" && $0.parameters["realm"] != nil }),
            let token = try await token(bearer, own, for: request, over: transport)
        {
            return "Bearer \(token)"
        }
        guard challenges.contains(where: { $0.scheme == "basic" }), let basic = own?.basic, basic != refused else {
            return nil
        }
        _ = state.withLock { $0.basicFor.insert(request.scope) }
        return basic
    }

    private func forget(_ authorization: String) {
        state.withLock { state in state.tokens.removeAll { "Bearer \($0.text)" == authorization } }
    }

    private func token(
        _ challenge: Challenge, _ own: Credentials?, for request: Request, over transport: Transport
    ) async throws -> String? {
        let wanted = challenge.scopes.isEmpty ? request.scopes : challenge.scopes.union(request.foreignScopes)
        let order = try TokenOrder(challenge, scopes: wanted, of: transport)
        guard let grant = try await order.fetch(as: own, over: transport) else { return nil }
        // A token that is nearly over when it comes is used for this one request.
        let lifetime = max(.zero, grant.lifetime - min(Self.leeway, grant.lifetime / 2))
        let token = Token(text: grant.token, allows: Request.actions(wanted).union(request.needs), end: .now + lifetime)
        state.withLock { state in
            state.tokens.removeAll { $0.end <= .now || token.allows.isSuperset(of: $0.allows) }
            state.tokens.append(token)
        }
        return grant.token
    }
}

extension Request {
    /// What a token has to allow.
    var scopes: Set<String> { Set(["repository:\(repository.text):\(scope.rawValue)"]).union(foreignScopes) }

    /// The same, action by action: `pull,push` is also `push,pull`, and both allow `pull`.
    fileprivate var needs: Set<String> { Self.actions(scopes) }

    fileprivate static func actions(_ scopes: Set<String>) -> Set<String> {
        Set(
            scopes.flatMap { scope -> [String] in
                guard let colon = scope.lastIndex(of: ":") else { return [scope] }
                return scope[scope.index(after: colon)...].split(separator: ",").map { "\(scope[...colon])\($0)" }
            })
    }

    /// The same of the repository that a blob is mounted from: some services want both named.
    var foreignScopes: Set<String> {
        Set(alsoReading.map { ["repository:\($0.text):\(Scope.pull.rawValue)"] } ?? [])
    }
}
