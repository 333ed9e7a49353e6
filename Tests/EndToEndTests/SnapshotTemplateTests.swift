import Fixtures
import Testing

struct SnapshotTemplateTests {
    @Test func `builds are called as the configuration says, for one service or for all`() async throws {
        let services = "services:\n  app: {path: app, toolchain: command, build: \"true\", test: \"true\"}\n"
        let web = "  web:\n    path: web\n    toolchain: command\n    build: \"true\"\n    test: \"true\"\n"
        let own = "    version: {snapshot: \"{next}-dev.g{sha7}\"}\n"
        let all = "versioning: {snapshot: \"{next}-{slug}.{n}.g{sha8}\"}\n"
        try await withMonorepo(services + web + own + all) { repository in
            let head = try await repository.git.commit("feat: more", ["app/a.txt": "a\n", "web/a.txt": "a\n"])
            let said = try await repository.slipway("version", "--json")
            #expect(said.output.contains("\"0.1.0-main.1.g\(head.prefix(8))\""))
            #expect(said.output.contains("\"0.1.0-dev.g\(head.prefix(7))\""))
        }
    }

    @Test func `a template that could fail is refused with its line`() async throws {
        let services = "services: {app: {path: app, test: \"true\"}}\n"
        try await withMonorepo(services + "versioning:\n  snapshot: \"{next}-0.{sha12}\"\n") { repository in
            try await repository.git.commit("feat: more", ["app/Makefile": "all:\n"])
            let said = try await repository.slipway("plan")
            #expect(said.exit == 65)
            #expect(said.errors.contains("slipway.yaml:3: the snapshot template"))
            #expect(said.errors.contains("which is no semantic version"))
        }
    }
}
