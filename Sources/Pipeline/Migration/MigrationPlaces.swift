/// Where the migrations of a service are.
public struct MigrationPlaces: Equatable, Sendable {
    /// The folders of the service, those it lay in before included.
    public var homes: [Path]
    /// The one folder that it names; nil: every `db/migration`.
    public var declared: Path?
}

extension MigrationPlaces {
    /// Those of a service.
    public init(_ service: Service) {
        (homes, declared) = (service.paths + service.earlier, service.migrations)
    }

    /// The folder of migrations that a file lies in; nil for a file elsewhere, and for one that only tests see.
    public func root(of path: Path) -> Path? {
        guard let home = homes.filter(path.lies).max(by: { $0.bytes.count < $1.bytes.count }),
            let inner = path.relative(to: home)
        else { return nil }
        if let declared {
            let roots = homes.compactMap { other in
                declared.relative(to: homes[0]).map { $0.components.reduce(other) { $0.appending($1) } }
            }
            return (roots + [declared]).first(where: path.lies)
        }
        let names = inner.components
        guard !Self.isTest(names),
            let index = names.indices.dropFirst().dropLast().first(where: { index in
                names[index] == Array("migration".utf8) && names[index - 1] == Array("db".utf8)
            })
        else { return nil }
        return names[...index].reduce(home) { $0.appending($1) }
    }

    /// Whether a file outside of these folders is called like a migration.
    public func isStray(_ path: Path) -> Bool {
        guard root(of: path) == nil, let home = homes.first(where: path.lies), let inner = path.relative(to: home),
            !Self.isTest(inner.components), path.name.hasSuffix(".sql"),
            case .migration(let name) = MigrationFileName(Path(bytes: path.components.last ?? []))
        else { return false }
        return name.form == .versioned && !name.description.isEmpty
    }

    private static func isTest(_ names: [[UInt8]]) -> Bool {
        zip(names, names.dropFirst()).contains { folder, name in
            folder == Array("src".utf8) && name.suffix(4).map { $0 | 0x20 } == Array("test".utf8)
        } || names.first == Array("test".utf8) || names.first == Array("tests".utf8)
    }
}

/// A file among migrations, at some commit.
public struct MigrationFile: Equatable, Sendable {
    public var path: Path
    public var content: [UInt8]

    public init(_ path: Path, _ content: [UInt8]) {
        (self.path, self.content) = (path, content)
    }
}
