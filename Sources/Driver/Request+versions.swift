import Disk
import Git
public import Pipeline
import SystemPackage

extension Request {
    /// The version each service has and would get, with the evidence.
    ///
    /// By the tags of this clone, or by those of the remote when it is to be asked: then what is only here counts for
    /// nothing. The evidence is complete only where it is to be told.
    ///
    /// Where there is no answer, as in a clone that is too shallow, the answer says why.
    public func versions(
        askingRemote asksRemote: Bool = false, telling isTelling: Bool = true
    ) async throws -> (answers: [VersionAnswer], notes: [Plan.Note]) {
        let remoteTags = asksRemote ? try await ReleasePlace.known(releasePlace(.init()).tags()) : nil
        let survey = try await VersionSurvey.make(self, isTelling ? .evidence : .merges, remoteTags: remoteTags)
        let asked = try survey.catalog.services(named: selection.services)
        let services = survey.catalog.services.filter { service in
            service.kind == .service && (asked.isEmpty || asked.contains(service.name))
        }
        let answers = try await survey.answers(about: services)
        return (answers, survey.chronicle.notes + answers.flatMap(\.fileNotes))
    }

    /// Where the tags of releases are.
    func releasePlace(_ wish: ReleaseWish) async throws -> ReleasePlace {
        let repository = try Repository(at: folder.string)
        return try await ReleasePlace(
            self, wish, Self.workspace(of: repository), commonFolder: FilePath(repository.commonFolder))
    }

    /// Where everything of ours is kept, in a work tree or a bare repository.
    static func workspace(of repository: borrowing Repository) -> Workspace {
        let root = FilePath(repository.workTree ?? repository.commonFolder)
        return Workspace(root: root.appending(Workspace.folderName))
    }
}
