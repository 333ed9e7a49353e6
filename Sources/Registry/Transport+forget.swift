import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Pipeline

extension Transport {
    /// Sends a request whose reply nobody waits long for, also from a task that has been cancelled; what becomes of it
    /// matters to nobody but the registry, which forgets by itself later.
    func forget(_ target: String, for request: Request) async {
        let address = address(target)
        guard let place = Origin(address: address), place == origin else { return }
        do {
            var headers = HTTPHeaders([("User-Agent", "slipway")])
            if let known = try await login.known(for: request) { headers.add(name: "Authorization", value: known) }
            let message = try HTTPClient.Request(url: address, method: .DELETE, headers: headers)
            let client = try connections.client(for: origin, trust.get())
            // Futures know nothing of cancelled tasks.
            _ = try await client.execute(request: message, deadline: .now() + .seconds(3)).get()
        } catch {
            connections.report("\(host): \(request.operation) was left half-way; the registry will forget it")
        }
    }
}
