import Pipeline
import Testing

@testable import Builders

struct EngineStoryTests {
    private func told(_ text: String) -> (text: String, story: EngineStory) {
        var story = EngineStory()
        var said = ""
        // However it is cut.
        for byte in text.utf8 { said += story.feed([byte]) }
        said += story.finish()
        return (said, story)
    }

    @Test func `an error in a stream that began well is an error`() {
        let (text, story) = told(
            #"""
            {"stream":"Step 1/2 : FROM scratch\n"}
            {"errorDetail":{"code":7,"message":"The command '/probe' returned a non-zero code: 7"},"error":"short"}

            """#)
        #expect(story.error == "The command '/probe' returned a non-zero code: 7")
        #expect(story.image == nil)
        #expect(text.hasPrefix("Step 1/2 : FROM scratch\n"))
    }

    @Test func `what was built has an id, and progress is not told`() {
        let (text, story) = told(
            #"{"status":"Pulling","progress":"[=> ]"}"# + "\r\n" + #"{"aux":{"ID":"sha256:00ff"}}"# + "\n" + "no json\n"
        )
        #expect(story.image == "sha256:00ff")
        #expect(text == "no json\n")
    }

    @Test func `steps and output of BuildKit are told once`() {
        // vertexes {digest: "d", name: "RUN x"}, logs {msg: "hello\n"}
        let step: [UInt8] = [0x0A, 1, 0x64, 0x1A, 5] + Array("RUN x".utf8)
        let log: [UInt8] = [0x22, 6] + Array("hello\n".utf8)
        let message = [0x0A, UInt8(step.count)] + step + [0x1A, UInt8(log.count)] + log
        let line = #"{"id":"moby.buildkit.trace","aux":""# + base64(message) + "\"}\n"
        #expect(told(line + line).text == "RUN x\nhello\nhello\n")
    }

    private func base64(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        var rest = bytes[...]
        while !rest.isEmpty {
            let three = rest.prefix(3)
            rest = rest.dropFirst(3)
            let word = three.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - three.count))
            for place in 0..<4 {
                text.append(place <= three.count ? digits[word >> (18 - 6 * place) & 63] : "=")
            }
        }
        return text
    }

    @Test(arguments: [
        [UInt8](), [0xFF], [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [0x0A, 5, 1],
        [0x0B, 0x0B], [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80], [0x09, 1],
    ])
    func `a damaged message ends where it is damaged`(_ bytes: [UInt8]) {
        #expect(Array(ProtocolFields(bytes)).filter { !$0.bytes.isEmpty }.isEmpty)
    }

    @Test(arguments: [("1.41", 1, 41), ("1.24", 1, 24), ("2.0", 2, 0)])
    func `versions are two numbers`(_ text: String, _ major: Int, _ minor: Int) {
        #expect(EngineVersion(parsing: text) == EngineVersion(major, minor))
    }

    @Test func `versions are compared as numbers`() {
        #expect(EngineVersion(1, 9) < EngineVersion(1, 24))
        #expect(EngineVersion(parsing: "1") == nil)
        #expect(EngineVersion(parsing: "1.x") == nil)
    }
}

struct EngineAddressTests {
    @Test(
        arguments: [
            ([:], "http+unix://%2Fvar%2Frun%2Fdocker.sock"),
            (["DOCKER_HOST": "unix:///tmp/a b.sock"], "http+unix://%2Ftmp%2Fa%20b.sock"),
            (["DOCKER_HOST": "tcp://10.0.0.1:2375"], "http://10.0.0.1:2375"),
        ] as [([String: String], String)])
    func `an engine is where the environment says`(_ environment: [String: String], _ prefix: String) throws {
        #expect(try EngineAddress(in: environment).prefix == prefix)
    }

    @Test(
        arguments: [
            ("unix:///tmp/a b.sock", .socket("/tmp/a b.sock")), ("tcp://10.0.0.1:2375", .host("10.0.0.1", 2375)),
            ("tcp://engine", .host("engine", 80)), ("http://[::1]:2375/", .host("::1", 2375)),
        ] as [(String, EngineAddress.Place)])
    func `a session is opened where requests go`(_ text: String, _ place: EngineAddress.Place) throws {
        #expect(try EngineAddress(in: ["DOCKER_HOST": text]).place == place)
    }

    @Test(
        arguments: [
            ([], nil), ([0x0A, 1, 0x61], "a"), ([0x0A, 0], ""), ([0x08, 0x96, 1, 0x0A, 1, 0x62], "b"),
            ([0x12, 1, 0x78, 0x0A, 1, 0x63], "c"), ([0x0D, 0, 0, 0, 0, 0x0A, 1, 0x64], "d"), ([0x0A, 2, 0x61], nil),
            ([0x0B], nil), ([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], nil), ([0x80], nil),
        ] as [([UInt8], String?)])
    func `the name of a secret is found in what an engine asks, and damage is no name`(
        _ message: [UInt8], _ name: String?
    ) {
        #expect(ProtobufText.first(in: message[...]) == name)
    }

    @Test(arguments: [0, 1, 127, 128, 300, 70_000]) func `a value of any length is read as it was written`(length: Int)
    {
        let value = String(repeating: "x", count: length)
        #expect(ProtobufText.first(in: ProtobufText.field(Array(value.utf8))[...]) ?? "" == value)
    }

    @Test(arguments: ["ssh://host", "unix://relative", "tcp://", "nonsense"])
    func `another kind of address is refused by name`(_ text: String) {
        let error = #expect(throws: BuilderError.self) { try EngineAddress(in: ["DOCKER_HOST": text]) }
        #expect(error?.description.contains("DOCKER_HOST=\(text)") == true)
    }

    @Test func `certificates that are not there are named by their folder`() {
        let environment = [
            "DOCKER_HOST": "tcp://h:2376", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/nowhere/certificates",
        ]
        let error = #expect(throws: BuilderError.self) { try EngineAddress(in: environment) }
        #expect(error?.description.contains("/nowhere/certificates") == true)
    }
}
