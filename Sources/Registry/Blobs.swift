import AsyncHTTPClient
import Crypto
import Disk
import NIOCore
import NIOHTTP1
public import OCI
public import Pipeline
public import SystemPackage

extension RegistryClient {
    static func hash(_ bytes: [UInt8]) -> SHA256.Digest { SHA256.hash(data: bytes) }

    /// The digest of a file, read piece by piece.
    static func content(of file: FilePath) throws -> Pipeline.Digest {
        var hash = SHA256()
        try file.readChunks { chunk throws(DiskError) in
            hash.update(data: Array(chunk))
            return true
        }
        return Pipeline.Digest(bytes: Array(hash.finalize()))
    }

    func blobTarget(_ digest: Pipeline.Digest, _ repository: RepositoryName) -> String {
        "/v2/\(repository.text)/blobs/\(digest)"
    }

    public func hasBlob(_ digest: Pipeline.Digest, in repository: RepositoryName) async throws -> Bool {
        let operation = "looking for \(digest)"
        let reply = try await transport.send(
            Request(method: .HEAD, target: blobTarget(digest, repository), repository: repository, operation: operation)
        )
        guard reply.status != 404 else {
            try refuseWebPage(reply, operation)
            return false
        }
        try await expect(reply, [200], repository, operation)
        try refuseWebPage(reply, operation)
        return true
    }

    /// Whether a byte of a blob can be read: a registry may answer 200 for content it does not have.
    func isServed(
        _ blob: Descriptor, in repository: RepositoryName, by transport: Transport? = nil
    ) async throws -> Bool {
        guard blob.size > 0 else { return true }
        let request = Request(
            method: .GET, target: blobTarget(blob.digest, repository), repository: repository,
            operation: "reading back \(blob.digest)", headers: [("Range", "bytes=0-0")])
        let transport = transport ?? self.transport
        // Cut short once is bad luck; a cache that knows what the disk has lost is cut short always.
        for _ in 0..<2 {
            let answer = try await transport.exchange(request) { response in
                guard [200, 206].contains(response.status.code) else { return false }
                var hasBytes = false
                do {
                    try await transport.receive(response) { chunk in
                        hasBytes = chunk.readableBytes > 0
                        return !hasBytes
                    }
                } catch {
                    try Task.checkCancellation()
                    return hasBytes
                }
                return hasBytes
            }
            switch answer {
            case .value(true): return true
            case .value(false): continue
            case .reply(let reply):
                try await expect(reply, [404, 416], repository, request.operation)
                return false
            }
        }
        return false
    }

    /// Fetches a blob into a file, comparing its bytes with its digest as they come.
    ///
    /// What comes damaged is fetched once more.
    public func download(
        _ blob: Descriptor, from repository: RepositoryName, to file: FilePath
    ) async throws {
        if let mirror, await mirror.download(blob, from: repository, to: file) { return }
        let first = try await fetch(blob, from: repository, to: file)
        guard first != blob.digest else { return }
        let second = try await fetch(blob, from: repository, to: file)
        guard second == blob.digest else {
            throw RegistryError.mismatch("\(host)/\(repository.text)", expected: blob.digest, found: "\(second)")
        }
    }

    /// Fetches what a registry calls a blob; returns what it is.
    private func fetch(
        _ blob: Descriptor, from repository: RepositoryName, to file: FilePath
    ) async throws -> Pipeline.Digest {
        let operation = "reading \(blob.digest)"
        let request = Request(
            method: .GET, target: blobTarget(blob.digest, repository), repository: repository, operation: operation)
        var size: Int64 = 0
        let answer = try await transport.exchange(request) { response -> Pipeline.Digest in
            // Each attempt begins anew.
            try file.remove()
            try file.create([])
            size = 0
            var hash = SHA256()
            try await transport.receive(response) { chunk in
                let bytes = Array(chunk.readableBytesView)
                hash.update(data: bytes)
                try file.append(bytes)
                size += Int64(bytes.count)
                // More than was announced is not what was asked for, whatever it is.
                return size <= blob.size
            }
            return Pipeline.Digest(bytes: Array(hash.finalize()))
        }
        switch answer {
        case .value(let digest):
            try refuseSize(size, of: blob, isWhole: digest == blob.digest, in: repository)
            return digest
        case .reply(let reply) where reply.status == 404:
            try refuseWebPage(reply, operation)
            throw RegistryError.notFound("\(host)/\(repository.text)@\(blob.digest)")
        case .reply(let reply):
            try await expect(reply, [], repository, operation)
            return blob.digest
        }
    }

    /// Registries take manifests that lie about sizes; whoever reads them later would trip over it.
    private func refuseSize(
        _ size: Int64, of blob: Descriptor, isWhole: Bool, in repository: RepositoryName
    ) throws {
        guard size > blob.size || isWhole && size != blob.size else { return }
        let found = size > blob.size ? "more" : "\(size)"
        throw RegistryError.unusable(
            "\(host)/\(repository.text)@\(blob.digest)",
            reason: "its manifest says it has \(blob.size) bytes, and it has \(found)")
    }

    /// A small blob, whole.
    public func blob(_ descriptor: Descriptor, in repository: RepositoryName) async throws -> [UInt8] {
        if let mirror, let bytes = await mirror.blob(descriptor, in: repository) { return bytes }
        return try await blob(descriptor, in: repository, by: transport)
    }

    /// The same by the eyes of somebody; bytes that are not what their digest says are asked for once more.
    func blob(
        _ descriptor: Descriptor, in repository: RepositoryName, by transport: Transport
    ) async throws -> [UInt8] {
        let operation = "reading \(descriptor.digest)"
        let request = Request(
            method: .GET, target: blobTarget(descriptor.digest, repository), repository: repository,
            operation: operation)
        var found = descriptor.digest
        for _ in 0..<2 {
            let reply = try await transport.send(request)
            if reply.status == 404 {
                try refuseWebPage(reply, operation)
                throw RegistryError.notFound("\(host)/\(repository.text)@\(descriptor.digest)")
            }
            try await expect(reply, [200], repository, operation)
            found = Pipeline.Digest(bytes: Array(Self.hash(reply.body)))
            if found == descriptor.digest { return reply.body }
        }
        throw RegistryError.mismatch("\(host)/\(repository.text)", expected: descriptor.digest, found: "\(found)")
    }
}
