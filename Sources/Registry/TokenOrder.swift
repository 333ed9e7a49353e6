import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Pipeline

/// What a token service is asked for (https://distribution.github.io/distribution/spec/auth/token/ and `…/oauth/`).
struct TokenOrder {
    private let realm: String
    private let origin: Origin
    private let service: String?
    private let scopes: Set<String>

    /// A token, and how long it holds from now on.
    struct Grant: Equatable {
        let token: String
        let lifetime: Duration

        /// Reads the reply of a service.
        ///
        /// Its own clock (`issued_at`) may be wrong, so the time counts from when the reply is here.
        init?(_ body: [UInt8]) throws {
            let json = try JSON(parsing: body, profile: .lenient)
            let texts = [json["token"]?.string, json["access_token"]?.string].compactMap(\.self)
            guard let token = texts.first(where: { !$0.isEmpty }), token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
            else { return nil }
            self.token = token
            let seconds = json["expires_in"]?.integer ?? 0
            lifetime = .seconds(seconds > 0 ? min(seconds, 86_400) : 60)
        }
    }

    /// Throws when the realm is no place for a password: over plain HTTP it has to be where the registry is.
    init(_ challenge: Challenge, scopes: Set<String>, of transport: Transport) throws {
        realm = challenge.parameters["realm"] ?? ""
        service = challenge.parameters["service"]
        self.scopes = scopes
        guard let origin = Origin(address: realm) else {
            throw RegistryError.unusable(transport.host, reason: "its token service has no address: \(realm.printable)")
        }
        let isNear = origin.name == transport.origin.name || origin.isOnThisMachine
        guard !origin.isPlain || transport.origin.isPlain && isNear else {
            throw RegistryError.unusable(
                transport.host, reason: "its token service \(origin) is neither https nor on this host")
        }
        self.origin = origin
    }

    /// A token for these credentials, or for a stranger; nil when the service refuses.
    func fetch(as own: Credentials?, over transport: Transport) async throws -> Grant? {
        var patience = Patience(transport.limits.retries)
        while true {
            do {
                let reply = try await ask(as: own, over: transport)
                if reply.status == 200 { return try grant(reply, transport.host) }
                guard case .after(let wish, _) = Repetition(reply, now: .current) else { return nil }
                guard try await transport.pause(&patience, wish, for: "login") else {
                    throw RegistryError.unusable(origin.description, reason: "gives no tokens (\(reply.status))")
                }
            } catch let error as any Failure {
                throw error
            } catch {
                try Task.checkCancellation()
                let trouble = ConnectionTrouble(error, origin: origin)
                guard trouble.mayPass, patience.failures + 1 < transport.limits.retries.strangers,
                    let pause = patience.pause(wish: nil)
                else {
                    throw RegistryError.unreachable(
                        host: origin.trustName,
                        reason: trouble.reason + ", and it is where \(transport.host) has its tokens",
                        remedy: trouble.remedy)
                }
                try await Task.sleep(for: pause)
            }
        }
    }

    private func grant(_ reply: Reply, _ host: String) throws -> Grant {
        do {
            if let grant = try Grant(reply.body) { return grant }
        } catch {
            throw RegistryError.unusable(host, reason: "its token service \(origin) does not answer in JSON")
        }
        throw RegistryError.unusable(host, reason: "its token service \(origin) answers without a token")
    }

    private func ask(as own: Credentials?, over transport: Transport) async throws -> Reply {
        let message = if let own, own.isIdentityToken { exchanging(own) } else { asking(as: own) }
        let trust =
            origin.name == transport.origin.name
            ? try transport.trust.get() : try TrustFiles(host: origin.trustName, transport.connections)
        let client = try transport.connections.client(for: origin, trust)
        let timeouts = transport.limits.timeouts
        let limit = timeouts.connect + timeouts.handshake + timeouts.firstByte
        let response = try await client.execute(message, deadline: .now() + TimeAmount(limit))
        let body = try await transport.gather(response, upTo: 1 << 20)
        return Reply(status: response.status.code, headers: response.headers, body: body)
    }

    private func asking(as own: Credentials?) -> HTTPClientRequest {
        let words = (service.map { [("service", $0)] } ?? []) + scopes.sorted().map { ("scope", $0) }
        var message = HTTPClientRequest(url: realm + (realm.contains("?") ? "&" : "?") + Self.form(words))
        message.headers.add(name: "User-Agent", value: "slipway")
        if let basic = own?.basic { message.headers.add(name: "Authorization", value: basic) }
        return message
    }

    /// An identity token is no password: it is exchanged, in a body, never in an address.
    private func exchanging(_ own: Credentials) -> HTTPClientRequest {
        var message = HTTPClientRequest(url: realm)
        message.method = .POST
        message.headers.add(name: "User-Agent", value: "slipway")
        message.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        let words = [
            ("grant_type", "refresh_token"), ("client_id", "slipway"), ("service", service ?? ""),
            ("scope", scopes.sorted().joined(separator: " ")), ("refresh_token", own.secret),
        ]
        message.body = .bytes(Array(Self.form(words).utf8))
        return message
    }

    private static func form(_ words: [(String, String)]) -> String {
        words.map { "\($0.0)=\(escaped($0.1))" }.joined(separator: "&")
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            return isPlain || "-._~/,:".utf8.contains(byte)
                ? String(UnicodeScalar(byte)) : "%" + [byte].hexadecimal.uppercased()
        }.joined()
    }
}
