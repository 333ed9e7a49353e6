/// One requirement of a Python project: `name[extra]>=1`, `name @ file:../x`, `-e ../x`, `../x`.
struct Requirement {
    /// In lower case, with one hyphen for what parts words, as packages are compared.
    ///
    /// Empty when only a path is written.
    private(set) var name = ""
    /// The path of a folder, when one is written.
    private(set) var path: String?
    /// The path of another file of requirements.
    private(set) var file: String?

    init(_ text: String) {
        var rest = Self.trimmed(text.utf8[...])
        for option in ["-r", "--requirement", "-c", "--constraint"] {
            if let value = Self.value(of: option, rest) {
                file = Self.text(value)
                return
            }
        }
        for option in ["-e", "--editable"] {
            if let value = Self.value(of: option, rest) { rest = value }
        }
        guard rest.first != UInt8(ascii: "-") else { return }
        if let path = Self.path(rest) {
            self.path = path
            return
        }
        let name = rest.prefix { $0.isPlainKeyByte }
        self.name = Self.normal(name)
        var tail = Self.trimmed(rest.dropFirst(name.count))
        if tail.first == UInt8(ascii: "["), let end = tail.firstIndex(of: UInt8(ascii: "]")) {
            tail = Self.trimmed(tail[tail.index(after: end)...])
        }
        if tail.first == UInt8(ascii: "@") { path = Self.path(Self.trimmed(tail.dropFirst())) }
    }

    static func normal(_ name: String) -> String { normal(name.utf8[...]) }

    private static func normal(_ name: Substring.UTF8View) -> String {
        var result: [UInt8] = []
        for byte in name {
            let isMark = byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
            if isMark, result.last == UInt8(ascii: "-") { continue }
            result.append(isMark ? UInt8(ascii: "-") : byte.isUpper ? byte + 0x20 : byte)
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// What follows an option, parted from it by a space or an equals sign.
    private static func value(of option: String, _ text: Substring.UTF8View) -> Substring.UTF8View? {
        guard text.starts(with: option.utf8) else { return nil }
        let rest = text.dropFirst(option.utf8.count)
        guard let first = rest.first, first <= 0x20 || first == UInt8(ascii: "=") else { return nil }
        return trimmed(rest.dropFirst())
    }

    /// The path that a location means: below the folder of the file that says so.
    private static func path(_ text: Substring.UTF8View) -> String? {
        var path = text.prefix { $0 > 0x20 && $0 != UInt8(ascii: ";") }
        if path.starts(with: "file:".utf8) {
            path = path.dropFirst(5)
            for prefix in ["//", "/${PROJECT_ROOT}/", "${PROJECT_ROOT}/", "{root:uri}/"]
            where path.starts(with: prefix.utf8) {
                path = path.dropFirst(prefix.utf8.count)
            }
        } else if path.starts(with: "{root:uri}/".utf8) {
            path = path.dropFirst(11)
        } else if path.first != UInt8(ascii: ".") {
            return nil
        }
        let end = path.firstIndex { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "#") } ?? path.endIndex
        return path[..<end].isEmpty ? nil : self.text(path[..<end])
    }

    private static func text(_ slice: Substring.UTF8View) -> String { String(decoding: Array(slice), as: UTF8.self) }

    private static func trimmed(_ slice: Substring.UTF8View) -> Substring.UTF8View {
        var slice = slice
        while let first = slice.first, first <= 0x20 { slice = slice.dropFirst() }
        while let last = slice.last, last <= 0x20 { slice = slice.dropLast() }
        return slice
    }
}
