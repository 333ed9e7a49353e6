import Execution
import Pipeline

/// What a release writes into files of the repository.
extension ReleaseDesk {
    /// The branch as it is to be pushed with the tags; nil when nothing is to be written.
    ///
    /// Blocks the releases when the branch cannot take a commit.
    func writing(_ releases: inout [ServiceRelease], _ chosen: [Int], _ view: View) async throws -> Push.Branch? {
        var files: [(path: Path, bytes: [UInt8])] = []
        for index in chosen { files += try await edits(of: releases[index], view) }
        guard !files.isEmpty else { return nil }
        let facts = view.survey.facts
        guard let text = view.survey.surroundings.branch ?? facts.branch, let branch = GitRefName(parsing: text) else {
            for index in chosen {
                releases[index].block("branch.none", "HEAD is on no branch that could take what is to be written")
            }
            return nil
        }
        let there = try await place.remote.refs(matching: ["\(branch.asBranch)"]).first { $0.name == branch.asBranch }
        guard let there, there.object == facts.head else {
            let state = there.map { "at \($0.object.short)" } ?? "not there"
            for index in chosen {
                releases[index].block(
                    "branch.moved", "\(branch) of the remote is \(state), not at HEAD: push or pull first")
            }
            return nil
        }
        let names = chosen.map { "\(releases[$0].name) \(releases[$0].number.version.map { "\($0)" } ?? "")" }
        let commit = ReleaseCommit(
            git: place.remote.git, parent: facts.head, subject: "chore(release): " + names.joined(separator: ", "),
            files: files)
        return Push.Branch(name: branch, object: try await commit.make(), expected: there.object)
    }

    private func edits(of release: ServiceRelease, _ view: View) async throws -> [(path: Path, bytes: [UInt8])] {
        guard let version = release.number.version, version.isStable, let service = view.survey.catalog[release.name]
        else { return [] }
        var files = try view.survey.versionFileEdits(for: release.name, version: version).map {
            (path: $0.path, bytes: $0.new)
        }
        if let name = service.release.changelog, let path = try? Path(parsing: name, in: service.home) {
            let known = try await place.remote.git.ask(
                .init(["cat-file", "blob", "\(view.head):\(String(decoding: path.bytes, as: UTF8.self))"]))
            let old = known.ending == .exited(0) ? String(decoding: known.output, as: UTF8.self) : ""
            let day = String("\(Timestamp.now)".prefix(10))
            files.append((path, Array(release.changelog.prepended(to: old, version: version, on: day).utf8)))
        }
        return files
    }
}
