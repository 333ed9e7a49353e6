/// `yarn.lock` of yarn 2 and later: YAML in which the modules of the workspace stand among the packages.
struct BerryLockfile: LockedModules {
    private let graph: PackageGraph
    private let modules: [String: Int]

    /// Whether a `yarn.lock` is of this form rather than of yarn 1's.
    static func isForm(of bytes: [UInt8]) -> Bool {
        bytes.split(separator: UInt8(ascii: "\n")).contains { $0.starts(with: "__metadata:".utf8) }
    }

    init(parsing bytes: [UInt8]) throws(Unreadable) {
        let document = try YAMLReader.document(bytes)
        guard var entries = document.object, let version = entries["__metadata"]?["version"]?.string,
            let number = Int(version), (4...10).contains(number)
        else { throw Unreadable() }
        entries["__metadata"] = nil
        var packages = BerryPackages()
        for (keys, entry) in entries { try packages.add(keys, entry) }
        try packages.connect()
        (graph, modules) = (PackageGraph(packages.packages), packages.modules)
    }

    func closure(of importer: Importer) -> [String]? {
        guard let folder = String(validating: importer.folder.bytes, as: UTF8.self) else { return nil }
        return modules[folder.isEmpty ? "." : folder].flatMap(graph.closure(of:))
    }
}

private struct BerryPackages {
    private(set) var packages: [LockedPackage] = []
    private(set) var modules: [String: Int] = [:]
    private var entries: [JSON] = []
    /// The packages by what is wanted: `name@range`; several when where it is wanted decides.
    private var wanted: [String: [Int]] = [:]
    private var named: [String: [Int]] = [:]
    /// What a patch is applied to, by the patched package.
    private var origins: [Int: [String]] = [:]

    mutating func add(_ keys: String, _ entry: JSON) throws(Unreadable) {
        guard let version = entry["version"]?.string, let resolution = entry["resolution"]?.string,
            let at = Self.sign(in: resolution)
        else { throw Unreadable() }
        let index = packages.count
        entries.append(entry)
        if let folder = Self.folder(of: resolution) {
            guard modules.updateValue(index, forKey: folder) == nil else { throw Unreadable() }
            packages.append(LockedPackage(label: folder, resolution: nil))
        } else {
            let checksum = entry["checksum"]?.string.map { " " + $0 } ?? ""
            packages.append(LockedPackage(label: "\(resolution[..<at]) \(version)", resolution: resolution + checksum))
        }
        for key in keys.utf8.split(separator: UInt8(ascii: ",")) { try add(key: Self.trimmed(key), index) }
    }

    private mutating func add(key: String, _ index: Int) throws(Unreadable) {
        guard let sign = Self.sign(in: key) else { throw Unreadable() }
        wanted[key, default: []].append(index)
        named[String(key[..<sign]), default: []].append(index)
        var range = key.utf8[key.utf8.index(after: sign)...]
        if let colons = range.indices.first(where: { range[$0...].starts(with: "::".utf8) }) {
            // A file is found from where it is wanted: that is a part of the key, in percent signs.
            wanted[String(key[..<colons]) + Self.unescaped(key[colons...]), default: []].append(index)
            wanted[String(key[..<colons]), default: []].append(index)
            range = range[..<colons]
        }
        addPatch(Substring(range), index)
    }

    private mutating func addPatch(_ range: Substring, _ index: Int) {
        // Yarn patches some packages by itself: who wants the package gets the patched one.
        guard range.hasPrefix("patch:"), let origin = range.dropFirst(6).split(separator: "#").first else { return }
        let plain = Self.unescaped(origin)
        origins[index, default: []].append(plain)
        if range.contains("builtin<") { wanted[plain, default: []].append(index) }
    }

    mutating func connect() throws(Unreadable) {
        for index in packages.indices {
            var needs: [Int] = []
            for plain in origins[index] ?? [] { needs += wanted[plain] ?? [] }
            for (name, range) in try entries[index].texts("dependencies") {
                let found = find(name, range, from: index)
                // Another folder than the workspace's may be linked to: it is not resolved here.
                if found == nil, ["link:", "portal:"].contains(where: range.hasPrefix) { continue }
                guard let found, found.count <= LockedPackage.maximumNamesakes else {
                    packages[index].needs = nil
                    break
                }
                needs += found
            }
            if packages[index].needs != nil { packages[index].needs = needs.filter { $0 != index } }
        }
    }

    /// What a range stands for; where the root replaces it, any package of the name may be meant.
    private func find(_ name: String, _ range: String, from index: Int) -> [Int]? {
        let key = "\(name)@\(range)"
        let locator = entries[index]["resolution"]?.string ?? ""
        return wanted["\(key)::locator=\(locator)"] ?? wanted[key] ?? wanted["\(name)@npm:\(range)"] ?? named[name]
    }

    /// The folder of a module: `ui@workspace:packages/ui`.
    private static func folder(of resolution: String) -> String? {
        guard let sign = sign(in: resolution) else { return nil }
        let range = resolution[resolution.index(after: sign)...]
        return range.hasPrefix("workspace:") ? String(range.dropFirst("workspace:".count)) : nil
    }

    /// The sign between a name and its range; a scoped name begins with the same sign.
    private static func sign(in key: String) -> String.Index? {
        key.isEmpty ? nil : key.utf8.dropFirst().firstIndex(of: UInt8(ascii: "@"))
    }

    private static func trimmed(_ key: Substring.UTF8View) -> String {
        let start = key.drop { $0 == UInt8(ascii: " ") }
        return String(Substring(start))
    }

    /// The text that percent signs stand for.
    private static func unescaped(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let code = byte == UInt8(ascii: "%") ? [UInt8](hexadecimal: lowered(rest.prefix(2))) : nil
            if let code, code.count == 1 {
                bytes += code
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func lowered(_ digits: ArraySlice<UInt8>) -> String {
        String(decoding: digits.map { $0.isUpper ? $0 + 32 : $0 }, as: UTF8.self)
    }
}
