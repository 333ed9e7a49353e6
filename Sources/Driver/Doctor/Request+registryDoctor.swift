public import Pipeline
import Registry

extension Request {
    /// What a registry is, what it can do, and what is wrong with it; tried in a repository of its own.
    ///
    /// Without a name the configured registry is asked.
    public func registryDiagnosis(_ name: String?) async throws -> RegistryDiagnosis {
        var limits = RegistryLimits()
        // Whoever asks what is wrong is there and waits.
        limits.retries.budget = .seconds(5)
        return try await ImageShelf.with(self, naming: [name].compactMap(\.self), limits: limits) { shelf in
            let (host, repository) = try shelf.trialPlace(name)
            let client = shelf.client(host)
            let user = try await client.user(of: repository)
            var trial = try RegistryTrial(client, stranger: client.asStranger, repository: repository, user: user)
            try await trial.run()
            return RegistryDiagnosis(of: trial.facts)
        }
    }
}

extension ImageShelf {
    private static let trialName = "slipway-doctor"

    /// A host with or without a path; a repository that holds something else is not touched.
    fileprivate func trialPlace(_ name: String?) throws -> (host: String, repository: RepositoryName) {
        guard let name else {
            guard let registry = configuration?.registryName else {
                throw ImageNameError.unknown("--registry", "no registry is configured; name one: HOST or HOST/PATH")
            }
            return try (registry.host, place(below: registry.path?.text))
        }
        let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
        guard let host = parts.first, !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw ImageNameError.malformed(name)
        }
        return try (host, place(below: parts.count == 2 ? parts[1] : nil))
    }

    private func place(below path: String?) throws -> RepositoryName {
        let text = [path, Self.trialName].compactMap(\.self).joined(separator: "/")
        guard let repository = RepositoryName(parsing: text) else { throw ImageNameError.malformed(text) }
        return repository
    }
}
