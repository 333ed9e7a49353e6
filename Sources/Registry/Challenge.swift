/// What a 401 reply asks for (RFC 9110, 11.6.1): a scheme and its parameters, names in lower case.
struct Challenge: Equatable {
    let scheme: String
    var parameters: [String: String]

    /// All challenges of a header: several may share one line, and commas may stand in quotes.
    static func all(in header: String) -> [Challenge] {
        var challenges: [Challenge] = []
        for part in split(header) {
            let words = part.split(separator: " ", maxSplits: 1).map(String.init)
            // `Basic realm="…"` begins a challenge; `service = "…"` continues one.
            let isPair = words.first?.contains("=") == true || words.count == 2 && words[1].hasPrefix("=")
            if let first = words.first, !isPair {
                let parameters = words.count == 2 ? pair(words[1]) : [:]
                challenges.append(Challenge(scheme: first.lowercased(), parameters: parameters))
            } else if !challenges.isEmpty {
                challenges[challenges.count - 1].parameters.merge(pair(part)) { $1 }
            }
        }
        return challenges
    }

    /// The scopes it names, as a set: their order differs from one reply to the next.
    var scopes: Set<String> { Set(parameters["scope", default: ""].split(separator: " ").map(String.init)) }

    private static func split(_ header: String) -> [String] {
        var parts = [""]
        var isQuoted = false
        var isEscaped = false
        for character in header {
            if character == "\"", !isEscaped { isQuoted.toggle() }
            isEscaped = character == "\\" && !isEscaped && isQuoted
            if character == ",", !isQuoted { parts.append("") } else { parts[parts.count - 1].append(character) }
        }
        return parts.map { $0.drop(while: \.isWhitespace) }.filter { !$0.isEmpty }.map(String.init)
    }

    private static func pair(_ text: String) -> [String: String] {
        guard let equals = text.firstIndex(of: "=") else { return [:] }
        let name = text[..<equals].filter { !$0.isWhitespace }.lowercased()
        return [name: unquoted(text[text.index(after: equals)...])]
    }

    private static func unquoted(_ text: Substring) -> String {
        var value = ""
        var isEscaped = false
        for character in text.drop(while: \.isWhitespace) {
            if !isEscaped, character == "\"" { continue }
            isEscaped = !isEscaped && character == "\\"
            if !isEscaped { value.append(character) }
        }
        return value
    }
}
