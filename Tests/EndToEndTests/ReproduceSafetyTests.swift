import Fixtures
import Foundation
import Glibc
import Subprocess
import SystemPackage
import Testing

/// What a reproduction must not do, and what must not be lost in it.
struct ReproduceSafetyTests {
    private func id(of service: String, _ repository: Monorepo) async throws -> String {
        let said = try await repository.slipway("record", "list", "--json", "--service", service)
        let records = try JSONSerialization.jsonObject(with: Data(said.output.utf8)) as? [[String: Any]]
        return try #require((records?.first?["run"] as? [String: Any])?["recordId"] as? String)
    }

    @Test func `no hook, filter or setting of the user acts`() async throws {
        try await withMonorepo { repository in
            try await repository.git.commit(
                "chore: filter", [".gitattributes": "*.txt filter=evil\n", "services/app/a.txt": "a\n"])
            try await repository.slipway("run")
            let id = try await id(of: "app", repository)
            let outside = repository.root.removingLastComponent()
            let evil = outside.appending("evil")
            try evil.put("#!/bin/sh\ntouch \(outside)/ran\ncat\n", executable: true)
            for hook in ["post-checkout", "reference-transaction", "post-index-change", "pre-commit"] {
                try repository.root.appending(".git/hooks/\(hook)").put(
                    "#!/bin/sh\ntouch \(outside)/ran\n", executable: true)
            }
            let home = outside.appending("home")
            try home.appending(".gitconfig").put(
                """
                [core]
                  hooksPath = \(repository.root)/.git/hooks
                  autocrlf = true
                  fsmonitor = \(evil)
                [filter "evil"]
                  smudge = \(evil)
                  clean = \(evil)
                  required = true
                [init]
                  templateDir = \(repository.root)/.git

                """)
            let environment = [
                "HOME": home.string, "GIT_CONFIG_GLOBAL": home.appending(".gitconfig").string,
                "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "filter.evil.smudge", "GIT_CONFIG_VALUE_0": evil.string,
                "GIT_DIR": repository.root.appending(".git").string,
            ]
            let said = try await repository.slipway("reproduce", id, environment: environment)
            #expect(said.exit == 0, "\(said.errors)\(said.output)")
            #expect(!outside.appending("ran").isThere)
            let folder = repository.root.appending(".slipway/reproduce/\(id.prefix(8))")
            #expect(try folder.appending("services/app/a.txt").text == "a\n")
        }
    }

    @Test func `made again in the same folder it is as clean as the first time, and edits are kept`() async throws {
        try await withMonorepo { repository in
            try await repository.slipway("run")
            let id = try await id(of: "app", repository)
            #expect(try await repository.slipway("reproduce", id).exit == 0)
            let folder = repository.root.appending(".slipway/reproduce/\(id.prefix(8))")
            try folder.appending("services/app/out/app").put("left over\n")
            let clean = try await repository.slipway("reproduce", id)
            #expect(clean.exit == 0, "\(clean.errors)\(clean.output)")
            #expect(!clean.errors.contains("what was edited"))
            try folder.appending("services/app/src.txt").put("debugging\n")
            try folder.appending("services/app/new.txt").put("new\n")
            let said = try await repository.slipway("reproduce", id)
            #expect(said.exit == 0, "\(said.errors)\(said.output)")
            #expect(said.errors.contains("what was edited in "))
            #expect(try folder.appending("services/app/src.txt").text == "app\n")
            #expect(!folder.appending("services/app/new.txt").isThere)
            let kept = try await sh("git for-each-ref --format='%(refname)' refs/slipway/edits", in: folder)
            let name = kept.trimmingCharacters(in: .whitespacesAndNewlines)
            #expect(try await sh("git show \(name):services/app/src.txt", in: folder) == "debugging\n")
            #expect(try await sh("git show \(name):services/app/new.txt", in: folder) == "new\n")
        }
    }

    @Test func `variables that are not what they were are named, never shown`() async throws {
        let configured = Monorepo.configuration.replacing(
            "    needs: [lib]\n    build: mkdir",
            with: "    needs: [lib]\n    environment: [LEVEL, OTHER]\n    build: mkdir")
        try await withMonorepo(configured) { repository in
            try await repository.slipway("run", environment: ["LEVEL": "hush-hush"])
            let id = try await id(of: "app", repository)
            let same = try await repository.slipway("reproduce", id, environment: ["LEVEL": "hush-hush"])
            #expect(same.exit == 0, "\(same.errors)\(same.output)")
            #expect(!same.output.contains("LEVEL"))
            let said = try await repository.slipway("reproduce", id, environment: ["LEVEL": "silence"])
            #expect(said.exit == 10)
            let sentence = "app: the variables it is given (LEVEL, OTHER) are not what they were; not set here: OTHER"
            #expect(said.output.contains("but: \(sentence)"))
            #expect(said.errors.contains(sentence))
            #expect(said.output.contains("not the same input: environment"))
            #expect(said.output.contains("image: differing settings: label slipway.key"))
            for secret in ["hush-hush", "silence"] {
                #expect(!(said.output + said.errors).contains(secret))
            }
        }
    }

    @Test func `interrupted, no child is left, and the folder can be used again`() async throws {
        let mark = "3811.\(getpid())"
        let slow = Monorepo.configuration.replacing(
            "test: cat tap\n  web",
            with:
                "test: test ! -e ../../../../../../slow || { touch ../../../../../../begun; sleep \(mark); }; cat tap\n  web"
        )
        try await withMonorepo(slow) { repository in
            try await repository.slipway("run")
            let id = try await id(of: "app", repository)
            let outside = repository.root.removingLastComponent()
            try outside.appending("slow").put("")
            let result = try await Subprocess.run(
                .path(SlipwayBinary.path), arguments: ["reproduce", id],
                environment: .custom(
                    SlipwayBinary.environment.reduce(into: [:]) { keyed, variable in
                        if let key = Environment.Key(rawValue: variable.key) { keyed[key] = variable.value }
                    }),
                workingDirectory: repository.root, input: .none, output: .string(limit: 1 << 20),
                error: .combinedWithOutput
            ) { execution in
                while !outside.appending("begun").isThere { try await Task.sleep(for: .milliseconds(10)) }
                kill(execution.processIdentifier.value, SIGTERM)
            }
            #expect(result.terminationStatus == .exited(143), "\(result.standardOutput)")
            #expect(try await run("pgrep", ["-f", mark]).exit == 1)
            try FileManager.default.removeItem(atPath: outside.appending("slow").string)
            // As if git had been killed as well.
            let folder = repository.root.appending(".slipway/reproduce/\(id.prefix(8))")
            try folder.appending(".git/index.lock").put("")
            try folder.appending(".slipway/reproduction").put("")
            try FileManager.default.removeItem(atPath: folder.appending("services/app/tap").string)
            let said = try await repository.slipway("reproduce", id)
            #expect(said.exit == 0, "\(said.errors)\(said.output)")
        }
    }
}
