import NIOCore
import NIOHTTP1
import NIOPosix

/// An HTTP server of ours on this machine, for registries that misbehave.
public struct LoopbackServer: Sendable {
    public let host: String

    public struct Request: Sendable {
        public let method: String
        public let path: String
        /// By name in lower case.
        public let headers: [String: String]
        public let body: [UInt8]
    }

    public struct Reply: Sendable {
        public var status: UInt
        public var headers: [String: String]
        public var body: String
        /// Whether the connection is cut behind it.
        public var isCut: Bool
        /// Headers that come more than once.
        public var more: [(String, String)] = []

        public init(_ status: UInt, headers: [String: String] = [:], body: String = "", isCut: Bool = false) {
            (self.status, self.headers, self.body, self.isCut) = (status, headers, body, isCut)
        }
    }

    public static func withServer<Value>(
        _ answer: @escaping @Sendable (Request) -> Reply, _ body: (LoopbackServer) async throws -> Value
    ) async throws -> Value {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(answer: answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = LoopbackServer(host: "127.0.0.1:\(channel.localAddress?.port ?? 0)")
        do {
            let value = try await body(server)
            try await channel.close()
            return value
        } catch {
            try await channel.close()
            throw error
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private let answer: @Sendable (Request) -> Reply
        private var head: HTTPRequestHead?
        private var body: [UInt8] = []

        init(answer: @escaping @Sendable (Request) -> Reply) {
            self.answer = answer
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): (self.head, body) = (head, [])
            case .body(let piece): body += piece.readableBytesView
            case .end:
                guard let head else { return }
                let reply = answer(
                    Request(
                        method: head.method.rawValue, path: head.uri,
                        headers: Dictionary(head.headers.map { ($0.name.lowercased(), $0.value) }) { "\($0), \($1)" },
                        body: body))
                var headers = HTTPHeaders(reply.headers.map { ($0.key, $0.value) } + reply.more)
                if !headers.contains(name: "Content-Length") {
                    headers.add(name: "Content-Length", value: "\(reply.body.utf8.count)")
                }
                let response = HTTPResponseHead(
                    version: .http1_1, status: HTTPResponseStatus(statusCode: Int(reply.status)), headers: headers)
                context.write(wrapOutboundOut(.head(response)), promise: nil)
                if head.method != .HEAD, !reply.body.isEmpty {
                    context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: reply.body)))), promise: nil)
                }
                guard !reply.isCut else {
                    context.flush()
                    context.close(promise: nil)
                    return
                }
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}
