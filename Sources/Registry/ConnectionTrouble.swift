import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL
import Pipeline
import SystemPackage

/// A transfer that moves so slowly that it would never end.
struct TransferTooSlow: Error {
    let bytes: Int
    let during: Duration
}

/// Why there was no reply, in words, with what helps and whether another attempt might.
struct ConnectionTrouble {
    let reason: String
    let remedy: String?
    let mayPass: Bool

    init(_ error: any Error, origin: Origin) {
        var (reason, remedy): (String, String?) = (Self.sentence(error), nil)
        var mayPass = true
        switch error {
        case let error as NIOConnectionError where error.connectionErrors.isEmpty: mayPass = false
        case let error as HTTPClientError where error == .proxyAuthenticationRequired:
            (reason, mayPass) = ("the proxy wants a password (407)", false)
            remedy = "write it into the variable: HTTPS_PROXY=http://user:password@proxy:3128"
        case let error as HTTPClientError where error == .invalidProxyResponse:
            (reason, mayPass) = ("the proxy refused to connect to \(origin.name):\(origin.port)", false)
            remedy = "let the proxy allow it, or name the host in NO_PROXY"
        case let error as HTTPClientError
        where [.connectTimeout, .tlsHandshakeTimeout, .httpProxyHandshakeTimeout].contains(error):
            reason = "no connection in time"
        case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout:
            reason = "it accepts connections and does not answer"
        default:
            if let words = Self.encryption("\(error)", error, origin) {
                (reason, remedy, mayPass) = (words.reason, words.remedy, false)
            }
        }
        (self.reason, self.remedy, self.mayPass) = (reason, remedy, mayPass)
    }

    /// What TLS complains of; nil for everything else.
    private static func encryption(
        _ text: String, _ error: any Error, _ origin: Origin
    ) -> (reason: String, remedy: String?)? {
        let name = origin.trustName
        if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
            return ("it speaks plain http, not https", "if that is meant so, set registries: {\(name): {http: true}}")
        }
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return (
                "its certificate is signed by nobody this machine knows, or has expired",
                "give its authority: registries: {\(name): {ca: ca.pem}}, or /etc/docker/certs.d/\(name)/ca.crt"
            )
        }
        if text.contains("failedToValidateHostname") || error is NIOSSLExtraError {
            return ("its certificate is for another name", "use the name that the certificate has, or renew it")
        }
        let wantsCertificate = ["CERTIFICATE_REQUIRED", "BAD_CERTIFICATE", "UNKNOWN_CA", "HANDSHAKE_FAILURE"]
        if wantsCertificate.contains(where: { text.contains($0) }) {
            return (
                "it wants a certificate of ours that it knows",
                "give one: registries: {\(name): {client-cert: client.pem}}"
            )
        }
        return error is NIOSSLError ? ("TLS failed: \(text.printable.prefix(160))", nil) : nil
    }

    private static func sentence(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first { return sentence(first.error) }
            return error.dnsAError == nil ? "no address" : "the name \(error.host) is not known"
        // NIO's own text for it speaks of its internals.
        case let error as IOError: return Errno(rawValue: error.errnoCode).description
        case let error as HTTPClientError where error == .remoteConnectionClosed: return "it closed the connection"
        case let error as HTTPClientError: return error.shortDescription
        case let error as TransferTooSlow: return "it sent \(error.bytes) bytes in \(error.during.text)"
        default: return "\(error)".printable
        }
    }
}
