import Fixtures
import Foundation
import SystemPackage
import Testing

/// The catalogue of cases about versions, each a history and what follows from it.
enum VersionCatalogue {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Cases")

    private struct File: Decodable {
        let cases: [Entry]

        struct Entry: Decodable {
            let kind: String
            let bump: VersionCase?

            private enum CodingKeys: String, CodingKey { case kind }

            init(from decoder: any Decoder) throws {
                kind = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .kind)
                bump = kind == "bump" ? try VersionCase(from: decoder) : nil
            }
        }
    }

    /// Those about the next version.
    static let bumps: [VersionCase] = {
        do {
            let data = try Data(contentsOf: folder.appendingPathComponent("semver.json"))
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            return try decoder.decode(File.self, from: data).cases.compactMap(\.bump)
        } catch {
            fatalError("the catalogue of cases: \(error)")
        }
    }()
}

/// A history of commits and tags, a configuration, and the answer.
struct VersionCase: Decodable, Sendable, CustomTestStringConvertible {
    let id: String
    let title: String
    let tags: [Tag]
    let commits: [Commit]
    let head: String
    let config: Config
    let expected: Expected

    private enum CodingKeys: String, CodingKey {
        case id, title, commits, head, config, expected
        case tags = "tagsBefore"
    }

    var testDescription: String { "\(id): \(title)" }

    struct Tag: Decodable, Sendable {
        let name: String
        let at: String
        var annotated: Bool?
        var localOnly: Bool?
    }

    struct Commit: Decodable, Sendable {
        let id: String
        let message: String
        let files: [String]
        let parents: [String]
        var author: String?
    }

    struct Expected: Decodable, Sendable {
        let outcome: String
        var next: String?
        var bump: String?
        var reason: String?
        var error: String?
        var lints: [String]?
    }

    struct Config: Decodable, Sendable {
        var service: String?
        var paths: [String]?
        var tagPrefix: String?
        var initialVersion: String?
        var zeroMajor: String?
        var channel: String?
        var deps: [Dependency]?
        var exclude: [String]?
        var mapping: [[String]]?
        var commitSource: String?
        var squash: String?
        var servicePaths: [String: String]?
        var crossScope: String?
        var line: String?
        var ignoreAuthors: [String]?
        var floor: String?
        var renames: [[String]]?
    }

    struct Dependency: Decodable, Sendable {
        let name: String
        let path: String
        let propagate: String
    }

    var service: String { config.service ?? "app" }
    /// The branch that HEAD is on.
    var branch: String { config.line.map { "release/\(service)/\($0).x" } ?? "main" }
}

// MARK: - As a repository

extension VersionCase {
    /// What each commit has where: a path holds the name of the commit that changed it last.
    private func contents() -> [String: [String: String]] {
        var contents: [String: [String: String]] = [:]
        var ancestors: [String: Set<String>] = [:]
        for commit in commits {
            let parents = commit.parents.map { contents[$0] ?? [:] }
            ancestors[commit.id] = commit.parents.reduce(into: [commit.id]) { $0.formUnion(ancestors[$1] ?? []) }
            var tree = parents.first ?? [:]
            for (name, parent) in zip(commit.parents, parents).dropFirst() {
                for (path, label) in parent {
                    let own = tree[path]
                    if own == nil || ancestors[name]?.contains(own ?? "") == true { tree[path] = label }
                }
            }
            let renames = config.renames ?? []
            for path in commit.files {
                let isGone =
                    renames.contains { path.hasPrefix($0[0] + "/") }
                    && commit.files.contains { file in renames.contains { file.hasPrefix($0[1] + "/") } }
                tree[path] = isGone ? nil : commit.id
            }
            contents[commit.id] = tree
        }
        return contents
    }

