/// Resolves what one Dockerfile refers to, instruction by instruction.
struct ImageLink {
    private let file: Path
    private let context: Path
    private let images: [String: Path]
    /// What is known of `ARG` and `ENV`.
    private var values: [String: String] = [:]
    /// Only what stands before the first `FROM` holds in one.
    private var outer: [String: String] = [:]
    private var stages: Set<String> = []
    private var stageCount = 0

    init(file: Path, context: Path, images: [String: Path]) {
        (self.file, self.context, self.images) = (file, context, images)
    }

    mutating func follow(_ instruction: ImageScript.Instruction, _ draft: inout Draft) throws {
        let place = Draft.Place(module: file.parent, file: file, line: instruction.line)
        switch instruction.keyword {
        case "ARG", "ENV": assign(instruction)
        case "FROM": from(instruction, place, &draft)
        case "COPY", "ADD": try copy(instruction, place, &draft)
        default: for flag in instruction.words { try mount(flag, place, &draft) }
        }
    }

    private mutating func assign(_ instruction: ImageScript.Instruction) {
        let isOld = instruction.keyword == "ENV" && instruction.words.first?.contains("=") == false
        let pairs = isOld ? [instruction.words.prefix(2).joined(separator: "=")] : instruction.words
        for pair in pairs {
            guard let equals = pair.firstIndex(of: "=") else {
                // An argument without a value takes the one from above.
                if stageCount > 0, let value = outer[pair] { values[pair] = value }
                continue
            }
            let name = String(pair[..<equals])
            guard let value = expand(String(pair[pair.index(after: equals)...]), values) else { continue }
            values[name] = value
            if stageCount == 0 { outer[name] = value }
        }
    }

    private mutating func from(_ instruction: ImageScript.Instruction, _ place: Draft.Place, _ draft: inout Draft) {
        let words = instruction.words.drop { $0.hasPrefix("--") }
        if let image = words.first { refer(to: image, outer, place, &draft) }
        if words.count > 2, words.dropFirst().first?.lowercased() == "as", let name = words.dropFirst(2).first {
            stages.insert(name.lowercased())
        }
        stageCount += 1
        values = [:]
    }

    /// An image of this repository: by its whole name, or by the last part when it is known by that.
    private func refer(to text: String, _ values: [String: String], _ place: Draft.Place, _ draft: inout Draft) {
        guard let image = expand(text, values), !stages.contains(image.lowercased()) else { return }
        var name = image[...]
        if let at = name.firstIndex(of: "@") { name = name[..<at] }
        let slash = name.lastIndex(of: "/")
        if let colon = name.lastIndex(of: ":"), slash.map({ $0 < colon }) ?? true { name = name[..<colon] }
        let last = slash.map { name[name.index(after: $0)...] } ?? name
        guard let folder = images[String(name)] ?? images[String(last)] ?? (slash == nil ? byLastPart(last) : nil)
        else {
            return
        }
        draft.connect(place, to: folder)
    }

    /// An image that is known by its whole name is meant by its last part alone as well.
    private func byLastPart(_ name: Substring) -> Path? {
        images.keys.sorted().first { $0.hasSuffix("/" + name) }.flatMap { images[$0] }
    }

    // MARK: - Files

    private func copy(
        _ instruction: ImageScript.Instruction, _ place: Draft.Place, _ draft: inout Draft
    ) throws {
        let flags = instruction.words.prefix { $0.hasPrefix("--") }
        if let from = flags.first(where: { $0.hasPrefix("--from=") }) {
            let image = String(from.dropFirst(7))
            if !image.utf8.allSatisfy(\.isDigit) { refer(to: image, values, place, &draft) }
            return
        }
        for source in instruction.words.dropFirst(flags.count).dropLast() {
            try reach(source, place, &draft)
        }
    }

    /// `RUN --mount=type=bind,source=x` reads the context, with `from=` an image.
    private func mount(_ flag: String, _ place: Draft.Place, _ draft: inout Draft) throws {
        guard flag.hasPrefix("--mount=") else { return }
        var options: [String: String] = [:]
        for option in flag.dropFirst(8).split(separator: ",") {
            let parts = option.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { options[String(parts[0])] = String(parts[1]) }
        }
        if let image = options["from"] {
            refer(to: image, values, place, &draft)
        } else if options["type"] ?? "bind" == "bind", let source = options["source"] ?? options["src"] {
            try reach(source, place, &draft)
        }
    }

    private func reach(_ source: String, _ place: Draft.Place, _ draft: inout Draft) throws {
        guard source.utf8.count <= Path.limit, !source.hasPrefix("<<"), !source.contains("://"),
            !source.hasPrefix("git@")
        else { return }
        var path = context
        var isCut = false
        for component in source.split(separator: "/") {
            guard let name = expand(String(component), values), !name.contains(where: { "*?[".contains($0) }) else {
                isCut = true
                break
            }
            // A builder does not leave the context either.
            guard name == ".." else {
                path = name == "." ? path : path.appending(name)
                continue
            }
            path = path == context ? context : path.parent
        }
        guard !path.lies(in: place.module) else { return }
        // A pattern or a variable at the very beginning: anything in the context.
        if isCut, path == context { return draft.read(context, at: place) }
        try draft.reach(path, at: place, as: source)
    }

    /// A word with its variables replaced; nil when one of them is not known.
    private func expand(_ word: String, _ values: [String: String]) -> String? {
        guard word.contains("$") else { return word }
        var result = ""
        var rest = word[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            let isBraced = rest.first == "{"
            if isBraced { rest = rest.dropFirst() }
            let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            rest = rest[name.endIndex...]
            var value = values[String(name)]
            if isBraced {
                guard let end = rest.firstIndex(of: "}") else { return nil }
                if rest.hasPrefix(":-") || rest.hasPrefix("-"), value?.isEmpty ?? true {
                    value = String(rest[..<end].drop { $0 == ":" || $0 == "-" })
                } else if rest.hasPrefix(":+") {
                    value = value?.isEmpty ?? true ? "" : String(rest[..<end].dropFirst(2))
                }
                rest = rest[rest.index(after: end)...]
            }
            guard let value, result.utf8.count < 4096, value.utf8.count < 4096 else { return nil }
            result += value
        }
        return result + rest
    }
}
