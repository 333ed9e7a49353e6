extension Path {
    /// No system takes a longer path, and work on one grows with the square of its length.
    static let limit = 4096

    /// What a text means that a build file writes, relative to `base`; nil when it leads out of the repository.
    ///
    /// The same as `init(parsing:in:)`, over bytes: build files hold many of them.
    static func resolve(_ text: String, in base: Path) -> Path? {
        let slash = UInt8(ascii: "/")
        let text = Array(text.utf8)
        guard text.count <= limit, text.first != slash, !text.contains(0) else { return nil }
        var bytes = base.bytes
        var start = 0
        while start < text.count {
            let end = text[start...].firstIndex(of: slash) ?? text.count
            let component = text[start..<end]
            start = end + 1
            if component.isEmpty || component.elementsEqual(".".utf8) { continue }
            if component.elementsEqual("..".utf8) {
                guard !bytes.isEmpty else { return nil }
                bytes.removeSubrange((bytes.lastIndex(of: slash) ?? 0)...)
            } else {
                if !bytes.isEmpty { bytes.append(slash) }
                bytes += component
            }
        }
        return Path(bytes: bytes)
    }
}
