/// A forgiving reader of TOML that keeps lines: what it cannot read costs the line it stands on.
struct TOML {
    indirect enum Value {
        case string(String)
        case list([Item])
        case table([Entry])
        /// A number, a date, a truth value.
        case word(String)
    }

    struct Item {
        let value: Value
        let line: Int
    }

    struct Entry {
        /// The key, parted at its dots.
        let key: [String]
        let value: Value
        let line: Int
        /// The bytes of the value, without the quotes around a text.
        let range: Range<Int>
    }

    struct Table {
        let name: [String]
        let line: Int
        var entries: [Entry] = []
    }

    /// The tables in their order; the first is the one without a header.
    private(set) var tables = [Table(name: [], line: 1)]
    private let source: Source
    private var at = 0

    /// Nothing that people write nests deeper.
    private static let depthLimit = 32

    init(_ bytes: [UInt8]) {
        source = Source(bytes, .toml)
        while at < source.tokens.count {
            if source.isSymbol(at, "[") { header() } else { statement() }
        }
    }

    private mutating func header() {
        let line = source.line(at)
        let isList = source.isSymbol(at + 1, "[")
        at += isList ? 2 : 1
        let name = key()
        tables.append(Table(name: name, line: line))
        if source.isSymbol(at, "]") { at += 1 }
        if isList, source.isSymbol(at, "]") { at += 1 }
        skipLine(line)
    }

    private mutating func statement() {
        let line = source.line(at)
        guard let entry = entry(depth: 0) else { return skipLine(line) }
        tables[tables.count - 1].entries.append(entry)
    }

    /// Passes what is left of a line, and at least something.
    private mutating func skipLine(_ line: Int) {
        if source.line(at) == line, !source.isSymbol(at, "[") || source.line(at - 1) == line { at += 1 }
        while at < source.tokens.count, source.line(at) == line { at += 1 }
    }

    private mutating func entry(depth: Int) -> Entry? {
        let line = source.line(at)
        let key = key()
        guard !key.isEmpty, source.isSymbol(at, "=") else { return nil }
        at += 1
        let first = at
        guard let value = value(depth: depth) else { return nil }
        return Entry(key: key, value: value, line: line, range: source.range(first, upTo: at))
    }

    private mutating func key() -> [String] {
        var key: [String] = []
        while let token = source[at], token.kind != .symbol {
            key.append(source.text(token))
            at += 1
            guard source.isSymbol(at, ".") else { break }
            at += 1
        }
        return key
    }

    private mutating func value(depth: Int) -> Value? {
        guard let token = source[at], depth < Self.depthLimit else { return nil }
        switch token.kind {
        case .string, .template:
            at += 1
            return .string(source.text(token))
        case .symbol where source.isSymbol(at, "["): return list(depth: depth)
        case .symbol where source.isSymbol(at, "{"): return table(depth: depth)
        case .word, .symbol:
            // A number or a date may be several tokens, of which only the first counts.
            at += 1
            while let next = source[at], next.line == token.line, !isEnd(at) { at += 1 }
            return .word(source.text(token))
        }
    }

    private func isEnd(_ index: Int) -> Bool {
        source.isSymbol(index, ",") || source.isSymbol(index, "]") || source.isSymbol(index, "}")
    }

    private mutating func list(depth: Int) -> Value? {
        at += 1
        var items: [Item] = []
        while at < source.tokens.count, !source.isSymbol(at, "]") {
            let line = source.line(at)
            guard let value = value(depth: depth + 1) else { return nil }
            items.append(Item(value: value, line: line))
            if source.isSymbol(at, ",") { at += 1 }
        }
        at += 1
        return .list(items)
    }

    private mutating func table(depth: Int) -> Value? {
        at += 1
        var entries: [Entry] = []
        while at < source.tokens.count, !source.isSymbol(at, "}") {
            guard let entry = entry(depth: depth + 1) else { return nil }
            entries.append(entry)
            if source.isSymbol(at, ",") { at += 1 }
        }
        at += 1
        return .table(entries)
    }
}

extension TOML.Value {
    var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var isTrue: Bool {
        if case .word("true") = self { true } else { false }
    }

    /// The items of a list.
    var items: [TOML.Item] {
        if case .list(let items) = self { items } else { [] }
    }

    var strings: [String] { items.compactMap(\.value.string) }

    subscript(_ name: String) -> TOML.Value? {
        if case .table(let entries) = self { entries.first { $0.key == [name] }?.value } else { nil }
    }
}
