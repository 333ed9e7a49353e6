/// Makes the container of a service of what its entry says.
struct ContainerReader {
    let service: ServiceName
    let entry: ConfigurationFile.ContainerEntry
    let line: Int

    /// Nil when something was reported that leaves none.
    func container(in reader: inout CatalogReader) -> Container? {
        let sidecars = entry.sidecars.sorted { $0.key < $1.key }.compactMap { name, entry in
            sidecar(name, entry, in: &reader)
        }
        guard let image = image(entry.image, of: "its container", in: &reader) else { return nil }
        let accompanied = entry.sidecarsFor ?? [.test]
        if entry.sidecarsFor != nil, entry.sidecars.isEmpty {
            report("sidecars-for names steps, and there are no sidecars", hint: "remove it", in: &reader)
        }
        return Container(image: image, sidecars: sidecars, accompanied: accompanied.sorted())
    }

    private func sidecar(
        _ name: String, _ entry: ConfigurationFile.SidecarEntry, in reader: inout CatalogReader
    ) -> Container.Sidecar? {
        guard Container.isHostName(name) else {
            let hint = "lower-case letters, digits and '-', as in a host name"
            report("\"\(name.printable)\" is no name for a sidecar", hint: hint, in: &reader)
            return nil
        }
        for variable in entry.environment.keys.sorted() where !Container.isVariable(variable) {
            report("\"\(variable.printable)\" of sidecar \(name) is no variable", hint: nil, in: &reader)
        }
        guard let image = image(entry.image, of: "sidecar \(name)", in: &reader) else { return nil }
        var sidecar = Container.Sidecar(name: name, image: image)
        (sidecar.environment, sidecar.command, sidecar.health) = (entry.environment, entry.command, entry.health)
        sidecar.readyWithin = entry.readyWithin ?? Container.Sidecar.patience
        return sidecar
    }

    private func image(_ text: String?, of whom: String, in reader: inout CatalogReader) -> String? {
        guard let text else {
            report("\(whom) has no image", hint: "image: node:20", in: &reader)
            return nil
        }
        if Container.isImage(text) { return text }
        report("\"\(text.printable)\" is no image", hint: "node:20, or registry.example/tools/node:20", in: &reader)
        return nil
    }

    private func report(_ problem: String, hint: String?, in reader: inout CatalogReader) {
        reader.report(line, "service \"\(service)\": \(problem)", hint: hint)
    }
}
