import Disk
import Git
import Pipeline
import SystemPackage

/// `slipway.yaml`, read, with the places of its settings for messages.
struct Configuration {
    let file: ConfigurationFile
    let document: Document
    let fileName: String

    init(parsing bytes: [UInt8], fileName: String) throws {
        document = try Document(yaml: bytes, fileName: fileName)
        file = try Schema.slipway.decode(ConfigurationFile.self, from: document, fileName: fileName)
        self.fileName = fileName
        if let registry = file.registry, registryName == nil {
            let hint = "write host/path, as in registry.example/acme"
            throw ConfigurationError(
                file: fileName, line: document.line(of: "registry"), "\"\(registry.printable)\" is no registry",
                hint: hint)
        }
    }

    /// The file given on the command line, or the one at the root of the tree that is built.
    init(of request: Request, in tree: Tree) throws {
        if let path = request.configuration {
            do {
                try self.init(parsing: path.contents(limit: 1 << 20), fileName: path.string)
            } catch let error as DiskError {
                throw ConfigurationError(file: path.string, line: 1, "cannot be read: \(error.reason)")
            }
            return
        }
        let path = Path.root.appending(ConfigurationFile.standardName)
        guard let content = try tree.content(of: path) else {
            let hint = "slipway init writes one; or name one elsewhere with --config"
            throw ConfigurationError(
                file: ConfigurationFile.standardName, line: 1, "there is none in this tree", hint: hint)
        }
        try self.init(parsing: content, fileName: ConfigurationFile.standardName)
    }

    /// Host and path of the registry that images are pushed to.
    var registryName: (host: String, path: RepositoryName?)? {
        guard let registry = file.registry else { return nil }
        let parts = registry.split(separator: "/", maxSplits: 1).map(String.init)
        guard let host = parts.first, !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return nil
        }
        guard parts.count == 2 else { return registry.hasSuffix("/") ? nil : (host, nil) }
        guard let path = RepositoryName(parsing: parts[1]) else { return nil }
        return (host, path)
    }

    /// `host/path/name` of an image.
    func repositoryText(of image: String) -> String {
        guard let registry = registryName else { return image }
        return [registry.host, registry.path?.text, image].compactMap(\.self).joined(separator: "/")
    }

    var keepsRecordsInFolder: Bool { file.ledger.map { $0.contains(.folder) } ?? true }
    var keepsRecordsInRegistry: Bool {
        registryName != nil && (file.ledger.map { $0.contains(.registry) } ?? true)
    }
    var keepsRecordsInNotes: Bool { file.ledger?.contains(.notes) ?? false }
    /// Folders of files that are only ever added to, as they were written.
    var auditFolders: [String] {
        (file.ledger ?? []).compactMap { if case .audit(let folder) = $0 { folder } else { nil } }
    }
}
