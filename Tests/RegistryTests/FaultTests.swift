import Fixtures
import OCI
import Pipeline
import Testing

@testable import Registry

/// The thirteen faults that a push can recover from, and a storm; the table beside other tools is `ci/bench/faults`.
@Suite(.enabled(if: RegistryFixture.isInstalled, "docker-registry is not installed"))
struct FaultTests {
    @Test(arguments: WireFault.recoverable.map(\.name))
    func `a push survives each of the thirteen faults`(name: String) async throws {
        let fault = try #require(WireFault.recoverable.first { $0.name == name })
        var limits = RegistryLimits.quick
        limits.retries.budget = .seconds(60)
        let (exchanges, error) = try await World.push(
            through: fault.faults, limits: limits, layers: [String(repeating: "layer ", count: 2000)])
        #expect(error == nil, "\(name): \(error?.description ?? "")")
        // The fault was there.
        #expect(!exchanges.isEmpty)
    }

    @Test func `there are thirteen`() {
        #expect(WireFault.recoverable.count == 13)
    }

    @Test func `case 8: twenty services that push through a storm of 503 slow down together, and all finish`()
        async throws
    {
        let services = 20
        func pushAll(_ faults: [WireFault]) async throws -> Int {
            try await World.withFaults(faults) { registry, proxy in
                var limits = RegistryLimits.quick
                limits.retries.budget = .seconds(120)
                limits.retries.shortest = .milliseconds(20)
                limits.retries.longest = .seconds(1)
                try await World.withClient(proxy.host, limits: limits) { client in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for number in 0..<services {
                            group.addTask {
                                let folder = registry.root.appending("s\(number)")
                                let shipment = try World.shipment(folder, layers: ["a", "b\(number)", "c\(number)"])
                                let name = try #require(RepositoryName(parsing: "acme/s\(number)"))
                                _ = try await client.push(shipment, to: name, tags: [World.tag("1.0.0")])
                            }
                        }
                        try await group.waitForAll()
                    }
                }
                return proxy.exchanges.count
            }
        }
        let calm = try await pushAll([])
        // Forty answers of 503 are a storm of seconds: a host in trouble is asked by one at a time.
        let stormy = try await pushAll([WireFault(times: 40, .status(503))])
        #expect(stormy <= 3 * calm)
        #expect(stormy >= calm + 40)
    }
}
