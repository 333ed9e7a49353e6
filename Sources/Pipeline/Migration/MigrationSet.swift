/// The migrations of a service at one commit, in the order in which they are applied.
public struct MigrationSet: Sendable {
    struct Entry: Sendable {
        var file: MigrationFile
        var name: MigrationName
        var checksum: Int32
    }

    let entries: [Entry]
    let folders: [Path]
    /// Scripts of which the engine takes no notice.
    let overlooked: [Path]
    /// The schema that names without one are in, where a `schema.txt` says so.
    let home: String?
    /// Scripts that do not run in a transaction.
    let apart: Set<Path>

    /// Takes the files below the folders of migrations.
    public init(_ files: [MigrationFile], in folders: [Path]) {
        var (entries, overlooked): ([Entry], [Path]) = ([], [])
        for file in files {
            guard let root = folders.first(where: file.path.lies), let inner = file.path.relative(to: root) else {
                continue
            }
            switch MigrationFileName(inner) {
            case .migration(let name):
                entries.append(Entry(file: file, name: name, checksum: file.content.engineChecksum))
            case .overlooked: overlooked.append(file.path)
            case .other: break
            }
        }
        self.entries = entries.sorted { Self.order($0, $1) }
        (self.folders, self.overlooked) = (folders.sorted(), overlooked.sorted())
        let note = files.first { $0.path.name == "schema.txt" }
        home = note.flatMap { file in
            String(decoding: file.content, as: UTF8.self).split(whereSeparator: \.isWhitespace).first.map(String.init)
        }
        apart = Set(
            files.filter { file in
                file.path.name.hasSuffix(".sql.conf")
                    && String(decoding: file.content, as: UTF8.self).replacing(" ", with: "")
                        .contains("executeInTransaction=false")
            }.map { Path(bytes: $0.path.bytes.dropLast(5)) })
    }

    public var isEmpty: Bool { entries.isEmpty && overlooked.isEmpty }

    /// What has a version first, by that; what is repeated then, by what it is called.
    private static func order(_ one: Entry, _ other: Entry) -> Bool {
        switch (one.name.number, other.name.number) {
        case (let first?, let second?) where first != second: first < second
        case (_?, nil): true
        case (nil, _?): false
        default:
            (one.name.form.rawValue, one.name.description, one.file.path.bytes.hexadecimal)
                < (other.name.form.rawValue, other.name.description, other.file.path.bytes.hexadecimal)
        }
    }

    /// Those with a version that are applied to a database that has some already.
    var versioned: [Entry] { entries.filter { $0.name.form == .versioned } }

    var head: Entry? { versioned.last }

    func digest(_ hash: HashFunction) -> Digest {
        hash(
            entries.flatMap { entry in entry.file.path.bytes + [0] + Array(hash(entry.file.content).hex.utf8) + [0x0A] }
        )
    }

    /// What is wrong with the names, whatever was released.
    func findings(strays: [Path], _ hash: HashFunction) -> [MigrationFinding] {
        func finding(_ rule: MigrationRule, _ path: Path, _ object: String?) -> MigrationFinding {
            var finding = MigrationFinding(rule, object: object, statement: path.bytes, hash: hash)
            finding.path = path
            return finding
        }
        var findings = overlooked.map { finding(.badName, $0, nil) } + strays.map { finding(.wrongFolder, $0, nil) }
        for (one, other) in zip(versioned, versioned.dropFirst()) where one.name.number == other.name.number {
            let isCase = one.file.path.name.lowercased() == other.file.path.name.lowercased()
            let names = [one, other].map(\.file.path.name).sorted().joined(separator: ", ")
            findings.append(finding(isCase ? .caseDuplicate : .duplicateVersion, other.file.path, names))
        }
        var known: [String: Entry] = [:]
        for entry in entries where entry.name.form == .repeatable {
            if let other = known.updateValue(entry, forKey: entry.name.description.lowercased()) {
                let names = [other, entry].map(\.file.path.name).sorted().joined(separator: ", ")
                findings.append(finding(.caseDuplicate, entry.file.path, names))
            }
        }
        return findings
    }
}
