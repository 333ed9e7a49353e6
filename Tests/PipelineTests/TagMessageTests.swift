import Fixtures
import Signing
import Testing

@testable import Pipeline

struct TagMessageTests {
    private static let release: ReleaseTrailer = {
        var release = ReleaseTrailer(
            service: "billing", version: "1.4.0",
            images: [.init(name: "registry.example/acme/billing", digest: digest("image"))],
            run: .init(id: "20261121T034512Z-abcdef12", buildUrl: "https://ci.example/job/mono/7/"),
            evidence: .init(plan: digest("plan"), rules: digest("rules"), records: ["r-1", "r-2"]))
        (release.base, release.candidate) = ("billing/v1.3.9", "1.4.0-rc.2")
        return release
    }()

    private func message(_ changelog: String, subject: String = "billing 1.4.0") -> TagMessage {
        TagMessage(subject: subject, changelog: changelog, release: Self.release)
    }

    private func object(_ message: [UInt8], head: String? = nil) -> [UInt8] {
        let plain =
            "object \(ObjectID.test(1))\ntype commit\ntag billing/v1.4.0\ntagger Ada <ada@example.org> 1700000000 +0000\n"
        return Array((head ?? plain).utf8) + [0x0A] + message
    }

    @Test func `a message is a line for people, the changelog, and a line for machines`() throws {
        let text = String(decoding: try message("### Fixes\n\n- rounding\n").bytes, as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.dropLast(2) == ["billing 1.4.0", "", "### Fixes", "", "- rounding", ""])
        #expect(
            lines[lines.count - 2].hasPrefix(
                "Slipway-Release: {\"base\":\"billing/v1.3.9\",\"candidate\":\"1.4.0-rc.2\""))
        #expect(lines.last == "")
    }

    @Test(arguments: [
        "", "- a", "- a\n\n\n- b\n", "  indented", "- größe\r\n- b\r\n", "-----BEGIN SSH SIGNATURE-----\nx",
        "- a\n-----BEGIN PGP SIGNATURE-----", "Slipway-Release: {}", "- a\u{1B}[31mred\u{202E}", "tab\tx   \n\n",
    ])
    func `what is written is read back the same`(changelog: String) throws {
        try check(changelog)
    }

    @Test func `a changelog beyond all bounds is cut, and says so`() throws {
        try check(String(repeating: "- a change\n", count: 100_000))
        try check(String(repeating: "x", count: 600_000))
        #expect(message(String(repeating: "- a\n", count: 200_000)).changelog.hasSuffix("\n(lines left out: 68944)"))
    }

    private func check(_ changelog: String) throws {
        let message = message(changelog, subject: "billing 1.4.0\nand a second line\u{7}")
        let object = try TagObject(parsing: object(try message.bytes), id: .test(2))
        #expect(try object.release() == message)
        #expect(!object.isSigned)
        #expect(object.tagger == "Ada <ada@example.org>")
        #expect(object.name.text == "billing/v1.4.0")
        #expect(try message.bytes.count < TagObject.limit)
        #expect(!message.subject.contains("\n"))
    }

    @Test(arguments: ["SSH SIGNATURE", "PGP SIGNATURE", "PGP MESSAGE", "SIGNED MESSAGE"])
    func `a signature is no part of the message`(kind: String) throws {
        let message = message("- a")
        let signature = "-----BEGIN \(kind)-----\nU1NIU0lH\n-----END \(kind)-----\n"
        let object = try TagObject(parsing: object(try message.bytes + Array(signature.utf8)), id: .test(2))
        #expect(object.isSigned)
        #expect(try object.release() == message)
    }

    @Test(arguments: [
        "", "billing 1.4.0\n", "billing 1.4.0\n\n- a\n\nSlipway-Release: \n", "x\n\nSlipway-Release: {\n",
        "x\n\nSlipway-Release: []\n", "x\n\nSlipway-Release: {\"schema\":1}\n", "x\n\nslipway-release: {}\n",
        "x\n\nSlipway-Release: {\"schema\":1,\"schema\":1}\n", "x\n\nSlipway-Release: {} x\n",
        "x\n\nSlipway-Release: " + String(repeating: "[", count: 60_000) + "\n",
    ])
    func `what states no release is malformed`(text: String) {
        let error = #expect(throws: ReleaseTagError.self) { try TagMessage(parsing: Array(text.utf8)) }
        guard case .malformed? = error else { return #expect("\(String(describing: error))" == "malformed") }
        #expect(error?.fault == .unverifiable)
    }

    @Test func `only the last line counts`() throws {
        let forged = try message("- a").bytes + Array("\nbut then somebody went on\n".utf8)
        #expect(throws: ReleaseTagError.self) { try TagMessage(parsing: forged) }
    }

    @Test func `what is no text is malformed, and so is what is larger than any tag`() throws {
        #expect(throws: ReleaseTagError.self) { try TagMessage(parsing: [0xFF] + (try message("").bytes)) }
        let large = [UInt8](repeating: 0x61, count: TagObject.limit + 1)
        #expect(throws: ReleaseTagError.self) { try TagMessage(parsing: large) }
        #expect(throws: ReleaseTagError.self) { try TagObject(parsing: object(large), id: .test(1)) }
    }

    @Test func `a tag of a later format is told apart from a broken one`() throws {
        let text = "x\n\nSlipway-Release: {\"schema\":2,\"all\":\"different\"}\n"
        let error = #expect(throws: ReleaseTagError.self) { try TagMessage(parsing: Array(text.utf8)) }
        #expect(error == .otherFormat(2))
        #expect(error?.hint == "upgrade Slipway")
    }

    @Test(arguments: [
        "", "object x\n", "object \(ObjectID.test(1))\n", "object \(ObjectID.test(1))\ntype commit\ntag a..b\n",
        "type commit\nobject \(ObjectID.test(1))\ntag a\n", "object \(ObjectID.test(1))\ntype commit\ntag",
    ])
    func `what does not begin as a tag is none`(head: String) {
        #expect(throws: ReleaseTagError.self) { try TagObject(parsing: object([], head: head), id: .test(1)) }
    }

    @Test func `tags without a tagger, with further headers and about a tree are read`() throws {
        let old = "object \(ObjectID.test(1))\ntype tree\ntag a\nencoding UTF-8\nmore of it\n"
        let tag = try TagObject(parsing: object(Array("hello\n".utf8), head: old), id: .test(2))
        #expect(!tag.isOfCommit)
        #expect(tag.tagger == nil)
        #expect(tag.message == Array("hello\n".utf8))
        #expect(try TagObject(parsing: object([]), id: .test(1)).message.isEmpty)
    }

    @Test func `bytes at random crash nothing`() throws {
        var random = SystemRandomNumberGenerator()
        let whole = object(try message("- a").bytes)
        for _ in 0..<2000 {
            var bytes = whole
            for _ in 0..<3 {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
            do { _ = try TagObject(parsing: bytes, id: .test(1)).release() } catch {
                #expect(error.fault == .unverifiable)
            }
        }
    }
}
