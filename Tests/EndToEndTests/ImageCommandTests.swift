import Fixtures
import Foundation
import SystemPackage
import Testing

/// `slipway image` on a real registry: promotion, comparison, verification, deletion.
@Suite(.enabled(if: RegistryFixture.isInstalled, "docker-registry is not installed"))
struct ImageCommandTests {
    /// A registry with the image of `app`, and the digest it has there.
    private func withImage(
        _ body: @escaping @Sendable (Monorepo, RegistryFixture, String) async throws -> Void
    ) async throws {
        try await RegistryFixture.withRegistry { registry in
            try await withMonorepo("registry: \(registry.host)/acme\n" + Monorepo.configuration) { repo in
                let ran = try await repo.slipway("run", "app")
                #expect(ran.exit == 0, "\(ran.output)\(ran.errors)")
                let tag = "sha-\(try await repo.git.head().prefix(12))"
                try await body(repo, registry, tag)
            }
        }
    }

    private func json(_ repo: Monorepo, _ arguments: [String], exit: Int32 = 0) async throws -> [String: Any] {
        let said = try await run(
            SlipwayBinary.path.string, ["image"] + arguments + ["--json"], in: repo.root,
            environment: SlipwayBinary.environment)
        #expect(said.exit == exit, "\(arguments) \(said.output)\(said.errors)")
        return try JSONSerialization.jsonObject(with: Data(said.output.utf8)) as? [String: Any] ?? [:]
    }

    private func first(_ answer: [String: Any], _ list: String) throws -> [String: Any] {
        try #require((answer[list] as? [[String: Any]])?.first)
    }

    private func digest(_ registry: RegistryFixture, _ name: String) async throws -> String {
        let said = try await run(
            "skopeo", ["inspect", "--tls-verify=false", "--format", "{{.Digest}}", "docker://\(registry.host)/\(name)"])
        return said.output.trimmingCharacters(in: .newlines)
    }

    @Test func `inspect says what it is, who built it and which record is about it`() async throws {
        try await withImage { repo, registry, tag in
            let answer = try await json(repo, ["inspect", "app:\(tag)"])
            let origin = try #require(answer["origin"] as? [String: Any])
            #expect(origin["builder"] as? String == "Slipway")
            let commit = try await repo.git.head()
            #expect(origin["revision"] as? String == commit)
            let platform = try first(answer, "platforms")
            #expect(platform["name"] as? String == "linux/amd64")
            let record = try first(answer, "records")
            #expect(record["service"] as? String == "app")
            let there = try await digest(registry, "acme/app:\(tag)")
            #expect((answer["manifest"] as? [String: Any])?["digest"] as? String == there)
            // The same by its place, and where the run left it.
            for name in ["\(registry.host)/acme/app@\(there)", "oci:.slipway/images:app:\(tag)", there] {
                let other = try await json(repo, ["inspect", name])
                #expect((other["manifest"] as? [String: Any])?["digest"] as? String == there, "\(name)")
            }
            let text = try await repo.slipway("image", "inspect", "app:\(tag)")
            #expect(text.output.contains("  Slipway, key sha256:"), "\(text.output)")
            let absent = try await repo.slipway("image", "inspect", "app:none")
            #expect(absent.exit == 65)
            #expect(absent.errors.contains("is not in the registry"))
        }
    }

    @Test func `a promotion is byte for byte, and a version never moves`() async throws {
        try await withImage { repo, registry, tag in
            let there = try await digest(registry, "acme/app:\(tag)")
            for name in ["production", "1.0.0", "latest", "1"] {
                let answer = try await json(repo, ["promote", "app:\(tag)", name])
                #expect(try first(answer, "images")["state"] as? String == "promoted")
                let found = try await digest(registry, "acme/app:\(name)")
                #expect(found == there)
            }
            let again = try await json(repo, ["promote", "app:\(tag)", "1.0.0"])
            #expect(try first(again, "images")["state"] as? String == "already-published")

            try await repo.git.commit("feat: more", ["services/app/src.txt": "more\n"])
            let ran = try await repo.slipway("run", "app")
            #expect(ran.exit == 0, "\(ran.errors)")
            let newer = "sha-\(try await repo.git.head().prefix(12))"
            let refused = try first(await json(repo, ["promote", "app:\(newer)", "1.0.0"], exit: 20), "images")
            let reason = try #require(refused["reason"] as? String)
            let other = try await digest(registry, "acme/app:\(newer)")
            let head = try await repo.git.head()
            for word in [there, other, String(head.prefix(12)), "never names another image"] {
                #expect(reason.contains(word), "\(reason)")
            }
            let kept = try await digest(registry, "acme/app:1.0.0")
            #expect(kept == there)
            // Moving names go forward: 1.1.0 takes latest, and 1.0.0 does not take it back.
            _ = try await json(repo, ["promote", "app:\(newer)", "1.1.0"])
            _ = try await json(repo, ["promote", "app:1.1.0", "latest"])
            let back = try first(await json(repo, ["promote", "app:1.0.0", "latest"], exit: 20), "images")
            #expect((back["reason"] as? String)?.contains("moves forward only, and is at 1.1.0") == true)
            let wrong = try await json(repo, ["promote", "app:1.1.0", "2"], exit: 20)
            #expect((try first(wrong, "images")["reason"] as? String)?.contains("is not for version 1.1.0") == true)
        }
    }

