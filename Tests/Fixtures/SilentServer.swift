import NIOCore
import NIOPosix

/// A server that accepts connections and never says anything.
public enum SilentServer {
    public static func withServer<Value>(_ body: (_ host: String) async throws -> Value) async throws -> Value {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            let value = try await body("127.0.0.1:\(channel.localAddress?.port ?? 0)")
            try await channel.close()
            return value
        } catch {
            try await channel.close()
            throw error
        }
    }
}
