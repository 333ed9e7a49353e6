/// The images a script names as texts: `image = "registry/acme/billing:1.4.2"`, `image("…")`.
struct ScriptImages {
    private struct Image {
        /// The last component of the repository.
        let name: String
        let repository: String
        let tag: String
        /// The bytes of the tag.
        let range: Range<Int>
        /// Whether code makes a part of the text.
        let isComputed: Bool
    }

    private let source: Source
    private var images: [Image] = []
    /// What the service is called, by its folder and by itself.
    var own: [String] = []

    init(_ source: Source) {
        self.source = source
        for index in source.tokens.indices where source.isWord(index, "image") {
            guard source.isSymbol(index + 1, "=") || source.isSymbol(index + 1, "("), let token = source[index + 2],
                token.kind == .string || token.kind == .template, let image = image(token)
            else { continue }
            images.append(image)
        }
    }

    private func image(_ token: Token) -> Image? {
        let slice = source.slice(token).prefix(1024)
        let reference = slice.prefix { $0 != UInt8(ascii: "@") }
        let path = reference.prefix { $0 != UInt8(ascii: "$") }
        let name = path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? path.startIndex
        guard let colon = reference[name...].firstIndex(of: UInt8(ascii: ":")) else { return nil }
        func text(_ range: Range<Int>) -> String { String(decoding: source.bytes[range], as: UTF8.self) }
        return Image(
            name: text(name..<colon), repository: text(slice.startIndex..<colon),
            tag: text(colon + 1..<reference.endIndex), range: colon + 1..<reference.endIndex,
            isComputed: token.kind == .template)
    }

    /// A service and its image may differ in the suffix that says what it is.
    private static func stem(_ name: String) -> String {
        name.hasSuffix("-service") ? String(name.dropLast("-service".count)) : name
    }

    private func isOwn(_ image: Image) -> Bool { own.contains { Self.stem($0) == Self.stem(image.name) } }

    /// Where the service's own image repeats a version.
    func tags(of version: String) -> [Range<Int>] {
        images.filter { isOwn($0) && !$0.isComputed && $0.tag == version }.map(\.range)
    }

    /// Where the service's own image has another version.
    func others(than version: String) -> [VersionMention] {
        images.filter { isOwn($0) && !$0.isComputed && $0.tag != version }
            .map { VersionMention(.text($0.tag), at: $0.range) }
    }

    /// The version in a script that states it nowhere else: the tag of its own image, or of its only one.
    var mentions: [VersionMention] {
        let own = images.filter(isOwn)
        let candidates = own.isEmpty ? images.filter { SemanticVersion(parsing: $0.tag) != nil } : own
        guard let first = candidates.first else { return [] }
        guard candidates.allSatisfy({ $0.repository == first.repository && $0.tag == first.tag }) else {
            return candidates.map { VersionMention(.text($0.tag), at: $0.range) }
        }
        if first.isComputed { return [VersionMention(.computed("an image tagged \(first.tag)"), at: first.range)] }
        var mention = VersionMention(.text(first.tag), at: first.range)
        mention.echoes = candidates.dropFirst().map(\.range)
        return [mention]
    }
}
