import AsyncHTTPClient
import NIOCore
import NIOSSL
import Pipeline

/// Where a Docker engine listens, and how it is known that it is the right one.
struct EngineAddress: Sendable {
    /// As users write it.
    let text: String
    /// What comes before the path of a request.
    let prefix: String
    let tls: TLSConfiguration?
    let place: Place

    enum Place: Equatable, Sendable {
        case socket(String)
        case host(String, Int)
    }

    /// What the environment says, as every client of Docker reads it; else the socket of this machine.
    init(in environment: [String: String]) throws(BuilderError) {
        let stated = environment["DOCKER_HOST"] ?? ""
        text = stated.isEmpty ? "unix:///var/run/docker.sock" : stated
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        let rest = parts.count == 2 && parts[1].hasPrefix("//") ? String(parts[1].dropFirst(2)) : ""
        switch parts.first {
        case "unix" where rest.hasPrefix("/"):
            (prefix, tls, place) = ("http+unix://\(Self.escaped(rest))", nil, .socket(rest))
        case "tcp" where !rest.isEmpty, "http" where !rest.isEmpty, "https" where !rest.isEmpty:
            let host = rest.hasSuffix("/") ? String(rest.dropLast()) : rest
            let folder = environment["DOCKER_CERT_PATH"] ?? ""
            let isVerified = !(environment["DOCKER_TLS_VERIFY"] ?? "").isEmpty
            guard !folder.isEmpty || isVerified || parts[0] == "https" else {
                (prefix, tls, place) = ("http://\(host)", nil, Self.place(host, port: 80))
                return
            }
            let keys = folder.isEmpty ? "\(environment["HOME"] ?? "")/.docker" : folder
            (prefix, tls) = ("https://\(host)", try Self.tls(keys, isVerified: isVerified, text))
            place = Self.place(host, port: 443)
        default:
            throw .away("docker", reason: "DOCKER_HOST=\(text.printable) is neither unix:// nor tcp://")
        }
    }

    /// A name or a number with a port, an IPv6 address in brackets.
    private static func place(_ host: String, port: Int) -> Place {
        guard let colon = host.lastIndex(of: ":"), let stated = Int(host[host.index(after: colon)...]) else {
            return .host(bare(host), port)
        }
        return .host(bare(String(host[..<colon])), stated)
    }

    private static func bare(_ host: String) -> String {
        host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    }

    private static func tls(
        _ folder: String, isVerified: Bool, _ address: String
    ) throws(BuilderError) -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        if !isVerified { tls.certificateVerification = .none }
        do {
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile("\(folder)/ca.pem"))
            tls.certificateChain = try NIOSSLCertificate.fromPEMFile("\(folder)/cert.pem").map { .certificate($0) }
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: "\(folder)/key.pem", format: .pem))
        } catch {
            throw .away(
                "docker at \(address.printable)", reason: "\(folder.printable) lacks a ca.pem, cert.pem or key.pem")
        }
        return tls
    }

    /// A path of a socket as a host of an address.
    static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let character = Character(UnicodeScalar(byte))
            let isPlain = byte < 128 && (character.isLetter || character.isNumber || "-._~".contains(character))
            return isPlain ? String(character) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    /// Connections of one use of the engine: it may say nothing for as long as a RUN line takes.
    func withConnections<Value>(_ body: (HTTPClient) async throws -> Value) async throws -> Value {
        var configuration = HTTPClient.Configuration()
        configuration.timeout = .init(connect: .seconds(5))
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.tlsConfiguration = tls
        return try await HTTPClient.withHTTPClient(configuration: configuration, body)
    }
}
