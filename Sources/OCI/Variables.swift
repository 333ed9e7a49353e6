/// The variables a Dockerfile knows at one line, and how a word is expanded with them
/// (https://docs.docker.com/reference/dockerfile/#environment-replacement).
struct Variables {
    private var values: [String: String]

    init(_ values: [String: String]) {
        self.values = values
    }

    subscript(_ name: String) -> String? {
        get { values[name] }
        set { values[name] = newValue }
    }

    /// `$name`, `${name}`, `${name:-default}`, `${name:+other}`; quotes vanish, a backslash takes what follows as it is.
    func expand(_ word: String) -> String {
        var result = ""
        var rest = word[...]
        while let character = rest.popFirst() {
            switch character {
            case "\\": if let next = rest.popFirst() { result.append(next) }
            case "'":
                result += rest.prefix { $0 != "'" }
                rest = rest.drop { $0 != "'" }.dropFirst()
            case "\"": continue
            case "$": result += variable(&rest)
            default: result.append(character)
            }
        }
        return result
    }

    private func variable(_ rest: inout Substring) -> String {
        if rest.first == "{", let end = rest.firstIndex(of: "}") {
            let inner = rest[rest.index(after: rest.startIndex)..<end]
            rest = rest[rest.index(after: end)...]
            guard let colon = inner.firstIndex(of: ":") else { return values[String(inner)] ?? "" }
            let value = values[String(inner[..<colon])].flatMap { $0.isEmpty ? nil : $0 }
            let alternative = expand(String(inner[colon...].dropFirst(2)))
            return inner[colon...].hasPrefix(":+") ? (value == nil ? "" : alternative) : value ?? alternative
        }
        let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        guard !name.isEmpty else { return "$" }
        rest = rest.dropFirst(name.count)
        return values[String(name)] ?? ""
    }

    /// `a=1 b="two words"`, or the old form `a one value`; values are not yet expanded.
    ///
    /// A bare name sets nothing.
    static func pairs(_ text: String) -> [(name: String, value: String)] {
        let words = words(of: text)
        guard let first = words.first else { return [] }
        if !first.contains("=") {
            let value = text.dropFirst(first.count).drop(while: \.isWhitespace)
            return value.isEmpty ? [] : [(first, String(value))]
        }
        return words.compactMap { word in
            guard let equals = word.firstIndex(of: "=") else { return nil }
            return (String(word[..<equals]), String(word[word.index(after: equals)...]))
        }
    }

    /// The values of an ARG line without expansion of other variables.
    static func assignments(_ text: String) -> [String: String] {
        pairs(text).reduce(into: [:]) { $0[$1.name] = Variables([:]).expand($1.value) }
    }

    /// Words parted by white space outside of quotes; the quotes stay.
    static func words(of text: String) -> [String] {
        var words: [String] = []
        var word = ""
        var quote: Character?
        var isEscaped = false
        for character in text {
            if isEscaped {
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == quote {
                quote = nil
            } else if quote == nil, character == "\"" || character == "'" {
                quote = character
            } else if quote == nil, character.isWhitespace {
                if !word.isEmpty { words.append(word) }
                word = ""
                continue
            }
            word.append(character)
        }
        return word.isEmpty ? words : words + [word]
    }
}