    @Test func `a promotion to another place mounts, or carries over`() async throws {
        try await withImage { repo, registry, tag in
            let there = try await digest(registry, "acme/app:\(tag)")
            let live = try first(
                await json(repo, ["promote", "app:\(tag)", "\(registry.host)/live/app:1.0.0"]), "images")
            #expect(live["sent"] as? Int == 0)
            let mounted = try await digest(registry, "live/app:1.0.0")
            #expect(mounted == there)
            try await RegistryFixture.withRegistry { other in
                let far = try first(
                    await json(repo, ["promote", "app:\(tag)", "\(other.host)/far/app:1.0.0"]), "images")
                #expect(far["sent"] as? Int ?? 0 > 0)
                let carried = try await digest(other, "far/app:1.0.0")
                #expect(carried == there)
                // Out of a layout, which has no tags beside it.
                let local = "oci:.slipway/images:app:\(tag)"
                let pushed = try first(
                    await json(repo, ["promote", local, "\(other.host)/disk/app:1.0.0"]), "images")
                #expect(pushed["sent"] as? Int ?? 0 > 0)
                let uploaded = try await digest(other, "disk/app:1.0.0")
                #expect(uploaded == there)
                let again = try first(
                    await json(repo, ["promote", local, "\(other.host)/disk/app:1.0.0"]), "images")
                #expect(again["state"] as? String == "already-published")
                let bare = try await repo.slipway("image", "promote", local, "production")
                #expect(bare.exit == 64 && bare.errors.contains("is in no registry"))
                // Several go side by side, each under its own name.
                let many = try await json(
                    repo, ["promote", "app:\(tag)", "\(registry.host)/live/app:1.0.0", "\(other.host)/all"])
                #expect((many["images"] as? [[String: Any]])?.count == 2)
                for name in ["all/app:\(tag)", "all/app:1.0.0"] {
                    let found = try await digest(other, name)
                    #expect(found == there)
                }
            }
        }
    }

    @Test func `diff tells files, settings and the compressor apart`() async throws {
        try await withImage { repo, registry, tag in
            let here = registry.host
            let same = try await json(repo, ["diff", "app:\(tag)", "oci:.slipway/images:app:\(tag)"])
            #expect(same["verdict"] as? String == "identical")
            try await sh(
                """
                umoci unpack --image .slipway/images:app:\(tag) bundle
                echo longer > bundle/rootfs/app && echo new > bundle/rootfs/new
                cp -r .slipway/images changed && umoci repack --image changed:app:\(tag) bundle
                umoci config --image changed:app:\(tag) --config.user 1000:1000
                skopeo copy -q --dest-compress-format zstd --dest-tls-verify=false oci:.slipway/images:app:\(tag) docker://\(here)/x/zstd:1
                """, in: repo.root)
            let compressor = try await json(repo, ["diff", "app:\(tag)", "\(here)/x/zstd:1"])
            #expect(compressor["verdict"] as? String == "compressor", "\(compressor)")
            #expect(compressor["recompressed"] as? Int == 1)
            let changed = try await json(repo, ["diff", "app:\(tag)", "oci:changed:app:\(tag)"])
            #expect(changed["verdict"] as? String == "content")
            let files = try #require(changed["files"] as? [[String: Any]])
            #expect(files.map { "\($0["path"] ?? "") \($0["change"] ?? "")" } == ["app changed", "new added"])
            #expect(files[0]["what"] as? [String] == ["size", "content"])
            let settings = try #require(changed["settings"] as? [[String: Any]]).compactMap { $0["name"] as? String }
            #expect(settings.contains("User"))
            let text = try await repo.slipway("image", "diff", "app:\(tag)", "oci:changed:app:\(tag)")
            #expect(text.output.hasPrefix("content: 2 paths\n"), "\(text.output)")
            #expect(text.output.contains("~ app (size "))
        }
    }

