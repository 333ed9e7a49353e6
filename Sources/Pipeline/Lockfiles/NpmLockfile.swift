/// `package-lock.json` and `npm-shrinkwrap.json`: the folders of `node_modules`, found as node finds them.
///
/// Format: https://docs.npmjs.com/cli/v10/configuring-npm/package-lock-json
struct NpmLockfile: LockedModules {
    private let graph: PackageGraph
    /// The modules of the workspace by folder.
    private let modules: [String: Int]

    init(parsing bytes: [UInt8]) throws(Unreadable) {
        let document = try JSON(readable: bytes)
        switch document["lockfileVersion"]?.integer {
        case 1: (graph, modules) = try Self.tree(document)
        case 2, 3:
            guard let packages = document["packages"]?.object else { throw Unreadable() }
            let folders = try NpmFolders(packages)
            var modules: [String: Int] = [:]
            for (index, location) in folders.locations.enumerated() where NpmFolders.isModule(location) {
                modules[location] = index
            }
            (graph, self.modules) = (PackageGraph(try folders.packages()), modules)
        default: throw Unreadable()
        }
    }

    func closure(of importer: Importer) -> [String]? {
        guard let folder = String(validating: importer.folder.bytes, as: UTF8.self) else { return nil }
        return modules[folder].flatMap(graph.closure(of:))
    }

    /// Version 1 does not say what the root depends on: all there is.
    private static func tree(_ document: JSON) throws(Unreadable) -> (PackageGraph, [String: Int]) {
        var folders: [String: JSON] = [:]
        var rest = [("", try document.map("dependencies"))]
        while let (folder, dependencies) = rest.popLast() {
            for (name, package) in dependencies {
                let location = folder + "node_modules/" + name
                guard var members = package.object else { throw Unreadable() }
                members["dependencies"] = members["requires"]
                folders[location] = .object(members)
                rest.append((location + "/", try package.map("dependencies")))
            }
        }
        var packages = try NpmFolders(folders).packages()
        packages.append(LockedPackage(label: ".", resolution: nil, needs: Array(packages.indices)))
        return (PackageGraph(packages), ["": packages.count - 1])
    }
}

/// The folders that npm lays out, and which of them a package in one of them gets under a name.
private struct NpmFolders {
    private(set) var locations: [String] = []
    private var entries: [JSON] = []
    /// Links lead to the module they stand for.
    private var indices: [String: Int] = [:]
    /// The packages of each name: the one at the top when there is no other, else nil.
    private var tops: [String: Int?] = [:]

    init(_ folders: [String: JSON]) throws(Unreadable) {
        var links: [(String, String)] = []
        locations.reserveCapacity(folders.count)
        entries.reserveCapacity(folders.count)
        indices.reserveCapacity(folders.count)
        tops.reserveCapacity(folders.count)
        for (location, entry) in folders {
            // Node looks into every folder above: garbage shall not make that a long way.
            let depth = location.utf8.count { $0 == UInt8(ascii: "/") }
            guard entry.object != nil, depth <= 48, location.utf8.count <= 1024 else { throw Unreadable() }
            if entry["link"] == .bool(true) {
                guard let target = entry["resolved"]?.string else { throw Unreadable() }
                links.append((location, target))
                continue
            }
            indices[location] = locations.count
            locations.append(location)
            entries.append(entry)
        }
        for (location, target) in links {
            guard let index = indices[target] else { throw Unreadable() }
            indices[location] = index
        }
        for (location, index) in indices {
            let name = Self.name(of: location)
            let isTop = location.utf8.count == name.utf8.count + "node_modules/".utf8.count
            let other = tops.updateValue(isTop ? index : nil, forKey: String(name))
            if other != nil { tops.updateValue(nil, forKey: String(name)) }
        }
    }

    func packages() throws(Unreadable) -> [LockedPackage] {
        var packages: [LockedPackage] = []
        packages.reserveCapacity(entries.count)
        for index in entries.indices {
            let needs = try needs(of: index)
            let (location, entry) = (locations[index], entries[index])
            guard !Self.isModule(location) else {
                packages.append(LockedPackage(label: location.isEmpty ? "." : location, resolution: nil, needs: needs))
                continue
            }
            let version = entry["version"]?.string ?? ""
            // What comes with another package has neither: the checksum of that one covers it.
            let resolution = entry["integrity"]?.string ?? entry["resolved"]?.string ?? ""
            let name = entry["name"]?.string ?? String(Self.name(of: location))
            packages.append(LockedPackage(label: name + " " + version, resolution: resolution, needs: needs))
        }
        return packages
    }

    private func needs(of index: Int) throws(Unreadable) -> [Int]? {
        let (location, entry) = (locations[index], entries[index])
        var needs: [Int] = []
        // What is optional or a peer may be missing: then nothing is installed.
        let optional = try entry.map("optionalDependencies")
        for kind in Self.isModule(location) ? ["dependencies", "devDependencies"] : ["dependencies"] {
            guard entry[kind] != .bool(true) else { continue }
            for name in try entry.map(kind).keys {
                if let found = find(name, from: location) {
                    needs.append(found)
                } else if optional[name] == nil {
                    return nil
                }
            }
        }
        for name in optional.keys { if let found = find(name, from: location) { needs.append(found) } }
        for name in try entry.map("peerDependencies").keys {
            if let found = find(name, from: location) { needs.append(found) }
        }
        return needs
    }

    /// What node finds: the nearest `node_modules` of the folder and those above that holds the name.
    private func find(_ name: String, from location: String) -> Int? {
        guard let top = tops[name] else { return nil }
        if let top { return top }
        var folder = location[...]
        while true {
            let wanted = (folder.isEmpty ? "" : folder + "/") + "node_modules/" + name
            if let index = indices[String(wanted)] { return index }
            guard !folder.isEmpty else { return nil }
            folder = Self.above(folder)
        }
    }

    private static func above(_ folder: Substring) -> Substring {
        guard let slash = folder.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        let above = folder[..<slash]
        return above == "node_modules" ? "" : above
    }

    /// Whether the folder is one of the workspace rather than one that npm fills.
    static func isModule(_ location: String) -> Bool {
        !location.hasPrefix("node_modules/") && nodeModules(in: location) == nil
    }

    /// The name under which node finds the folder; for a module the whole location.
    private static func name(of location: String) -> Substring {
        if let end = nodeModules(in: location) { return location[end...] }
        return location.hasPrefix("node_modules/") ? location.dropFirst(13) : location[...]
    }

    /// Where the last `/node_modules/` of a location ends.
    private static func nodeModules(in location: String) -> String.Index? {
        let text = location.utf8
        let wanted = "/node_modules/".utf8
        guard text.count >= wanted.count else { return nil }
        var start = text.index(text.endIndex, offsetBy: -wanted.count)
        while true {
            if text[start] == UInt8(ascii: "/"), text[start...].starts(with: wanted) {
                return text.index(start, offsetBy: wanted.count)
            }
            guard start > text.startIndex else { return nil }
            start = text.index(before: start)
        }
    }
}
