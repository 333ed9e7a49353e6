import Fixtures
import Foundation
import SystemPackage
import Testing

/// Releases as an engineer and a Jenkinsfile cut them.
@Suite(.enabled(if: RegistryFixture.isInstalled)) struct ReleaseTests {
    @Test func `without --push nothing happens, and everything is said`() async throws {
        try await ReleaseWorld.with { world, clone in
            let said = try await world.slipway("release", "billing", in: clone)
            #expect(said.exit == 0, "\(said.errors)")
            #expect(said.output.contains("0.1.0 (initial)"))
            #expect(said.output.contains("must be built first"))
            #expect(said.output.contains("tag billing/v0.1.0"))
            #expect(said.output.contains("--push does it"))
            #expect(try await world.tags().isEmpty)
            #expect(try await world.images().isEmpty)
            #expect(!clone.root.appending(".slipway").isThere)
        }
    }

    @Test func `a release builds what is not recorded, tags it, promotes the very image and writes it down`()
        async throws
    {
        try await ReleaseWorld.with { world, clone in
            let said = try await world.slipway("release", "billing", "--push", in: clone)
            #expect(said.exit == 0, "\(said.errors)\(said.output)")
            #expect(try await world.tags() == ["billing/v0.1.0"])
            let images = try await world.images()
            #expect(Set(images.keys) == ["0.1.0", "0.1", "latest"])
            #expect(Set(images.values).count == 1)
            let tag = try await GitFixture(existing: world.origin).git("cat-file", "-p", "billing/v0.1.0")
            #expect(tag.contains("- begin ("))
            #expect(tag.contains("\"digest\":\"\(images["latest"] ?? "")\""))
            #expect(try world.releases(in: clone) == ["billing/v0.1.0"])
            let again = try await world.slipway("release", "billing", "--push", in: clone)
            #expect(again.exit == 0)
            #expect(again.output.contains("already released"))
            #expect(try world.releases(in: clone) == ["billing/v0.1.0"])
        }
    }

    @Test func `what was built on a laptop is not released unless somebody says so, in writing`() async throws {
        try await ReleaseWorld.with { world, clone in
            let laptop = ["JENKINS_URL": "", "JOB_NAME": "", "BUILD_NUMBER": ""]
            let no = try await world.slipway("release", "billing", "--push", in: clone, laptop)
            #expect(no.exit == 20)
            #expect(no.output.contains("of scope local, and branch is needed"))
            #expect(try await world.tags().isEmpty)
            let yes = try await world.slipway(
                "release", "billing", "--push", "--accept", "scope.local", in: clone, laptop)
            #expect(yes.exit == 0, "\(yes.output)\(yes.errors)")
            let records = try await world.slipway("record", "list", "--json", in: clone)
            #expect(
                records.output.contains("\"accepted\": [\n        \"scope.local\"")
                    || records.output.contains("scope.local"))
        }
    }

    @Test func `a red test releases nothing`() async throws {
        try await ReleaseWorld.with { world, clone in
            let text = try clone.root.appending("slipway.yaml").text
            try await clone.commit(
                "fix: break it",
                ["slipway.yaml": text.replacingOccurrences(of: "test: \"true\"", with: "test: \"false\"")])
            let said = try await world.slipway("release", "billing", "--push", in: clone)
            #expect(said.exit == 20, "\(said.output)")
            #expect(try await world.tags().isEmpty)
            #expect(try await world.images().isEmpty)
        }
    }

    @Test func `moving tags move forward only, whatever is released when`() async throws {
        try await ReleaseWorld.with { world, clone in
            #expect(try await world.slipway("release", "billing", "--push", in: clone).exit == 0)
            try await clone.commit("feat: more", ["services/billing/app": "2\n"])
            #expect(try await world.slipway("release", "billing", "--push", in: clone).exit == 0)
            let before = try await world.images()
            #expect(before["latest"] == before["0.2.0"])
            // A hotfix of the older line.
            try await clone.git("checkout", "-q", "-b", "release/billing/0.1.x", "billing/v0.1.0")
            try await clone.commit("fix: hot", ["services/billing/app": "1b\n"])
            let hot = try await world.slipway(
                "release", "billing", "--push", in: clone, branch: "release/billing/0.1.x")
            #expect(hot.exit == 0, "\(hot.output)\(hot.errors)")
            let after = try await world.images()
            #expect(try await world.tags() == ["billing/v0.1.0", "billing/v0.1.1", "billing/v0.2.0"])
            #expect(after["latest"] == before["0.2.0"])
            #expect(after["0.1"] == after["0.1.1"])
            #expect(after["0.1.1"] != before["0.1.0"])
            try await clone.commit("feat: too much", ["services/billing/app": "1c\n"])
            let far = try await world.slipway("release", "billing", in: clone, branch: "release/billing/0.1.x")
            #expect(far.exit == 20)
            #expect(far.output.contains("maintenance.out-of-range"))
        }
    }

    @Test func `a candidate is promoted as it is, byte for byte and without a build`() async throws {
        try await ReleaseWorld.with { world, clone in
            #expect(try await world.slipway("release", "billing", "--push", in: clone).exit == 0)
            try await clone.commit("feat: more", ["services/billing/app": "2\n"])
            let candidate = try await world.slipway("release", "billing", "--channel", "rc", "--push", in: clone)
            #expect(candidate.exit == 0, "\(candidate.output)\(candidate.errors)")
            let tested = try await world.images()
            #expect(tested["rc"] == tested["0.2.0-rc.1"])
            #expect(tested["latest"] == tested["0.1.0"])
            let runs = try clone.root.appending(".slipway").appending("runs").children.count
            let said = try await world.slipway("release", "billing", "--push", in: clone)
            #expect(said.exit == 0, "\(said.output)\(said.errors)")
            #expect(said.output.contains("promotes billing/v0.2.0-rc.1"))
            let images = try await world.images()
            #expect(images["0.2.0"] == tested["0.2.0-rc.1"])
            #expect(images["latest"] == images["0.2.0"])
            #expect(try clone.root.appending(".slipway").appending("runs").children.count == runs)
        }
    }

    @Test func `what might hide a breaking change waits for somebody who says that it does not`() async throws {
        try await ReleaseWorld.with { world, clone in
            try await clone.commit("fix: x\n\nbreaking change: maybe", ["services/billing/app": "2\n"])
            let no = try await world.slipway("release", "billing", "--push", in: clone)
            #expect(no.exit == 20)
            #expect(no.output.contains("footer.near-miss-breaking"))
            #expect(try await world.tags().isEmpty)
            let yes = try await world.slipway(
                "release", "billing", "--push", "--accept", "footer.near-miss-breaking", in: clone)
            #expect(yes.exit == 0, "\(yes.output)\(yes.errors)")
        }
    }

    @Test func `a remote that does not want the tag has none, and no image has a name`() async throws {
        try await ReleaseWorld.with { world, clone in
            let hook = world.origin.appending("hooks").appending("pre-receive")
            try hook.put("#!/bin/sh\necho no releases on Fridays >&2\nexit 1\n", executable: true)
            let said = try await world.slipway("release", "billing", "--push", in: clone)
            #expect(said.exit == 20)
            #expect(said.output.contains("no releases on Fridays"))
            #expect(try await world.tags().isEmpty)
            #expect(try await world.images().isEmpty)
            #expect(try await clone.git("tag").isEmpty)
        }
    }

    @Test func `a release whose tag is gone or elsewhere stops the next one until somebody accepts it`() async throws {
        try await ReleaseWorld.with { world, clone in
            #expect(try await world.slipway("release", "billing", "--push", in: clone).exit == 0)
            try await clone.commit("feat: more", ["services/billing/app": "2\n"])
            let origin = GitFixture(existing: world.origin)
            let object = try await origin.git("rev-parse", "billing/v0.1.0")
            try await origin.git("tag", "-d", "billing/v0.1.0")
            let gone = try await world.slipway("release", "billing", "--push", in: clone)
            #expect(gone.exit == 20)
            #expect(gone.output.contains("tag.deleted: billing/v0.1.0 is gone"))
            try await clone.git("push", "-q", "origin", "HEAD:main")
            try await origin.git("tag", "billing/v0.1.0", "main")
            let moved = try await world.slipway("release", "billing", "--bump", "minor", in: clone)
            #expect(moved.exit == 20)
            #expect(moved.output.contains("tag.moved: billing/v0.1.0 leads to "))
            try await origin.git("tag", "-f", "billing/v0.1.0", object)
            let back = try await world.slipway("release", "billing", "--push", in: clone)
            #expect(back.exit == 0, "\(back.output)\(back.errors)")
        }
    }

    @Test func `moving tags that were moved by hand are put back`() async throws {
        try await ReleaseWorld.with { world, clone in
            #expect(try await world.slipway("release", "billing", "--push", in: clone).exit == 0)
            try await clone.commit("feat: more", ["services/billing/app": "2\n"])
            #expect(try await world.slipway("release", "billing", "--push", in: clone).exit == 0)
            let good = try await world.images()
            // Somebody pushes an old image as the latest.
            let type = "application/vnd.oci.image.manifest.v1+json"
            let place = "http://\(world.registry.host)/v2/acme/billing/manifests"
            try await sh(
                "curl -sf -H 'Accept: \(type)' \(place)/0.1.0 > m && curl -sf -X PUT -H 'Content-Type: \(type)' --data-binary @m \(place)/latest",
                in: world.folder)
            #expect(try await world.images()["latest"] == good["0.1.0"])
            let dry = try await world.slipway("release", "billing", "--repair", in: clone)
            #expect(dry.output.contains("latest was \(good["0.1.0"] ?? "")"))
            #expect(try await world.images()["latest"] == good["0.1.0"])
            let said = try await world.slipway("release", "billing", "--repair", "--push", in: clone)
            #expect(said.exit == 0, "\(said.output)\(said.errors)")
            #expect(try await world.images() == good)
            let calm = try await world.slipway("release", "billing", "--repair", in: clone)
            #expect(calm.output.contains("every moving name is where it belongs"))
        }
    }

    @Test func `a changelog is written behind the release, in the same push`() async throws {
        try await ReleaseWorld.with("versioning: {changelog: CHANGELOG.md}") { world, clone in
            #expect(try await world.slipway("release", "billing", "--push", in: clone).exit == 0)
            try await clone.git("pull", "-q", "--ff-only", "origin", "main")
            let first = try clone.root.appending("services/billing/CHANGELOG.md").text
            #expect(first.hasPrefix("# Changelog\n\n## 0.1.0 ("))
            #expect(first.contains("- begin ("))
            #expect(try await clone.git("log", "-1", "--format=%s") == "chore(release): billing 0.1.0")
            #expect(try await clone.git("rev-parse", "billing/v0.1.0^{commit}") == clone.git("rev-parse", "HEAD~"))
            try await clone.commit("fix(api): repair it", ["services/billing/app": "2\n"])
            let behind = try await world.slipway("release", "billing", "--push", in: clone)
            #expect(behind.exit == 20)
            #expect(behind.output.contains("branch.moved"))
            try await clone.git("push", "-q", "origin", "main")
            #expect(try await world.slipway("release", "billing", "--push", in: clone).exit == 0)
            try await clone.git("pull", "-q", "--ff-only", "origin", "main")
            let second = try clone.root.appending("services/billing/CHANGELOG.md").text
            #expect(second.contains("### Fixes\n\n- **api:** repair it"))
            #expect(second.hasSuffix(first.dropFirst("# Changelog\n\n".count)))
            #expect(try await clone.git("status", "--porcelain").isEmpty)
            let status = try await world.slipway("release", "status", in: clone)
            #expect(status.output.contains("nothing to release"))
        }
    }

    @Test func `version files are written behind the release, and agree from then on`() async throws {
        try await ReleaseWorld.with("versioning: {files: [version.txt]}") { world, clone in
            #expect(try await world.slipway("release", "status", in: clone).exit == 65)
            let text = try clone.root.appending("slipway.yaml").text
            try await clone.commit(
                "chore: version file",
                [
                    "services/billing/version.txt": "0.0.9\n",
                    "slipway.yaml": text.replacingOccurrences(of: "versioning: {files: [version.txt]}", with: "")
                        .replacingOccurrences(
                            of: "reports: exit-code}", with: "reports: exit-code, version: {files: [version.txt]}}"),
                ])
            try await clone.git("push", "-q", "origin", "main")
            let before = try await world.slipway("version", "billing", in: clone)
            #expect(before.output.contains("0.0.9"))
            let said = try await world.slipway("release", "billing", "--push", in: clone)
            #expect(said.exit == 0, "\(said.output)\(said.errors)")
            try await clone.git("pull", "-q", "--ff-only", "origin", "main")
            #expect(try clone.root.appending("services/billing/version.txt").text == "0.1.0\n")
            let plan = try await world.slipway("plan", in: clone)
            #expect(!plan.errors.contains("version-file"))
            #expect(try await world.tags() == ["billing/v0.1.0"])
        }
    }

    @Test func `asked numbers are taken if they are not too little`() async throws {
        try await ReleaseWorld.with { world, clone in
            #expect(try await world.slipway("release", "billing", "--push", "--graduate", in: clone).exit == 0)
            try await clone.commit("feat!: break", ["services/billing/app": "2\n"])
            let less = try await world.slipway("release", "billing", "--bump", "patch", in: clone)
            #expect(less.exit == 65)
            #expect(less.output.contains("release-as.below-evidence"))
            let accepted = try await world.slipway(
                "release", "billing", "--bump", "minor", "--accept", "release-as.below-evidence", in: clone)
            #expect(accepted.exit == 0)
            #expect(accepted.output.contains("1.0.0  → 1.1.0"))
            let exact = try await world.slipway("release", "billing", "--as", "7.0.0", in: clone)
            #expect(exact.output.contains("→ 7.0.0 (override)"))
            let back = try await world.slipway("release", "billing", "--as", "0.0.1", in: clone)
            #expect(back.exit == 65)
        }
    }
}
