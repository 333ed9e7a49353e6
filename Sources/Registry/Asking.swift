import AsyncHTTPClient
import Crypto
import NIOCore
import NIOHTTP1
public import OCI
public import Pipeline

/// A reply as it came, for whoever looks what a registry does rather than wanting something done.
public struct PlainReply: Sendable {
    public let status: UInt
    private let headers: HTTPHeaders
    public let body: [UInt8]

    init(status: UInt, headers: HTTPHeaders, body: [UInt8]) {
        (self.status, self.headers, self.body) = (status, headers, body)
    }

    public func header(_ name: String) -> String? { headers.first(name: name) }

    /// The schemes that a 401 asks for, in lower case.
    public var challenges: [String] {
        Challenge.all(in: headers[canonicalForm: "WWW-Authenticate"].joined(separator: ", ")).map(\.scheme)
    }
}

/// A question for a registry in its own words.
public struct PlainRequest: Sendable {
    public var method: Method
    /// A path, or the address that an upload is to go on at.
    public var target: String
    public var headers: [(String, String)] = []
    public var body: [UInt8]?
    /// Whether the connection is cut when this many bytes of the body are sent.
    public var cut: Int?

    public enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case put = "PUT"
        case post = "POST"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    public init(_ method: Method, _ target: String) {
        (self.method, self.target) = (method, target)
    }

    fileprivate var scope: Request.Scope {
        switch method {
        case .get, .head: .pull
        case .put, .post, .patch: .push
        case .delete: .delete
        }
    }
}

extension RegistryClient {
    /// Asks a question as the user that is known for this registry, and answers with whatever was said.
    public func ask(_ plain: PlainRequest, in repository: RepositoryName) async throws -> PlainReply {
        var request = Request(
            method: HTTPMethod(rawValue: plain.method.rawValue), target: plain.target, repository: repository,
            operation: "\(plain.method.rawValue) of \(plain.target)", headers: plain.headers, scope: plain.scope)
        if let bytes = plain.body {
            let cut = plain.cut
            request.body = Request.Body(size: Int64(bytes.count)) {
                guard let cut else { return .bytes(bytes) }
                return .stream(CutBody(bytes: Array(bytes.prefix(cut))), length: .known(Int64(bytes.count)))
            }
        }
        let reply = try await transport.send(request)
        return PlainReply(status: reply.status, headers: reply.headers, body: reply.body)
    }

    /// Asks a question as nobody, whatever the answer asks for.
    public func askBare(_ plain: PlainRequest) async throws -> PlainReply {
        var message = HTTPClientRequest(url: transport.address(plain.target))
        message.method = HTTPMethod(rawValue: plain.method.rawValue)
        message.headers.add(name: "User-Agent", value: "slipway")
        for (name, value) in plain.headers { message.headers.add(name: name, value: value) }
        if let bytes = plain.body { message.body = .bytes(bytes) }
        let client = try transport.connections.client(for: transport.origin, transport.trust.get())
        do {
            let response = try await client.execute(message, timeout: .seconds(30))
            let body = try await transport.gather(response, upTo: Transport.bodyLimit)
            return PlainReply(status: response.status.code, headers: response.headers, body: body)
        } catch let error as CancellationError {
            throw error
        } catch {
            let trouble = ConnectionTrouble(error, origin: transport.origin)
            throw RegistryError.unreachable(host: host, reason: trouble.reason, remedy: trouble.remedy)
        }
    }

    /// Reads a blob as it comes; `begin` is called again when its reading is.
    ///
    /// Throws when its bytes are not those of its digest.
    public func read(
        _ blob: Descriptor, in repository: RepositoryName, begin: () -> Void, take: ([UInt8]) throws -> Void
    ) async throws {
        let operation = "reading \(blob.digest)"
        let request = Request(
            method: .GET, target: "/v2/\(repository.text)/blobs/\(blob.digest)", repository: repository,
            operation: operation)
        let answer = try await transport.exchange(request) { response -> Pipeline.Digest in
            begin()
            var hash = SHA256()
            try await transport.receive(response) { chunk in
                let bytes = Array(chunk.readableBytesView)
                hash.update(data: bytes)
                try take(bytes)
                return true
            }
            return Pipeline.Digest(bytes: Array(hash.finalize()))
        }
        switch answer {
        case .reply(let reply): try await expect(reply, [], repository, operation)
        case .value(let found):
            guard found != blob.digest else { return }
            throw RegistryError.mismatch(
                "\(host)/\(repository.text)", expected: blob.digest, found: "\(found)")
        }
    }
}

/// What ends a body early; one of our errors, so that nobody repeats the request.
private struct DeliberateCut: Failure {
    var fault: Fault { .environment }
    var hint: String? { nil }
    var description: String { "cut on purpose" }
}

/// The beginning of a body, and then no more: what a cut connection leaves.
private struct CutBody: AsyncSequence, Sendable {
    let bytes: [UInt8]

    struct Iterator: AsyncIteratorProtocol {
        var bytes: [UInt8]?

        mutating func next() async throws -> ByteBuffer? {
            guard let bytes else { throw DeliberateCut() }
            self.bytes = nil
            return ByteBuffer(bytes: bytes)
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(bytes: bytes) }
}

/// Whether an error is the cut that a request asked for.
public func isDeliberateCut(_ error: any Error) -> Bool { error is DeliberateCut }

extension RegistryClient {
    /// Who is known to us here, and from where; nil for nobody.
    public func user(of repository: RepositoryName) async throws -> String? {
        try await transport.login.credentials(for: repository).0?.description
    }

    public var isPlain: Bool { transport.origin.isPlain }

    /// The digest of some bytes, as registries name them.
    public static func digest(of bytes: [UInt8]) -> Pipeline.Digest { Pipeline.Digest(bytes: Array(hash(bytes))) }

    /// How many names are in a reply to a question for tags.
    public static func tagCount(in body: [UInt8]) throws -> Int { try tags(in: body, host: "registry").count }
}
