import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOPosix
import NIOSSL
import Pipeline

/// The connection on which BuildKit asks back while it builds: that of `POST /session`, on which the engine becomes the client
/// and this side the server of HTTP/2 (https://docs.docker.com/reference/api/engine/, Session).
///
/// The secrets of the build are served there, as gRPC, and nothing else: so they are in no request, no archive and no file.
struct EngineSession: Sendable {
    let address: EngineAddress
    let version: EngineVersion
    let secrets: [String: String]

    /// Opens a session for as long as something takes, and tells its id.
    func with<Value>(_ body: (String) async throws -> Value) async throws -> Value {
        let id = (0..<4).map { _ in String(UInt64.random(in: 1 << 60 ... .max), radix: 16) }.joined()
        let channel = try await EngineCalls.naming(address) { try await open(id) }
        // Whether it ends before or after the engine hangs up is nobody's concern.
        defer { channel.close(promise: nil) }
        return try await body(id)
    }

    private func open(_ id: String) async throws -> any Channel {
        let secure = try address.tls.map { try NIOSSLContext(configuration: $0) }
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let answered = loop.makePromise(of: Void.self)
        let upgrade = Upgrade(request: request(id), name: "docker at \(address.text)", secrets: secrets)
        let bootstrap = ClientBootstrap(group: loop).connectTimeout(.seconds(5)).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                if let secure { try pipeline.addHandler(secure.handler(for: address.place)) }
                try pipeline.addHandler(UpgradeHandler(upgrade, answered))
            }
        }
        do {
            let channel =
                switch address.place {
                case .socket(let path): try await bootstrap.connect(unixDomainSocketPath: path).get()
                case .host(let name, let port): try await bootstrap.connect(host: name, port: port).get()
                }
            try await answered.futureResult.get()
            return channel
        } catch {
            answered.fail(error)
            throw error
        }
    }

    private func request(_ id: String) -> String {
        let methods = SecretsHandler.methods.map { "X-Docker-Expose-Session-Grpc-Method: \($0)\r\n" }.joined()
        return "POST /v\(version)/session HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n"
            + "Content-Length: 0\r\nX-Docker-Expose-Session-Uuid: \(id)\r\nX-Docker-Expose-Session-Name: slipway\r\n"
            + "X-Docker-Expose-Session-Sharedkey: \r\n\(methods)\r\n"
    }
}

extension NIOSSLContext {
    fileprivate func handler(for place: EngineAddress.Place) throws -> NIOSSLClientHandler {
        guard case .host(let name, _) = place else {
            return try NIOSSLClientHandler(context: self, serverHostname: nil)
        }
        let isNumber = name.contains(":") || name.allSatisfy { $0.isNumber || $0 == "." }
        return try NIOSSLClientHandler(context: self, serverHostname: isNumber ? nil : name)
    }
}

/// What is asked for before HTTP/2 begins, and what is served then.
private struct Upgrade: Sendable {
    let request: String
    let name: String
    let secrets: [String: String]
}

/// Asks for the session in HTTP/1.1, and turns the roles when the engine agrees.
private final class UpgradeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let upgrade: Upgrade
    private let answered: EventLoopPromise<Void>
    private var head: [UInt8] = []

    init(_ upgrade: Upgrade, _ answered: EventLoopPromise<Void>) {
        (self.upgrade, self.answered) = (upgrade, answered)
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: upgrade.request)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        head += unwrapInboundIn(data).readableBytesView
        let end = head.indices.dropLast(3).first { head[$0...].starts(with: [0x0D, 0x0A, 0x0D, 0x0A]) }
        guard let end else {
            if head.count > 1 << 16 { refuse(context) }
            return
        }
        guard head.starts(with: Array("HTTP/1.1 101".utf8)) else { return refuse(context) }
        do {
            let secrets = upgrade.secrets
            let pipeline = context.pipeline.syncOperations
            _ = try pipeline.configureHTTP2Pipeline(
                mode: .server, connectionConfiguration: .init(), streamConfiguration: .init()
            ) { stream in
                stream.eventLoop.makeCompletedFuture {
                    let handlers = stream.pipeline.syncOperations
                    try handlers.addHandler(HTTP2FramePayloadToHTTP1ServerCodec())
                    try handlers.addHandler(SecretsHandler(secrets))
                }
            }
        } catch {
            answered.fail(error)
            return context.close(promise: nil)
        }
        let rest = ByteBuffer(bytes: head[(end + 4)...])
        if rest.readableBytes > 0 { context.fireChannelRead(NIOAny(rest)) }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
        answered.succeed()
    }

    private func refuse(_ context: ChannelHandlerContext) {
        let line = String(decoding: head.prefix { $0 != 0x0D }.prefix(200), as: UTF8.self).printable
        answered.fail(BuilderError.away(upgrade.name, reason: "it opens no session for secrets: \(line)"))
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        answered.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        answered.fail(BuilderError.away(upgrade.name, reason: "it ended the session for secrets at once"))
        context.fireChannelInactive()
    }
}

