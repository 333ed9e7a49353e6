// Versions in `Cargo.toml` and `pyproject.toml`.

extension VersionMention {
    /// The crate's own version, or the one that the root of a workspace hands to its crates.
    static func cargo(_ bytes: [UInt8]) -> [VersionMention] {
        let document = TOML(bytes)
        let own = document.mentions(of: ["package", "version"], in: bytes)
        let shared = document.mentions(of: ["workspace", "package", "version"], in: bytes)
        // A root crate that inherits does so from this very file.
        let inherits = own.count == 1 && own[0].isComputed
        return own.isEmpty || (inherits && !shared.isEmpty) ? shared : own
    }

    /// The project's version; Poetry has a table of its own for it.
    static func python(_ bytes: [UInt8]) -> [VersionMention] {
        let document = TOML(bytes)
        let stated = document.mentions(of: ["project", "version"], in: bytes)
        let poetry = document.mentions(of: ["tool", "poetry", "version"], in: bytes)
        let all = stated + poetry
        guard all.isEmpty else { return all }
        return document.entries(of: ["project", "dynamic"]).compactMap { entry in
            guard entry.value.strings.contains("version") else { return nil }
            return VersionMention(.computed("dynamic = [\"version\"]"), at: entry.range)
        }
    }

    fileprivate var isComputed: Bool {
        if case .computed = kind { true } else { false }
    }
}

extension TOML {
    /// The entries that a whole key leads to, also through tables in braces and below it.
    fileprivate func entries(of key: [String]) -> [Entry] {
        tables.flatMap { table in table.entries.flatMap { Self.entries(of: key, $0, below: table.name) } }
    }

    private static func entries(of key: [String], _ entry: Entry, below name: [String]) -> [Entry] {
        let whole = name + entry.key
        guard whole.count < key.count else { return whole.starts(with: key) ? [entry] : [] }
        guard key.starts(with: whole), case .table(let inner) = entry.value else { return [] }
        return inner.flatMap { entries(of: key, $0, below: whole) }
    }

    /// What is said under a key: a text, or that another file has it (`version.workspace = true`).
    fileprivate func mentions(of key: [String], in bytes: [UInt8]) -> [VersionMention] {
        entries(of: key).map { entry in
            guard entry.key.last == key.last, let text = entry.value.string else {
                return VersionMention(.computed("inherited"), at: entry.range)
            }
            let end = entry.range.upperBound
            guard end < bytes.count, bytes[end] == UInt8(ascii: "\"") || bytes[end] == UInt8(ascii: "'") else {
                return VersionMention(.broken("a text in quotes does not end"), at: entry.range)
            }
            return VersionMention(.text(text), at: entry.range)
        }
    }
}
