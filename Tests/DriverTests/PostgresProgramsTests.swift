import Disk
import Fixtures
import Pipeline
import SystemPackage
import Testing

@testable import Driver

/// Where a PostgreSQL is looked for, and what servers of killed runs leave.
struct PostgresProgramsTests {
    private static func install(_ folder: FilePath) throws {
        try folder.makeFolders()
        for name in ["initdb", "postgres", "psql"] { try folder.appending(name).write([]) }
    }

    @Test func `the newest that is whole is taken, then what is in PATH`() async throws {
        try await withTemporaryFolder { folder in
            let (home, own) = (folder.appending("lib"), folder.appending("own"))
            for version in ["9.6", "15"] { try Self.install(home.appending(version).appending("bin")) }
            try home.appending("16").appending("bin").makeFolders()
            try Self.install(own)
            let environment = ["PATH": "/usr/sbin:/usr/bin:/bin:\(own)"]
            let found = try PostgresPrograms(environment, in: home).folder
            #expect(found == home.appending("15").appending("bin"))
            let path = ["PATH": "\(own):/usr/bin:/bin"]
            #expect(try PostgresPrograms(path, in: folder.appending("none")).folder == own)
        }
    }

    @Test func `where there is none, it is said what to install`() async throws {
        try await withTemporaryFolder { folder in
            let error = #expect(throws: TrialError.self) {
                try PostgresPrograms(["PATH": folder.string], in: folder.appending("none"))
            }
            #expect(error?.description.contains("apt-get install postgresql") == true)
        }
    }

    @Test func `what a killed server left is removed, and nothing else that a mark names`() async throws {
        try await withTemporaryFolder { folder in
            let workspace = Workspace(root: folder.appending(".slipway"))
            let traces = TrialTraces(workspace)
            #expect(try traces.sweep() == 0)
            let place = traces.place(in: folder)
            try traces.mark(place)
            try place.appending("data").makeFolders()
            let other = folder.appending("precious")
            try other.makeFolders()
            try workspace.root.appending("trials/slipway-trial-0000000000000000").write(other.bytes)
            #expect(try traces.sweep() == 1)
            #expect(try place.status() == nil)
            #expect(try other.status() != nil)
        }
    }
}
