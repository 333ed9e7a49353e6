import Fixtures
import Pipeline
import Testing

@testable import Driver

struct GitCredentialTests {
    @Test(arguments: [UInt(401), 403])
    func `a server that knows who asks and says no has denied it`(status: UInt) async throws {
        try await withReleaseWorld { world in
            let answer = LoopbackServer.Reply(status, headers: ["WWW-Authenticate": "Basic realm=\"git\""])
            try await LoopbackServer.withServer({ _ in answer }) { server in
                let remote = try await world.remote("http://\(server.host)/x.git")
                let tag = try await world.tag("v1.0.0")
                for question in [{ _ = try await remote.refs() }, { _ = try await remote.push(Push(tags: [tag])) }] {
                    let error = await #expect(throws: GitCommandError.self) { try await question() }
                    guard case .denied? = error else { return #expect("\(String(describing: error))" == "denied") }
                    #expect(error?.fault == .environment)
                }
            }
        }
    }

    @Test func `a server that breaks down is not reachable`() async throws {
        try await withReleaseWorld { world in
            try await LoopbackServer.withServer({ _ in .init(503) }) { server in
                let remote = try await world.remote("http://\(server.host)/x.git")
                let error = await #expect(throws: GitCommandError.self) { try await remote.refs() }
                guard case .unreachable? = error else {
                    return #expect("\(String(describing: error))" == "unreachable")
                }
            }
        }
    }
}
