/// What in the manifests of a service carries out its migrations: a Job, or a container that runs before the service.
public struct MigrationJobs: Equatable, Sendable {
    private(set) var found: [MigrationFacts.Job] = []
    /// Manifests that cannot be read, and why.
    private(set) var unreadable: [(path: Path, reason: String)] = []

    public init() {}

    public static func == (left: MigrationJobs, right: MigrationJobs) -> Bool {
        left.found == right.found && left.unreadable.map(\.path) == right.unreadable.map(\.path)
    }

    /// Takes one document of a manifest.
    public mutating func take(_ document: JSON, at path: Path) {
        if document["kind"]?.string == "List" {
            for item in document["items"]?.array ?? [] { take(item, at: path) }
            return
        }
        guard let kind = document["kind"]?.string, let name = document["metadata"]?["name"]?.string else { return }
        let all = Self.kinds[kind].map { document[at: $0] } ?? nil
        guard let pod = all else { return }
        let isJob = kind == "Job"
        let own = (pod["initContainers"]?.array ?? []) + (isJob ? pod["containers"]?.array ?? [] : [])
        var migrators = own.filter(Self.migrates)
        // A job that is called so, or marked so, and has but one container needs to say no more.
        if migrators.isEmpty, isJob, own.count == 1, Self.isMarked(document) { migrators = own }
        for container in migrators {
            var job = MigrationFacts.Job(manifest: path, name: String(name.printable.prefix(200)))
            job.kind = isJob ? (Self.hooks(of: document) ? .hook : .job) : .initContainer
            job.image = container["image"]?.string.map { String($0.printable.prefix(300)) }
            let words = ((container["command"]?.array ?? []) + (container["args"]?.array ?? [])).compactMap(\.string)
            job.args = words.isEmpty ? nil : words.prefix(20).map { String($0.printable.prefix(200)) }
            if !found.contains(job) { found.append(job) }
        }
    }

    /// Takes note of a manifest that cannot be read.
    public mutating func refuse(_ path: Path, _ reason: String) { unreadable.append((path, reason)) }

    /// The one that was found; nil when there is none, or one cannot tell which.
    public var job: MigrationFacts.Job? { found.count == 1 ? found[0] : nil }

    /// Why there is no job, in a sentence; nil when there is one.
    public func problem(in folder: Path) -> String? {
        guard job == nil else { return nil }
        if found.count > 1 {
            let names = found.prefix(5).map { "\($0.manifest):\($0.name)".printable }.joined(separator: ", ")
            return "several in \(folder) may carry out migrations: \(names)"
        }
        let rest = unreadable.first.map { "; \($0.path) cannot be read: \($0.reason)" } ?? ""
        return "no Job and no init container in \(folder) carries out migrations\(rest)"
    }

    // MARK: - Manifests

    /// Where kinds of manifests have the pod that they start.
    private static let kinds = ["Job", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout"].reduce(
        into: ["Pod": ["spec"]]
    ) { $0[$1] = ["spec", "template", "spec"] }

    private static let words: Set<Substring> = ["migrate", "migration", "migrations", "flyway", "liquibase"]

    /// Whether a container says in its name, its image or its command that it migrates.
    private static func migrates(_ container: JSON) -> Bool {
        let lists = (container["command"]?.array ?? []) + (container["args"]?.array ?? [])
        return ([container["name"], container["image"]].compactMap(\.self) + lists).compactMap(\.string)
            .contains(where: namesMigration)
    }

    private static func namesMigration(_ text: String) -> Bool {
        text.lowercased().split { !($0.isLetter || $0.isNumber) }.contains(where: words.contains)
    }

    private static func isMarked(_ document: JSON) -> Bool {
        let metadata = document["metadata"]
        let marks = ["labels", "annotations"].flatMap { metadata?[$0]?.object?.values.compactMap(\.string) ?? [] }
        return marks.contains { $0.uppercased() == "MIGRATE" }
            || (metadata?["name"]?.string).map(namesMigration) == true
    }

    private static func hooks(of document: JSON) -> Bool {
        document["metadata"]?["annotations"]?["helm.sh/hook"] != nil
    }
}

extension JSON {
    fileprivate subscript(at names: [String]) -> JSON? {
        names.reduce(self as JSON?) { value, name in value?[name] }
    }
}
