import Disk
import NIOSSL
import Pipeline
import SystemPackage

/// Whom a host is believed by, and what is shown to it: what the configuration names, and the folders that Docker and
/// other engines read, `certs.d/<host>/` with `*.crt`, `*.cert` and `*.key`.
struct TrustFiles: Hashable, Sendable {
    var authorities: [FilePath] = []
    var certificate: FilePath?
    var key: FilePath?

    var isEmpty: Bool { authorities.isEmpty && certificate == nil }

    /// Where engines keep certificates by host.
    static func folders(_ environment: [String: String]) -> [FilePath] {
        let homes = environment["HOME"].map {
            [FilePath($0).appending(".config/containers/certs.d"), FilePath($0).appending(".docker/certs.d")]
        }
        return (homes ?? []) + ["/etc/containers/certs.d", "/etc/docker/certs.d"]
    }

    init(host: String, settings: RegistrySettings, folders: [FilePath]) throws {
        authorities = settings.ca.map { [$0] } ?? []
        certificate = settings.clientCertificate
        key = try settings.clientCertificate.flatMap { try Self.key(of: $0) }
        guard let component = FilePath.Component(host), component.kind == .regular else { return }
        for folder in folders.map({ $0.appending(component) }) {
            guard try folder.status(followingLinks: true)?.kind == .folder else { continue }
            for name in try folder.names().sorted(by: { $0.string < $1.string }) {
                let file = folder.appending(name)
                switch name.extension {
                case "crt": authorities.append(file)
                case "cert" where certificate == nil: (certificate, key) = (file, try Self.key(of: file))
                default: continue
                }
            }
        }
    }

    /// The key beside a certificate; nil when there is none, and the certificate's own file has to hold it.
    private static func key(of certificate: FilePath) throws -> FilePath? {
        var file = certificate
        file.extension = "key"
        return try file.status(followingLinks: true) == nil ? nil : file
    }

    /// What TLS goes by: the authorities of this machine, and these.
    func configuration() throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        for file in authorities {
            let certificates = try Self.read(file, "is no certificate") { try NIOSSLCertificate.fromPEMBytes($0) }
            configuration.additionalTrustRoots.append(.certificates(certificates))
        }
        guard let certificate else { return configuration }
        let chain = try Self.read(certificate, "is no certificate") { try NIOSSLCertificate.fromPEMBytes($0) }
        let secret = try Self.read(key ?? certificate, "holds no private key") {
            try NIOSSLPrivateKey(bytes: $0, format: .pem)
        }
        configuration.certificateChain = chain.map { .certificate($0) }
        configuration.privateKey = .privateKey(secret)
        return configuration
    }

    private static func read<Value>(
        _ file: FilePath, _ complaint: String, _ parse: ([UInt8]) throws -> Value
    ) throws -> Value {
        guard let bytes = try file.contentsIfPresent(limit: 1 << 20) else {
            throw RegistryError.unusable(
                file.string, reason: "is not there, and the connection to the registry needs it")
        }
        do {
            return try parse(bytes)
        } catch {
            throw RegistryError.unusable(file.string, reason: "\(complaint) that can be read (PEM)")
        }
    }
}