    /// Builds the history as a bare repository.
    func build(at root: FilePath) async throws -> GitFixture {
        try await sh("git init -q --bare -b '\(branch)' '\(root)'", in: "/")
        let git = GitFixture(existing: root)
        let contents = contents()
        var ids: [String: String] = [:]
        for (index, commit) in commits.enumerated() {
            var stream = "commit refs/heads/\(branch)\n"
            let author = commit.author ?? "Ada Lovelace <ada@example.org>"
            let time = 1_700_000_000 + 60 * index
            stream += "author \(author) \(time) +0000\ncommitter Ada Lovelace <ada@example.org> \(time) +0000\n"
            let message = ids.reduce(commit.message) { $0.replacingOccurrences(of: "{\($1.key)}", with: $1.value) }
            stream += "data \(message.utf8.count)\n\(message)\n"
            for (place, parent) in commit.parents.enumerated() {
                stream += "\(place == 0 ? "from" : "merge") \(ids[parent] ?? "")\n"
            }
            stream += "deleteall\n"
            for (path, label) in (contents[commit.id] ?? [:]).sorted(by: { $0.key < $1.key }) {
                stream += "M 100644 inline \(path)\ndata \(label.utf8.count)\n\(label)\n"
            }
            // A commit without parents begins the branch anew.
            if commit.parents.isEmpty, index > 0 { try await git.git("update-ref", "-d", "refs/heads/\(branch)") }
            try root.appending("stream").put(stream)
            try await sh("git fast-import --quiet --force < stream", in: root)
            ids[commit.id] = try await git.git("rev-parse", "refs/heads/\(branch)")
        }
        try await git.git("update-ref", "refs/heads/\(branch)", ids[head] ?? "")
        for tag in tags where tag.localOnly != true { try await put(tag, ids, in: git) }
        return git
    }

    func put(_ tag: Tag, _ ids: [String: String], in git: GitFixture) async throws {
        let form = tag.annotated == false ? [] : ["-a", "-m", "release"]
        let said = try await run(
            "git", ["tag"] + form + [tag.name, ids[tag.at] ?? tag.at], in: git.root, environment: GitFixture.environment
        )
        guard said.exit == 0 else { throw FixtureError("git tag: \(said.errors)") }
    }

    /// The configuration in the words of `slipway.yaml`.
    func configuration(folders: Set<String>) -> String {
        var text = "services:\n"
        let paths = config.servicePaths ?? [service: config.paths?.first ?? "."]
        for (name, path) in paths.sorted(by: { $0.key < $1.key }) where path == "." || folders.contains(path) {
            text += "  \(name):\n    path: \(path)\n    toolchain: command\n    build: \"true\"\n    test: false\n"
            guard name == service else { continue }
            for rename in config.renames ?? [] { text += "    earlier: [\(rename[0])]\n" }
            let needs = (config.deps ?? []).map { "{name: \($0.name), propagate: \($0.propagate)}" }
            if !needs.isEmpty { text += "    needs: [\(needs.joined(separator: ", "))]\n" }
            for glob in config.exclude ?? [] {
                text += "    classes: {docs: [\"\(glob.dropFirst(path.count + 1))\"]}\n"
            }
            if let version = config.initialVersion { text += "    version: {initial: \(version)}\n" }
        }
        for library in config.deps ?? [] {
            text +=
                "  \(library.name): {path: \(library.path), kind: library, toolchain: command, "
                + "build: \"true\", test: false}\n"
        }
        text += "versioning:\n  tag: \"\(config.tagPrefix == nil ? "v" : "{service}/v"){version}\"\n"
        for (key, value) in [
            ("zero-major", config.zeroMajor), ("channel", config.channel), ("commit-source", config.commitSource),
            ("squash", config.squash), ("cross-scope", config.crossScope), ("floor", config.floor),
        ] {
            if let value { text += "  \(key): \(value)\n" }
        }
        let mapping = (config.mapping ?? []).map { "{match: '\($0[0])', level: \($0[1])}" }
        if !mapping.isEmpty { text += "  mapping: [\(mapping.joined(separator: ", "))]\n" }
        let authors = (config.ignoreAuthors ?? []).map { "'\($0)'" }
        if !authors.isEmpty { text += "  ignore-authors: [\(authors.joined(separator: ", "))]\n" }
        return text
    }

    var folders: Set<String> {
        var folders: Set<String> = []
        for path in (contents()[head] ?? [:]).keys {
            let parts = path.split(separator: "/").dropLast()
            for count in 0...parts.count { folders.insert(parts.prefix(count).joined(separator: "/")) }
        }
        return folders
    }
}