/// Answers one call of the engine (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md).
private final class SecretsHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    static let secret = "/moby.buildkit.secrets.v1.Secrets/GetSecret"
    static let health = "/grpc.health.v1.Health/Check"
    static let methods = [secret, health]

    private let secrets: [String: String]
    private var path = ""
    private var body: [UInt8] = []

    init(_ secrets: [String: String]) { self.secrets = secrets }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): path = head.uri
        case .body(let piece):
            body += piece.readableBytesView
            // A question is the name of a secret.
            if body.count > 1 << 16 { context.close(promise: nil) }
        case .end:
            let answer = Self.answer(to: path, body, secrets)
            let head = HTTPResponseHead(version: .http2, status: .ok, headers: ["content-type": "application/grpc"])
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            if let message = answer.message {
                var frame = ByteBuffer(bytes: [0])
                frame.writeInteger(UInt32(message.count))
                frame.writeBytes(message)
                context.write(wrapOutboundOut(.body(.byteBuffer(frame))), promise: nil)
            }
            context.writeAndFlush(wrapOutboundOut(.end(["grpc-status": "\(answer.status)"])), promise: nil)
        }
    }

    /// The message to send, and the status of gRPC: 0 good, 5 not found, 12 not implemented.
    private static func answer(
        to path: String, _ body: [UInt8], _ secrets: [String: String]
    ) -> (message: [UInt8]?, status: Int) {
        switch path {
        case health: return ([0x08, 0x01], 0)
        case secret:
            guard let name = ProtobufText.first(in: body.dropFirst(5)), let value = secrets[name] else {
                return (nil, 5)
            }
            return (ProtobufText.field(Array(value.utf8)), 0)
        default: return (nil, 12)
        }
    }
}

/// As much of the wire format of Protocol Buffers (https://protobuf.dev/programming-guides/encoding/) as a name and a value
/// take: field 1, which has a length.
enum ProtobufText {
    /// The text of field 1; nil when there is none, or the message is damaged.
    static func first(in message: ArraySlice<UInt8>) -> String? {
        var rest = message
        while let tag = number(&rest) {
            switch tag & 7 {
            case 0: if number(&rest) == nil { return nil }
            case 1: rest = rest.dropFirst(8)
            case 5: rest = rest.dropFirst(4)
            case 2:
                guard let length = number(&rest), length <= UInt64(rest.count) else { return nil }
                if tag >> 3 == 1 { return String(decoding: rest.prefix(Int(length)), as: UTF8.self) }
                rest = rest.dropFirst(Int(length))
            default: return nil
            }
        }
        return nil
    }

    /// A message with one field of bytes.
    static func field(_ value: [UInt8]) -> [UInt8] {
        guard !value.isEmpty else { return [] }
        var bytes: [UInt8] = [0x0A]
        var length = value.count
        while length > 127 {
            bytes.append(UInt8(length & 127) | 128)
            length >>= 7
        }
        return bytes + [UInt8(length)] + value
    }

    private static func number(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
        var (value, shift): (UInt64, UInt64) = (0, 0)
        while let byte = rest.popFirst(), shift < 64 {
            value |= UInt64(byte & 127) << shift
            if byte < 128 { return value }
            shift += 7
        }
        return nil
    }
}
