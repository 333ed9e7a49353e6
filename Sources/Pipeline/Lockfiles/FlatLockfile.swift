/// A lockfile of one project, which does not say (or need not say) who of it needs what: the root has it all.
struct FlatLockfile: LockedModules {
    private let lines: [String]

    func closure(of importer: Importer) -> [String]? { importer.folder.isRoot ? lines : nil }

    /// `gradle.lockfile`: `group:name:version=configuration,…`.
    ///
    /// https://docs.gradle.org/current/userguide/dependency_locking.html
    init(gradle bytes: [UInt8]) throws(Unreadable) {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Unreadable() }
        var lines: Set<String> = []
        var isComplete = false
        for line in text.split(whereSeparator: \.isNewline).map(Self.trimmed) where !line.isEmpty {
            guard !line.hasPrefix("#") else { continue }
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw Unreadable() }
            isComplete = true
            // The configurations that lock nothing.
            guard parts[0] != "empty" else { continue }
            guard parts[0].split(separator: ":").count == 3 else { throw Unreadable() }
            lines.insert("\(parts[0])=\(parts[1].split(separator: ",").sorted().joined(separator: ","))")
        }
        guard isComplete else { throw Unreadable() }
        self.lines = lines.sorted()
    }

    /// `Package.resolved` of the versions 1 to 3: pins without a graph.
    init(swiftpm bytes: [UInt8]) throws(Unreadable) {
        let document = try JSON(readable: bytes)
        guard let version = document["version"]?.integer, (1...3).contains(version),
            let pins = (version == 1 ? document["object"]?["pins"] : document["pins"])?.array
        else { throw Unreadable() }
        var lines: Set<String> = []
        for pin in pins {
            let state = try pin.map("state").filter { $0.value != .null }
            guard let name = (pin["identity"] ?? pin["package"])?.string,
                let location = (pin["location"] ?? pin["repositoryURL"])?.string, !state.isEmpty
            else { throw Unreadable() }
            lines.insert("\(name) \(JSON.object(state).canonicalText) \(location)")
        }
        self.lines = lines.sorted()
    }

    /// `poetry.lock`: its packages with all that is said about them but what they are for.
    init(poetry bytes: [UInt8]) throws(Unreadable) {
        let document = try TOMLReader.document(bytes)
        guard let metadata = document["metadata"], let version = metadata["lock-version"]?.string,
            version.hasPrefix("1.") || version.hasPrefix("2.")
        else { throw Unreadable() }
        var lines: Set<String> = []
        for package in try document.list("package") {
            guard let name = package["name"]?.string, let version = package["version"]?.string,
                var members = package.object
            else { throw Unreadable() }
            for key in ["name", "version", "description"] { members[key] = nil }
            // Before 1.3 the checksums stand in a table of their own.
            members["files"] = Self.sorted(package["files"] ?? metadata["files"]?[name] ?? metadata["hashes"]?[name])
            lines.insert("\(name) \(version) \(JSON.object(members).canonicalText)")
        }
        if let extras = document["extras"] { lines.insert("extras \(extras.canonicalText)") }
        self.lines = lines.sorted()
    }

    private static func sorted(_ files: JSON?) -> JSON? {
        guard let files = files?.array else { return files }
        return .array(files.map(\.canonicalText).sorted().map(JSON.string))
    }

    private static func trimmed(_ line: Substring) -> Substring {
        var line = line.drop(while: \.isWhitespace)
        while line.last?.isWhitespace == true { line.removeLast() }
        return line
    }
}
