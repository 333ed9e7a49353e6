import Fixtures
import Testing

/// What each command prints for machines and for people, on a repository whose ids are the same everywhere.
struct NounTests {
    @Test func `plan as text, JSON and lines`() async throws {
        try await withMonorepo { repository in
            try await repository.git.git("tag", "app/v1.2.0")
            try await repository.git.commit(
                "feat(app): sing", ["services/app/src.txt": "sing\n"], author: "Grace Hopper")
            for (format, ending) in [("text", "txt"), ("json", "json"), ("tsv", "tsv")] {
                let said = try await repository.slipway("plan", "--format", format)
                #expect(said.exit == 0, "\(said.errors)")
                try Golden("Tests/EndToEndTests/Golden/plan.\(ending)").check(said.output)
            }
            let version = try await repository.slipway("version", "--json")
            try Golden("Tests/EndToEndTests/Golden/version.json").check(version.output)
            let text = try await repository.slipway("version")
            try Golden("Tests/EndToEndTests/Golden/version.txt").check(text.output)
        }
    }
}
