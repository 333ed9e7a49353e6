/// What a version means that was written before anybody asked for semantic versions.
enum LegacyVersion: Equatable {
    case semantic(SemanticVersion)
    /// Another way to write a semantic version.
    case mapped(SemanticVersion, note: String)
    /// A release that came after another one of the same three numbers: `1.5.3-1`, `3.0.2.1`.
    case later(than: SemanticVersion, number: String)
    /// A release with a mark of its own behind the numbers: `0.19.2D`.
    case marked(SemanticVersion, mark: String)

    private static let lengthLimit = 128

    /// Reads what stands behind the prefix of a tag, without a `v`; nil for what is no version of at least two numbers.
    init?(_ text: Substring) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.lengthLimit else { return nil }
        if let version = SemanticVersion(parsing: text) {
            let (before, number) = (version.prerelease, version.prerelease.first ?? "")
            // Long numbers are times of builds.
            let isNumber =
                before.count == 1 && number != "0" && number.utf8.count < 6 && number.utf8.allSatisfy(\.isDigit)
            guard isNumber, version.build.isEmpty, let core = SemanticVersion(parsing: version.core) else {
                self = .semantic(version)
                return
            }
            self = .later(than: core, number: number)
            return
        }
        guard let head = Head(bytes) else { return nil }
        let rest = bytes[head.end...]
        if rest.isEmpty {
            self = head.fourth.map { .later(than: head.core, number: $0) } ?? .mapped(head.core, note: head.note)
            return
        }
        guard head.fourth == nil, let read = Self.suffixed(head, rest) else { return nil }
        self = read
    }

    // MARK: - Numbers

    /// The numbers a version begins with.
    private struct Head {
        let core: SemanticVersion
        let fourth: String?
        /// Where the numbers end.
        let end: Int
        let note: String

        init?(_ bytes: [UInt8]) {
            var numbers: [String] = []
            var (at, end, hasZero) = (0, 0, false)
            while at < bytes.count, bytes[at].isDigit {
                let digits = bytes[at...].prefix(while: \.isDigit)
                let plain = digits.drop { $0 == UInt8(ascii: "0") }
                if plain.count < digits.count, digits.count > 1 { hasZero = true }
                numbers.append(plain.isEmpty ? "0" : String(decoding: plain, as: UTF8.self))
                end = digits.endIndex
                guard end < bytes.count, bytes[end] == UInt8(ascii: ".") else { break }
                at = end + 1
            }
            guard (2...4).contains(numbers.count) else { return nil }
            let three = numbers.count == 2 ? numbers + ["0"] : Array(numbers.prefix(3))
            guard let core = SemanticVersion(parsing: three.joined(separator: ".")) else { return nil }
            (self.core, self.end) = (core, end)
            fourth = numbers.count == 4 ? numbers[3] : nil
            let year = numbers[0].utf8.count == 4 && (numbers[0].hasPrefix("19") || numbers[0].hasPrefix("20"))
            var notes: [String] = year ? ["a date"] : []
            if numbers.count == 2 { notes.append("two numbers, the third is 0") }
            if hasZero { notes.append("leading zeros are left out") }
            note = notes.joined(separator: ", ")
        }
    }

    // MARK: - Suffixes

    private static let phases = [
        "alpha": "alpha", "a": "alpha", "beta": "beta", "b": "beta", "rc": "rc", "cr": "rc", "c": "rc", "m": "m",
        "milestone": "milestone", "pre": "pre", "preview": "preview", "dev": "dev", "snapshot": "SNAPSHOT",
        "canary": "canary", "nightly": "nightly", "next": "next", "ea": "ea",
    ]
    private static let ends: Set = ["final", "release", "ga"]
    private static let repairs: Set = ["post", "p", "patch", "hotfix", "sp"]

    private static func isSeparator(_ byte: UInt8) -> Bool { ".-_~".utf8.contains(byte) }

    private static func suffixed(_ head: Head, _ rest: ArraySlice<UInt8>) -> LegacyVersion? {
        let suffix = rest.drop(while: isSeparator)
        let letters = suffix.prefix(while: \.isLetter)
        let word = String(decoding: letters, as: UTF8.self).lowercased()
        let tail = suffix.dropFirst(letters.count).split(whereSeparator: isSeparator)
        let number = tail.count == 1 && tail[0].allSatisfy(\.isDigit) ? plain(tail[0]) : nil
        if suffix.isEmpty || (word == "x" && tail.isEmpty) { return nil }
        if word.isEmpty, let number { return .later(than: head.core, number: number) }
        if repairs.contains(word), let number { return .later(than: head.core, number: number) }
        if ends.contains(word), tail.isEmpty {
            return .mapped(head.core, note: join(head.note, "\"\(word)\" says no more than that it is released"))
        }
        // One letter is a phase only as Python writes it: `1.0b2`.
        let isPhase = letters.count > 1 || (number != nil && (letters.allSatisfy(\.isLower) || word == "m"))
        if isPhase, let phase = phases[word], let version = prerelease(head, [phase] + tail.map(plain)) {
            return .mapped(version, note: join(head.note, "a pre-release"))
        }
        if rest.first == UInt8(ascii: "-") {
            let identifiers = suffix.split(whereSeparator: isSeparator).map(plain)
            return prerelease(head, identifiers).map { .mapped($0, note: join(head.note, "a pre-release")) }
        }
        guard rest.allSatisfy({ $0.isPlainKeyByte }) else { return nil }
        return .marked(head.core, mark: String(decoding: rest, as: UTF8.self))
    }

    private static func prerelease(_ head: Head, _ identifiers: [String]) -> SemanticVersion? {
        head.core.withPrerelease(identifiers)
    }

    /// The text of a part, without the zeros a number may not begin with.
    private static func plain(_ part: ArraySlice<UInt8>) -> String {
        guard part.allSatisfy(\.isDigit) else { return String(decoding: part, as: UTF8.self) }
        let digits = part.drop { $0 == UInt8(ascii: "0") }
        return digits.isEmpty ? "0" : String(decoding: digits, as: UTF8.self)
    }

    private static func join(_ notes: String...) -> String { notes.filter { !$0.isEmpty }.joined(separator: ", ") }
}
