import Disk
import Pipeline
import SystemPackage

extension ReleaseDesk {
    /// What a release came to when somebody else may have been first.
    private enum Attempt {
        case done([ServiceRelease])
        case overtaken
    }

    /// Plans, and where it is real builds what is not recorded, tags, and names images; twice when somebody else was first.
    func cut() async throws -> ReleaseOutcome {
        var head: ObjectID?
        var services: [ServiceRelease] = []
        var mayBuild = true
        for _ in 0..<3 {
            let attempt = try await withView { view in
                head = view.head
                let planned = try await plan(view)
                services = planned.map(\.release)
                guard wish.isReal else { return Attempt.done(services) }
                let unbuilt = services.filter { $0.state == .unbuilt }.map(\.name)
                if !unbuilt.isEmpty, mayBuild { return .overtaken }
                return try await release(planned, view)
            }
            if case .done(let done) = attempt {
                services = done
                break
            }
            let unbuilt = services.filter { $0.state == .unbuilt }.map(\.name)
            if mayBuild, !unbuilt.isEmpty {
                mayBuild = false
                try await build(unbuilt)
            }
        }
        guard let head else { preconditionFailure("a view has a commit") }
        return ReleaseOutcome(commit: head, remote: place.name, isReal: wish.isReal, services: services)
    }

    /// Builds and tests what no record vouches for; what comes of it is in the ledger then.
    private func build(_ names: [ServiceName]) async throws {
        var asking = request
        asking.selection.services = names.map(\.text)
        _ = try await asking.run(reporting: report)
    }

    /// Tags and all that comes after, for those that may be released: all of them or none.
    private func release(
        _ planned: [(release: ServiceRelease, record: SealedRecord?)], _ view: View
    ) async throws -> Attempt {
        var releases = planned.map(\.release)
        for index in releases.indices where releases[index].state == .unbuilt {
            releases[index].state = .blocked
        }
        let chosen = releases.indices.filter { releases[$0].state == .planned }
        let isBlocked = releases.contains { $0.state == .blocked }
        guard !chosen.isEmpty, !isBlocked else { return .done(releases) }
        var cut: [Int: Cut] = [:]
        for index in chosen {
            guard let record = planned[index].record else { continue }
            cut[index] = try await make(releases[index], record, view)
        }
        let branch = try await writing(&releases, chosen, view)
        guard chosen.allSatisfy({ releases[$0].state == .planned }) else { return .done(releases) }
        let push = Push(tags: chosen.compactMap { cut[$0]?.tag }, branch: branch)
        switch try await place.remote.push(push) {
        case .taken, .branchMoved:
            report(.note("somebody else was first; looking again"))
            return .overtaken
        case .rejected(let reason):
            for index in chosen { releases[index].block("tag.rejected", "the remote does not take the tag: \(reason)") }
            return .done(releases)
        case .pushed: break
        }
        for index in chosen {
            guard let made = cut[index] else { continue }
            report(.note("\(releases[index].name): \(made.tag.name) is released"))
        }
        if let branch { report(.note("\(branch.name): what was released is written there; git pull")) }
        try await keepTags(push.tags)
        for index in chosen {
            guard let made = cut[index] else { continue }
            releases[index].state = .released
            await finish(&releases[index], made, view)
        }
        return .done(releases)
    }

    /// A tag that was made, and what it says.
    struct Cut: Sendable {
        let tag: Push.Tag
        let trailer: ReleaseTrailer
        let record: SealedRecord
        /// As the message of the tag has it.
        let changelog: String
    }

    private func make(_ release: ServiceRelease, _ record: SealedRecord, _ view: View) async throws -> Cut {
        guard let version = release.number.version, let text = release.number.tag,
            let name = GitRefName(parsing: text), let service = view.survey.catalog[release.name]
        else { preconditionFailure("what is planned has a number and a tag") }
        let jenkins = view.survey.surroundings.jenkins
        var trailer = ReleaseTrailer(
            service: release.name, version: version,
            images: release.images.map { .init(name: $0.name, digest: $0.digest) },
            run: .init(id: RecordID.new(), buildUrl: jenkins?.buildUrl),
            evidence: .init(plan: view.prepared.plan.digest, records: [record.id]))
        trailer.base = release.number.previous.map { service.release.tag.prefix(for: release.name) + "\($0)" }
        trailer.candidate = release.number.promotes.flatMap {
            service.release.tag.version(of: $0, for: release.name)
        }
        let message = TagMessage(
            subject: "\(release.name) \(version)", changelog: release.changelog.markdown(level: 2), release: trailer)
        let draft = TagDraft(
            name: name, commit: view.head, message: message, signing: service.release.signing, time: .now)
        let object = try await place.remote.git.make(draft)
        return Cut(
            tag: Push.Tag(name: name, object: object), trailer: trailer, record: record,
            changelog: message.changelog)
    }

    /// Lets this clone see the tags; that it does not is no reason to stop.
    private func keepTags(_ tags: [Push.Tag]) async throws {
        guard place.name != nil else { return }
        do {
            try await place.remote.git.keep(tags)
        } catch let error as GitCommandError {
            report(.note("this clone does not see the new tags yet: \(error)"))
        }
    }
}
