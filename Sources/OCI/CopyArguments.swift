import Pipeline

/// What COPY and ADD say.
struct CopyArguments: Equatable {
    var sources: [String]
    var target: String
    /// Texts that stand in the Dockerfile itself; they are named among the sources.
    var documents: [(name: String, text: String)] = []
    var owner: TarEntry.Owner?
    var mode: UInt32?
    /// What is wrong with a flag or a word.
    var problem: String?

    static func == (one: CopyArguments, other: CopyArguments) -> Bool {
        one.sources == other.sources && one.target == other.target && one.owner == other.owner
            && one.mode == other.mode && one.problem == other.problem
    }

    /// Nil when there are not at least a source and a target.
    init?(_ instruction: Dockerfile.Instruction, variables: Variables) {
        let (flags, rest) = instruction.flagged
        var words = Dockerfile.Instruction.list(rest) ?? rest.split(whereSeparator: \.isWhitespace).map(String.init)
        guard words.count >= 2, let target = words.popLast() else { return nil }
        (sources, self.target) = ([], target)
        do throws(Variables.Trouble) {
            self.target = try variables.expand(target)
            for word in words where Dockerfile.Document(beginning: word) == nil {
                sources.append(try variables.expand(word))
            }
            for document in instruction.documents {
                let text = document.isExpanded ? try variables.expand(document: document.text) : document.text
                documents.append((document.name, text))
            }
            for flag in flags { apply(try variables.expand(flag)) }
        } catch {
            problem = error.problem
        }
    }

    private mutating func apply(_ flag: String) {
        let parts = flag.split(separator: "=", maxSplits: 1).map(String.init)
        let value = parts.count == 2 ? parts[1] : ""
        switch parts[0] {
        case "--chown":
            let ids = value.split(separator: ":", omittingEmptySubsequences: false).map { UInt32($0) }
            guard let user = ids.first ?? nil, ids.count < 3, let group = ids.last ?? nil else {
                problem = "--chown=\(value) is not numeric, and names are known only inside the image"
                return
            }
            owner = TarEntry.Owner(user: Int(user), group: Int(group))
        case "--chmod":
            guard let mode = UInt32(value, radix: 8), mode <= 0o7777 else {
                problem = "--chmod=\(value) is no octal mode"
                return
            }
            self.mode = mode
        case "--link":
            guard ["", "true", "false"].contains(value.lowercased()) else {
                problem = "--link=\(value) is neither true nor false"
                return
            }
        case "--from": break
        default: problem = "\(parts[0]) is not known"
        }
    }
}
