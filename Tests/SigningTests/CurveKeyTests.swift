import Crypto
import Fixtures
import Foundation
import Pipeline
import SystemPackage
import Testing

@testable import Signing

/// ECDSA on P-256, beside what other tools make of it.
struct CurveKeyTests {
    @Test func `openssl reads our P-256 keys, and verifies what we sign`() async throws {
        try await withTemporaryFolder { folder in
            let key = SigningKey(.p256)
            try folder.appending("k").put(key.pem)
            try folder.appending("p").put(key.verifyingKey.pem)
            let envelope = try Envelope(payload: Array("hello".utf8), payloadType: "type").signed(with: key)
            try folder.appending("m").put(Data(envelope.preAuthentication))
            try folder.appending("s").put(Data(envelope.signatures[0].bytes))
            #expect(try await sh("openssl pkey -in k -pubout", in: folder) == key.verifyingKey.pem)
            let said = try await sh("openssl dgst -sha256 -verify p -signature s m", in: folder)
            #expect(said.contains("Verified OK"))
        }
    }

    @Test(arguments: [
        "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out k",
        "openssl ecparam -name prime256v1 -genkey -out k",
        "openssl ecparam -name prime256v1 -genkey -noout -out k",
    ])
    func `we read the P-256 keys openssl makes`(command: String) async throws {
        try await withTemporaryFolder { folder in
            try await sh("\(command) && openssl pkey -in k -pubout -out p", in: folder)
            try await sh("openssl pkey -in k -pubout -outform DER | base64 -w0 > spki", in: folder)
            let key = try SigningKey(pem: folder.appending("k").text)
            #expect(key.verifyingKey.algorithm == .p256)
            #expect(try key.verifyingKey.spki == folder.appending("spki").text)
            #expect(try VerifyingKey(pem: folder.appending("p").text).id == key.verifyingKey.id)
        }
    }

    @Test func `gate 19: a P-256 signature is taken in DER and as two raw numbers, in both alphabets`() throws {
        let key = P256.Signing.PrivateKey()
        let pem = try SigningKey(pem: key.pemRepresentation).verifyingKey
        let plain = Envelope(payload: [1, 2, 3], payloadType: "a")
        let signature = try key.signature(for: plain.preAuthentication)
        for bytes in [signature.derRepresentation, signature.rawRepresentation] {
            for text in [bytes.base64EncodedString(), Self.urlSafe(bytes)] {
                let json = #"{"payload":"AQID","payloadType":"a","signatures":[{"sig":"\#(text)"}]}"#
                let envelope = try Envelope(parsing: Array(json.utf8))
                #expect(envelope.isSigned(by: pem))
                #expect(!envelope.isSigned(by: SigningKey(.p256).verifyingKey))
                #expect(!envelope.isSigned(by: SigningKey().verifyingKey))
            }
        }
    }

    private static func urlSafe(_ bytes: Data) -> String {
        bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    @Test func `the signature of the DSSE protocol's own example, two raw numbers, is taken`() throws {
        // https://github.com/secure-systems-lab/dsse/blob/master/protocol.md, test vectors.
        let json = """
            {"payload":"aGVsbG8gd29ybGQ=","payloadType":"http://example.com/HelloWorld","signatures":[{"sig":\
            "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="}]}
            """
        let x = Self.bytes(of: "46950820868899156662930047687818585632848591499744589407958293238635476079160")
        let y = Self.bytes(of: "5640078356564379163099075877009565129882514886557779369047442380624545832820")
        let key = try P256.Signing.PublicKey(x963Representation: [4] + x + y)
        let spki = Data(key.derRepresentation).base64EncodedString()
        #expect(try Envelope(parsing: Array(json.utf8)).isSigned(by: VerifyingKey(spki: spki)))
    }

    /// A number as 32 bytes, the highest first.
    private static func bytes(of decimal: String) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 32)
        for digit in decimal.utf8 {
            var carry = Int(digit) - 48
            for index in bytes.indices.reversed() {
                carry += Int(bytes[index]) * 10
                bytes[index] = UInt8(carry & 0xFF)
                carry >>= 8
            }
        }
        return bytes
    }
}
