/// The migrations of a service since its last release, read against all that came before.
public struct MigrationChain: Sendable {
    let service: ServiceName
    let set: MigrationSet
    let base: MigrationSet?
    let matching: MigrationMatching
    /// What each new script does, by its path.
    private(set) var scripts: [Path: SQLScript] = [:]
    /// The schemas that are its own.
    private(set) var schemas: Set<String> = []
    /// The migration that makes a table, by the last part of its name.
    private(set) var makers: [String: String] = [:]

    /// Reads scripts of a service in order, those that were released as they were released.
    public init(of set: MigrationSet, since base: MigrationSet?, service: ServiceName) {
        (self.service, self.set, self.base) = (service, set, base)
        matching = MigrationMatching(set, base)
        let home = set.home ?? "public"
        var reading = SQLReading(home: home)
        for entry in set.entries where entry.name.form != .undo && entry.name.form != .baseline && !entry.name.isCode {
            let path = entry.file.path
            let released = matching.released[path]
            // A repeated one that changed runs again, over what its former self made.
            let isNew = matching.added.contains(path)
            reading.schema.isInRange = isNew
            if let released, isNew {
                reading.schema.isInRange = false
                _ = reading.read(released.file.content)
                reading.schema.isInRange = true
            }
            let script = reading.read(isNew ? entry.file.content : released?.file.content ?? entry.file.content)
            if isNew { scripts[path] = script }
            schemas.formUnion(script.schemas)
            for table in script.creates where entry.name.version != nil {
                let last = table.split(separator: ".").last.map(String.init) ?? table
                makers[last] = makers[last] ?? entry.name.version
            }
        }
        let plain = service.text.replacing("-", with: "_")
        schemas.formUnion([plain, plain.hasSuffix("_service") ? String(plain.dropLast(8)) : plain, home])
    }

    /// Whether a schema belongs to the database system or to everybody.
    static func isCommon(_ schema: String) -> Bool {
        schema == "public" || schema == "information_schema" || schema.hasPrefix("pg_") || schema.contains("$")
    }
}

/// Which migrations are the same at two commits.
struct MigrationMatching: Sendable {
    /// New since the base, or repeated and changed.
    private(set) var added: Set<Path> = []
    /// What a migration was when it was released, by the path it has now.
    private(set) var released: [Path: MigrationSet.Entry] = [:]
    private(set) var edited: [MigrationSet.Entry] = []
    private(set) var renamed: [(from: MigrationSet.Entry, to: MigrationSet.Entry)] = []
    private(set) var removed: [MigrationSet.Entry] = []

    init(_ set: MigrationSet, _ base: MigrationSet?) {
        let paths = Set(set.entries.map(\.file.path))
        let old = Dictionary((base?.entries ?? []).map { ($0.file.path, $0) }) { first, _ in first }
        var gone = (base?.entries ?? []).filter { !paths.contains($0.file.path) }
        for entry in set.entries {
            if let same = old[entry.file.path] {
                take(entry, same)
            } else if let index = gone.firstIndex(where: { $0.file.path.name == entry.file.path.name }) {
                // Another folder is nothing to the engine.
                take(entry, gone.remove(at: index))
            } else if entry.name.number != nil,
                let index = gone.firstIndex(where: {
                    $0.name.number == entry.name.number && $0.name.form == entry.name.form
                })
            {
                let former = gone.remove(at: index)
                renamed.append((former, entry))
                take(entry, former)
            } else {
                added.insert(entry.file.path)
            }
        }
        removed = gone.filter { $0.name.form != .undo && $0.name.form != .callback }
    }

    private mutating func take(_ entry: MigrationSet.Entry, _ former: MigrationSet.Entry) {
        released[entry.file.path] = former
        guard entry.file.content != former.file.content else { return }
        switch entry.name.form {
        case .repeatable, .callback:
            if entry.checksum != former.checksum { added.insert(entry.file.path) }
        case .versioned: edited.append(entry)
        case .undo, .baseline: break
        }
    }
}
