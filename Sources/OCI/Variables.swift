/// The variables a Dockerfile knows at one line, and how a word is expanded with them
/// (https://docs.docker.com/reference/dockerfile/#environment-replacement).
struct Variables: Equatable {
    private var values: [String: String]
    /// Takes what follows as it is.
    let escape: Character

    /// A word that cannot be expanded.
    struct Trouble: Error, Equatable {
        let problem: String
    }

    init(_ values: [String: String], escape: Character = "\\") {
        (self.values, self.escape) = (values, escape)
    }

    subscript(_ name: String) -> String? {
        get { values[name] }
        set { values[name] = newValue }
    }

    /// `$name`, `${name}`, `${name:-default}`, `${name:+other}`, `${name:?message}`; quotes vanish, an escape takes what
    /// follows as it is.
    func expand(_ word: String) throws(Trouble) -> String {
        var rest = word[...]
        let result = try expand(&rest, until: nil, depth: 0)
        guard result.utf8.count <= Self.limit else { throw Trouble(problem: "a value has more than 1 MiB") }
        return result
    }

    private static let limit = 1 << 20

    /// The same for a whole text, in which quotes are characters like others.
    func expand(document text: String) throws(Trouble) -> String {
        var result = ""
        var rest = text[...]
        while let character = rest.popFirst() {
            if character == escape {
                if let next = rest.popFirst() { result.append(next) }
            } else if character == "$" {
                result += try variable(&rest, depth: 0)
            } else {
                result.append(character)
            }
        }
        return result
    }

    private func expand(
        _ rest: inout Substring, until end: Character?, depth: Int
    ) throws(Trouble) -> String {
        guard depth < 32 else { throw Trouble(problem: "${…} is nested more than 32 times") }
        var result = ""
        while let character = rest.popFirst() {
            if character == end { return result }
            switch character {
            case escape: if let next = rest.popFirst() { result.append(next) }
            case "'":
                result += rest.prefix { $0 != "'" }
                rest = rest.drop { $0 != "'" }.dropFirst()
            case "\"": result += try quoted(&rest, depth: depth)
            case "$": result += try variable(&rest, depth: depth)
            default: result.append(character)
            }
        }
        guard end == nil else { throw Trouble(problem: "a ${ has no }") }
        return result
    }

    /// Between double quotes only themselves, a dollar and an escape can be escaped.
    private func quoted(_ rest: inout Substring, depth: Int) throws(Trouble) -> String {
        var result = ""
        while let character = rest.popFirst() {
            switch character {
            case "\"": return result
            case "$": result += try variable(&rest, depth: depth)
            case escape:
                if let next = rest.first, next == "\"" || next == "$" || next == escape {
                    result.append(next)
                    rest = rest.dropFirst()
                } else {
                    result.append(character)
                }
            default: result.append(character)
            }
        }
        return result
    }

    private func variable(_ rest: inout Substring, depth: Int) throws(Trouble) -> String {
        guard rest.first == "{" else {
            var name = rest.prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
            if name.first?.isNumber == true { name = name.prefix(1) }
            guard !name.isEmpty else { return "$" }
            rest = rest.dropFirst(name.count)
            return values[String(name)] ?? ""
        }
        rest = rest.dropFirst()
        let name = String(rest.prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) })
        rest = rest.dropFirst(name.count)
        guard !name.isEmpty else { throw Trouble(problem: "a ${ names no variable") }
        // With a colon, empty is as good as not set.
        let isStrict = rest.first == ":"
        if isStrict { rest = rest.dropFirst() }
        guard let sign = rest.popFirst() else { throw Trouble(problem: "a ${ has no }") }
        let value = values[name].flatMap { isStrict && $0.isEmpty ? nil : $0 }
        if sign == "}", !isStrict { return values[name] ?? "" }
        guard ["-", "+", "?"].contains(sign) else {
            throw Trouble(problem: "${\(name)\(isStrict ? ":" : "")\(sign)…} is not known")
        }
        let other = try expand(&rest, until: "}", depth: depth + 1)
        switch sign {
        case "-": return value ?? other
        case "+": return value == nil ? "" : other
        default:
            guard let value else { throw Trouble(problem: "\(name): \(other.isEmpty ? "is not set" : other)") }
            return value
        }
    }
}

// MARK: - Words

extension Variables {
    /// `a=1 b="two words"`, or the old form `a one value`; values are not yet expanded.
    ///
    /// A bare name has no value.
    func pairs(_ text: String) -> [(name: String, value: String?)] {
        let words = words(of: text)
        guard let first = words.first else { return [] }
        if !first.contains("=") {
            let value = text.dropFirst(first.count).drop(while: \.isWhitespace)
            return [(first, value.isEmpty ? nil : String(value))]
        }
        return arguments(text)
    }

    /// The same without the old form: each word names something.
    func arguments(_ text: String) -> [(name: String, value: String?)] {
        words(of: text).map { word in
            guard let equals = word.firstIndex(of: "=") else { return (word, nil) }
            return (String(word[..<equals]), String(word[word.index(after: equals)...]))
        }
    }

    /// Words parted by white space outside of quotes; the quotes stay.
    func words(of text: String) -> [String] {
        var words: [String] = []
        var word = ""
        var quote: Character?
        var isEscaped = false
        for character in text {
            if isEscaped {
                isEscaped = false
            } else if character == escape, quote != "'" {
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
