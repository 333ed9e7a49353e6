/// The patterns that a `pnpm-workspace.yaml` lists under `packages`.
enum PnpmWorkspace {
    static func patterns(_ bytes: [UInt8]) -> [String] {
        var patterns: [String] = []
        var isInside = false
        for line in bytes.split(separator: 0x0A) {
            let text = withoutComment(line)
            guard let first = text.first else { continue }
            if isInside, first == UInt8(ascii: "-") || line.first == 0x20 || line.first == 0x09 {
                patterns += items(text)
                continue
            }
            isInside = text.starts(with: "packages:".utf8)
            if isInside { patterns += items(text.dropFirst(9)) }
        }
        return patterns
    }

    /// The items of a line, in block or in flow form.
    private static func items(_ text: ArraySlice<UInt8>) -> [String] {
        var text = trimmed(text)
        if text.first == UInt8(ascii: "-") { text = trimmed(text.dropFirst()) }
        if text.first == UInt8(ascii: "[") { text = text.dropFirst() }
        if text.last == UInt8(ascii: "]"), !text.contains(UInt8(ascii: "[")) { text = text.dropLast() }
        return text.split(separator: UInt8(ascii: ",")).compactMap { item in
            let item = trimmed(item)
            let quotes = "\"'".utf8
            let bare =
                item.count >= 2 && item.first == item.last && quotes.contains(item[item.startIndex])
                ? item.dropFirst().dropLast() : item
            return bare.isEmpty ? nil : String(decoding: bare, as: UTF8.self)
        }
    }

    private static func trimmed(_ slice: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var slice = slice
        while let first = slice.first, first <= 0x20 { slice = slice.dropFirst() }
        while let last = slice.last, last <= 0x20 { slice = slice.dropLast() }
        return slice
    }

    /// A `#` begins a comment at the beginning or behind a space, outside of quotes.
    private static func withoutComment(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var quote: UInt8?
        for at in line.indices {
            let byte = line[at]
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: "#"), at == line.startIndex || line[at - 1] <= 0x20 {
                return trimmed(line[..<at])
            }
        }
        return trimmed(line)
    }
}
