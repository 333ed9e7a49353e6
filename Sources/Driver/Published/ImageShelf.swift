import Disk
import Git
import OCI
import Pipeline
import Registry
import SystemPackage

/// Where images are that people name: registries, layouts on disk, what runs here left.
///
/// Works outside of a repository, too; then nothing is configured.
struct ImageShelf: Sendable {
    private let connections: Connections
    private let access: RegistryAccess
    let environment: [String: String]
    let configuration: Configuration?
    let workspace: Workspace?

    static func with<Value: Sendable>(
        _ request: Request, naming names: [String], limits: RegistryLimits = RegistryLimits(),
        _ body: (ImageShelf) async throws -> Value
    ) async throws -> Value {
        let (configuration, workspace) = try surroundings(request)
        // A password in variables is for the configured registry, else for that of the last name.
        let ownHost = configuration?.registryName?.host ?? names.last.flatMap(host)
        let root = workspace?.root.removingLastComponent() ?? request.folder
        let access = RegistryAccess(
            configuration, at: root, environment: request.environment, ownHost: ownHost, report: { _ in })
        return try await access.withConnections(limits) { connections in
            try await body(
                ImageShelf(
                    connections: connections, access: access, environment: request.environment,
                    configuration: configuration, workspace: workspace))
        }
    }

    private static func surroundings(_ request: Request) throws -> (Configuration?, Workspace?) {
        guard let root = try root(request) else {
            return (try request.configuration.map { try configuration(at: $0) } ?? nil, nil)
        }
        let file = request.configuration ?? root.appending(ConfigurationFile.standardName)
        return (try configuration(at: file), Workspace(root: root.appending(Workspace.folderName)))
    }

    /// The top of the repository; nil outside of one.
    private static func root(_ request: Request) throws -> FilePath? {
        do {
            let repository = try Repository(at: request.folder.string)
            return FilePath(repository.workTree ?? repository.commonFolder)
        } catch {
            guard case GitError.notARepository = error else { throw error }
            return nil
        }
    }

    private static func configuration(at file: FilePath) throws -> Configuration? {
        guard let bytes = try file.contentsIfPresent(limit: 1 << 20) else { return nil }
        return try Configuration(parsing: bytes, fileName: file.string)
    }

    /// The host in a name, as far as it has one.
    private static func host(_ name: String) -> String? {
        let first = name.prefix { $0 != "/" }
        return first.contains(".") || first.contains(":") || first == "localhost" ? String(first) : nil
    }

    /// The client for a registry.
    func client(_ host: String) -> RegistryClient { access.client(connections, host) }

    // MARK: - Names

    /// Finds an image by what people call it.
    func find(_ name: String) async throws -> FoundImage {
        if name.hasPrefix("oci:") { return try find(inLayout: String(name.dropFirst(4)), as: name) }
        if let digest = Digest(parsing: name) {
            guard let layout = localLayout, try layout.contains(digest) else {
                throw ImageNameError.unknown(name, "is no image of .slipway/images")
            }
            return try FoundImage(name: name, store: .layout(layout), digest: digest)
        }
        let reference = try reference(name)
        if let reference { return try await find(reference, as: name) }
        guard let layout = localLayout, let found = try layout.descriptor(named: name) else {
            throw ImageNameError.unknown(name, "is no image of .slipway/images, and no registry is configured")
        }
        return try FoundImage(name: name, store: .layout(layout), digest: found.digest)
    }

    private var localLayout: Layout? { workspace.map { Layout(at: $0.images) } }

    /// What a name means in a registry: with a host as it stands, without one below the configured registry; nil where there
    /// is none.
    func reference(_ name: String) throws -> ImageReference? {
        guard !name.contains("/") || Self.host(name) == nil else {
            guard let reference = ImageReference(parsing: name) else { throw ImageNameError.malformed(name) }
            return reference
        }
        guard let registry = configuration?.registryName else { return nil }
        // A host that is surely one makes the parser take the rest for a path.
        let path = [registry.path?.text, name].compactMap(\.self).joined(separator: "/")
        guard let reference = ImageReference(parsing: "registry.invalid/\(path)") else {
            throw ImageNameError.malformed(name)
        }
        return ImageReference(
            host: registry.host, repository: reference.repository, tag: reference.tag, digest: reference.digest)
    }

    private func find(_ reference: ImageReference, as name: String) async throws -> FoundImage {
        let place = RegistryClient.Place(client(reference.host), reference.repository)
        let wanted = reference.digest.map { "\($0)" } ?? reference.tag?.text ?? "latest"
        guard let served = try await place.client.manifest(wanted, in: place.repository) else {
            throw ImageNameError.unknown("\(place.name):\(wanted)", "is not in the registry")
        }
        return FoundImage(name: name, store: .registry(place), served: served)
    }

    /// `PATH`, `PATH:NAME`, `PATH@sha256:…`.
    private func find(inLayout text: String, as name: String) throws -> FoundImage {
        if let at = text.lastIndex(of: "@"), let digest = Digest(parsing: text[text.index(after: at)...]) {
            let layout = try Layout(existing: FilePath(String(text[..<at])))
            return try FoundImage(name: name, store: .layout(layout), digest: digest)
        }
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        let layout = try Layout(existing: FilePath(parts.first ?? ""))
        guard let found = try layout.descriptor(named: parts.count == 2 ? parts[1] : nil) else {
            let names = try layout.index().manifests.compactMap { $0.annotations?[Layout.nameAnnotation] }
            throw ImageNameError.unknown(
                name,
                "is not in the layout, which has \(names.isEmpty ? "no names" : names.sorted().prefix(9).joined(separator: ", "))"
            )
        }
        return try FoundImage(name: name, store: .layout(layout), digest: found.digest)
    }
}

/// A name that leads to no image.
enum ImageNameError: Failure, Equatable {
    case malformed(String)
    case unknown(String, String)
    case notInRegistry(String)
    case platform(String, wanted: String, there: [String])
    case noImage(String, String)

    var fault: Fault {
        switch self {
        case .malformed, .notInRegistry: .usage
        case .unknown, .platform, .noImage: .input
        }
    }

    var hint: String? {
        switch self {
        case .malformed:
            "an image is HOST/REPOSITORY:TAG, HOST/REPOSITORY@sha256:…, oci:FOLDER:NAME, or NAME:TAG of the configured registry"
        case .platform: "choose one by --platform"
        case .notInRegistry: "one in a registry is HOST/REPOSITORY:TAG; slipway clean tidies .slipway/images"
        case .unknown, .noImage: nil
        }
    }

    var description: String {
        switch self {
        case .malformed(let name): "\"\(name.printable)\" is no name of an image"
        case .unknown(let name, let reason): "\(name.printable): \(reason)"
        case .notInRegistry(let name): "\(name.printable): is in no registry"
        case .platform(let name, let wanted, let there):
            "\(name.printable): has nothing for \(wanted.printable), only \(there.joined(separator: ", ").printable)"
        case .noImage(let name, let reason): "\(name.printable): \(reason)"
        }
    }
}
