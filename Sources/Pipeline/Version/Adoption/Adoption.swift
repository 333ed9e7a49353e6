/// Taking over the versions of a repository that was tagged by hand or by another tool.
public enum Adoption {
    /// A tag as it is in the repository.
    public struct Tag: Hashable, Sendable {
        public let name: String
        public let commit: ObjectID
        /// When its commit was made, if that is known.
        public let time: Timestamp?

        public init(_ name: String, _ commit: ObjectID, time: Timestamp? = nil) {
            (self.name, self.commit, self.time) = (name, commit, time)
        }
    }

    /// How releases are tagged by what is configured already.
    public struct Settings: Equatable, Sendable {
        /// For all services.
        public var common: TagName?
        /// For some of them.
        public var own: [ServiceName: TagName] = [:]

        public init(common: TagName? = nil) {
            self.common = common
        }
    }

    /// What the tags come to.
    ///
    /// `settings` are those that there are already; `stated` are the versions that version files have, for services that
    /// were never tagged.
    public static func propose(
        tags: [Tag], services: [ServiceName], settings: Settings = Settings(),
        stated: [ServiceName: SemanticVersion] = [:]
    ) -> AdoptionProposal {
        var sorting = Sorting(tags, services)
        let names = services.sorted()
        if names.count == 1 { sorting.giveBare(to: names[0]) }
        // Bare versions are of those that have no tags of their own.
        let nameless = names.filter { sorting.named[$0] == nil }
        if nameless.isEmpty { sorting.leaveBare() }
        let bare = Series(sorting.bare)
        let series = Dictionary(names.map { ($0, sorting.named[$0].map(Series.init) ?? bare) }) { first, _ in first }
        let chosen =
            settings.common ?? common(names.compactMap { series[$0] }, isShared: nameless.count > 1) ?? .standard
        let known = Set(tags.map(\.name))
        let proposals = names.compactMap { name -> AdoptionProposal.Service? in
            guard let series = series[name] else { return nil }
            let isShared = nameless.count > 1 && sorting.named[name] == nil && !sorting.bare.isEmpty
            let start = Start(series, initial: stated[name], template: settings.own[name] ?? chosen, isShared: isShared)
            return start.proposal(name, known: known)
        }
        let used =
            names.filter { sorting.named[$0] != nil }.compactMap { series[$0] } + (nameless.isEmpty ? [] : [bare])
        return AdoptionProposal(
            services: proposals, unfit: sorting.unfit + used.flatMap(\.leftovers), contested: sorting.contested,
            versioning: .init(
                tag: chosen.template, legacy: used.flatMap(\.legacy), horizon: horizon(used.compactMap(\.baseline))))
    }

    /// The template that all tagged services go by, if it is one and tells services apart.
    private static func common(_ series: [Series], isShared: Bool) -> TagName? {
        let templates = Set(series.compactMap { $0.schemes.first?.template })
        guard let template = templates.first, templates.count == 1 else { return nil }
        guard template.contains("{service}") || series.count == 1, !isShared || template.contains("{service}") else {
            return nil
        }
        return TagName(parsing: template)
    }

    /// The commit of the oldest baseline.
    private static func horizon(_ baselines: [Series.Release]) -> ObjectID? {
        let tags = baselines.map(\.tag)
        guard Set(tags.map(\.commit)).count > 1 else { return tags.first?.commit }
        let dated = tags.compactMap { tag in tag.time.map { (time: $0, commit: tag.commit) } }
        guard dated.count == tags.count else { return nil }
        return dated.min { ($0.time, $0.commit) < ($1.time, $1.commit) }?.commit
    }
}

/// Tags, by whose they are.
private struct Sorting {
    var named: [ServiceName: [Series.Member]] = [:]
    var bare: [Series.Member] = []
    var unfit: [AdoptionProposal.Leftover] = []
    var contested: [AdoptionProposal.Contest] = []

    init(_ tags: [Adoption.Tag], _ services: [ServiceName]) {
        let known = Set(services)
        for tag in tags {
            switch TagReading.read(tag.name, services: known) {
            case .success(let reading):
                let member = Series.Member(tag: tag, reading: reading)
                switch reading.claim {
                case .service(let name): named[name, default: []].append(member)
                case .bare: bare.append(member)
                }
            case .failure(.noVersion): unfit.append(.init(tag: tag.name, reason: "ends in no version"))
            case .failure(.stranger(let name)):
                unfit.append(.init(tag: tag.name, reason: "\"\(name)\" is no service"))
            case .failure(.contested(let names)): contested.append(.init(tag: tag.name, services: names))
            }
        }
    }

    /// For a repository with one service, of which all versions are.
    mutating func giveBare(to name: ServiceName) {
        guard !bare.isEmpty else { return }
        named[name, default: []] += bare
        bare = []
    }

    /// For a repository in which every service has tags of its own.
    mutating func leaveBare() {
        unfit += bare.map { .init(tag: $0.tag.name, reason: "names no service, and all have tags of their own") }
        bare = []
    }
}

/// From where one service goes on.
private struct Start {
    let series: Series
    let initial: SemanticVersion?
    let template: TagName
    let isShared: Bool

    init(_ series: Series, initial: SemanticVersion?, template: TagName, isShared: Bool) {
        (self.series, self.initial, self.template, self.isShared) = (series, initial, template, isShared)
    }

    func proposal(_ name: ServiceName, known: Set<String>) -> AdoptionProposal.Service {
        let release = series.baseline
        let baseline = release.map { release in
            let tag = "\(template.prefix(for: name))\(release.version)"
            return AdoptionProposal.Baseline(
                version: release.version, tag: release.tag.name, commit: release.tag.commit, proposedTag: tag,
                isTagged: known.contains(tag))
        }
        return AdoptionProposal.Service(
            name: name, schemes: series.schemes, baseline: baseline, initial: release == nil ? first : nil,
            legacy: series.legacy, isShared: isShared, notes: notes)
    }

    /// The first version of a service that has no stable one.
    private var first: SemanticVersion {
        initial ?? series.highest.flatMap { SemanticVersion(parsing: $0.core) } ?? .first
    }

    private var notes: [String] {
        var notes: [String] = []
        if isShared { notes.append("its tags name no service: each service gets a baseline of its own from them") }
        if series.counts.count > 1 { notes.append("its tags follow \(series.counts.count) schemes") }
        if series.baseline == nil, let highest = series.highest {
            notes.append("only pre-releases are tagged, up to \(highest)")
        }
        if series.baseline == nil, series.highest == nil {
            notes.append(
                initial.map { "never tagged: begins with \($0), which its version file states" }
                    ?? "never tagged: begins with \(SemanticVersion.first)")
        }
        return notes
    }
}
