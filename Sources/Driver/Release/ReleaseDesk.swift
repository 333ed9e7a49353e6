import Disk
import Git
import OCI
import Pipeline
import Registry
import Signing
import SystemPackage

/// Cuts releases: plan → what is recorded stable → tags, which are the point of no return → names of images → record.
///
/// Whatever is killed when: before the push of the tags nothing has happened, after it everything can be done again.
struct ReleaseDesk: Sendable {
    let request: Request
    let wish: ReleaseWish
    let place: ReleasePlace
    let workspace: Workspace
    let report: @Sendable (Event) -> Void

    /// What is known about one state of repository and remote.
    struct View: Sendable {
        let prepared: Prepared
        let yard: Yard
        let tags: [GitRemote.Ref]
        let answers: [VersionAnswer]

        var survey: Survey { prepared.survey }
        var head: ObjectID { survey.facts.head }

        /// Every version of a service that has a tag, wherever it leads.
        func versions(of service: Service) -> [SemanticVersion] {
            tags.compactMap { ref in
                ref.name.tagName.flatMap { service.release.tag.version(of: $0.text, for: service.name) }
            }
        }
    }

    /// Looks at repository, remote and ledgers.
    func withView<Value: Sendable>(_ body: (View) async throws -> Value) async throws -> Value {
        let tags = try await place.tags()
        var asking = request
        asking.selection.atLeast = wish.accepts.contains(Self.localScope) ? .local : .branch
        let survey = try await Survey.make(asking, detail: .evidence, remoteTags: ReleasePlace.known(tags))
        if let path = survey.dirtyPaths.first { throw ReleaseError.dirty("\(path)") }
        let asked = try survey.services(named: request.selection.services)
        let services = survey.catalog.services.filter { service in
            service.kind == .service && (asked.isEmpty || asked.contains(service.name))
        }
        let hidden = services.map(\.name).filter(survey.chronicle.isHidden)
        guard hidden.isEmpty else { throw ReleaseError.shallow(hidden) }
        return try await Tools.withYard(survey, report: report) { tools, yard in
            let prepared = try await prepare(survey, with: tools)
            let answers = services.compactMap { service in answer(for: service, survey) }
            return try await body(View(prepared: prepared, yard: yard, tags: tags, answers: answers))
        }
    }

    private func answer(for service: Service, _ survey: Survey) -> VersionAnswer? {
        let lineName = survey.surroundings.lineName(gitBranch: survey.facts.branch)
        let plain = survey.chronicle.version(of: service, in: survey.catalog, at: survey.facts, lineName: lineName)
        let wanted = wish.number(for: plain)
        guard wanted != .init() else { return plain }
        return survey.chronicle.version(
            of: service, in: survey.catalog, at: survey.facts, lineName: lineName, wish: wanted)
    }

    // MARK: - Accepted

    /// The word for records that were made where nobody but their maker vouches for them.
    static let localScope = "scope.local"
    static let flaky = "flaky"

    // MARK: - Plan

    /// What would be released, and what keeps the rest from it.
    func plan(_ view: View) async throws -> [(release: ServiceRelease, record: SealedRecord?)] {
        var planned: [(ServiceRelease, SealedRecord?)] = []
        for answer in view.answers {
            var release = ServiceRelease(answer)
            var record: SealedRecord?
            if release.state == .planned {
                refuseLints(answer, &release)
                nameTag(answer, &release, view)
                record = try await evidence(for: answer, &release, view)
            }
            try refuseLostTags(&release, view)
            planned.append((release, record))
        }
        return planned
    }

    /// What might hide a breaking change stops a release until a person says that it does not.
    private func refuseLints(_ answer: VersionAnswer, _ release: inout ServiceRelease) {
        for lint in answer.lints where lint.code.isError && !wish.accepts.contains(lint.code.rawValue) {
            let whose = lint.commit.map { "\($0.short): " } ?? ""
            release.block(
                lint.code.rawValue, "\(whose)\(lint.code.meaning): mend it, or --accept \(lint.code.rawValue)")
        }
    }

