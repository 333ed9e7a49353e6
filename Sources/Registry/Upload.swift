import AsyncHTTPClient
import Disk
import NIOCore
import NIOHTTP1
import OCI
import Pipeline
import Synchronization
import SystemPackage

/// One blob on its way into a repository: one request with all of it, from the beginning, as often as it takes; from
/// where it was cut only where the registry says itself how far it came.
struct Upload {
    let client: RegistryClient
    let blob: Descriptor
    let file: FilePath
    let repository: RepositoryName
    /// Where the blob may be mounted from.
    var mount: RepositoryName?

    private static let maximumSessions = 3

    private enum Step {
        case stored
        /// The session is gone, or knows of other bytes than were sent.
        case lost(Reply)
        /// The bytes that came were not those of the digest.
        case damaged(Reply)
        case refused(Reply)
    }

    private var operation: String { "upload of \(blob.digest)" }
    private var transport: Transport { client.transport }

    /// Sends the blob; returns whether its bytes were sent, which a mount saves.
    func run() async throws -> Bool {
        var patience = Patience(transport.limits.retries)
        var (lost, damages) = (0, 0)
        while true {
            guard let session = try await open() else { return false }
            do {
                switch try await send(session) {
                case .stored: return true
                case .lost(let reply):
                    // Whether the bytes arrived is asked first.
                    if try await client.hasBlob(blob.digest, in: repository) { return true }
                    lost += 1
                    guard lost < Self.maximumSessions else { return try await refuse(reply) }
                case .damaged(let reply):
                    try refuseChange()
                    damages += 1
                    guard damages < 2 else { return try await refuse(reply) }
                case .refused(let reply):
                    guard case .after(let wish, _) = Repetition(reply, now: .current),
                        try await transport.pause(&patience, wish, for: operation)
                    else { return try await refuse(reply) }
                    if try await client.hasBlob(blob.digest, in: repository) { return true }
                }
            } catch let error as any Failure {
                throw error
            } catch {
                guard !Task.isCancelled else {
                    await abandon(session)
                    throw CancellationError()
                }
                try refuseChange(when: error as? HTTPClientError == .bodyLengthMismatch)
                try await transport.recover(from: error, &patience, request(.PUT, session))
                if try await client.hasBlob(blob.digest, in: repository) { return true }
                if try await resume(session) { return true }
            }
        }
    }

    private func refuse(_ reply: Reply) async throws -> Bool {
        try await client.expect(reply, [], repository, operation, size: blob.size)
        return false
    }

    /// What is sent has to be what was hashed: a file that has changed since is nobody's layer.
    private func refuseChange(when isLikely: Bool = true) throws {
        guard isLikely, try RegistryClient.content(of: file) != blob.digest else { return }
        throw RegistryError.unusable(
            file.string, reason: "changed while it was sent: it is not \(blob.digest) any more")
    }

    // MARK: - Sessions

    private func request(_ method: HTTPMethod, _ target: String) -> Request {
        Request(method: method, target: target, repository: repository, operation: operation, scope: .push)
    }

    /// Where the bytes go; nil when the registry took the blob from another repository.
    private func open() async throws -> String? {
        let plain = "/v2/\(repository.text)/blobs/uploads/"
        if let mount {
            var asking = request(.POST, "\(plain)?mount=\(blob.digest)&from=\(mount.text)")
            asking.headers = [("Content-Length", "0")]
            asking.alsoReading = mount
            let reply = try await transport.send(asking)
            if reply.status == 201 { return nil }
            if reply.status == 202 { return try location(in: reply, to: plain) }
            // A registry that mounts nothing from there may still take the bytes.
            guard [400, 401, 403, 404, 405].contains(reply.status) else {
                try await client.expect(reply, [202], repository, operation)
                return nil
            }
        }
        var asking = request(.POST, plain)
        asking.headers = [("Content-Length", "0")]
        let reply = try await transport.send(asking)
        try await client.expect(reply, [202], repository, operation)
        return try location(in: reply, to: plain)
    }

