/// `uv.lock`: the modules stand among the packages, with their folder for a source.
///
/// Format: https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile
struct UvLockfile: LockedModules {
    private let graph: PackageGraph
    private let modules: [String: Int]

    init(parsing bytes: [UInt8]) throws(Unreadable) {
        let document = try TOMLReader.document(bytes)
        guard document["version"]?.string == "1" else { throw Unreadable() }
        let entries = try document.list("package")
        var named: [String: [Int]] = [:]
        var modules: [String: Int] = [:]
        for (index, entry) in entries.enumerated() {
            guard let name = entry["name"]?.string else { throw Unreadable() }
            named[name, default: []].append(index)
            guard let folder = Self.folder(of: entry) else { continue }
            guard modules.updateValue(index, forKey: folder) == nil else { throw Unreadable() }
        }
        guard named.values.allSatisfy({ $0.count <= LockedPackage.maximumNamesakes }) else { throw Unreadable() }
        var packages: [LockedPackage] = []
        for entry in entries {
            let name = entry["name"]?.string ?? ""
            let needs = try Self.needs(of: entry, named, entries)
            if Self.folder(of: entry) != nil {
                packages.append(LockedPackage(label: name, resolution: nil, needs: needs))
                continue
            }
            let label = entry["version"]?.string.map { "\(name) \($0)" } ?? name
            packages.append(LockedPackage(label: label, resolution: try Self.resolution(of: entry), needs: needs))
        }
        (graph, self.modules) = (PackageGraph(packages), modules)
    }

    func closure(of importer: Importer) -> [String]? {
        guard let folder = String(validating: importer.folder.bytes, as: UTF8.self) else { return nil }
        return modules[folder.isEmpty ? "." : folder].flatMap(graph.closure(of:))
    }

    private static func folder(of entry: JSON) -> String? {
        ["editable", "virtual", "directory"].lazy.compactMap { entry["source"]?[$0]?.string }.first
    }

    private static func resolution(of entry: JSON) throws(Unreadable) -> String {
        guard let source = entry["source"] else { throw Unreadable() }
        let files = try entry.list("wheels") + [entry["sdist"]].compactMap(\.self)
        // A file without a hash is known by where it is.
        let hashes = files.map { $0["hash"]?.string ?? $0.canonicalText }
        return ([source.canonicalText] + hashes.sorted()).joined(separator: " ")
    }

    /// All that a package may need: of any group, any extra, any platform.
    private static func needs(
        of entry: JSON, _ named: [String: [Int]], _ entries: [JSON]
    ) throws(Unreadable) -> [Int]? {
        var wanted = try entry.list("dependencies")
        for kind in ["optional-dependencies", "dev-dependencies"] {
            for name in try entry.map(kind).keys { wanted += try (entry[kind] ?? .null).list(name) }
        }
        var needs: [Int] = []
        for dependency in wanted {
            guard let name = dependency["name"]?.string, var found = named[name] else { return nil }
            for key in ["version", "source"] {
                if let value = dependency[key] { found = found.filter { entries[$0][key] == value } }
            }
            guard found.count == 1 else { return nil }
            needs.append(found[0])
        }
        return needs
    }
}
