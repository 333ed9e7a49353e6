import Fixtures
import Foundation
import SystemPackage
import Testing

/// What is declared secret is nowhere to be read.
struct SecretTests {
    private static let value = "s3cr3t/valü+1 <&>"
    private static let fromFile = "first line of a key\nsecond line of a key\n"

    private static let configuration = """
        services:
          api:
            path: services/app
            toolchain: command
            secrets: [TOKEN, {name: KEY, file: key.pem}]
            build: |
              echo "TOKEN is $TOKEN"; printf %s "$TOKEN" | base64; printf 'x%s' "$TOKEN" | base64
              echo "$KEY" | tail -1; printf 'half %s' "$(printf %s "$TOKEN" | head -c 5)"; sleep 0.05
              printf %s "$TOKEN" | tail -c +6; echo
              python3 -c 'import os, urllib.parse as u; print(u.quote(os.environ["TOKEN"]), u.quote_plus(os.environ["TOKEN"]))'
            test: |
              python3 - <<'PY'
              import os, xml.sax.saxutils as x
              token = os.environ["TOKEN"]
              open(os.environ["SLIPWAY_REPORTS"] + "/a.xml", "w").write(
                  "<testsuite name='s %s'><testcase classname='c' name='%s'><failure message='got %s'/>"
                  "</testcase><testcase classname='c' name='ok'/><system-out>%s</system-out></testsuite>"
                  % tuple(x.escape(token, {"'": "&apos;"}) for _ in range(4)))
              PY
              exit 1
            reports: [none/*.xml]
          other:
            path: services/web
            toolchain: command
            build: env > seen
            test: false

        """

    private func withSecrets(
        _ configuration: String = Self.configuration, _ body: (Monorepo) async throws -> Void
    ) async throws {
        try await withMonorepo(configuration) { repository in
            try await repository.git.commit("chore: ignore", [".gitignore": "key.pem\nseen\n"])
            try repository.root.appending("key.pem").put(Self.fromFile)
            try await body(repository)
        }
    }

    @Test func `a secret reaches the commands of its service, and nothing that is kept`() async throws {
        try await withSecrets { repository in
            let environment = ["TOKEN": Self.value, "SLIPWAY_X": "1"]
            let run = try await repository.slipway("run", "--json", "--verbose", environment: environment)
            #expect(run.exit == 10, "\(run.output)\(run.errors)")
            let log = try await sh("gzip -dc .slipway/runs/latest/logs/api.build.log.gz", in: repository.root)
            #expect(log.hasPrefix("TOKEN is ***\n"))
            #expect(log.contains("\nhalf ***\n") && log.hasSuffix("\n*** ***\n"))
            let report = try repository.root.appending(".slipway/runs/latest/reports/api/a.xml").text
            #expect(report.contains("got ***") && report.contains("<system-out>***</system-out>"))
            #expect(run.output.contains("got ***"))
            let other = try repository.root.appending("services/web/seen").text
            #expect(!other.contains("TOKEN") && !other.contains("KEY"))
            for command in [["plan", "--json"], ["run", "--dry-run"], ["record", "show", "api", "--json"], ["run"]] {
                let said = try await Fixtures.run(
                    SlipwayBinary.path.string, command, in: repository.root,
                    environment: SlipwayBinary.environment.merging(environment) { $1 })
                #expect(Self.leak(in: said.output + said.errors) == nil, "\(command)")
            }
            #expect(Self.leak(in: run.output + run.errors) == nil)
            // Everything that is kept, logs unpacked.
            let kept = try await sh(
                "find .slipway -type f | while read f; do case $f in *.gz) gzip -dc $f;; *) cat $f;; esac; echo; done; "
                    + "grep -ao 'payload\":\"[^\"]*' -rh .slipway/ledger/records | cut -d'\"' -f3 | base64 -d",
                in: repository.root)
            #expect(kept.contains("stability"), "records are looked at, too")
            #expect(Self.leak(in: kept) == nil)
        }
    }

    /// The first form of a secret that stands in a text.
    private static func leak(in text: String) -> String? {
        let escaped = value.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        let forms = [
            value, escaped, "s3cr3t", "first line of", "second line of", "czNjcjN0", "M2NyM3Q", "s3cr3t%2F",
        ]
        return forms.first { text.contains($0) }
    }