    /// The address that a reply names: relative, whole, or on another host, which then gets no credentials.
    private func location(in reply: Reply, to target: String) throws -> String {
        guard let text = reply.headers.first(name: "Location"),
            let address = Origin.resolve(text, against: transport.address(target)),
            let place = Origin(address: address)
        else { throw RegistryError.unusable(transport.host, reason: "it opened an upload without a Location") }
        // A proxy that ends TLS and says nothing of it: the same host is meant.
        if place.isPlain, !transport.origin.isPlain, place.name == transport.origin.name {
            let rest = address.dropFirst("http://".count).drop { $0 != "/" }
            return "\(transport.origin)\(rest)"
        }
        try transport.refuseDowngrade(to: place, operation)
        return address
    }

    private func send(_ session: String) async throws -> Step {
        let (file, size, loops) = (file, blob.size, transport.connections.loops)
        var sending = request(.PUT, closing(session))
        sending.headers = [("Content-Type", "application/octet-stream")]
        sending.body = .init(size: size) { .stream(FileChunks(file: file, loops: loops), length: .known(size)) }
        return try await judge(sending)
    }

    private func judge(_ sending: Request) async throws -> Step {
        switch try await transport.attempt(sending, { $0.status.code }) {
        case .value: return .stored
        case .reply(let reply) where reply.status == 404 || reply.status == 416: return .lost(reply)
        case .reply(let reply) where RegistryClient.detail(in: reply).contains("DIGEST_INVALID"): return .damaged(reply)
        case .reply(let reply): return .refused(reply)
        }
    }

    private func closing(_ session: String) -> String {
        session + (session.contains("?") ? "&" : "?") + "digest=\(blob.digest)"
    }

    /// Sends what is missing where the registry proves how much it has; false where it does not, or it went wrong again.
    private func resume(_ session: String) async throws -> Bool {
        guard let status = try await reply(to: request(.GET, session)), status.status == 204,
            let range = status.headers.first(name: "Range"),
            let last = range.split(separator: "-").last.flatMap({ Int64($0) }),
            range.hasPrefix("0-"), last > 0, last + 1 < blob.size
        else { return false }
        let next = try location(in: status, or: session)
        let (file, offset, rest, loops) = (file, last + 1, blob.size - last - 1, transport.connections.loops)
        var sending = request(.PATCH, next)
        sending.headers = [
            ("Content-Type", "application/octet-stream"), ("Content-Range", "\(offset)-\(blob.size - 1)"),
        ]
        sending.body = .init(size: rest) {
            .stream(FileChunks(file: file, loops: loops, offset: offset), length: .known(rest))
        }
        guard let patched = try await reply(to: sending), (200...299).contains(patched.status) else { return false }
        var ending = request(.PUT, closing(try location(in: patched, or: next)))
        ending.headers = [("Content-Length", "0")]
        guard let ended = try await reply(to: ending) else { return false }
        return (200...299).contains(ended.status)
    }

    private func location(in reply: Reply, or address: String) throws -> String {
        reply.headers.contains(name: "Location") ? try location(in: reply, to: address) : address
    }

    /// One attempt; nil when nothing came back.
    private func reply(to request: Request) async throws -> Reply? {
        do {
            switch try await transport.attempt(request, { try await transport.collect($0) }) {
            case .value(let reply), .reply(let reply): return reply
            }
        } catch let error as any Failure {
            throw error
        } catch {
            try Task.checkCancellation()
            return nil
        }
    }

    /// Tells the registry to forget a session, as well as a task can that is told to stop.
    private func abandon(_ session: String) async {
        await transport.forget(session, for: request(.DELETE, session))
    }
}

/// The content of a file as a request body, piece by piece.
struct FileChunks: AsyncSequence, Sendable {
    let file: FilePath
    /// The loops on one of which the connection is.
    let loops: [any EventLoop]
    var offset: Int64 = 0

    struct Iterator: AsyncIteratorProtocol {
        let file: FilePath
        let loops: [any EventLoop]
        var offset: Int64

        /// The next piece, once the one before is on its way.
        ///
        /// Pieces are handed to the loop of the connection, which says only when it gets to them that the other side
        /// takes no more; whoever does not wait for that has the whole file in memory.
        mutating func next() async throws -> ByteBuffer? {
            for loop in loops { try await loop.submit {}.get() }
            let bytes = try file.slice(from: offset, count: 1 << 19)
            offset += Int64(bytes.count)
            return bytes.isEmpty ? nil : ByteBuffer(bytes: bytes)
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(file: file, loops: loops, offset: offset) }
}
