import Git
import Pipeline
import SystemPackage

/// What versions follow from: less than a plan, as no keys are made.
struct VersionSurvey: Sendable {
    let catalog: Catalog
    let facts: RepositoryFacts
    private(set) var chronicle: Chronicle
    private let statedFiles: StatedFiles
    private let lineName: String

    /// Opens the repository, reads configuration and catalog, and the commits.
    static func make(
        _ request: Request, _ detail: ChronicleQuestion.Detail, remoteTags: [KnownTag]?
    ) async throws -> VersionSurvey {
        let repository = try Repository(at: request.folder.string)
        let found = try await Ground.explored(by: request, repository, detail, remoteTags) { ground in
            // What build files state of needs matters only where what is needed has commits of its own.
            let needsWiring = ground.catalog.services.contains { $0.kind == .library }
            return needsWiring ? try await Terrain(ground, request, listing: false).catalog : ground.catalog
        }
        var survey = VersionSurvey(
            found.ground.facts, found.value, found.chronicle, Surroundings(request.environment),
            try StatedFiles(of: found.value, in: found.ground.tree))
        let head = try repository.commit(survey.facts.head)
        survey.chronicle.interfaces = try InterfaceEvidence(
            of: survey.catalog, since: survey.chronicle.releases, in: repository, head: repository.tree(head.tree))
        survey.chronicle.migrations = try MigrationSurvey(
            changedIn: survey.catalog, since: survey.chronicle.releases, in: repository, at: repository.tree(head.tree))
        return survey
    }

    private init(
        _ facts: RepositoryFacts, _ catalog: Catalog, _ chronicle: Chronicle, _ surroundings: Surroundings,
        _ statedFiles: StatedFiles
    ) {
        (self.facts, self.catalog, self.chronicle) = (facts, catalog, chronicle)
        self.statedFiles = statedFiles
        lineName = surroundings.lineName(gitBranch: facts.branch)
    }

    /// What is said of some services, in their order.
    func answers(about services: [Service]) async throws -> [VersionAnswer] {
        let parts = services.count < 32 ? [services[...]] : services.halves
        return try await parts.concurrentMap(limit: parts.count) { part in
            part.compactMap {
                chronicle.answer(for: $0, in: catalog, at: facts, lineName: lineName).map(statedFiles.completing)
            }
        }.flatMap(\.self)
    }
}

extension Array {
    var halves: [ArraySlice<Element>] { [self[..<(count / 2)], self[(count / 2)...]] }
}