    @Test func `verify finds what was pushed by hand, moved, and lost`() async throws {
        try await withImage { repo, registry, tag in
            let good = try await repo.slipway("image", "verify")
            #expect(good.exit == 0, "\(good.output)")
            // A release as the ledger knows it.
            try await repo.git.git("remote", "add", "origin", repo.root.string)
            let released = try await repo.slipway("release", "app", "--push", "--accept", "scope.local")
            #expect(released.exit == 0, "\(released.output)\(released.errors)")
            let kept = try await repo.slipway("image", "verify", "app")
            #expect(kept.exit == 0, "\(kept.output)")
            let exact = try #require(
                (try await registry.curl("/v2/acme/app/tags/list")).output.split(separator: "\"").map(String.init)
                    .first { $0.split(separator: ".").count == 3 && $0.allSatisfy { $0.isNumber || $0 == "." } })
            try await sh(
                """
                umoci unpack --image .slipway/images:app:\(tag) b && echo evil > b/rootfs/app
                cp -r .slipway/images hand && umoci repack --image hand:app:\(tag) b
                for name in \(exact) 9.9.9 by-hand; do
                  skopeo copy -q --dest-tls-verify=false oci:hand:app:\(tag) docker://\(registry.host)/acme/app:$name
                done
                """, in: repo.root)
            let answer = try await json(repo, ["verify", "app"], exit: 21)
            let findings = try #require(try first(answer, "repositories")["findings"] as? [[String: Any]])
            let states = findings.reduce(into: [String: String]()) {
                $0[$1["tag"] as? String ?? ""] = $1["state"] as? String
            }
            #expect(states[exact] == "moved")
            #expect(states["9.9.9"] == "unrecorded")
            #expect(states["by-hand"] == "unrecorded")
            #expect(states[tag] == "recorded")
            // A layer that is gone: the registry still names the image.
            try await sh(
                "for f in data/docker/registry/v2/blobs/sha256/*/*/data; do case $(head -c 2 $f | od -An -tx1) in *1f*8b*) : > $f;; esac; done",
                in: registry.root)
            let lost = try await json(repo, ["verify", "app"], exit: 21)
            let unserved = try #require(try first(lost, "repositories")["findings"] as? [[String: Any]])
            #expect(unserved.contains { $0["state"] as? String == "unserved" })
        }
    }

    @Test func `delete says every tag that goes, and keeps released versions`() async throws {
        try await withImage { repo, registry, tag in
            _ = try await json(repo, ["promote", "app:\(tag)", "staging"])
            let planned = try await json(repo, ["delete", "app:staging"])
            #expect(planned["state"] as? String == "planned")
            #expect(Set(planned["tags"] as? [String] ?? []).isSuperset(of: ["staging", tag]))
            let there = try await digest(registry, "acme/app:\(tag)")
            _ = try await json(repo, ["promote", "app:\(tag)", "1.0.0"])
            let refused = try await json(repo, ["delete", "app:\(tag)", "--yes"], exit: 20)
            #expect((refused["reason"] as? String)?.contains("1.0.0 is a released version") == true)
            let kept = try await digest(registry, "acme/app:\(tag)")
            #expect(kept == there)
            let deleted = try await json(repo, ["delete", "app@\(there)", "--yes", "--released"])
            #expect(deleted["state"] as? String == "deleted")
            let gone = try await repo.slipway("image", "inspect", "app:1.0.0")
            #expect(gone.exit == 65)
            let local = try await repo.slipway("image", "delete", "oci:.slipway/images:app:\(tag)", "--yes")
            #expect(local.exit == 64)
        }
    }

    @Test(arguments: [["promote", "x"], ["inspect", "UPPER/x:1"], ["diff", "a"], ["inspect", "r.example/Bad:1"]])
    func `wrong names are wrong usage`(arguments: [String]) async throws {
        try await withTemporaryFolder { folder in
            let said = try await run(
                SlipwayBinary.path.string, ["image"] + arguments, in: folder, environment: SlipwayBinary.environment)
            #expect([64, 65].contains(said.exit), "\(said.errors)")
            #expect(said.output.isEmpty)
        }
    }
}
