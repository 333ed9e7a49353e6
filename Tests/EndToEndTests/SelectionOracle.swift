import Fixtures
import Foundation
import SystemPackage

/// A second opinion on what each service is made of, from plain files and by rules of its own: slow, and short enough to
/// be believed.
struct SelectionOracle {
    struct File: Hashable {
        /// As git writes it.
        let mode: String
        /// What is in it; of a link, where it leads.
        let bytes: Data

        var text: String { String(decoding: bytes, as: UTF8.self) }
        var isLink: Bool { mode == "120000" }
    }

    typealias Tree = [String: File]

    enum Toolchain: String {
        case gradle, node, go, command
    }

    struct Service {
        let name: String
        let folder: String
        let toolchain: Toolchain
        var needs: [String] = []
        var testNeeds: [String] = []
        var inputs: [String] = []
        /// What its image takes.
        var packed: String?
    }

    struct Edge {
        let from: String
        let to: String
        let isTest: Bool
    }

    let services: [Service]
    let tree: Tree
    /// Folders with a build file that are no whole service, and those that are.
    private let modules: [String: Toolchain]
    private let edges: [Edge]
    /// The names of the services that paths belong to.
    private let owners: [String: String]
    private var unowned: Set<String> = []

    init(_ services: [Service], _ tree: Tree) {
        (self.services, self.tree) = (services, tree)
        let modules = Self.modules(of: tree)
        self.modules = modules
        edges = tree.keys.flatMap { Self.edges(of: $0, in: tree) }.filter { modules[$0.to] != nil }
        let inner = services.sorted { $0.folder.count > $1.folder.count }
        owners = (Array(tree.keys) + modules.keys).reduce(into: [:]) { owners, path in
            owners[path] = inner.first { Self.lies(path, in: $0.folder) }?.name
        }
        unowned = ofNobody
    }

    // MARK: - What a service is made of

    /// Everything that may change what comes of building and testing a service.
    func contents(of name: String) -> Tree {
        guard let service = services.first(where: { $0.name == name }) else { return [:] }
        var paths = build(service).union(own(service) { $0 == .test }).union(unowned)
        for node in closure(of: needs(of: service.folder, testing: true)) { paths.formUnion(build(of: node)) }
        return tree.filter { paths.contains($0.key) }
    }

    private func build(of node: String) -> Set<String> {
        services.first { $0.folder == node }.map(build) ?? build(ofModule: node)
    }

    private func build(_ service: Service) -> Set<String> {
        var paths = own(service) { $0 == .build }
        for input in service.inputs { paths.formUnion(files(at: input)) }
        paths.formUnion(pins(of: service).filter { tree[$0] != nil })
        if let packed = service.packed { paths.formUnion(files(at: packed)) }
        for (folder, toolchain) in modules where owners[folder] == service.name {
            paths.formUnion(shared(by: toolchain))
        }
        return paths.union(linked(from: paths))
    }

    private func own(_ service: Service, _ isWanted: (Part) -> Bool) -> Set<String> {
        Set(
            tree.keys.filter { path in
                owners[path] == service.name
                    && isWanted(Self.part(Self.inner(path, service.folder), service.toolchain, service.name))
            })
    }

    private func build(ofModule folder: String) -> Set<String> {
        guard let toolchain = modules[folder] else { return [] }
        let holes =
            modules.filter { $0.value == toolchain && Self.lies($0.key, in: folder) && $0.key != folder }.map(\.key)
            + services.map(\.folder).filter { Self.lies($0, in: folder) }
        let own = tree.keys.filter { path in
            Self.lies(path, in: folder) && !holes.contains { Self.lies(path, in: $0) }
                && Self.part(Self.inner(path, folder), toolchain, "") == .build
        }
        let paths = Set(own).union(shared(by: toolchain))
        return paths.union(linked(from: paths))
    }

    /// What nobody answers for, and no rule calls harmless.
    private var ofNobody: Set<String> {
        let reached = services.reduce(into: Set<String>()) {
            $0.formUnion(closure(of: needs(of: $1.folder, testing: true)))
        }
        let answered =
            [SelectionHistory.configurationName] + services.flatMap(\.inputs) + reached
            + services.flatMap(pins) + Self.gradleFiles + Self.nodeFiles
        return Set(
            tree.keys.filter { path in
                owners[path] == nil && !answered.contains { Self.lies(path, in: $0) }
                    && !path.hasPrefix("notes/") && Self.part(path, .command, "") == .build
            })
    }

    // MARK: - Needs

    /// Folders that something needs: of a service with all its modules.
    private func needs(of node: String, testing: Bool) -> Set<String> {
        let service = services.first { $0.folder == node }
        var needs: Set<String> = []
        for edge in edges where testing || !edge.isTest {
            let isOwn = service.map { owners[edge.from] == $0.name } ?? (edge.from == node)
            if let service, owners[edge.to] == service.name { continue }
            if isOwn { needs.insert(edge.to) }
        }
        let named = (service?.needs ?? []) + (testing ? service?.testNeeds ?? [] : [])
        needs.formUnion(services.filter { named.contains($0.name) }.map(\.folder))
        return needs
    }

    private func closure(of nodes: Set<String>) -> Set<String> {
        var found = nodes
        var rest = Array(nodes)
        while let node = rest.popLast() {
            for next in needs(of: node, testing: false) where found.insert(next).inserted { rest.append(next) }
        }
        return found
    }

