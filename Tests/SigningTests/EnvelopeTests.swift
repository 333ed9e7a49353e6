import Fixtures
import Foundation
import Pipeline
import SystemPackage
import Testing

@testable import Signing

struct EnvelopeTests {
    @Test func `what is signed is the pre-authentication encoding of the DSSE protocol`() {
        let envelope = Envelope(payload: Array("hello world".utf8), payloadType: "http://example.com/HelloWorld")
        let text = String(decoding: envelope.preAuthentication, as: UTF8.self)
        #expect(text == "DSSEv1 29 http://example.com/HelloWorld 11 hello world")
    }

    @Test func `a signature fits its key, its payload and its type only`() throws {
        let key = SigningKey()
        let signed = try Envelope(payload: [1, 2, 3], payloadType: "a").signed(with: key)
        #expect(signed.isSigned(by: key.verifyingKey))
        #expect(!signed.isSigned(by: SigningKey().verifyingKey))
        let text = String(decoding: signed.bytes, as: UTF8.self)
        let otherType = text.replacing(#""payloadType":"a""#, with: #""payloadType":"b""#)
        #expect(try !Envelope(parsing: Array(otherType.utf8)).isSigned(by: key.verifyingKey))
        let otherPayload = text.replacing("AQID", with: "AQIE")
        #expect(try !Envelope(parsing: Array(otherPayload.utf8)).isSigned(by: key.verifyingKey))
    }

    @Test func `gate 14: a key id that lies changes nothing`() throws {
        let key = SigningKey()
        let signed = try Envelope(payload: [1, 2, 3], payloadType: "a").signed(with: key)
        let lying = String(decoding: signed.bytes, as: UTF8.self).replacing(key.verifyingKey.id, with: "nobody")
        let envelope = try Envelope(parsing: Array(lying.utf8))
        #expect(envelope.isSigned(by: key.verifyingKey))
        #expect(!envelope.names(key.verifyingKey))
    }

    @Test func `gate 18: URL-safe base64 and unknown members are taken`() throws {
        let key = SigningKey()
        let payload: [UInt8] = [0xFB, 0xFF, 0xFE]
        let signed = try Envelope(payload: payload, payloadType: "a").signed(with: key)
        let urlSafe = String(decoding: signed.bytes, as: UTF8.self)
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
            .replacing(#"{"payload""#, with: #"{"extra":1,"payload""#)
        #expect(try Envelope(parsing: Array(urlSafe.utf8)).isSigned(by: key.verifyingKey))
    }

    @Test func `flipping any byte of an envelope never leaves a valid signature over another payload`() throws {
        let key = SigningKey()
        let signed = try Envelope(payload: Array("payload".utf8), payloadType: "type").signed(with: key)
        let bytes = signed.bytes
        for index in bytes.indices {
            var copy = bytes
            copy[index] ^= 1
            guard let envelope = try? Envelope(parsing: copy), envelope.isSigned(by: key.verifyingKey) else { continue }
            #expect(envelope.payload == signed.payload)
            #expect(envelope.payloadType == signed.payloadType)
        }
    }

    @Test(arguments: [
        "", "{}", #"{"payload":"!","payloadType":"a","signatures":[]}"#,
        #"{"payload":"","payloadType":1,"signatures":[]}"#,
        #"{"payload":"","payloadType":"a"}"#, #"{"payload":"","payloadType":"a","signatures":[{"sig":"!"}]}"#,
        #"{"payload":"","payload":"","payloadType":"a","signatures":[]}"#, "[1]",
    ])
    func `what is no envelope is refused`(text: String) {
        #expect(throws: RecordError.self) { try Envelope(parsing: Array(text.utf8)) }
    }

    @Test func `openssl reads our keys, and verifies what we sign`() async throws {
        try await withTemporaryFolder { folder in
            let key = SigningKey()
            try folder.appending("k").put(key.pem)
            try folder.appending("p").put(key.verifyingKey.pem)
            let envelope = try Envelope(payload: Array("hello".utf8), payloadType: "type").signed(with: key)
            try folder.appending("m").put(Data(envelope.preAuthentication))
            try folder.appending("s").put(Data(envelope.signatures[0].bytes))
            #expect(try await sh("openssl pkey -in k -pubout", in: folder) == key.verifyingKey.pem)
            let said = try await sh("openssl pkeyutl -verify -pubin -inkey p -rawin -in m -sigfile s", in: folder)
            #expect(said.contains("Verified Successfully"))
        }
    }

    @Test func `we read the keys openssl makes`() async throws {
        try await withTemporaryFolder { folder in
            try await sh(
                "openssl genpkey -algorithm ed25519 -out k && openssl pkey -in k -pubout -outform DER | base64 -w0 > p",
                in: folder)
            let key = try SigningKey(pem: folder.appending("k").text)
            #expect(try key.verifyingKey.spki == folder.appending("p").text)
            #expect(try VerifyingKey(spki: folder.appending("p").text).id == key.verifyingKey.id)
        }
    }

    @Test func `other keys are refused with a way out`() async throws {
        try await withTemporaryFolder { folder in
            try await sh("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out ec", in: folder)
            let text = try folder.appending("ec").text
            let error = #expect(throws: KeyError.self) { _ = try SigningKey(pem: text) }
            #expect(error?.hint == "make one: slipway record key")
            #expect(throws: KeyError.encrypted) { _ = try SigningKey(pem: "-----BEGIN ENCRYPTED PRIVATE KEY-----") }
            #expect(throws: KeyError.self) { _ = try VerifyingKey(spki: "AAAA") }
        }
    }
}