    @Test func `the value of a secret does not change the key, its name does`() async throws {
        try await withSecrets { repository in
            func key(_ token: String) async throws -> String {
                let plan = try await repository.slipway("plan", "--json", environment: ["TOKEN": token])
                return try PlanAnswer(plan.output).keys["api"] ?? ""
            }
            let first = try await key("one-value")
            #expect(try await key("another-value") == first && !first.isEmpty)
            try await repository.git.commit(
                "chore: rename", ["slipway.yaml": Self.configuration.replacing("TOKEN,", with: "TOKENS,")])
            #expect(try await key("one-value") != first)
        }
    }

    @Test(arguments: [
        (nil, true, "api: its secret TOKEN is not set"),
        ("", true, "api: its secret TOKEN is not set"),
        ("abc", true, "api: its secret TOKEN is shorter than 4 bytes, which cannot be hidden"),
        ("good-value", false, "api: its secret KEY cannot be read from key.pem: No such file or directory"),
    ])
    func `a secret that is not there or cannot be hidden is named before anything begins`(
        token: String?, hasFile: Bool, words: String
    ) async throws {
        try await withSecrets { repository in
            if !hasFile { try await sh("rm key.pem", in: repository.root) }
            let run = try await repository.slipway("run", environment: token.map { ["TOKEN": $0] } ?? [:])
            #expect(run.exit == 65)
            #expect(run.errors.contains("slipway: \(words)\n"), "\(run.errors)")
            #expect(!repository.root.appending(".slipway/runs").isThere)
            // Who needs no secret can be built.
            let other = try await repository.slipway("run", "other")
            #expect(other.exit == 0, "\(other.errors)")
        }
    }

    @Test(arguments: [
        ("secrets: [TOKEN]", "secrets: [SLIPWAY_X]", "secret \"SLIPWAY_X\" cannot be passed on"),
        ("secrets: [TOKEN]", "secrets: [\"1 B\"]", "secret \"1 B\" is no name of a variable"),
        ("secrets: [TOKEN]", "secrets: [TOKEN, TOKEN]", "secret \"TOKEN\" is named twice"),
        ("secrets: [TOKEN]", "secrets: [TOKEN]\n    environment: [TOKEN]", "is in environment, too"),
    ])
    func `a declaration that means nothing is refused`(old: String, new: String, words: String) async throws {
        let configuration = """
            services:
              api:
                path: services/app
                toolchain: command
                secrets: [TOKEN]
                build: "true"
                test: false

            """
        try await withMonorepo(configuration.replacing(old, with: new)) { repository in
            let plan = try await repository.slipway("plan")
            #expect(plan.exit == 65)
            #expect(plan.errors.contains(words), "\(plan.errors)")
        }
    }

    @Test func `a service has a home of its own when asked, and none when it is over`() async throws {
        let configuration = """
            services:
              api:
                path: services/app
                toolchain: command
                scratch-home: true
                build: "ls -A $HOME $TMPDIR; mkdir -p $HOME/locked/in && touch $HOME/locked/in/x $TMPDIR/y && chmod -R a-w $HOME/locked"
                test: "ls $HOME $TMPDIR; echo ok 1 - a; echo 1..1; echo $HOME > home"
                reports: tap

            """
        try await withMonorepo(configuration) { repository in
            try await repository.git.commit("chore: ignore", [".gitignore": "home\nout/\n"])
            let run = try await repository.slipway("run", "--through", "test")
            #expect(run.exit == 0, "\(run.output)\(run.errors)")
            let home = try repository.root.appending("services/app/home").text
            #expect(home.contains("/.slipway/runs/") && home.hasSuffix("/scratch/api/home\n"))
            let log = try await sh("gzip -dc .slipway/runs/latest/logs/api.test.log.gz", in: repository.root)
            #expect(log.contains("locked\n") && log.contains("y\n"))
            #expect(!repository.root.appending(".slipway/runs/latest/scratch").isThere)
        }
    }

    @Test func `a command that says nothing for too long is stopped, and it is said why`() async throws {
        let configuration = """
            services:
              api:
                path: services/app
                toolchain: command
                idle-timeout: 3s
                build: "echo begun; exec sleep 3600"
                test: false

            """
        try await withMonorepo(configuration) { repository in
            let run = try await repository.slipway("run", "--through", "build")
            #expect(run.exit == 11)
            #expect(run.output.contains("timeout: build: stopped: it said nothing for 3s"), "\(run.output)")
            #expect(run.output.contains("| begun"))
        }
    }
}
