/// `pnpm-lock.yaml` of the versions 5, 6 and 9: the modules and what they depend on stand in it by folder.
///
/// Format: https://github.com/pnpm/spec/tree/master/lockfile
struct PnpmLockfile: LockedModules {
    private let graph: PackageGraph
    private let modules: [String: Int]
    /// Overrides, patches and settings concern every module, as they stand.
    private let common: [String]

    init(parsing bytes: [UInt8]) throws(Unreadable) {
        let documents = try YAMLReader.documents(bytes)
        guard (1...2).contains(documents.count), let document = documents.last,
            let version = document["lockfileVersion"]?.string, let members = document.object,
            let form = PnpmForm(version: version)
        else { throw Unreadable() }
        var importers = try document.map("importers")
        if document["importers"] == nil { importers["."] = document }
        var packages = try PnpmPackages(document, form: form, folders: importers.keys.sorted())
        modules = try packages.add(importers)
        graph = PackageGraph(packages.packages)
        // From version 11 on a first document has the package manager itself and what configures it.
        let environment = documents.dropLast().map { "environment \($0.canonicalText)" }
        let sections = members.filter { !PnpmForm.sections.contains($0.key) }
        common = environment + sections.map { "\($0.key) \($0.value.canonicalText)" }
    }

    func closure(of importer: Importer) -> [String]? {
        guard let folder = String(validating: importer.folder.bytes, as: UTF8.self),
            let closure = modules[folder.isEmpty ? "." : folder].flatMap(graph.closure(of:))
        else { return nil }
        return (common + closure).sorted()
    }
}

/// How a version of the format writes the keys of its packages.
private enum PnpmForm {
    case slashes
    case leadingSlash
    case plain

    init?(version: String) {
        switch version.utf8.split(separator: UInt8(ascii: ".")).first.map(String.init) {
        case "5": self = .slashes
        case "6": self = .leadingSlash
        case "9": self = .plain
        default: return nil
        }
    }

    func key(_ name: String, _ version: String) -> String {
        switch self {
        case .slashes: "/\(name)/\(version)"
        case .leadingSlash: "/\(name)@\(version)"
        case .plain: "\(name)@\(version)"
        }
    }

    /// What is read here, or says nothing about what is resolved; any other section concerns every module.
    static let sections: Set<String> = [
        "lockfileVersion", "importers", "packages", "snapshots", "catalogs", "time", "specifiers", "dependencies",
        "devDependencies", "optionalDependencies", "dependenciesMeta", "publishDirectory",
    ]
}

private struct PnpmPackages {
    private(set) var packages: [LockedPackage] = []
    private let form: PnpmForm
    private var indices: [String: Int] = [:]
    private var folders: [String: Int] = [:]
    /// Folders outside of the workspace that are linked to: nothing is known of them but where they are.
    private var strangers: [String: Int] = [:]

    init(_ document: JSON, form: PnpmForm, folders: [String]) throws(Unreadable) {
        self.form = form
        let resolutions = try document.map("packages")
        let snapshots = form == .plain ? try document.map("snapshots") : resolutions
        for key in snapshots.keys {
            // The peers that a snapshot got are no part of the package.
            let package = form == .plain ? String(key.prefix { $0 != "(" }) : key
            guard let resolution = resolutions[package]?["resolution"] else { throw Unreadable() }
            indices[key] = packages.count
            packages.append(LockedPackage(label: key, resolution: resolution.canonicalText))
        }
        for folder in folders {
            self.folders[folder] = packages.count
            packages.append(LockedPackage(label: folder, resolution: nil))
        }
        for (key, snapshot) in snapshots {
            guard let index = indices[key] else { continue }
            packages[index].needs = try needs(of: snapshot, in: .root)
        }
    }

    /// The modules by folder.
    mutating func add(_ importers: [String: JSON]) throws(Unreadable) -> [String: Int] {
        for (folder, importer) in importers {
            guard let index = folders[folder], let path = Self.path(folder, in: .root) else { throw Unreadable() }
            packages[index].needs = try needs(of: importer, in: path)
        }
        return folders
    }

    private mutating func needs(of user: JSON, in folder: Path) throws(Unreadable) -> [Int]? {
        guard user == .null || user.object != nil else { throw Unreadable() }
        var needs: [Int] = []
        for kind in ["dependencies", "devDependencies", "optionalDependencies"] {
            for (name, value) in try user.map(kind) {
                guard let version = value.string ?? value["version"]?.string else { throw Unreadable() }
                guard let index = index(name, version, in: folder) else { return nil }
                needs.append(index)
            }
        }
        return needs
    }

    /// What a name stands for; an alias, a tarball or a folder has its whole key for a version.
    private mutating func index(_ name: String, _ version: String, in folder: Path) -> Int? {
        guard version.hasPrefix("link:") else { return indices[form.key(name, version)] ?? indices[version] }
        let target = String(version.dropFirst(5))
        if let path = Self.path(target, in: folder), let index = folders[path.isRoot ? "." : path.description] {
            return index
        }
        if let index = strangers[version] { return index }
        strangers[version] = packages.count
        packages.append(LockedPackage(label: version, resolution: nil))
        return packages.count - 1
    }

    private static func path(_ text: String, in folder: Path) -> Path? {
        do throws(PathError) {
            return try Path(parsing: text, in: folder)
        } catch {
            return nil
        }
    }
}
