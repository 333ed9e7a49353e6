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

    private func blobTarget(_ digest: Pipeline.Digest, _ repository: RepositoryName) -> String {
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
        try expect(reply, [200], repository, operation)
        try refuseWebPage(reply, operation)
        return true
    }

    /// Stores a blob from a file: nothing is sent when it is there, or can be mounted from another repository.
    ///
    /// Returns whether its bytes were sent.
    func upload(
        _ blob: Descriptor, from file: FilePath, to repository: RepositoryName, mountingFrom other: RepositoryName?
    ) async throws -> Bool {
        if try await hasBlob(blob.digest, in: repository) { return false }
        return try await send(blob, from: file, to: repository, mountingFrom: other)
    }

    /// The same without asking first.
    func send(
        _ blob: Descriptor, from file: FilePath, to repository: RepositoryName, mountingFrom other: RepositoryName?
    ) async throws -> Bool {
        let operation = "upload of \(blob.digest)"
        var reply: Reply
        var sessions = 0
        repeat {
            sessions += 1
            let mount = other.map { "?mount=\(blob.digest)&from=\($0.text)" } ?? ""
            let opened = try await transport.send(
                Request(
                    method: .POST, target: "/v2/\(repository.text)/blobs/uploads/\(mount)", repository: repository,
                    operation: operation, headers: [("Content-Length", "0")], scope: .push))
            if opened.status == 201 { return false }
            try expect(opened, [202], repository, operation)
            guard let location = opened.headers.first(name: "Location") else {
                throw RegistryError.unusable(host, reason: "it opened an upload without a Location")
            }
            let target = location + (location.contains("?") ? "&" : "?") + "digest=\(blob.digest)"
            reply = try await transport.send(
                Request(
                    method: .PUT, target: target, repository: repository, operation: operation,
                    headers: [("Content-Type", "application/octet-stream")],
                    body: { .stream(FileChunks(file: file), length: .known(blob.size)) }, scope: .push))
            // The registry forgot the session (a restart, a cut); whether the bytes arrived is asked first.
            if Self.isLost(reply), try await hasBlob(blob.digest, in: repository) { return true }
        } while Self.isLost(reply) && sessions < 3
        try expect(reply, [201], repository, operation)
        return true
    }

    /// Whether an upload has to begin anew: its session is gone, or knows of other bytes than were sent.
    private static func isLost(_ reply: Reply) -> Bool { reply.status == 404 || reply.status == 416 }

    /// Whether a byte of a blob can be read: a registry may answer 200 for content it does not have.
    func isServed(_ blob: Descriptor, in repository: RepositoryName) async throws -> Bool {
        let operation = "reading back \(blob.digest)"
        guard blob.size > 0 else { return true }
        let request = Request(
            method: .GET, target: blobTarget(blob.digest, repository), repository: repository, operation: operation,
            headers: [("Range", "bytes=0-0")])
        let (status, hasBytes) = try await transport.exchange(request) { response -> (UInt, Bool) in
            do {
                for try await chunk in response.body where chunk.readableBytes > 0 {
                    return (response.status.code, true)
                }
            } catch {
                return (response.status.code, false)
            }
            return (response.status.code, false)
        }
        return [200, 206].contains(status) && hasBytes
    }

    /// Fetches a blob into a file, comparing its bytes with its digest as they come.
    public func download(
        _ blob: Descriptor, from repository: RepositoryName, to file: FilePath
    ) async throws {
        let operation = "reading \(blob.digest)"
        let request = Request(
            method: .GET, target: blobTarget(blob.digest, repository), repository: repository, operation: operation)
        let (status, found) = try await transport.exchange(request) { response -> (UInt, Pipeline.Digest) in
            guard response.status == .ok else {
                return (response.status.code, Pipeline.Digest(bytes: Array(SHA256.hash(data: [UInt8]()))))
            }
            // Each attempt begins anew.
            try file.remove()
            try file.create([])
            var hash = SHA256()
            for try await chunk in response.body {
                let bytes = Array(chunk.readableBytesView)
                hash.update(data: bytes)
                try file.append(bytes)
            }
            return (response.status.code, Pipeline.Digest(bytes: Array(hash.finalize())))
        }
        guard status == 200 else { throw RegistryError.notFound("\(host)/\(repository.text)@\(blob.digest)") }
        guard found == blob.digest else {
            throw RegistryError.mismatch("\(host)/\(repository.text)", expected: blob.digest, found: "\(found)")
        }
    }

    /// A small blob, whole.
    public func blob(_ descriptor: Descriptor, in repository: RepositoryName) async throws -> [UInt8] {
        let operation = "reading \(descriptor.digest)"
        let reply = try await transport.send(
            Request(
                method: .GET, target: blobTarget(descriptor.digest, repository), repository: repository,
                operation: operation))
        try expect(reply, [200], repository, operation)
        let digest = Pipeline.Digest(bytes: Array(SHA256.hash(data: reply.body)))
        guard digest == descriptor.digest else {
            throw RegistryError.mismatch("\(host)/\(repository.text)", expected: descriptor.digest, found: "\(digest)")
        }
        return reply.body
    }
}

/// The content of a file as a request body, piece by piece.
struct FileChunks: AsyncSequence, Sendable {
    let file: FilePath

    struct Iterator: AsyncIteratorProtocol {
        let file: FilePath
        var offset: Int64 = 0

        mutating func next() async throws -> ByteBuffer? {
            let bytes = try file.slice(from: offset, count: 1 << 18)
            offset += Int64(bytes.count)
            return bytes.isEmpty ? nil : ByteBuffer(bytes: bytes)
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(file: file) }
}
