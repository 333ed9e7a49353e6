import Fixtures
import Foundation
import SystemPackage
import Testing

/// What `slipway version --json` says of one service.
private struct Answer: Decodable {
    let services: [Service]

    struct Service: Decodable {
        let name: String
        let outcome: String
        var next: String?
        let bump: String
        var reason: String?
        var error: Problem?
        let lints: [Lint]
    }

    struct Problem: Decodable { let code: String }
    struct Lint: Decodable { let code: String }
}

@Suite struct VersionCaseTests {
    @Test(arguments: VersionCatalogue.bumps)
    func `the next version follows from the history`(_ history: VersionCase) async throws {
        try await withTemporaryFolder { folder in
            var (git, arguments) = (try await history.build(at: folder.appending("origin")), ["version", "--json"])
            let configuration = folder.appending("slipway.yaml")
            try configuration.put(history.configuration(folders: history.folders))
            let left = history.tags.filter { $0.localOnly == true }
            if !left.isEmpty {
                git = try await git.clone(to: folder.appending("clone"), "--bare")
                for tag in left { try await history.put(tag, [tag.at: "HEAD"], in: git) }
                arguments.append("--remote")
            }
            let said = try await run(
                SlipwayBinary.path.string, arguments + ["--config", configuration.string, history.service],
                in: git.root, environment: SlipwayBinary.environment)
            guard let data = said.output.data(using: .utf8), !data.isEmpty else {
                Issue.record("\(said.errors)")
                return
            }
            let answer = try JSONDecoder().decode(Answer.self, from: data)
            let service = try #require(answer.services.first { $0.name == history.service })
            let expected = history.expected
            #expect(service.outcome == expected.outcome)
            #expect(service.next == expected.next)
            if let bump = expected.bump { #expect(service.bump == bump) }
            #expect(service.reason == expected.reason)
            #expect(service.error?.code == expected.error)
            #expect(Set(service.lints.map(\.code)) == Set(expected.lints ?? []))
        }
    }
}
