import Disk
import Git
public import Pipeline
import Registry
import Signing
public import SystemPackage

/// "May this digest go to that environment?", with where the evidence is.
public struct GateRequest: Sendable {
    public var service: ServiceName
    public var image: ImageReference
    public var environment: String
    public var policy: FilePath
    public var trust: FilePath
    /// Ledger folders.
    private var folders: [FilePath] = []
    /// Envelopes somebody hands over.
    public var files: [FilePath] = []
    /// Whether the registry of the image is asked.
    private var asksRegistry = false
    /// Whether the registry is asked by plain HTTP beyond this machine, too: what it says is signed.
    public var isPlain = false
    public var variables: [String: String]

    public init(
        service: ServiceName, image: ImageReference, environment: String, policy: FilePath, trust: FilePath,
        variables: [String: String]
    ) {
        (self.service, self.image, self.environment) = (service, image, environment)
        (self.policy, self.trust, self.variables) = (policy, trust, variables)
    }

    /// Says where evidence is looked for: folders that are ledgers, and "registry" for that of the image.
    ///
    /// Without any place that is the ledger of the repository around `folder`, and the registry that the image names.
    ///
    /// Throws when a place holds no ledger: what is looked for in the wrong place would look as if nobody had recorded it.
    public mutating func look(in places: [String], orAround folder: FilePath) throws {
        if places.isEmpty {
            let repository = try Self.repository(around: folder)
            if let repository { folders = [RecordBook.folder(of: repository)] }
            asksRegistry = folders.isEmpty || image.host != "docker.io"
            return
        }
        asksRegistry = places.contains("registry")
        folders = places.filter { $0 != "registry" }.map { FilePath($0) }
        for place in folders where try !RecordBook.isLedger(place) { throw RecordBookError.noLedger(place.string) }
    }

    /// Policy, keys and evidence → Decision.
    public func decide() async throws -> Decision {
        guard let digest = image.digest else { preconditionFailure("a gate is asked for digests") }
        let policyBytes = try configurationBytes(of: policy)
        let environments = try Schema.policyFile.decode(
            PolicyFile.self, from: Document(yaml: policyBytes, fileName: policy.string), fileName: policy.string
        ).environments
        guard let demanded = environments[environment] else {
            let near = nearest(to: environment, among: environments.keys).map { "did you mean \"\($0)\"?" }
            throw ConfigurationError(
                file: policy.string, line: 1, "has no environment \"\(environment.printable)\"", hint: near)
        }
        let trusted = try TrustFile.read(trust)
        let exhibits = try await envelopes(about: digest).map { exhibit($0, trusting: trusted.trust) }
        try refuseOwnTree(of: exhibits)
        let question = GateQuestion(
            service: service, image: digest, environment: environment, policy: (demanded, .sha256(policyBytes)),
            trust: (trusted.trust, trusted.digest), now: .now)
        return Decision(question, exhibits: exhibits, verifier: Builder.gate)
    }

    // MARK: - Evidence

    /// An envelope, and the record it must hold when an index names one.
    private typealias Found = (origin: String, id: String?, bytes: [UInt8])

    private func envelopes(about digest: Digest) async throws -> [Found] {
        var found: [Found] = try files.map { ($0.string, nil, try configurationBytes(of: $0)) }
        for folder in folders {
            found += try FolderLedger(root: folder).envelopes(about: digest)
        }
        if asksRegistry { found += try await registryEnvelopes(about: digest) }
        return found
    }

    private func registryEnvelopes(about digest: Digest) async throws -> [Found] {
        try await RegistryClient.withConnections(environment: variables) { http in
            let credentials = CredentialSource(environment: variables, host: image.host, helper: .programs(variables))
            let client = RegistryClient(http, host: image.apiHost, isPlain: isPlain, credentials: credentials)
            let ledger = RegistryLedger(client: client, path: nil)
            return try await ledger.envelopes(about: digest, in: image.repository).map { ("\(image.host)", nil, $0) }
        }
    }

    private func exhibit(_ found: Found, trusting trust: Trust) -> Exhibit {
        let digest = Digest.sha256(found.bytes)
        do {
            let sealed = try SealedRecord(parsing: found.bytes)
            if let id = found.id, id != sealed.id {
                return Exhibit(
                    origin: found.origin, digest: digest, content: .unreadable("holds record \(sealed.id), not \(id)"))
            }
            let content = Exhibit.Content.statement(sealed.statement, sealed.signatures(trusting: trust))
            return Exhibit(origin: found.origin, digest: digest, content: content)
        } catch {
            let hint = (error as? any Failure)?.hint.map { " (\($0))" } ?? ""
            return Exhibit(origin: found.origin, digest: digest, content: .unreadable("\(error)\(hint)"))
        }
    }

    // MARK: - Whose policy

    /// Whoever may change a candidate must not be able to change what is demanded of it: policy and trust do not count
    /// when they lie in a checkout that holds the candidate's commit.
    private func refuseOwnTree(of exhibits: [Exhibit]) throws {
        let sources = exhibits.compactMap { exhibit -> Stability.Source? in
            guard case .statement(let statement, _) = exhibit.content else { return nil }
            return statement.predicate.source
        }
        for file in [policy, trust] {
            // Where a link leads to is where it can be changed.
            let folder = file.resolvingLinks().removingLastComponent()
            guard let repository = try Self.repository(around: folder), repository.workTree != nil,
                try Self.isHome(repository, of: sources)
            else { continue }
            let hint = "keep it outside of the checkout of the candidate, where a commit cannot change it"
            throw ConfigurationError(
                file: file.string, line: 1, "lies in the candidate's own tree, and cannot judge it", hint: hint)
        }
    }

    /// Whether a candidate was built from this repository: it has the commit or, being shallow, the same origin.
    private static func isHome(_ repository: borrowing Repository, of sources: [Stability.Source]) throws -> Bool {
        if sources.contains(where: { repository.has($0.commit) }) { return true }
        guard let origin = try repository.facts().remote else { return false }
        return sources.contains { $0.uri == origin }
    }

    private static func repository(around folder: FilePath) throws(GitError) -> Repository? {
        do {
            return try Repository(at: folder.string)
        } catch {
            guard case .notARepository = error else { throw error }
            return nil
        }
    }
}

extension Decision {
    /// Writes the decision to a file, for the stage that deploys.
    public func write(to file: FilePath) throws {
        try file.write(Array(JSON(encoding: self, absence: .null).prettyText.utf8), durable: true)
    }
}
