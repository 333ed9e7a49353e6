import NIOCore
import NIOHTTP1
import NIOPosix

/// One request on its way through a `FaultProxy`.
struct Passage {
    typealias Inbound = NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator
    typealias Outbound = NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
    typealias Upstream = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    let proxy: FaultProxy
    let number: Int
    let head: HTTPRequestHead
    let actions: [WireFault.Action]
    let connection: any Channel

    /// Whether the connection is good for another request.
    mutating func run(
        _ inbound: inout Inbound, _ outbound: Outbound, _ upstream: (name: String, port: Int)
    ) async throws -> Bool {
        for action in actions {
            switch action {
            case .early(let status, let headers, let body):
                try await answer(status, headers + [("Connection", "close")], body, outbound)
                // What is still on its way must not turn the answer into a reset.
                while let part = try await inbound.next() { if case .end = part { break } }
                return false
            case .resetBefore:
                try await reset()
                return false
            case .delay(let milliseconds): try await Task.sleep(for: .milliseconds(milliseconds))
            case .silence:
                try await Task.sleep(for: .milliseconds(3_600_000))
                return false
            case .status(let status, let headers, let body):
                while let part = try await inbound.next() { if case .end = part { break } }
                try await answer(status, headers, body, outbound)
                return true
            case .statusUntil(let seconds, let status) where proxy.isWithin(seconds):
                while let part = try await inbound.next() { if case .end = part { break } }
                try await answer(status, [], "", outbound)
                return true
            default: break
            }
        }
        return try await forward(&inbound, outbound, upstream)
    }

    private func answer(
        _ status: UInt, _ headers: [(String, String)], _ body: String, _ outbound: Outbound
    ) async throws {
        var all = HTTPHeaders(headers)
        all.add(name: "Content-Length", value: "\(body.utf8.count)")
        proxy.note(status, of: number)
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: Int(status)), headers: all)
        try await outbound.write(.head(head))
        if self.head.method != .HEAD, !body.isEmpty {
            try await outbound.write(.body(.byteBuffer(.init(string: body))))
        }
        try await outbound.write(.end(nil))
    }

    /// Ends the connection as a crash would: with a reset, not with a farewell.
    private func reset() async throws {
        let options = connection as? any SocketOptionProvider
        try await options?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try await connection.close().get()
    }

    private func forward(
        _ inbound: inout Inbound, _ outbound: Outbound, _ upstream: (name: String, port: Int)
    ) async throws -> Bool {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: upstream.name, port: upstream.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    return try Upstream(wrappingChannelSynchronously: channel)
                }
            }
        var pieces = inbound
        defer { inbound = pieces }
        return try await channel.executeThenClose { replies, requests in
            guard try await send(&pieces, requests) else { return false }
            return try await reply(replies, outbound)
        }
    }

    /// Passes the body on; false when it was cut on the way.
    private func send(
        _ inbound: inout Inbound, _ requests: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>
    ) async throws -> Bool {
        var limit = Int.max
        for case .resetInside(let bytes) in actions { limit = bytes }
        do {
            try await requests.write(.head(head))
            while let part = try await inbound.next() {
                switch part {
                case .head: return false
                case .end:
                    try await requests.write(.end(nil))
                    return true
                case .body(let buffer):
                    limit -= buffer.readableBytes
                    if limit < 0 {
                        try await requests.write(
                            .body(
                                .byteBuffer(
                                    buffer.getSlice(at: buffer.readerIndex, length: buffer.readableBytes + limit)
                                        ?? buffer)))
                        try await reset()
                        return false
                    }
                    try await requests.write(.body(.byteBuffer(buffer)))
                }
            }
            return false
        } catch is ChannelError {
            // The registry answered early, and hung up.
            return true
        } catch is IOError {
            return true
        }
    }

    private func reply(
        _ replies: NIOAsyncChannelInboundStream<HTTPClientResponsePart>, _ outbound: Outbound
    ) async throws -> Bool {
        var left = Int.max
        var pause: Int64?
        var damages = false
        for action in actions {
            switch action {
            case .truncate(let bytes): left = bytes
            case .trickle(let milliseconds): pause = milliseconds
            case .corrupt: damages = true
            default: break
            }
        }
        for try await part in replies {
            switch part {
            case .head(let head):
                if case .resetAfter? = actions.first(where: { if case .resetAfter = $0 { true } else { false } }) {
                    try await reset()
                    return false
                }
                proxy.note(UInt(head.status.code), of: number)
                try await outbound.write(.head(rewritten(head)))
            case .body(var buffer):
                if damages, let byte: UInt8 = buffer.getInteger(at: buffer.readerIndex) {
                    buffer.setInteger(byte ^ 1, at: buffer.readerIndex)
                    damages = false
                }
                guard buffer.readableBytes <= left else {
                    if left > 0, let slice = buffer.readSlice(length: left) {
                        try await outbound.write(.body(.byteBuffer(slice)))
                    }
                    try await connection.close().get()
                    return false
                }
                left -= buffer.readableBytes
                try await pass(buffer, every: pause, outbound)
            case .end:
                try await outbound.write(.end(nil))
                return true
            }
        }
        return false
    }

    private func pass(_ buffer: ByteBuffer, every pause: Int64?, _ outbound: Outbound) async throws {
        guard let pause else { return try await outbound.write(.body(.byteBuffer(buffer))) }
        var rest = buffer
        while let byte = rest.readSlice(length: 1) {
            try await outbound.write(.body(.byteBuffer(byte)))
            try await Task.sleep(for: .milliseconds(pause))
        }
    }

    private func rewritten(_ head: HTTPResponseHead) -> HTTPResponseHead {
        var head = head
        for action in actions {
            switch action {
            case .rewrite(let name, let old, let new):
                let values = head.headers[name].map { $0.replacing(old, with: new) }
                head.headers.remove(name: name)
                for value in values { head.headers.add(name: name, value: value) }
            case .header(let name, let value):
                head.headers.remove(name: name)
                if let value { head.headers.add(name: name, value: value) }
            default: break
            }
        }
        return head
    }
}
