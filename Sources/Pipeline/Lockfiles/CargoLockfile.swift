/// `Cargo.lock` of the versions 1 to 4: the modules stand among the packages, as those without a source.
///
/// Format: https://doc.rust-lang.org/cargo/reference/resolver.html and cargo's `resolver/encode.rs`.
struct CargoLockfile: LockedModules {
    private let graph: PackageGraph
    /// Modules by name; several of one name cannot be told apart.
    private let modules: [String: [Int]]

    private struct Identity {
        let name: String
        let version: String
        let source: String?
    }

    init(parsing bytes: [UInt8]) throws(Unreadable) {
        let document = try TOMLReader.document(bytes)
        guard ["1", "2", "3", "4", nil].contains(document["version"]?.string) else { throw Unreadable() }
        let entries = try document.list("package")
        var identities: [Identity] = []
        var named: [String: [Int]] = [:]
        for entry in entries {
            guard let name = entry["name"]?.string, let version = entry["version"]?.string else { throw Unreadable() }
            named[name, default: []].append(identities.count)
            identities.append(Identity(name: name, version: version, source: entry["source"]?.string))
        }
        guard named.values.allSatisfy({ $0.count <= LockedPackage.maximumNamesakes }) else { throw Unreadable() }
        let checksums = try document.map("metadata")
        var packages: [LockedPackage] = []
        for (index, entry) in entries.enumerated() {
            let identity = identities[index]
            let label = "\(identity.name) \(identity.version)"
            // Version 1 has the checksums in a table of their own.
            let old = identity.source.flatMap { checksums["checksum \(label) (\($0))"]?.string }
            let checksum = (entry["checksum"]?.string ?? old).map { " " + $0 } ?? ""
            let needs = try Self.needs(of: entry, named, identities)
            let resolution = identity.source.map { $0 + checksum }
            packages.append(LockedPackage(label: label, resolution: resolution, needs: needs))
        }
        graph = PackageGraph(packages)
        modules = named.mapValues { $0.filter { identities[$0].source == nil } }
    }

    func closure(of importer: Importer) -> [String]? {
        guard let name = importer.name ?? importer.manifest.flatMap(Self.name(in:)),
            let found = modules[name], found.count == 1
        else { return nil }
        return graph.closure(of: found[0])
    }

    private static func name(in manifest: [UInt8]) -> String? {
        do throws(Unreadable) {
            return try TOMLReader.document(manifest)["package"]?["name"]?.string
        } catch {
            return nil
        }
    }

    private static func needs(
        of entry: JSON, _ named: [String: [Int]], _ identities: [Identity]
    ) throws(Unreadable) -> [Int]? {
        var needs: [Int] = []
        for element in try entry.list("dependencies") + [entry["replace"]].compactMap(\.self) {
            guard let text = element.string else { throw Unreadable() }
            // As much of `name version (source)` as is needed to tell it from others.
            let words = text.split(separator: " ", maxSplits: 2)
            guard let name = words.first, var found = named[String(name)] else { return nil }
            if words.count > 1 { found = found.filter { identities[$0].version == words[1] } }
            if words.count > 2 {
                found = found.filter { identities[$0].source.map { "(\($0))" } ?? "" == words[2] }
            } else if found.count > 1 {
                found = found.filter { identities[$0].source == nil }
            }
            guard found.count == 1 else { return nil }
            needs.append(found[0])
        }
        return needs
    }
}