    private static func modules(of tree: Tree) -> [String: Toolchain] {
        let markers: [String: Toolchain] = ["build.gradle.kts": .gradle, "package.json": .node, "go.mod": .go]
        return tree.keys.reduce(into: [:]) { modules, path in
            guard let slash = path.lastIndex(of: "/") else { return }
            if let toolchain = markers[String(path[slash...].dropFirst())] {
                modules[String(path[..<slash])] = toolchain
            }
        }
    }

    /// Build files are written by `SelectionHistory`, one need a line.
    private static func edges(of path: String, in tree: Tree) -> [Edge] {
        guard let text = tree[path]?.text, let slash = path.lastIndex(of: "/") else { return [] }
        let folder = String(path[..<slash])
        let lines = text.split(separator: "\n").map(String.init)
        switch String(path[slash...].dropFirst()) {
        case "build.gradle.kts":
            return lines.filter { $0.contains("project(") }.map { line in
                let target = String(line.split(separator: "\"")[1].dropFirst()).replacing(":", with: "/")
                return Edge(from: folder, to: target, isTest: line.contains("test"))
            }
        case "package.json":
            let names = lines.filter { $0.contains("workspace:") }.map { String($0.split(separator: "\"")[1]) }
            let manifests = tree.filter { $0.key.hasSuffix("/package.json") }
            let homes = names.compactMap { name in
                manifests.first { $0.value.text.contains("\"name\": \"\(name)\"") }?.key
            }
            return homes.map { Edge(from: folder, to: String($0.dropLast(13)), isTest: false) }
        case "go.mod":
            let replaced = lines.filter { $0.hasPrefix("replace ") }.map { $0.split(separator: " ") }
            let targets = replaced.filter { text.contains("require \($0[1]) ") }.compactMap { words in
                resolve(String(words[3]), in: folder)
            }
            return targets.map { Edge(from: folder, to: $0, isTest: false) }
        default: return []
        }
    }

    // MARK: - Files that count for more than their folder

    private static let gradleFiles = ["settings.gradle.kts", "gradle.properties", "gradle"]
    private static let nodeFiles = ["package.json", ".npmrc"]

    private func shared(by toolchain: Toolchain) -> Set<String> {
        switch toolchain {
        case .gradle: Self.gradleFiles.reduce(into: []) { $0.formUnion(files(at: $1)) }
        case .node: Self.nodeFiles.reduce(into: []) { $0.formUnion(files(at: $1)) }
        case .go, .command: []
        }
    }

    private func pins(of service: Service) -> [String] {
        let own: [Toolchain: [String]] = [
            .gradle: [".java-version", "gradle/wrapper/gradle-wrapper.properties"], .node: [".nvmrc"],
            .go: [".go-version"],
        ]
        let names = [".tool-versions"] + (own[service.toolchain] ?? [])
        let parts = service.folder.split(separator: "/")
        return parts.indices.flatMap { depth in
            names.map { (parts[..<depth].map(String.init) + [$0]).joined(separator: "/") }
        }
    }

    private func files(at path: String) -> Set<String> { Set(tree.keys.filter { Self.lies($0, in: path) }) }

    /// What links lead to, the links on the way included.
    private func linked(from paths: Set<String>) -> Set<String> {
        var found: Set<String> = []
        var rest = paths.filter { tree[$0]?.isLink == true }
        while let link = rest.popFirst() {
            guard let text = tree[link]?.text, let slash = link.lastIndex(of: "/"),
                var target = Self.resolve(text, in: String(link[..<slash]))
            else { continue }
            // A link on the way is followed in its turn.
            if let step = tree.keys.first(where: { tree[$0]?.isLink == true && Self.lies(target, in: $0) }) {
                target = step
            }
            for path in files(at: target) where found.insert(path).inserted {
                if tree[path]?.isLink == true { rest.insert(path) }
            }
        }
        return found
    }

    // MARK: - Paths

    static func lies(_ path: String, in folder: String) -> Bool { path == folder || path.hasPrefix(folder + "/") }

    private static func inner(_ path: String, _ folder: String) -> String { String(path.dropFirst(folder.count + 1)) }

    private static func resolve(_ text: String, in folder: String) -> String? {
        var parts = folder.split(separator: "/")
        for part in text.split(separator: "/") where part != "." {
            if part != ".." {
                parts.append(part)
            } else if parts.popLast() == nil {
                return nil
            }
        }
        return parts.joined(separator: "/")
    }

    enum Part {
        case build, test, none
    }

    /// What a file is for, told by its path in a folder.
    static func part(_ path: String, _ toolchain: Toolchain, _ service: String) -> Part {
        let name = path.split(separator: "/").last ?? ""
        let isTest =
            switch toolchain {
            case .gradle: path.hasPrefix("src/test/") || path.contains("/src/test/")
            case .node: path.hasPrefix("test/") || path.contains("/test/") || name.contains(".test.")
            case .go: name.hasSuffix("_test.go") || path.contains("testdata/")
            case .command: false
            }
        let sources: [Toolchain: String] = [.gradle: ".kt", .node: ".ts", .go: ".go"]
        if service == "epsilon", path == "docs/api.txt" { return .build }
        if service == "epsilon", name.hasSuffix(".log") { return .none }
        if path.contains("db/migration/") { return .build }
        if isTest { return .test }
        if let suffix = sources[toolchain], name.hasSuffix(suffix) { return .build }
        let harmless = ["docs/", "ci/", "k8s/", "deploy/"].contains { path.hasPrefix($0) }
        return harmless || name.hasSuffix(".md") || name == "LICENSE" || name == "Jenkinsfile" ? .none : .build
    }
}
