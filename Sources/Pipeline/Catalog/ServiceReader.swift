/// Makes one service of its entry, filling in what the toolchain knows.
struct ServiceReader {
    let name: ServiceName
    let entry: ConfigurationFile.ServiceEntry
    let line: Int
    /// What is written for the versions of all.
    let versioning: ConfigurationFile.VersionEntry?
    /// What is written for the tests of all.
    let ratchets: ConfigurationFile.RatchetEntry?

    /// Nil when something was reported that leaves no service.
    mutating func service(discovered: Path?, in reader: inout CatalogReader) throws -> Service? {
        let paths = paths(discovered: discovered, in: &reader)
        guard let home = paths.first else { return nil }
        for path in paths where try reader.listing(path) == nil {
            let message = "service \"\(name)\": there is no folder \(path) in this tree"
            reader.report(place("path", in: reader), message, hint: "is it committed?")
            return nil
        }
        checkReports(in: &reader)
        let names = try reader.names(in: home) ?? []
        let inputs = Service.Inputs(
            needs: (entry.needs ?? []).compactMap { need($0, in: &reader) },
            suppressed: (entry.needs ?? []).map(\.name).filter { $0.hasPrefix("!") }.map { String($0.dropFirst()) },
            paths: try (entry.inputs ?? []).compactMap { try input($0, in: &reader) },
            environment: variables(in: &reader), classes: classes)
        let earlier = (entry.earlier ?? []).compactMap { path($0, for: "earlier", in: &reader) }
        var service = Service(
            name: name, kind: entry.kind ?? .service, paths: paths, earlier: earlier, inputs: inputs,
            recipe: recipe(names: names, in: &reader), images: images(home: home, names: names, in: &reader),
            label: entry.label, release: versions.release(in: &reader))
        readEvidence(into: &service, in: &reader)
        readMigrations(into: &service, in: &reader)
        service.demand = demand(in: &reader)
        service.conditions = conditions(in: &reader)
        return service
    }

    private var versions: VersionReader {
        VersionReader(name: name, own: entry.version ?? .init(), common: versioning, line: line)
    }

    func place(_ key: String, in reader: CatalogReader) -> Int {
        reader.document["services"]?[name.text]?[key] == nil
            ? line : reader.document.line(of: "services", name.text, key)
    }

    // MARK: - Folders and needs

    private func paths(discovered: Path?, in reader: inout CatalogReader) -> [Path] {
        if entry.path != nil, entry.paths != nil {
            reader.report(line, "service \"\(name)\" has both path and paths", hint: "keep paths")
        }
        if let texts = entry.paths ?? entry.path.map({ [$0] }), !texts.isEmpty {
            return texts.compactMap { path($0, for: entry.paths == nil ? "path" : "paths", in: &reader) }
        }
        if let discovered { return [discovered] }
        let hint = "add path: to it, or a discover: pattern that takes its folder"
        reader.report(line, "service \"\(name)\" has no path", hint: hint)
        return []
    }

    func path(_ text: String, for key: String, in reader: inout CatalogReader, base: Path = .root) -> Path? {
        if let path = try? Path(parsing: text, in: base) { return path }
        let message = "service \"\(name)\": \(key) \"\(text.printable)\" leads out of the repository"
        reader.report(place(key, in: reader), message, hint: "paths are relative to its root")
        return nil
    }

    /// A path that enters the key; one that is not there would keep nothing from being passed over.
    private func input(_ text: String, in reader: inout CatalogReader) throws -> Path? {
        guard let path = path(text, for: "inputs", in: &reader) else { return nil }
        if path.isRoot { return path }
        if try reader.names(in: path.parent)?.contains(path.name) == true { return path }
        let message = "service \"\(name)\": there is no \(path) in this tree"
        reader.report(place("inputs", in: reader), message, hint: "inputs are folders and files, no patterns")
        return nil
    }

    /// Patterns of reports are about what lies in the folder of the service.
    private func checkReports(in reader: inout CatalogReader) {
        guard case .reports(let patterns)? = entry.reports else { return }
        for pattern in patterns where pattern.hasPrefix("/") || pattern.split(separator: "/").contains("..") {
            let hint = "reports lie in the folder of the service, or in $SLIPWAY_REPORTS"
            reader.report(
                place("reports", in: reader), "service \"\(name)\": \"\(pattern.printable)\" leads out of it",
                hint: hint)
        }
    }

    /// Nil for what suppresses a need instead of stating one.
    private func need(
        _ need: ConfigurationFile.NeedEntry, in reader: inout CatalogReader
    ) -> Service.Need? {
        let line = place("needs", in: reader)
        guard !need.name.hasPrefix("!") else { return nil }
        guard let needed = ServiceName(parsing: need.name) else {
            reader.report(line, "\"\(need.name.printable)\" is no service name", hint: ServiceName.rule)
            return nil
        }
        return Service.Need(needed, need.kind, line: line, propagation: need.propagation)
    }

