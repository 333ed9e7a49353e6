extension ServiceReader {
    /// What others rely on, as far as that is written: interfaces and the audit index.
    func readEvidence(into service: inout Service, in reader: inout CatalogReader) {
        if let entry = entry.interface { readInterface(entry, into: &service, in: &reader) }
        guard let entry = entry.audit else { return }
        service.audit = audit(entry, home: service.home, in: &reader)
        // A template that changes changes what the record says.
        let places = service.audit?.places ?? []
        service.inputs.paths += places.filter { place in
            !service.paths.contains { place.relative(to: $0) != nil } && !service.inputs.paths.contains(place)
        }
    }

    private func refuse(_ key: String, _ problem: String, hint: String, in reader: inout CatalogReader) {
        reader.report(place(key, in: reader), "service \"\(name)\": \(problem)", hint: hint)
    }

    private func readInterface(
        _ interface: ConfigurationFile.InterfaceEntry, into service: inout Service, in reader: inout CatalogReader
    ) {
        guard entry.kind != .library else {
            let hint = "declare it for a service"
            return refuse("interface", "an interface moves a version, and a library has none", hint: hint, in: &reader)
        }
        let stated = [interface.openapi, interface.calls].compactMap(\.self)
        let isAdapted = interface.adapter != nil
        guard stated.count == 1 || stated.isEmpty && isAdapted else {
            let problem = "an interface is either openapi or calls, or what an adapter compares"
            return refuse("interface", problem, hint: "{openapi: api.yaml}", in: &reader)
        }
        service.adapter = interface.adapter.flatMap { adapter($0, home: service.home, in: &reader) }
        guard let text = stated.first, let path = file(text, "interface", home: service.home, in: &reader) else {
            return
        }
        service.interface = interface.openapi == nil ? .calls(path) : .openapi(path)
    }

    /// A file relative to the folder of the service.
    private func file(_ text: String, _ key: String, home: Path, in reader: inout CatalogReader) -> Path? {
        guard let path = path(text, for: key, in: &reader, base: home) else { return nil }
        guard path.isRoot else { return path }
        refuse(key, "\"\(text.printable)\" is no file", hint: "{openapi: api.yaml}", in: &reader)
        return nil
    }

    private func adapter(
        _ entry: ConfigurationFile.AdapterEntry, home: Path, in reader: inout CatalogReader
    ) -> InterfaceAdapter? {
        func refuse(_ problem: String, hint: String) -> InterfaceAdapter? {
            self.refuse("interface", "its adapter \(problem)", hint: hint, in: &reader)
            return nil
        }
        guard let tool = entry.name, !tool.isEmpty else { return refuse("has no name", hint: "name: buf") }
        guard let run = entry.run, run.first?.isEmpty == false, run.contains(where: { $0.contains("{head}") }) else {
            return refuse(
                "has no run with {head} in it", hint: "run: [buf, breaking, \"{head}\", --against, \"{base}\"]")
        }
        guard let exits = entry.exit, exits.values.contains(.none), exits.values.contains(.breaking),
            exits.keys.allSatisfy({ Int32($0).map { (0...255).contains($0) } == true })
        else {
            let hint = "exit: {0: none, 1: breaking}"
            return refuse("does not say by which exit code nothing breaks and by which something does", hint: hint)
        }
        guard let document = entry.document, let canary = entry.canary else {
            return refuse(
                "names no document, or no canary that breaks", hint: "document: api.proto, canary: empty.proto")
        }
        guard let document = file(document, "interface", home: home, in: &reader),
            let canary = file(canary, "interface", home: home, in: &reader)
        else { return nil }
        var adapter = InterfaceAdapter(name: tool, arguments: run, document: document, canary: canary)
        adapter.exits = exits.reduce(into: [:]) { $0[Int32($1.key) ?? 0] = $1.value }
        adapter.findings = entry.findings ?? AdapterFindings()
        adapter.limits.timeout = entry.timeout ?? adapter.limits.timeout
        adapter.version = entry.version ?? adapter.version
        if let text = entry.sha256 {
            guard let digest = Digest(hex: text) ?? Digest(parsing: text) else {
                return refuse("has a sha256 that is none", hint: "64 digits, as sha256sum prints them")
            }
            adapter.limits.sha256 = digest
        }
        return adapter
    }

    private func audit(
        _ entry: ConfigurationFile.AuditEntry, home: Path, in reader: inout CatalogReader
    ) -> AuditDeclaration? {
        guard self.entry.kind != .library else {
            refuse("audit", "a library writes into no index of its own", hint: "declare it for a service", in: &reader)
            return nil
        }
        guard let calls = entry.calls, let catalogue = file(calls, "audit", home: home, in: &reader) else {
            if entry.calls == nil { refuse("audit", "audit names no calls", hint: "calls: calls.json", in: &reader) }
            return nil
        }
        guard let rule = entry.index.flatMap(IndexRule.init) else {
            let problem = "audit does not say how the index of a call is called"
            refuse("audit", problem, hint: "index: \"http_logs_{call}-{date}\"", in: &reader)
            return nil
        }
        var declaration = AuditDeclaration(catalogue: catalogue, index: rule)
        declaration.payload = entry.payload ?? ""
        func paths(_ texts: [String]?) -> [Path] {
            (texts ?? []).compactMap { path($0, for: "audit", in: &reader, base: home) }
        }
        declaration.templates = paths(entry.templates)
        declaration.pipelines = paths(entry.pipelines)
        declaration.reindex = paths(entry.reindex)
        return declaration
    }
}
