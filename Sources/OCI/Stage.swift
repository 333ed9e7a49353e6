public import Pipeline

/// One stage of a Dockerfile: what it begins with, and what is done to that.
public struct Stage: Equatable, Sendable {
    /// As `AS` names it, in lower case.
    let name: String?
    let parent: Parent
    let platform: Descriptor.Platform
    /// The line of its FROM.
    let line: Int
    let instructions: [Dockerfile.Instruction]

    /// What a stage begins with: one before it, by number, or an image.
    enum Parent: Equatable {
        case stage(Int)
        case image(Base)
    }

    /// What FROM names.
    public enum Base: Hashable, Sendable {
        case scratch
        /// `oci:folder[:name]`: a layout on disk, relative to the build context.
        case layout(String, name: String?)
        case registry(ImageReference)

        public var isLayout: Bool {
            if case .layout = self { true } else { false }
        }

        /// As the Dockerfile says it.
        public var text: String {
            switch self {
            case .scratch: "scratch"
            case .layout(let folder, let name): "oci:\(folder)" + (name.map { ":\($0)" } ?? "")
            case .registry(let reference): "\(reference)"
            }
        }

        /// Reads what FROM or `--from` names; nil for what is no image name.
        init?(parsing text: String) {
            if text == "scratch" {
                self = .scratch
            } else if text.hasPrefix("oci:") {
                let parts = text.dropFirst(4).split(separator: ":", maxSplits: 1).map(String.init)
                guard let folder = parts.first, !folder.isEmpty else { return nil }
                self = .layout(folder, name: parts.count == 2 ? parts[1] : nil)
            } else if let reference = ImageReference(parsing: text) {
                self = .registry(reference)
            } else {
                return nil
            }
        }
    }

    /// Why a builder is needed for an instruction; nil where none is.
    static func reasonForBuilder(_ instruction: Dockerfile.Instruction) -> String? {
        switch instruction.keyword {
        case "RUN", "ONBUILD": return instruction.keyword
        case "COPY", "ADD":
            let known = ["--from", "--chown", "--chmod", "--link"]
            for flag in instruction.flagged.flags {
                let name = String(flag.prefix { $0 != "=" })
                if ["--parents", "--exclude", "--checksum", "--keep-git-dir", "--unpack"].contains(name) {
                    return "\(instruction.keyword) \(name)"
                }
                if name == "--from", flag.contains("$") { return "\(instruction.keyword) --from with a variable" }
                if name == "--from", instruction.keyword == "ADD" { return "ADD --from" }
                if !known.contains(name) { return nil }
            }
            return instruction.keyword == "ADD" ? reasonForBuilder(adding: instruction.words) : nil
        default: return nil
        }
    }

    private static func reasonForBuilder(adding words: [String]) -> String? {
        let plain = words.map { $0.filter { !"[]\",".contains($0) } }
        if plain.contains(where: { $0.contains("://") || $0.hasPrefix("git@") }) { return "ADD of a remote address" }
        let archives = [".tar", ".gz", ".tgz", ".bz2", ".xz", ".txz", ".tbz2", ".zst"]
        let isArchive = plain.dropLast().contains { word in archives.contains(where: word.hasSuffix) }
        return isArchive ? "ADD of an archive" : nil
    }

    static let known = [
        "COPY", "ADD", "ENV", "ARG", "LABEL", "CMD", "ENTRYPOINT", "USER", "WORKDIR", "EXPOSE", "VOLUME", "STOPSIGNAL",
        "HEALTHCHECK", "SHELL", "MAINTAINER",
    ]
}
