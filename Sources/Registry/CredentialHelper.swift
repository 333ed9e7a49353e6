import Pipeline

/// Asks the programs that keep passwords for other tools, `docker-credential-<name>`.
///
/// Starting programs is not for this module: whoever makes a client hands in how it is done.
public struct CredentialHelper: Sendable {
    /// How such a program ended.
    public enum Ending: Equatable, Sendable {
        case said(exit: Int32, output: [UInt8])
        case missing
        case tooSlow
        case failed(String)
    }

    /// Runs a program with the word `get`, tells it the name of a server, and waits a few seconds at most.
    let run: @Sendable (_ program: String, _ server: String) async -> Ending

    public init(_ run: @escaping @Sendable (_ program: String, _ server: String) async -> Ending) {
        self.run = run
    }

    /// For where no program is asked.
    public static let none = CredentialHelper { _, _ in .missing }

    enum Answer: Equatable {
        case credentials(user: String, secret: String)
        /// It knows of none, which is no mistake.
        case nothing
        case trouble(String)
    }

    func answer(of name: String, for server: String) async -> Answer {
        guard name.utf8.allSatisfy({ $0 != 0x2F && $0 > 0x20 && $0 < 0x7F }) else {
            return .trouble("has a name that no program has")
        }
        switch await run("docker-credential-\(name)", server) {
        case .missing: return .trouble("is not there")
        case .tooSlow: return .trouble("does not answer")
        case .failed(let reason): return .trouble("cannot be asked: \(reason)")
        case .said(let exit, let output): return Self.answer(exit, output)
        }
    }

    private static func answer(_ exit: Int32, _ output: [UInt8]) -> Answer {
        guard exit == 0 else {
            let text = String(decoding: output.prefix(200), as: UTF8.self)
            if text.lowercased().contains("credentials not found") { return .nothing }
            return .trouble("failed (exit \(exit))")
        }
        do {
            let json = try JSON(parsing: output, profile: .lenient)
            guard let user = json["Username"]?.string, let secret = json["Secret"]?.string else {
                return .trouble("did not say user and secret")
            }
            return user.isEmpty && secret.isEmpty ? .nothing : .credentials(user: user, secret: secret)
        } catch {
            // What it said may hold the secret.
            return .trouble("did not answer in JSON")
        }
    }
}
