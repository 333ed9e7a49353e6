import Fixtures
import Foundation
import Testing

/// `slipway version` as people ask it: what moved a version, what nearly did, and what files say of it.
struct VersionTellingTests {
    @Test func `each commit says what it makes, and the last line why it comes to that`() async throws {
        try await withBilling { world in
            try await world.commit("fix: round up")
            let head = try await world.commit("feat: pdf").prefix(12)
            let said = try await world.slipway("version", "billing")
            #expect(said.exit == 0, "\(said.errors)")
            let lines = said.output.split(separator: "\n").map(String.init)
            #expect(lines[1] == "2 commits since billing/v1.4.2")
            #expect(lines[2] == "  \(head)  type  minor → 1.5.0  feat: pdf")
            #expect(lines[3].hasSuffix("  type  patch → 1.4.3  fix: round up"))
            #expect(lines.last == "1.5.0 is the next minor after billing/v1.4.2; \(head) asks for minor")
        }
    }

    @Test func `near misses are told with the edit and the version it would make`() async throws {
        try await withBilling { world in
            let add = try await world.commit("Add pdf")
            let hidden = try await world.commit("fix: totals\n\nBreaking change: no more xml")
            let said = try await world.slipway("version", "billing")
            #expect(said.output.contains("near misses\n"))
            #expect(said.output.contains("  \(add.prefix(12))  would make 1.5.0 as `feat: add pdf`\n"))
            #expect(
                said.output.contains(
                    "  \(hidden.prefix(12))  would make 2.0.0 with `BREAKING CHANGE: no more xml`\n"))
            #expect(said.output.contains("a line is almost a breaking change marker, and was not read as one"))
            let misses = try #require(try await world.billing()["nearMisses"] as? [[String: Any]])
            #expect(misses.map { $0["edit"] as? String } == ["BREAKING CHANGE: no more xml", "feat: add pdf"])
            #expect(misses.map { $0["next"] as? String } == ["2.0.0", "1.5.0"])
            #expect(misses.map { $0["commit"] as? String } == [hidden, add])
        }
    }

    @Test func `messages that would paint a terminal are shown, not obeyed`() async throws {
        try await withBilling { world in
            try await world.commit("Add \u{1b}[31mred\u{1b}]0;title\u{7} \u{202e}drawkcab \u{85}x")
            let said = try await world.slipway("version", "billing")
            #expect(said.exit == 0)
            #expect(said.output.contains("Add \\u{1b}[31mred\\u{1b}]0;title\\u{7} \\u{202e}drawkcab \\u{85}x"))
            #expect(said.output.contains("as `feat: add \\u{1b}[31mred"))
            #expect(said.output.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" })
        }
    }

    @Test func `what a message failed to say an empty commit can say`() async throws {
        try await withBilling { world in
            try await world.commit("Add pdf")
            try await world.git.commit("chore: say it\n\nRelease-As: minor\nRelease-Service: billing")
            #expect(try await world.next() == "1.5.0")
        }
    }

    @Test func `services that are called as subcommands can be asked for`() async throws {
        let more = ["adopt", "show"].map {
            "  \($0): {path: \($0), toolchain: command, build: \"true\", test: false}\n"
        }
        let files = ["adopt/x": "x\n", "show/x": "x\n"]
        try await withBilling(VersionWorld.configuration("", more.joined()), files) { world in
            for arguments in [["--", "adopt"], ["show", "adopt"], ["show", "show"], ["--", "show"]] {
                let said = try await run(
                    SlipwayBinary.path.string, ["version"] + arguments, in: world.git.root,
                    environment: SlipwayBinary.environment)
                #expect(said.exit == 0, "\(said.errors)")
                #expect(said.output.hasPrefix(arguments[1]), "\(arguments): \(said.output)")
            }
            let adopt = try await world.slipway("version", "adopt")
            #expect(adopt.output.contains("versioning:\n"))
        }
    }

    // MARK: - Version files

    @Test func `a version file that disagrees is a finding in every run`() async throws {
        let entry = "    version: {files: [version.txt, gradle.properties]}\n"
        let files = ["billing/version.txt": "1.3.9\n", "billing/gradle.properties": "version=1.4.2\n"]
        try await withBilling(VersionWorld.configuration(entry), files) { world in
            try await world.commit("feat: pdf")
            let note = "version-file.disagrees: billing: billing/version.txt:1: states 1.3.9, expected 1.4.2 or 1.5.0"
            let plan = try await world.slipway("plan")
            #expect(plan.output.contains("note \(note)\n"), "\(plan.output)")
            let version = try await world.slipway("version", "billing")
            #expect(version.errors.contains("note \(note)\n"))
            #expect(version.output.contains("  billing/version.txt:1        states 1.3.9, expected 1.4.2 or 1.5.0\n"))
            #expect(version.output.contains("  billing/gradle.properties:1  states 1.4.2\n"))
            let stated = try #require(try await world.billing()["files"] as? [[String: Any]])
            #expect(stated.map { $0["path"] as? String } == ["billing/version.txt", "billing/gradle.properties"])
            #expect(stated.map { $0["states"] as? String } == ["1.3.9", "1.4.2"])
            #expect(stated.map { $0["finding"] as? String } == ["version-file.disagrees", nil])
            #expect(stated.first?["expected"] as? [String] == ["1.4.2", "1.5.0"])
            #expect(stated.first?["line"] as? Int == 1)
            let run = try await world.slipway("run")
            #expect(run.exit == 0)
            #expect(run.errors.contains("note \(note)\n"), "\(run.errors)")
            // As it is being worked on, and as it is committed.
            try world.git.put("billing/version.txt", "1.5.0\n")
            let dirty = try await world.slipway("plan")
            #expect(!dirty.output.contains("version-file"))
            let committed = try await world.slipway("plan", "--committed")
            #expect(committed.output.contains("version-file.disagrees"))
        }
    }

    @Test func `a service without version files says nothing of them`() async throws {
        try await withBilling { world in
            let answer = try await world.billing()
            #expect(answer["files"] is NSNull)
        }
    }

    @Test func `work on the next version is no disagreement, a file that is not there is one`() async throws {
        let entry = "    version: {files: [pom.xml, version.txt]}\n"
        let pom = "<project><version>1.4.3-SNAPSHOT</version></project>\n"
        try await withBilling(VersionWorld.configuration(entry), ["billing/pom.xml": pom]) { world in
            let plan = try await world.slipway("plan")
            #expect(!plan.output.contains("pom.xml"))
            let missing = "version-file.unreadable: billing: billing/version.txt: there is no such file in this tree"
            #expect(plan.output.contains(missing), "\(plan.output)")
        }
    }

    @Test func `a file of which no version can be read is refused with its line`() async throws {
        try await withBilling(VersionWorld.configuration("    version:\n      files: [README.md]\n")) { world in
            let said = try await world.slipway("plan")
            #expect(said.exit == 65)
            #expect(said.errors.contains("slipway.yaml:8: service \"billing\": \"README.md\" is no file whose version"))
            #expect(said.errors.contains("build.gradle.kts"))
        }
    }
}
