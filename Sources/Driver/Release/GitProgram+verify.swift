import Execution
import Pipeline
import SystemPackage

/// What the signature of a tag is worth.
enum TagSignature: Equatable, Sendable {
    case none
    /// Made by somebody whom git was told to trust.
    case good(Signer)
    /// Broken, or made by somebody nobody here knows.
    case bad(String)

    /// Who signed: what a list of allowed signers or a key ring calls the key, and the fingerprint of the key.
    struct Signer: Equatable, Sendable {
        let name: String
        let key: String
    }
}

extension GitProgram {
    /// Has git look at the signature of a tag: at an SSH key by a list of allowed signers, else at the user's key ring.
    ///
    /// Without a list, git's own setting (`gpg.ssh.allowedSignersFile`) counts.
    func signature(of tag: TagObject, allowed: FilePath? = nil) async throws -> TagSignature {
        guard tag.isSigned else { return .none }
        let settings = allowed.map { ["-c", "gpg.ssh.allowedSignersFile=\($0.string)"] } ?? []
        let answer = try await ask(Question(settings + ["verify-tag", "--raw", "\(tag.id)"]))
        let said = String(decoding: answer.errors, as: UTF8.self).split(whereSeparator: \.isNewline)
        guard answer.ending == .exited(0) else {
            let lines = said.filter { !$0.isEmpty }.suffix(3).map { String($0.prefix(200)).printable }
            return .bad(lines.isEmpty ? answer.ending.summary : lines.joined(separator: "; "))
        }
        guard let signer = said.compactMap(Self.sshSigner).first ?? Self.gpgSigner(said) else {
            return .bad("git takes it, but does not say whose it is")
        }
        return .good(signer)
    }

    /// `Good "git" signature for ada@example.org with ED25519 key SHA256:…`.
    private static func sshSigner(_ line: Substring) -> TagSignature.Signer? {
        let beginning = "Good \"git\" signature for "
        guard line.hasPrefix(beginning), let key = line.split(separator: " ").last, key.hasPrefix("SHA256:") else {
            return nil
        }
        let words = line.dropFirst(beginning.count).dropLast(key.count).split(separator: " ")
        guard words.count > 3, words.suffix(3).first == "with" else { return nil }
        return TagSignature.Signer(name: words.dropLast(3).joined(separator: " ").printable, key: String(key).printable)
    }

    /// `[GNUPG:] GOODSIG <id> <name>` and `[GNUPG:] VALIDSIG <fingerprint> …`.
    private static func gpgSigner(_ lines: [Substring]) -> TagSignature.Signer? {
        func words(_ status: String, _ count: Int) -> [Substring]? {
            lines.first { $0.hasPrefix("[GNUPG:] \(status) ") }?.split(separator: " ", maxSplits: count)
        }
        guard let good = words("GOODSIG", 3), let valid = words("VALIDSIG", 3), good.count == 4, valid.count > 2 else {
            return nil
        }
        return TagSignature.Signer(name: String(good[3]).printable, key: String(valid[2]))
    }
}