    private func variables(in reader: inout CatalogReader) -> [String] {
        for variable in entry.environment ?? [] {
            let isName =
                !variable.isEmpty && variable.utf8.allSatisfy { $0 != UInt8(ascii: "=") && $0 > 0x20 && $0 < 0x7F }
            if !isName || variable.hasPrefix("SLIPWAY_") {
                let hint = "SLIPWAY_ variables are set by Slipway"
                reader.report(
                    place("environment", in: reader), "\"\(variable.printable)\" cannot be passed on", hint: hint)
            }
        }
        return entry.environment ?? []
    }

    private var classes: [String: [String]] {
        var classes = entry.classes ?? [:]
        if let deploy = entry.deploy {
            classes[PathClass.deploy.rawValue, default: []].append(deploy.hasSuffix("/") ? deploy : deploy + "/")
        }
        if let folder = entry.migrations?.path {
            classes[PathClass.migration.rawValue, default: []].append(folder.hasSuffix("/") ? folder : folder + "/")
        }
        return classes
    }

    private func demand(in reader: inout CatalogReader) -> Demand {
        let pools = entry.pool ?? []
        for pool in pools where !pool.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) || pool.isEmpty {
            let hint = "letters, digits and signs without spaces, such as docker or port:5432"
            reader.report(place("pool", in: reader), "\"\(pool.printable)\" is no name of a pool", hint: hint)
        }
        return Demand(cpu: Int(clamping: entry.cpu ?? 1), memory: entry.memory?.bytes ?? 0, pools: Set(pools))
    }

    // MARK: - Commands

    private func recipe(names: Set<String>, in reader: inout CatalogReader) -> Service.Recipe {
        let toolchain = entry.toolchain.flatMap(Toolchain.named) ?? Toolchain.recognised(among: names) ?? .command
        let build = entry.build.map(\.command) ?? toolchain.commands.build.map { Command(.shell($0)) }
        let test = entry.test.map(\.command) ?? toolchain.commands.test.map { Command(.shell($0)) }
        if toolchain.name == "command", entry.build == nil, entry.test == nil {
            let hint = "say build: and test:, or test: false if it has none"
            reader.report(line, "service \"\(name)\": no toolchain is recognised in its folder", hint: hint)
        }
        for command in [build, test] {
            if let words = command?.words, words.isEmpty || words.first?.isEmpty == true {
                reader.report(line, "service \"\(name)\": a command must name a program")
            }
        }
        var recipe = Service.Recipe(
            toolchain: toolchain.name, build: build, test: test, evidence: entry.reports ?? toolchain.evidence,
            allowEmpty: entry.test?.allowEmpty ?? [], timeout: entry.timeout ?? Seconds(3600),
            container: entry.container.flatMap {
                ContainerReader(service: name, entry: $0, line: place("container", in: reader)).container(in: &reader)
            })
        recipe.demands = demands(of: recipe, in: &reader)
        recipe.builder = entry.builder.flatMap(BuilderChoice.init(rawValue:))
        return recipe
    }

    // MARK: - Images

    private func images(home: Path, names: Set<String>, in reader: inout CatalogReader) -> [Service.ImageSource] {
        guard entry.kind != .library else {
            if entry.images?.images.isEmpty == false {
                reader.report(place("images", in: reader), "\"\(name)\" is a library, which has no image")
            }
            return []
        }
        guard let declared = entry.images?.images else {
            return names.contains("Dockerfile") ? [image(.init(), home: home, in: &reader)].compactMap(\.self) : []
        }
        return declared.compactMap { image($0, home: home, in: &reader) }
    }

    private func image(
        _ image: ConfigurationFile.ImageEntry, home: Path, in reader: inout CatalogReader
    ) -> Service.ImageSource? {
        let imageName = image.name ?? name.text.lowercased()
        guard RepositoryName(parsing: imageName) != nil else {
            let hint = "lower-case letters and digits, parted by one '.', '_', '__' or '-', in components parted by '/'"
            reader.report(place("images", in: reader), "\"\(imageName.printable)\" is no image name", hint: hint)
            return nil
        }
        guard let dockerfile = path(image.dockerfile ?? "Dockerfile", for: "images", in: &reader, base: home),
            let context = path(image.context ?? ".", for: "images", in: &reader, base: home)
        else { return nil }
        var source = Service.ImageSource(name: imageName, dockerfile: dockerfile, context: context)
        source.take(image)
        return source
    }
}
