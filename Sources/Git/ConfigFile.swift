import Glibc

/// A configuration file of git, read by hand: also where libgit2 refuses to open the repository that it belongs to.
///
/// Includes are not followed; a line that is none of git's says nothing.
struct ConfigFile {
    /// By name: section and key in lower case, what stands between them as it is.
    private var values: [String: [String]] = [:]

    init(_ file: String) {
        var section = ""
        for line in (smallFile(file) ?? "").split(whereSeparator: \.isNewline) {
            var text = line.trimmed
            if text.first == "[", let end = text.lastIndex(of: "]") {
                section = Self.section(text[text.index(after: text.startIndex)..<end])
                text = text[text.index(after: end)...].trimmed
            }
            guard let first = text.first, first != "#", first != ";" else { continue }
            let parts = text.split(separator: "=", maxSplits: 1)
            // A key without a value is true.
            let value = parts.count == 2 ? Self.value(parts[1].trimmed) : "true"
            values["\(section).\(parts[0].trimmed.lowercased())", default: []].append(value)
        }
    }

    subscript(_ name: String) -> String? { values[name]?.last }

    func all(_ name: String) -> [String] { values[name] ?? [] }

    func isTrue(_ name: String) -> Bool { ["true", "yes", "on", "1"].contains(self[name]?.lowercased()) }

    /// What stands between a section and a key, for all that have both (`remote`, `url` → `origin`), sorted.
    func between(_ section: String, _ key: String) -> [String] {
        values.keys.filter { $0.hasPrefix(section + ".") && $0.hasSuffix("." + key) }
            .filter { $0.utf8.count > section.utf8.count + key.utf8.count + 2 }
            .map { String($0.dropFirst(section.count + 1).dropLast(key.count + 1)) }.sorted()
    }

    private static func section(_ text: Substring) -> String {
        guard let quote = text.firstIndex(of: "\"") else { return text.trimmed.lowercased() }
        let inner = text[text.index(after: quote)...].prefix { $0 != "\"" }
        return text[..<quote].trimmed.lowercased() + "." + inner
    }

    private static func value(_ text: Substring) -> String {
        if text.first == "\"" { return String(text.dropFirst().prefix { $0 != "\"" }) }
        return String(text.prefix { $0 != "#" && $0 != ";" }.trimmed)
    }
}

extension Substring {
    var trimmed: Substring {
        var text = self
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text
    }
}

/// The text of a file of at most a mebibyte; nil when it cannot be read.
func smallFile(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 14)
    while bytes.count < 1 << 20 {
        let count = read(descriptor, &piece, piece.count)
        guard count >= 0 else { return nil }
        if count == 0 { break }
        bytes += piece.prefix(count)
    }
    return String(decoding: bytes, as: UTF8.self)
}
