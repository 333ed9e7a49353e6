/// How versions of Python packages (PEP 440) and semantic versions stand for each other.
enum PythonVersion {
    private static let phases = ["a": "alpha", "alpha": "alpha", "b": "beta", "beta": "beta", "rc": "rc", "c": "rc"]

    /// Three numbers and one suffix: `1.4.2rc1` is 1.4.2-rc.1, `1.4.2.dev0` is 1.4.2-dev.0; nil for anything else.
    static func read(_ text: String) -> SemanticVersion? {
        let bytes = Array(text.utf8)
        guard let end = bytes.firstIndex(where: { !$0.isDigit && $0 != UInt8(ascii: ".") }) else { return nil }
        let core = String(decoding: bytes[..<end], as: UTF8.self)
        func isSeparator(_ byte: UInt8) -> Bool { ".-_".utf8.contains(byte) }
        let suffix = bytes[end...].drop(while: isSeparator)
        let word = String(decoding: suffix.prefix(while: \.isLetter), as: UTF8.self).lowercased()
        let number = suffix.dropFirst(word.utf8.count).drop(while: isSeparator)
        guard let phase = word == "dev" ? word : phases[word], number.allSatisfy(\.isDigit) else { return nil }
        let digits = number.isEmpty ? "0" : String(decoding: number, as: UTF8.self)
        return SemanticVersion(parsing: (core.hasSuffix(".") ? String(core.dropLast()) : core) + "-\(phase).\(digits)")
    }

    /// The text for a version, in the form PEP 440 calls normal; nil when there is none.
    static func text(for version: SemanticVersion) -> String? {
        guard version.build.isEmpty else { return nil }
        let core = version.core
        guard !version.isStable else { return core }
        guard version.prerelease.count == 2, version.prerelease[1].utf8.allSatisfy(\.isDigit) else { return nil }
        let number = version.prerelease[1]
        switch version.prerelease[0] {
        case "alpha": return core + "a" + number
        case "beta": return core + "b" + number
        case "rc": return core + "rc" + number
        case "dev": return core + ".dev" + number
        default: return nil
        }
    }
}
