import NIOHTTP1
import Pipeline

extension RegistryClient {
    /// Throws what a person can act on unless the reply has one of these codes.
    ///
    /// `size` is that of the body that was sent, for whoever finds it too large.
    func expect(
        _ reply: Reply, _ codes: Set<UInt>, _ repository: RepositoryName, _ operation: String, size: Int64? = nil
    ) async throws {
        guard !codes.contains(reply.status) else { return }
        let detail = Self.detail(in: reply)
        switch reply.status {
        case 401, 403: throw try await denial(of: reply, repository, operation)
        case 407:
            throw RegistryError.unreachable(
                host: host, reason: "the proxy wants a password (407)",
                remedy: "write it into the variable: HTTP_PROXY=http://user:password@proxy:3128")
        case 413 where reply.isWebPage || detail.isEmpty:
            throw RegistryError.tooLarge(
                host: host, operation: operation, server: reply.server ?? "a server without a name", bytes: size)
        case 400 where String(decoding: reply.body, as: UTF8.self).contains("HTTPS"):
            let remedy = "leave out http: true for it, or say http: false"
            throw RegistryError.unreachable(host: host, reason: "it speaks https, not plain http", remedy: remedy)
        case 500... where Repetition.isFull(reply.body):
            throw RegistryError.full(host: host, operation: operation)
        case 500... where reply.isWebPage:
            throw RegistryError.proxy(
                host: host, operation: operation, status: reply.status, server: reply.server ?? "a web page")
        default:
            try refuseWebPage(reply, operation)
            throw RegistryError.refused(
                repository: "\(host)/\(repository.text)", operation: operation, status: reply.status, detail: detail)
        }
    }

    /// Who was refused, and what went wrong on the way to better credentials.
    private func denial(
        of reply: Reply, _ repository: RepositoryName, _ operation: String
    ) async throws -> RegistryError {
        let (own, complaint) = try await transport.login.credentials(for: repository)
        let challenge = Challenge.all(in: reply.headers["WWW-Authenticate"].joined(separator: ", "))
        let reasons = challenge.compactMap { $0.parameters["error"] }.map { String($0.printable.prefix(60)) }
        let details = [Self.detail(in: reply)] + reasons + [complaint].compactMap(\.self)
        return .denied(
            repository: "\(host)/\(repository.text)", operation: operation, status: reply.status,
            who: own?.description, detail: details.filter { !$0.isEmpty }.joined(separator: "; "))
    }

    func refuseWebPage(_ reply: Reply, _ operation: String) throws {
        guard reply.isWebPage else { return }
        throw RegistryError.noRegistry(
            host: host, operation: operation, status: reply.status, server: reply.server ?? "unknown server")
    }

    /// The codes and messages of a registry's error document, or the beginning of a plain text.
    static func detail(in reply: Reply) -> String {
        do {
            let errors = try JSON(parsing: reply.body, profile: .lenient)["errors"]?.array ?? []
            let texts = errors.map { "\($0["code"]?.string ?? "") \($0["message"]?.string ?? "")" }
            return String(texts.joined(separator: "; ").printable.prefix(300))
        } catch {
            let text = String(decoding: reply.body.prefix(200), as: UTF8.self)
            return text.hasPrefix("<") ? "" : text.prefix { !$0.isNewline }.description.printable
        }
    }
}