    /// What was released stays where it was: a tag that a record knows and the remote does not, or knows elsewhere, is
    /// somebody's mistake, and maybe an attack.
    private func refuseLostTags(_ release: inout ServiceRelease, _ view: View) throws {
        let records = try view.yard.ledgers.folder?.newest(of: release.name, limit: 500).records ?? []
        for record in records {
            guard let tag = record.record.release?.tag, let name = GitRefName(parsing: tag) else { continue }
            let there = view.tags.first { $0.name == name.asTag }
            guard there?.commit != record.record.source.commit else { continue }
            let code = there == nil ? "tag.deleted" : "tag.moved"
            guard !wish.accepts.contains(code) else { continue }
            let state = there.map { "leads to \($0.commit.short) now" } ?? "is gone"
            release.block(
                code,
                "\(tag) \(state), and was released at \(record.record.source.commit.short): put it back, or --accept \(code)"
            )
        }
    }

    private func nameTag(_ answer: VersionAnswer, _ release: inout ServiceRelease, _ view: View) {
        guard let version = answer.next, let service = view.survey.catalog[answer.name] else { return }
        let text = service.release.tag.prefix(for: answer.name) + "\(version)"
        release.number.tag = text
        guard let name = GitRefName(parsing: text) else {
            release.block("tag.invalid", "\(text) cannot be the name of a tag in git")
            return
        }
        if let other = view.tags.first(where: { $0.name.tagName?.clashes(with: name) == true }) {
            release.block("tag.clash", "\(text) cannot be beside the tag \(other.name.tagName?.text ?? "")")
        }
    }

    /// The record a release rests on: of the candidate that is promoted, else of the very inputs.
    private func evidence(
        for answer: VersionAnswer, _ release: inout ServiceRelease, _ view: View
    ) async throws -> SealedRecord? {
        let name = answer.name
        var record = view.prepared.ledger.accepted[name]
        if let candidate = answer.promotes {
            let trailer = try await trailer(of: candidate, view)
            let known = try await view.yard.ledgers.records(trailer?.evidence.records ?? [], of: name, view.survey)
            record = known.first ?? record
        }
        guard let record else {
            release.state = release.state == .planned ? .unbuilt : release.state
            let why = view.prepared.ledger.rejected[name]?.first ?? "no record vouches for what would be released"
            let hint = why.contains("of scope") ? "; --accept \(Self.localScope) takes it all the same" : ""
            release.because.append(.init("not-recorded", why + hint))
            return nil
        }
        release.record = record.id
        if record.record.verdict.state != .stable, !wish.accepts.contains(record.record.verdict.state.rawValue) {
            let state = record.record.verdict.state.rawValue
            release.block("not-stable", "record \(record.id) says \(state); --accept \(state) takes it all the same")
        }
        let service = view.survey.catalog[name]
        let tags = service.map { imageTags(of: release, $0, view, view.tags).map(\.text) } ?? []
        release.images = record.record.images.map { .init(name: $0.repository, digest: $0.digest, tags: tags) }
        return record
    }

    /// What a tag that Slipway wrote says to machines; nil for tags of others.
    func trailer(of tag: String, _ view: View) async throws -> ReleaseTrailer? {
        guard let name = GitRefName(parsing: tag), let ref = view.tags.first(where: { $0.name == name.asTag }),
            let object = try await place.remote.tag(ref)
        else { return nil }
        do { return try object.release().release } catch { return nil }
    }

    func imageTags(
        of release: ServiceRelease, _ service: Service, _ view: View, _ refs: [GitRemote.Ref]
    ) -> [ImageTag] {
        guard let version = release.number.version else { return [] }
        let existing = refs.compactMap { ref in
            ref.name.tagName.flatMap { service.release.tag.version(of: $0.text, for: service.name) }
        }
        return ImageTags(release: version, commit: view.head, existing: existing).map { [$0.exact] + $0.floating } ?? []
    }
}
