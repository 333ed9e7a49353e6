import Fixtures
import Pipeline
import SystemPackage
import Testing

@testable import Builders

struct EngineCallsTests {
    /// What an engine answers that says it speaks a version.
    private func version(of stated: String?) async throws -> EngineVersion {
        try await LoopbackServer.withServer { _ in
            .init(200, headers: stated.map { ["Api-Version": $0] } ?? [:], body: "OK")
        } _: { server in
            let address = try EngineAddress(in: ["DOCKER_HOST": "tcp://\(server.host)"])
            return try await address.withConnections { try await EngineCalls($0, address).version }
        }
    }

    @Test(arguments: [("1.24", "1.24"), ("1.41", "1.41"), ("1.52", "1.44"), ("2.0", "1.44")])
    func `the version that both speak is spoken`(_ theirs: String, _ spoken: String) async throws {
        let version = try await version(of: theirs)
        #expect("\(version)" == spoken)
    }

    @Test func `an engine that is too old is refused with both versions`() async throws {
        let error = await #expect(throws: BuilderError.self) { try await version(of: "1.23") }
        #expect(error?.description.contains("speaks version 1.23") == true)
        #expect(error?.description.contains("1.24 is the oldest") == true)
    }

    @Test func `what is no engine is said to be none`() async throws {
        let error = await #expect(throws: BuilderError.self) { try await version(of: nil) }
        #expect(error?.description.hasSuffix("what listens there is no Docker engine") == true)
    }

    @Test func `a socket that is not there is said to be absent`() async throws {
        let address = try EngineAddress(in: ["DOCKER_HOST": "unix:///nowhere/docker.sock"])
        let error = await #expect(throws: BuilderError.self) {
            try await address.withConnections { try await EngineCalls($0, address).version }
        }
        #expect(error?.description.hasSuffix("there is no such socket") == true)
    }

    @Test(arguments: ["", "no json", "{}", #"{"schema":1,"works":[]}"#, #"{"works":{"x":1}}"#])
    func `what was found out is found out anew when its file is damaged`(_ text: String) async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending("known.json")
            try file.put(text)
            let memory = try ProbeMemory(at: file)
            #expect(memory["tool"] == nil)
            try memory.keep("2 host", for: "tool")
            #expect(try ProbeMemory(at: file)["tool"] == "2 host")
        }
    }

    @Test func `the smallest program ends with success`() async throws {
        try await withTemporaryFolder { folder in
            try folder.appending("probe").put(.init(SmallestProgram.bytes), executable: true)
            #expect(try await run(folder.appending("probe").string, []).exit == 0)
        }
    }
}
