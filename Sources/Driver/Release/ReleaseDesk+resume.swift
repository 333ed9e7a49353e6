import Disk
import Pipeline
import SystemPackage

extension ReleaseDesk {
    /// Finishes what earlier releases began: everything it needs stands in their tags.
    func resume() async throws -> ReleaseOutcome {
        try await withView { view in
            var services: [ServiceRelease] = []
            for answer in view.answers {
                var release = ServiceRelease(answer)
                release.state = .nothing
                if let ref = newest(of: answer.name, view) {
                    do {
                        try await resume(&release, ref, view)
                    } catch let error as ReleaseTagError {
                        release.block("tag.unusable", "\(ref.name): \(error)")
                    }
                }
                services.append(release)
            }
            return ReleaseOutcome(commit: view.head, remote: place.name, isReal: true, services: services)
        }
    }

    /// The release that could be unfinished: the one at HEAD, else the highest there is.
    private func newest(of name: ServiceName, _ view: View) -> GitRemote.Ref? {
        guard let template = view.survey.catalog[name]?.release.tag else { return nil }
        let tags = view.tags.compactMap { ref -> (ref: GitRemote.Ref, version: SemanticVersion)? in
            guard let tag = ref.name.tagName, let version = template.version(of: tag.text, for: name) else {
                return nil
            }
            return (ref, version)
        }
        let here = tags.filter { $0.ref.commit == view.head }
        return (here.isEmpty ? tags : here).max { $0.version.precedes($1.version) }?.ref
    }

    private func resume(_ release: inout ServiceRelease, _ ref: GitRemote.Ref, _ view: View) async throws {
        guard let name = ref.name.tagName, let service = view.survey.catalog[release.name],
            let object = try await place.remote.tag(ref)
        else {
            release.because.append(.init("tag.foreign", "\(ref.name) was not made by slipway release"))
            return
        }
        let message = try object.release()
        let trailer = message.release
        guard trailer.service == release.name, object.target == ref.commit,
            service.release.tag.version(of: name.text, for: release.name) == trailer.version
        else {
            release.block("tag.unusable", "\(name) speaks of \(trailer.service) \(trailer.version)")
            return
        }
        if service.release.signing != .none, case .good = try await place.remote.git.signature(of: object) {
        } else if service.release.signing != .none {
            release.block("tag.signature", "\(name) is not signed by anybody who is trusted here")
            return
        }
        release.number.version = trailer.version
        release.number.previous = trailer.base.flatMap { service.release.tag.version(of: $0, for: release.name) }
        release.number.tag = name.text
        release.images = trailer.images.map { .init(name: $0.name, digest: $0.digest, tags: []) }
        let records = try await view.yard.ledgers.records(trailer.evidence.records, of: release.name, view.survey)
        guard let record = records.first else {
            release.state = .unfinished
            release.because.append(
                .init("no-record", "no ledger here has the record \(trailer.evidence.records.first ?? "") it rests on"))
            return
        }
        release.record = record.id
        release.state = .released
        let cut = Cut(
            tag: Push.Tag(name: name, object: ref.object), trailer: trailer, record: record,
            changelog: message.changelog)
        await finish(&release, cut, view)
    }
}
