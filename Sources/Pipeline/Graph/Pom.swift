/// What a `pom.xml` says, as it is written.
struct Pom {
    struct Artifact {
        var group: String?
        var name = ""
        var version: String?
        var scope: String?
        var line = 1
    }

    let folder: Path
    private(set) var own = Artifact()
    private(set) var parent: Artifact?
    /// What `<relativePath>` says: empty when the parent is not to be looked for.
    private(set) var parentPath: (text: String, line: Int)?
    private(set) var modules: [(text: String, line: Int)] = []
    private(set) var properties: [String: String] = [:]
    /// What the build needs: dependencies, plugins and what these need.
    private(set) var dependencies: [Artifact] = []
    /// What `<dependencyManagement>` says of versions and scopes, by name.
    private(set) var managed: [String: [Artifact]] = [:]

    /// The groups of plugins may be left out.
    private static let pluginGroup = "org.apache.maven.plugins"

    init(_ bytes: [UInt8], folder: Path) {
        self.folder = folder
        var markup = Markup(bytes)
        var names: [ArraySlice<UInt8>] = []
        var position = Position()
        var pending: [Artifact] = []
        var text: ArraySlice<UInt8> = []
        while let event = markup.next() {
            switch event {
            case .open(let name, let line):
                names.append(name)
                guard names.count < Self.depthLimit else { continue }
                position.names.append(Name(name))
                position.line = line
                if position.isArtifact { pending.append(Artifact(line: line)) }
                text = []
            case .text(let slice): if names.count < Self.depthLimit { text = text.isEmpty ? slice : text + slice }
            case .close:
                guard let name = names.popLast(), names.count + 1 < Self.depthLimit else { continue }
                close(&position, &pending, name, text)
                text = []
            }
        }
    }

    /// Nothing that people write nests deeper.
    private static let depthLimit = 64

    /// The elements that matter.
    private enum Name: String, CaseIterable {
        case project, parent, groupId, artifactId, version, scope, relativePath, modules, module, properties
        case dependencies, dependency, plugins, plugin, extensions, `extension`
        case dependencyManagement, pluginManagement, reporting, exclusions
        case other

        private static let byLength = Dictionary(grouping: allCases.dropLast()) { $0.rawValue.utf8.count }

        init(_ slice: ArraySlice<UInt8>) {
            self = Self.byLength[slice.count]?.first { slice.elementsEqual($0.rawValue.utf8) } ?? .other
        }
    }

    /// Where in the file an element stands.
    private struct Position {
        var names: [Name] = []
        var line = 1

        /// Whether what is open is written with coordinates of its own.
        var isArtifact: Bool {
            guard let name = names.last, names.count >= 2 else { return false }
            let above = names[names.count - 2]
            switch name {
            case .dependency: return above == .dependencies
            case .plugin: return above == .plugins
            case .extension: return above == .extensions
            case .parent: return names.count == 2
            default: return false
            }
        }
    }

    private mutating func close(
        _ position: inout Position, _ pending: inout [Artifact], _ written: ArraySlice<UInt8>,
        _ text: ArraySlice<UInt8>
    ) {
        let isArtifact = position.isArtifact
        guard let name = position.names.popLast() else { return }
        if isArtifact, let artifact = pending.popLast() { return finish(artifact, name, position.names) }
        switch position.names.last {
        case .project where position.names.count == 1: set(&own, name, text)
        case .properties:
            let key = String(decoding: written, as: UTF8.self)
            if properties[key] == nil { properties[key] = Self.trimmed(text) }
        case .modules: if name == .module { modules.append((Self.trimmed(text), position.line)) }
        case .parent where position.names.count == 2 && name == .relativePath:
            parentPath = (Self.trimmed(text), position.line)
        case .dependency, .plugin, .extension, .parent:
            if !pending.isEmpty { set(&pending[pending.count - 1], name, text) }
        default: return
        }
    }

    private func set(_ artifact: inout Artifact, _ name: Name, _ text: ArraySlice<UInt8>) {
        switch name {
        case .groupId: artifact.group = Self.trimmed(text)
        case .artifactId: artifact.name = Self.trimmed(text)
        case .version: artifact.version = Self.trimmed(text)
        case .scope: artifact.scope = Self.trimmed(text)
        default: return
        }
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> String {
        var text = text
        while let first = text.first, first <= 0x20 { text = text.dropFirst() }
        while let last = text.last, last <= 0x20 { text = text.dropLast() }
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func finish(_ artifact: Artifact, _ name: Name, _ above: [Name]) {
        if name == .parent {
            parent = artifact
        } else if above.contains(.dependencyManagement) {
            // What is imported is a pom that must be there; the rest is only said, not needed.
            if artifact.scope == "import" {
                dependencies.append(artifact)
            } else {
                managed[artifact.name, default: []].append(artifact)
            }
        } else if !above.contains(.pluginManagement), !above.contains(.reporting), !above.contains(.exclusions) {
            var artifact = artifact
            if name == .plugin, artifact.group == nil { artifact.group = Self.pluginGroup }
            dependencies.append(artifact)
        }
    }
}
