/// `go.sum`: checksums of modules; which of them one uses stands in its `go.mod`.
///
/// Format: https://go.dev/ref/mod#go-sum-files
struct GoSum: LockedModules {
    /// The checksums by module and version.
    private let sums: [String: [String]]

    init(parsing bytes: [UInt8]) throws(Unreadable) {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Unreadable() }
        var sums: [String: [String]] = [:]
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            let words = GoMod.words(Substring(line))
            guard !words.isEmpty else { continue }
            guard words.count == 3, words[2].contains(":") else { throw Unreadable() }
            let version = words[1].hasSuffix("/go.mod") ? words[1].dropLast("/go.mod".count) : words[1][...]
            sums["\(words[0]) \(version)", default: []].append(words.joined(separator: " "))
        }
        guard !sums.isEmpty else { throw Unreadable() }
        self.sums = sums
    }

    /// Needs the `go.mod`: without one the module is a part of another, and which packages it takes is not said.
    func closure(of importer: Importer) -> [String]? {
        guard let manifest = importer.manifest, let mod = GoMod(parsing: manifest) else { return nil }
        guard !importer.folder.isRoot else { return Set(sums.values.joined()).sorted() }
        guard mod.listsAll else { return nil }
        let lines = Set(mod.modules.flatMap { sums[$0] ?? [] }).sorted()
        // Modules without any sum are those of the workspace, or the file is not theirs.
        return lines.isEmpty && !mod.modules.isEmpty ? nil : lines
    }
}

/// What a `go.mod` says about versions.
///
/// Format: https://go.dev/ref/mod#go-mod-file
struct GoMod {
    /// Whether all modules are required that any package of it needs: so since go 1.17.
    private(set) var listsAll = false
    private var required: [(name: String, version: String)] = []
    /// By name, or name and version: name and version, or a folder.
    private var replaced: [String: [String]] = [:]

    /// The modules that are taken, as name and version; a folder that replaces one has no version.
    var modules: [String] {
        required.map { name, version in
            (replaced["\(name) \(version)"] ?? replaced[name] ?? [name, version]).joined(separator: " ")
        }
    }

    init?(parsing bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var block: String?
        var isNamed = false
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            var words = Self.words(Substring(line))
            guard let first = words.first else { continue }
            if let verb = block {
                if words == [")"] {
                    block = nil
                    continue
                }
                words.insert(verb, at: 0)
            } else if words.last == "(" {
                guard words.count == 2 else { return nil }
                block = first
                continue
            }
            if words[0] == "module" { isNamed = true }
            guard read(words) else { return nil }
        }
        guard isNamed, block == nil else { return nil }
    }

    /// Takes one directive; false when it is not written as it must be.
    private mutating func read(_ words: [String]) -> Bool {
        switch words[0] {
        case "go":
            let numbers = words.last?.split(separator: ".").prefix(2).map { Int($0.prefix(while: \.isNumber)) } ?? []
            guard words.count == 2, numbers.count == 2, let major = numbers[0], let minor = numbers[1] else {
                return false
            }
            listsAll = (major, minor) >= (1, 17)
        case "require":
            guard words.count == 3 else { return false }
            required.append((words[1], words[2]))
        case "replace":
            let sides = words.dropFirst().split(separator: "=>", omittingEmptySubsequences: false).map(Array.init)
            guard sides.count == 2, (1...2).contains(sides[0].count), (1...2).contains(sides[1].count) else {
                return false
            }
            replaced[sides[0].joined(separator: " ")] = sides[1]
        default: break
        }
        return true
    }

    /// The words of a line, without its comment; quotes are not part of a word.
    static func words(_ line: Substring) -> [String] {
        var words: [String] = []
        for word in line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" }) {
            if word.hasPrefix("//") { break }
            let quote = word.first
            let isQuoted = word.count > 1 && word.last == quote && (quote == "\"" || quote == "`")
            words.append(String(isQuoted ? word.dropFirst().dropLast() : word))
        }
        return words
    }
}
