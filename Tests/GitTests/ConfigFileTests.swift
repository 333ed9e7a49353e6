import Fixtures
import SystemPackage
import Testing

@testable import Git

/// What is read of git's own configuration where libgit2 refuses to.
struct ConfigFileTests {
    @Test func `sections, names between them, values and what is none`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending("config")
            try file.put(
                """
                # a comment
                [Core]
                \tbare = true ; and why
                \tsplitIndex
                [remote "up.Stream"] url = "a # b"
                \tfetch = one
                \tfetch = two
                [broken
                [extensions]
                objectFormat=SHA256
                """)
            let configuration = ConfigFile(file.string)
            #expect(configuration.isTrue("core.bare"))
            #expect(configuration.isTrue("core.splitindex"))
            #expect(configuration["remote.up.Stream.url"] == "a # b")
            #expect(configuration.all("remote.up.Stream.fetch") == ["one", "two"])
            #expect(configuration.between("remote", "url") == ["up.Stream"])
            #expect(configuration["extensions.objectformat"] == "SHA256")
            #expect(configuration["core.worktree"] == nil)
            #expect(ConfigFile(folder.appending("gone").string).between("remote", "url").isEmpty)
        }
    }
}
