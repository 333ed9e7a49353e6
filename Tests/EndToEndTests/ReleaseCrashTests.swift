import Fixtures
import Foundation
import SystemPackage
import Testing

/// Releases that are cut off, and releases that meet.
@Suite(.enabled(if: RegistryFixture.isInstalled)) struct ReleaseCrashTests {
    /// Where the program is killed: at a call of git.
    enum Moment: String, CaseIterable, Sendable {
        case beforePush, afterPush, beforePromotion, afterFirstLook

        /// A `git` that kills whoever called it then.
        var script: String {
            let real = "/usr/bin/git"
            let body =
                switch self {
                case .beforePush: "case \"$*\" in push*) kill -9 $PPID; exit 1;; esac"
                case .afterPush: "case \"$*\" in push*) \(real) \"$@\"; kill -9 $PPID; exit 1;; esac"
                case .beforePromotion, .afterFirstLook:
                    """
                    case "$*" in ls-remote*)
                      echo x >> "$0.count"
                      if [ $(wc -l < "$0.count") = \(self == .afterFirstLook ? 1 : 2) ]; then kill -9 $PPID; exit 1; fi;;
                    esac
                    """
                }
            return "#!/bin/sh\n\(body)\nexec \(real) \"$@\"\n"
        }
    }

    @Test(arguments: Moment.allCases)
    func `whenever it is killed, one tag and one image are the end of it`(moment: Moment) async throws {
        try await ReleaseWorld.with { world, clone in
            #expect(try await world.slipway("run", in: clone).exit == 0)
            let tools = world.folder.appending("bin")
            try tools.appending("git").put(moment.script, executable: true)
            let path = "\(tools):\(SlipwayBinary.environment["PATH"] ?? "")"
            let cut = try await world.slipway("release", "billing", "--push", in: clone, ["PATH": path])
            #expect(cut.exit == 128 + 9)
            // Either it began, and is finished, or nothing has happened, and it is begun.
            let resumed = try await world.slipway("release", "billing", "--resume", in: clone)
            #expect(resumed.exit == 0, "\(resumed.output)\(resumed.errors)")
            let again = try await world.slipway("release", "billing", "--push", in: clone)
            #expect(again.exit == 0, "\(again.output)\(again.errors)")
            #expect(try await world.tags() == ["billing/v0.1.0"])
            let images = try await world.images()
            #expect(Set(images.keys) == ["0.1.0", "0.1", "latest"])
            #expect(Set(images.values).count == 1)
            #expect(try world.releases(in: clone) == ["billing/v0.1.0"])
        }
    }

    @Test func `a registry that is away after the tag leaves something to resume`() async throws {
        try await ReleaseWorld.with { world, clone in
            #expect(try await world.slipway("run", in: clone).exit == 0)
            let tools = world.folder.appending("bin")
            let data = "\(world.registry.root)/data"
            try tools.appending("git").put(
                "#!/bin/sh\n/usr/bin/git \"$@\"\ncode=$?\ncase \"$*\" in push*) mv '\(data)' '\(data).away';; esac\nexit $code\n",
                executable: true)
            let path = "\(tools):\(SlipwayBinary.environment["PATH"] ?? "")"
            let said = try await world.slipway("release", "billing", "--push", in: clone, ["PATH": path])
            try await sh("rm -rf '\(data)' && mv '\(data).away' '\(data)'", in: "/")
            #expect(said.exit == 75)
            #expect(said.output.contains("UNFINISHED"))
            #expect(try await world.tags() == ["billing/v0.1.0"])
            let resumed = try await world.slipway("release", "billing", "--resume", in: clone)
            #expect(resumed.exit == 0, "\(resumed.output)\(resumed.errors)")
            #expect(Set(try await world.images().keys) == ["0.1.0", "0.1", "latest"])
        }
    }

    @Test func `of several that release at once one wins, and the others end well`() async throws {
        try await ReleaseWorld.with { world, clone in
            #expect(try await world.slipway("run", in: clone).exit == 0)
            try await clone.git("push", "-q", "origin", "main")
            var clones: [GitFixture] = []
            for index in 0..<6 { clones.append(try await world.clone("racer\(index)")) }
            let said = try await withThrowingTaskGroup(of: Said.self) { group in
                for racer in clones {
                    group.addTask { try await world.slipway("release", "billing", "--push", in: racer) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(said.allSatisfy { $0.exit == 0 }, "\(said.map { "\($0.exit) \($0.output)\($0.errors)" })")
            #expect(said.count { $0.output.contains("→ 0.1.0 (initial)") } == 1)
            #expect(said.count { $0.output.contains("already released") } == 5)
            #expect(try await world.tags() == ["billing/v0.1.0"])
            let images = try await world.images()
            #expect(Set(images.keys) == ["0.1.0", "0.1", "latest"])
            #expect(Set(images.values).count == 1)
            for racer in clones { #expect(try await racer.git("status", "--porcelain").isEmpty) }
        }
    }

    @Test func `tags are signed with the key git is told of, and a resume believes no other`() async throws {
        try await ReleaseWorld.with("versioning: {sign: ssh}") { world, clone in
            try await sh("ssh-keygen -q -t ed25519 -N '' -C ada@example.org -f '\(world.folder)/id'", in: "/")
            let publicKey = try world.folder.appending("id.pub").text
            try world.folder.appending("signers").put("ada@example.org \(publicKey)")
            for (name, value) in [
                ("user.signingkey", "\(world.folder)/id.pub"),
                ("gpg.ssh.allowedSignersFile", "\(world.folder)/signers"),
            ] {
                try await clone.git("config", name, value)
            }
            let said = try await world.slipway("release", "billing", "--push", in: clone)
            #expect(said.exit == 0, "\(said.output)\(said.errors)")
            let verified = try await run(
                "git", ["-c", "gpg.ssh.allowedSignersFile=\(world.folder)/signers", "verify-tag", "billing/v0.1.0"],
                in: clone.root, environment: GitFixture.environment)
            #expect(verified.exit == 0, "\(verified.errors)")
            try world.folder.appending("signers").put("somebody@example.org \(publicKey.dropLast(20))\n")
            let resumed = try await world.slipway("release", "billing", "--resume", in: clone)
            #expect(resumed.exit == 20, "\(resumed.output)\(resumed.errors)")
            #expect(resumed.output.contains("not signed by anybody who is trusted here"))
        }
    }
}
