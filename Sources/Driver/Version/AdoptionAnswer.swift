import Disk
import Git
public import Pipeline
import SystemPackage

/// How the versions of a repository that was tagged otherwise can go on: what was found, and what is proposed.
public struct AdoptionAnswer: Equatable, Sendable, Codable {
    public let proposal: AdoptionProposal
    public let policy: PolicyProposal
    /// The file with the settings; nil when there is none yet.
    public let configuration: String?
    /// The section of it that is proposed.
    public let yaml: String
    /// What people have to write themselves, because something stands there already.
    public let byHand: [Change]
    /// The baseline tags that are missing under the proposed template.
    public let tags: [AdoptionProposal.Baseline]

    /// Lines that belong into the configuration, and where.
    public struct Change: Equatable, Sendable, Codable {
        public let line: Int
        /// The section they belong into: `versioning` or `services.billing`.
        public let section: String
        public let yaml: String
    }

    /// Whether the section can be added to a file, or goes into one that is still to be written.
    public let addsSection: Bool

    private enum CodingKeys: String, CodingKey {
        case proposal, policy, configuration, yaml, byHand, tags
        case addsSection = "writable"
    }

    init(of request: Request) throws {
        let repository = try Repository(at: request.folder.string)
        let dirt = try repository.workTreeState(hash: contentHash) {
            $0.components.first != Array(Workspace.folderName.utf8)
        }.dirt
        let facts = try repository.facts()
        let tree = try repository.tree(facts.tree, with: dirt)
        let past = try VersionPast(of: repository, head: facts.head)
        policy = past.policy
        let name = Path.root.appending(ConfigurationFile.standardName)
        guard try request.configuration != nil || tree.entry(at: name) != nil else {
            let found = try Proposal(of: request.folder)
            (proposal, yaml) = (found.adoption, found.section.yaml)
            (configuration, addsSection) = (nil, true)
            byHand = []
            tags = proposal.missingTags
            return
        }
        let reading = try Outset.Reading(request, in: tree)
        let written = WrittenVersioning(reading)
        proposal = try past.proposal(for: reading.catalog.homes, settings: written.settings, in: tree)
        let section = VersioningSection(proposal.versioning, policy, knowing: written.legacy)
        (yaml, configuration, addsSection) = (section.yaml, reading.configuration.fileName, !written.isThere)
        byHand = written.missing(of: section, proposal)
        tags = proposal.missingTags
    }
}

extension AdoptionProposal {
    fileprivate var missingTags: [Baseline] { services.compactMap(\.baseline).filter { !$0.isTagged } }
}

extension Catalog {
    /// The folders of services by name, without libraries.
    fileprivate var homes: [ServiceName: Path] {
        Dictionary(services.filter { $0.kind == .service }.map { ($0.name, $0.home) }) { first, _ in first }
    }
}

/// What a configuration says of versions already.
private struct WrittenVersioning {
    private let document: Document
    private let file: ConfigurationFile

    init(_ reading: Outset.Reading) {
        (document, file) = (reading.configuration.document, reading.configuration.file)
    }

    var isThere: Bool { document["versioning"] != nil }

    /// The templates that are set.
    var settings: Adoption.Settings {
        var settings = Adoption.Settings(common: file.versioning?.tag.flatMap(TagName.init(parsing:)))
        for (name, entry) in file.services ?? [:] {
            guard let name = ServiceName(parsing: name), let text = entry.version?.tag else { continue }
            settings.own[name] = TagName(parsing: text)
        }
        return settings
    }

    /// The old tags that are given a version.
    var legacy: Set<String> {
        let own = (file.services ?? [:]).values.flatMap { $0.version?.legacy ?? [] }
        return Set(((file.versioning?.legacy ?? []) + own).compactMap(\.tag))
    }

    /// What is proposed and not said, in the places where it belongs.
    func missing(of section: VersioningSection, _ proposal: AdoptionProposal) -> [AdoptionAnswer.Change] {
        var changes: [AdoptionAnswer.Change] = []
        if isThere {
            let line = document.line(of: "versioning")
            for (name, yaml) in section.parts where !isSaid(name, proposal) {
                changes.append(.init(line: line, section: "versioning", yaml: yaml))
            }
        }
        for service in proposal.services {
            guard let initial = service.initial, initial != .first,
                file.services?[service.name.text]?.version?.initial == nil
            else { continue }
            changes.append(
                .init(
                    line: document.line(of: "services", service.name.text), section: "services.\(service.name)",
                    yaml: "    version: {initial: \(initial)}\n"))
        }
        return changes
    }

    /// Whether a setting is there, or does not differ from what holds without it.
    private func isSaid(_ name: String, _ proposal: AdoptionProposal) -> Bool {
        if name != "legacy", document["versioning"]?[name] != nil { return true }
        return name == "tag" && proposal.versioning.tag == TagName.standard.template
    }
}
