extension Catalog {
    /// The names in a folder of the tree, each with whether it is a folder; nil when there is no such folder.
    public typealias Listing = (Path) throws -> [(name: [UInt8], isFolder: Bool)]?

    /// Applies a configuration to a tree: discovers folders, fills in defaults, checks what only the tree can tell.
    ///
    /// Throws a `ConfigurationError` that names everything found wrong.
    public init(
        _ file: ConfigurationFile, document: Document, fileName: String, listing: @escaping Listing
    ) throws {
        var reader = CatalogReader(document: document, listing: listing)
        let services = try reader.services(of: file)
        guard reader.findings.isEmpty else { throw ConfigurationError(file: fileName, findings: reader.findings) }
        self.init(services: services, classes: file.classes ?? [:])
    }
}

/// What reading a catalog goes along with: the places of settings, the tree, and what was found wrong.
struct CatalogReader {
    let document: Document
    let listing: Catalog.Listing
    var findings: [Finding] = []

    init(document: Document, listing: @escaping Catalog.Listing) {
        (self.document, self.listing) = (document, listing)
    }

    mutating func report(_ line: Int, _ message: String, hint: String? = nil) {
        findings.append(Finding(line: line, message, hint: hint))
    }

    /// The names in a folder; nil when there is no such folder.
    func names(in folder: Path) throws -> Set<String>? {
        try listing(folder).map { Set($0.map { String(decoding: $0.name, as: UTF8.self) }) }
    }

    mutating func services(of file: ConfigurationFile) throws -> [Service] {
        let entries = file.services ?? [:]
        let discovered = try discover(file)
        var services: [Service] = []
        for (text, entry) in entries.sorted(by: { $0.key < $1.key }) {
            let line = document.line(of: "services", text)
            guard let name = ServiceName(parsing: text) else {
                report(line, "\"\(text.printable)\" cannot be a service name", hint: ServiceName.rule)
                continue
            }
            var reader = ServiceReader(
                name: name, entry: entry, line: line, versioning: file.versioning, ratchets: file.ratchets)
            if let service = try reader.service(discovered: discovered[name], in: &self) { services.append(service) }
        }
        let taken = Set(services.flatMap(\.paths))
        for (name, folder) in discovered where entries[name.text] == nil && !taken.contains(folder) {
            let line = document.line(of: "discover")
            var reader = ServiceReader(
                name: name, entry: .init(), line: line, versioning: file.versioning, ratchets: file.ratchets)
            if let service = try reader.service(discovered: folder, in: &self) { services.append(service) }
        }
        checkNeeds(of: services)
        checkImages(of: services)
        checkReports(of: services)
        if services.isEmpty, findings.isEmpty {
            let hint = "list them under services:, or let discover: find their folders (slipway init proposes both)"
            report(document.line(of: "discover"), "no services found in this tree", hint: hint)
        }
        return services
    }

    private mutating func checkNeeds(of services: [Service]) {
        let names = Set(services.map(\.name))
        for service in services {
            for need in service.inputs.declared.map(\.name) where !names.contains(need) {
                let near = nearest(to: need.text, among: names.map(\.text)).map { "did you mean \"\($0)\"?" }
                let line = document.line(of: "services", service.name.text, "needs")
                let problem = "service \"\(service.name)\" needs \"\(need)\", which is no service or library here"
                report(line, problem, hint: near ?? "add it under services:, or remove the need")
            }
        }
        let needs = Dictionary(uniqueKeysWithValues: services.map { ($0.name, $0.inputs.needs) })
        guard let cycle = Catalog.cycle(in: needs), let first = cycle.first else { return }
        let line = document.line(of: "services", first.text, "needs")
        report(line, "needs go in a circle: " + cycle.map(\.text).joined(separator: " → "), hint: "remove one of them")
    }

    /// Two images in one repository would take each other's tags.
    private mutating func checkImages(of services: [Service]) {
        var owners: [String: ServiceName] = [:]
        for service in services {
            for image in service.images {
                if let other = owners[image.name] {
                    let line = document.line(of: "services", service.name.text)
                    let problem =
                        other == service.name
                        ? "\"\(other)\" has two images of the name \"\(image.name)\""
                        : "\"\(other)\" and \"\(service.name)\" would both make the image \"\(image.name)\""
                    report(line, problem, hint: "name one under images:")
                }
                owners[image.name] = service.name
            }
        }
    }

    /// Two services that look for reports in one folder would take each other's.
    private mutating func checkReports(of services: [Service]) {
        var owners: [Path: ServiceName] = [:]
        for service in services where service.recipe.test != nil {
            guard case .reports(let patterns) = service.recipe.evidence, !patterns.isEmpty else { continue }
            if let other = owners[service.home] {
                let line = document.line(of: "services", service.name.text)
                let problem = "\"\(other)\" and \"\(service.name)\" would both look for reports in \(service.home)"
                report(line, problem, hint: "let them write to $SLIPWAY_REPORTS, and say reports: []")
            }
            owners[service.home] = service.name
        }
    }

    // MARK: - Discovery

    private mutating func discover(_ file: ConfigurationFile) throws -> [ServiceName: Path] {
        var found: [ServiceName: Path] = [:]
        let excluded = (file.exclude ?? []).map { Glob(anchored: $0) }
        let declared = Set((file.services ?? [:]).values.flatMap { ($0.paths ?? []) + ($0.path.map { [$0] } ?? []) })
        let line = document.line(of: "discover")
        for pattern in file.discover ?? [] {
            for folder in try folders(matching: Glob(anchored: pattern), below: .root) {
                guard !excluded.contains(where: { $0.matches(folder) }), !declared.contains("\(folder)"),
                    try isRecognised(folder)
                else { continue }
                guard let name = ServiceName(parsing: folder.name) else {
                    let hint = "give it one under services:, or exclude it; " + ServiceName.rule
                    report(
                        line, "the folder \"\("\(folder)".printable)\" has no name that a service can have", hint: hint)
                    continue
                }
                if let other = found[name], other != folder {
                    report(line, "\(other) and \(folder) would both be \"\(name)\"", hint: "name one under services:")
                }
                found[name] = folder
            }
        }
        return found
    }

    private func folders(matching glob: Glob, below folder: Path) throws -> [Path] {
        guard glob.canMatch(below: folder) else { return [] }
        let names = try listing(folder)?.filter(\.isFolder).map(\.name) ?? []
        return try names.flatMap { name in
            let path = folder.appending(name)
            return try (glob.matches(path) ? [path] : []) + folders(matching: glob, below: path)
        }
    }

    private func isRecognised(_ folder: Path) throws -> Bool {
        let names = try self.names(in: folder) ?? []
        return names.contains("Dockerfile") || Toolchain.recognised(among: names) != nil
    }
}

extension String {
    /// The text with control characters made visible, for messages and tables.
    public var printable: String {
        unicodeScalars.reduce(into: "") { text, scalar in
            let isHidden =
                scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                || (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
            text += isHidden ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
        }
    }
}
