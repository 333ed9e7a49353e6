import Execution
import Fixtures
import Glibc
import Testing

/// Only what carries all marks is ended.
struct DescendantsTests {
    @Test func `who was started with all the marks is ended, obedient or not, and nobody else`() async throws {
        try await withTemporaryFolder { folder in
            let (run, root) = ("SLIPWAY_RUN=\(getpid())", "SLIPWAY_ROOT=\(folder)")
            let (ours, theirs) = ("3600.\(getpid())5", "3600.\(getpid())6")
            let start = """
                \(run) \(root) setsid sleep \(ours) > /dev/null 2>&1 &
                \(run) \(root) setsid sh -c "trap '' TERM; touch deaf; sleep \(ours)" > /dev/null 2>&1 &
                \(run) \(root)2 setsid sleep \(theirs) > /dev/null 2>&1 &
                \(root) setsid sleep \(theirs) > /dev/null 2>&1 &
                while ! [ -e deaf ] || [ $(pgrep -fc 'sleep 3600.\(getpid())[56]') -lt 4 ]; do sleep 0.01; done
                """
            try await sh(start, in: folder)
            #expect(Descendants.end(marked: [run, root], grace: .milliseconds(200)) >= 3)
            let gone = try await Fixtures.run("pgrep", ["-f", "^sleep \(ours)"])
            #expect(gone.exit == 1)
            let left = try await Fixtures.run("pgrep", ["-f", "^sleep \(theirs)"])
            #expect(left.output.split(separator: "\n").count == 2)
            try await Fixtures.run("pkill", ["-f", "^sleep \(theirs)"])
            #expect(Descendants.end(marked: [run, root]) == 0)
        }
    }
}
