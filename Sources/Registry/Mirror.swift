import OCI
import Pipeline
import SystemPackage

/// A registry that is read instead of another, where it has what is wanted: what it lacks, or fails at, the other one is
/// asked for.
struct Mirror: Sendable {
    private let transport: Transport
    private let reader: @Sendable (RepositoryName) -> (client: RegistryClient, repository: RepositoryName)?

    init(_ client: RegistryClient, path: RepositoryName?) {
        transport = client.transport
        reader = { repository in
            guard let path else { return (client, repository) }
            return path.appending(repository.text).map { (client, $0) }
        }
    }

    func manifest(_ reference: String, in repository: RepositoryName) async -> RegistryClient.ServedManifest? {
        await ask(repository) { try await $0.manifest(reference, in: $1) }
    }

    func blob(_ descriptor: Descriptor, in repository: RepositoryName) async -> [UInt8]? {
        await ask(repository) { try await $0.blob(descriptor, in: $1) }
    }

    /// Whether the blob came from here.
    func download(_ blob: Descriptor, from repository: RepositoryName, to file: FilePath) async -> Bool {
        await ask(repository) { client, repository in
            try await client.download(blob, from: repository, to: file)
            return true
        } ?? false
    }

    private func ask<Value>(
        _ repository: RepositoryName, _ question: (RegistryClient, RepositoryName) async throws -> Value?
    ) async -> Value? {
        guard let (client, repository) = reader(repository) else { return nil }
        do {
            return try await question(client, repository)
        } catch {
            transport.connections.report("the mirror does not help: \(error)")
            return nil
        }
    }
}

extension RegistryClient {
    /// A client that reads by the mirror that is configured for a host; for base images, never for what is published
    /// here: a mirror may be behind.
    public static func forReading(
        _ connections: Connections, host: String, settings: (String) -> RegistrySettings,
        credentials: CredentialSource
    ) -> RegistryClient {
        let client = RegistryClient(connections, host: host, settings: settings(host), credentials: credentials)
        guard let mirror = settings(host).mirror else { return client }
        let parts = mirror.split(separator: "/", maxSplits: 1).map(String.init)
        let path = parts.count == 2 ? RepositoryName(parsing: parts[1]) : nil
        guard let name = parts.first, !name.isEmpty, parts.count == 1 || path != nil else {
            connections.report("\(mirror.printable) is no mirror: write a host, or host/path")
            return client
        }
        let other = RegistryClient(connections, host: name, settings: settings(name), credentials: credentials)
        return RegistryClient(client, through: Mirror(other, path: path))
    }
}
