import AsyncHTTPClient
import Disk
import NIOCore
import NIOHTTP1
import OCI
import Pipeline
import SystemPackage

/// Requests to the Engine API of Docker (https://docs.docker.com/reference/api/engine/).
struct EngineCalls: Sendable {
    let http: HTTPClient
    let address: EngineAddress
    /// What both sides speak.
    let version: EngineVersion

    /// The newest that is spoken here, and the oldest that is understood.
    static let newest = EngineVersion(1, 44)
    static let oldest = EngineVersion(1, 24)

    /// Asks which version the engine speaks; one that is newer is spoken to in ours.
    init(_ http: HTTPClient, _ address: EngineAddress) async throws {
        (self.http, self.address) = (http, address)
        let reply = try await Self.naming(address) {
            try await http.execute(Self.request(address.prefix + "/_ping"), timeout: .seconds(10))
        }
        guard let theirs = reply.headers.first(name: "Api-Version").flatMap(EngineVersion.init(parsing:)) else {
            throw BuilderError.away("docker at \(address.text)", reason: "what listens there is no Docker engine")
        }
        guard theirs >= Self.oldest else {
            throw BuilderError.tooOld("docker at \(address.text)", version: "\(theirs)", least: "\(Self.oldest)")
        }
        version = min(theirs, Self.newest)
    }

    private static func request(_ url: String, _ method: HTTPMethod = .GET) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url)
        request.method = method
        // The escaped path of a socket is no name of a host.
        request.headers.add(name: "Host", value: "docker")
        return request
    }

    private func url(_ path: String, _ query: [(String, String)]) -> String {
        let words = query.map { "\($0.0)=\(EngineAddress.escaped($0.1))" }.joined(separator: "&")
        return address.prefix + "/v\(version)" + path + (words.isEmpty ? "" : "?" + words)
    }

    /// Errors of the connection, said as a sentence about the engine.
    static func naming<Value>(_ address: EngineAddress, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch is CancellationError {
            throw CancellationError()
        } catch let error as any Failure {
            throw error
        } catch {
            if Task.isCancelled { throw CancellationError() }
            let text = "\(error)"
            let isAbsent = text.contains("No such file") || text.contains("errno: 2)")
            throw BuilderError.away(
                "docker at \(address.text)",
                reason: isAbsent ? "there is no such socket" : String(text.printable.prefix(200)))
        }
    }

    /// Sends an archive and hands on the answer, piece by piece.
    func send(
        _ stream: TarStream, to path: String, _ query: [(String, String)], _ body: ([UInt8]) throws -> Void
    ) async throws {
        var request = Self.request(url(path, query), .POST)
        request.headers.add(name: "Content-Type", value: "application/x-tar")
        request.body = .stream(TarChunks(stream), length: .unknown)
        let ready = request
        try await Self.naming(address) {
            let reply = try await http.execute(ready, deadline: .distantFuture)
            try await take(reply, body)
        }
    }

    /// Reads what lies at a path, piece by piece.
    func read(_ path: String, _ query: [(String, String)] = [], _ body: ([UInt8]) throws -> Void) async throws {
        try await Self.naming(address) {
            let reply = try await http.execute(Self.request(url(path, query)), deadline: .distantFuture)
            try await take(reply, body)
        }
    }

    func json(_ path: String, _ query: [(String, String)] = []) async throws -> JSON {
        var bytes: [UInt8] = []
        try await read(path, query) { bytes += $0 }
        return try JSON(parsing: bytes, profile: .lenient.limited(to: 16 << 20))
    }

    private func take(_ reply: HTTPClientResponse, _ body: ([UInt8]) throws -> Void) async throws {
        guard reply.status == .ok else {
            let text = try await reply.body.collect(upTo: 1 << 16)
            throw BuilderError.failed("docker", reason: Self.message(in: Array(text.readableBytesView)))
        }
        for try await piece in reply.body { try body(Array(piece.readableBytesView)) }
    }

    private static func message(in bytes: [UInt8]) -> String {
        do {
            return try JSON(parsing: bytes, profile: .lenient)["message"]?.string?.printable ?? ""
        } catch {
            return String(decoding: bytes.prefix(300), as: UTF8.self).printable
        }
    }

    // MARK: - Whatever becomes of the task

    /// A request that is carried out although the task was cancelled: its status and what it says.
    func insist(
        _ method: HTTPMethod, _ path: String, _ query: [(String, String)] = []
    ) async throws -> (status: UInt, body: [UInt8]) {
        let request = try HTTPClient.Request(url: url(path, query), method: method, headers: ["Host": "docker"])
        let reply = try await http.execute(request: request, deadline: .now() + .seconds(30)).get()
        return (reply.status.code, reply.body.map { Array($0.readableBytesView) } ?? [])
    }

    /// Waits, also in a task that was cancelled.
    func pause(_ time: TimeAmount) async throws {
        try await http.eventLoopGroup.next().scheduleTask(in: time) {}.futureResult.get()
    }
}

/// A version of the Engine API: two numbers.
struct EngineVersion: Comparable, CustomStringConvertible, Sendable {
    let major: Int
    let minor: Int

    init(_ major: Int, _ minor: Int) { (self.major, self.minor) = (major, minor) }

    init?(parsing text: String) {
        let numbers = text.split(separator: ".").map { Int($0) }
        guard numbers.count == 2, let major = numbers[0], let minor = numbers[1] else { return nil }
        self.init(major, minor)
    }

    static func < (one: EngineVersion, other: EngineVersion) -> Bool {
        (one.major, one.minor) < (other.major, other.minor)
    }

    var description: String { "\(major).\(minor)" }
}

/// An archive as the pieces of a request's body.
struct TarChunks: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    private let stream: TarStream

    init(_ stream: TarStream) { self.stream = stream }

    func makeAsyncIterator() -> Iterator { Iterator(pieces: stream.pieces) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate let pieces: [TarStream.Piece]
        private var index = 0
        private var offset: Int64 = 0

        fileprivate init(pieces: [TarStream.Piece]) { self.pieces = pieces }

        mutating func next() async throws -> ByteBuffer? {
            while index < pieces.count {
                switch pieces[index] {
                case .bytes(let bytes):
                    index += 1
                    if !bytes.isEmpty { return ByteBuffer(bytes: bytes) }
                case .file(let file, let size):
                    let count = Swift.min(size - offset, 1 << 20)
                    guard count > 0 else {
                        (index, offset) = (index + 1, 0)
                        continue
                    }
                    let bytes = try file.slice(from: offset, count: Int(count))
                    guard bytes.count == Int(count) else {
                        throw ImageError.layout(file.string, "changed while it was sent")
                    }
                    offset += count
                    return ByteBuffer(bytes: bytes)
                }
            }
            return nil
        }
    }
}
