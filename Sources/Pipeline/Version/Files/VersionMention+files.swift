// Versions in `pom.xml`, `package.json` and files that hold nothing else.

extension VersionMention {
    // MARK: - Maven

    /// `<project><version>`, or else that the parent has it.
    static func pom(_ bytes: [UInt8]) -> [VersionMention] {
        var markup = Markup(bytes)
        var names: [ArraySlice<UInt8>] = []
        var (pieces, found, parents): ([ArraySlice<UInt8>], [VersionMention], [VersionMention]) = ([], [], [])
        func stands(in name: String) -> Bool {
            names.count == 2 && names[0].elementsEqual("project".utf8) && names[1].elementsEqual(name.utf8)
        }
        while let event = markup.next() {
            switch event {
            case .open(let name, _):
                names.append(name)
                if stands(in: "version") { pieces = [] }
                if stands(in: "parent") {
                    parents.append(VersionMention(.computed("inherited from <parent>"), at: name.indices))
                }
            case .text(let slice): if stands(in: "version") { pieces.append(slice) }
            case .close:
                if stands(in: "version") { found.append(version(pieces, in: names[1])) }
                _ = names.popLast()
            }
        }
        if let open = names.last {
            let name = String(decoding: open.prefix(40), as: UTF8.self)
            return [VersionMention(.broken("<\(name)> does not end"), at: open.indices)]
        }
        return found.isEmpty ? Array(parents.prefix(1)) : found
    }

    private static func version(_ pieces: [ArraySlice<UInt8>], in name: ArraySlice<UInt8>) -> VersionMention {
        let texts = pieces.compactMap(trimmed)
        guard texts.count == 1, case .text(let text) = texts[0].kind else {
            let reason = texts.isEmpty ? "<version> is empty" : "<version> is in several pieces"
            return VersionMention(.broken(reason), at: name.indices)
        }
        return text.contains("${") ? VersionMention(.computed(text), at: texts[0].range) : texts[0]
    }

    // MARK: - npm

    /// The member `version` of the outermost object.
    static func package(_ bytes: [UInt8]) -> [VersionMention] {
        do {
            var profile = JSONProfile.lenient
            profile.allowsRepeatedKeys = true
            guard case .object = try JSON(parsing: bytes, profile: profile) else {
                return [VersionMention(.broken("is no JSON object"), at: 0..<0)]
            }
        } catch {
            // The reader says where as "byte 12".
            let offset = error.place.split(separator: " ").last.flatMap { Int($0) } ?? 0
            return [VersionMention(.broken("is no JSON: \(error.problem)"), at: offset..<offset)]
        }
        let source = Source(bytes, .json)
        var (depth, found): (Int, [VersionMention]) = (0, [])
        for index in source.tokens.indices {
            let token = source.tokens[index]
            switch token.kind {
            case .symbol:
                let byte = bytes[Int(token.start)]
                if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") { depth += 1 }
                if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") { depth -= 1 }
            case .string where depth == 1 && source.isSymbol(index + 1, ":") && decoded(token, source) == "version":
                found.append(value(source, index + 2))
            default: continue
            }
        }
        return found
    }

    private static func value(_ source: Source, _ index: Int) -> VersionMention {
        let range = source.range(index, upTo: index + 1)
        guard let token = source[index], token.kind == .string, let text = decoded(token, source) else {
            return VersionMention(.broken("\"version\" is no text"), at: range)
        }
        return VersionMention(.text(text), at: range)
    }

    /// The text of a string of JSON, whatever it escapes.
    private static func decoded(_ token: Token, _ source: Source) -> String? {
        let slice = source.slice(token)
        guard slice.contains(UInt8(ascii: "\\")) else { return String(decoding: slice, as: UTF8.self) }
        do {
            return try JSON(parsing: [0x22] + slice + [0x22], profile: .lenient).string
        } catch {
            return nil
        }
    }

    // MARK: - Nothing else

    /// The only line that says something; a `v` before the version is not part of it.
    static func plain(_ bytes: [UInt8]) -> [VersionMention] {
        let lines = bytes.split(separator: 0x0A).lazy.compactMap(trimmed).prefix(2)
        guard let line = lines.first else { return [] }
        guard lines.count == 1, !bytes[line.range].contains(where: { $0 <= 0x20 || $0 == UInt8(ascii: "=") }) else {
            return [VersionMention(.broken("holds more than a version"), at: line.range)]
        }
        var slice = bytes[line.range]
        if let first = slice.first, first | 0x20 == UInt8(ascii: "v"), slice.dropFirst().first?.isDigit == true {
            slice = slice.dropFirst()
        }
        return [trimmed(slice) ?? line]
    }
}
