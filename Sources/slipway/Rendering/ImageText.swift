import Pipeline

/// An image as people read it.
struct ImageInspectionText {
    let inspection: ImageInspection
    let style: Style

    var text: String {
        var table = Table()
        func row(_ name: String, _ value: String?) {
            if let value, !value.isEmpty { table.add([.init(name, .grey), .init(value)]) }
        }
        row("image", inspection.name)
        row("type", inspection.manifest.mediaType)
        row("platforms", inspection.platforms.map(\.name).joined(separator: ", "))
        let origin = inspection.origin
        row(
            "built by",
            [origin?.builder, origin?.key.map { "key \($0.prefix(19))" }].compactMap(\.self).joined(separator: ", "))
        row("created", origin?.created)
        row("built as", origin?.version)
        row("revision", [origin?.revision, origin?.source].compactMap(\.self).joined(separator: " of "))
        row("base", [origin?.base, origin?.baseDigest].compactMap(\.self).joined(separator: "@"))
        let contents = inspection.contents
        row(
            "size",
            contents.map { "\(Self.size($0.bytes)) in \($0.layers.count) layer\($0.layers.count == 1 ? "" : "s")" })
        for name in contents?.settings.keys.sorted() ?? [] where !["created", "os", "architecture"].contains(name) {
            row(name, contents?.settings[name])
        }
        for name in contents?.labels.keys.sorted() ?? [] { row("label \(name)", contents?.labels[name]) }
        return table.text(style) + layers + records
    }

    private var layers: String {
        var table = Table()
        for layer in inspection.contents?.layers ?? [] {
            let type = layer.mediaType.split(separator: ".").last.map(String.init) ?? layer.mediaType
            table.add([.init("  \(layer.digest)"), .init(Self.size(layer.bytes)), .init(type, .grey)])
        }
        return table.isEmpty ? "" : "layers\n" + table.text(style)
    }

    private var records: String {
        var table = Table()
        for record in inspection.records {
            let release = record.release.map { "released as \($0)" } ?? record.tags.joined(separator: ", ")
            table.add([
                .init("  \(record.id.prefix(8))", .grey), .init("\(record.sealedAt)"), .init("\(record.service)"),
                .init(record.verdict), .init(release),
            ])
        }
        return table.isEmpty ? "no record in this clone is about it\n" : "records\n" + table.text(style)
    }

    static func size(_ bytes: Int64) -> String {
        bytes < 10_000 ? "\(bytes) B" : bytes < 10 << 20 ? "\(bytes >> 10) KiB" : "\(bytes >> 20) MiB"
    }
}

/// In what two images differ, as people read it.
struct ImageComparisonText {
    let comparison: ImageComparison
    let style: Style

    var text: String { summary + "\n" + base + settings + files }

    private var summary: String {
        let count = comparison.files.count
        switch comparison.verdict {
        case .identical: return "identical: one image, \(comparison.left.digest)"
        case .compressor: return "compressor only: same content, stored in another way; not a new version"
        case .settings: return "settings: the same files"
        case .content: return "content: \(count) path\(count == 1 ? "" : "s")"
        }
    }

    private var base: String {
        guard let change = comparison.base else { return "" }
        return "base     \((change.left ?? "none").printable) → \((change.right ?? "none").printable)\n"
    }

    private var settings: String {
        comparison.settings.map { change in
            "setting  \(change.name.printable): \((change.left ?? "none").printable) → \((change.right ?? "none").printable)\n"
        }.joined()
    }

    private var files: String {
        comparison.files.map { file in
            let mark = style.text(file.change.mark, file.change.colour)
            return "\(mark) \(file.path.printable)\(details(file))\n"
        }.joined()
    }

    private func details(_ file: ImageComparison.FileChange) -> String {
        guard let left = file.left, let right = file.right else { return "" }
        let parts = file.what.map { aspect in
            switch aspect {
            case .kind: "\(left.kind.rawValue) → \(right.kind.rawValue)"
            case .mode: "mode \(String(left.mode, radix: 8)) → \(String(right.mode, radix: 8))"
            case .owner: "owner \(left.user):\(left.group) → \(right.user):\(right.group)"
            case .size: "size \(left.size ?? 0) → \(right.size ?? 0)"
            case .content: "content"
            case .target: "\((left.target ?? "").printable) → \((right.target ?? "").printable)"
            }
        }
        return parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
    }
}

extension ImageComparison.FileChange.Change {
    fileprivate var mark: String {
        switch self {
        case .added: "+"
        case .removed: "-"
        case .changed: "~"
        }
    }

    fileprivate var colour: Style.Colour {
        switch self {
        case .added: .green
        case .removed: .red
        case .changed: .yellow
        }
    }
}
