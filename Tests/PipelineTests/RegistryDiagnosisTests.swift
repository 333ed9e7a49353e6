import Pipeline
import Testing

/// What is said of a registry, given what was seen of it.
struct RegistryDiagnosisTests {
    typealias Door = RegistryFacts.Door

    private static func facts(
        _ ping: Door, _ read: Door, _ write: Door, push: RegistryFacts.Push = .done, host: String = "r.example"
    ) -> RegistryFacts {
        var facts = RegistryFacts(host: host, repository: "acme/slipway-doctor", user: "ada (from config.json)")
        (facts.doors.ping, facts.doors.read, facts.doors.write) = (ping, read, write)
        facts.push = push
        return facts
    }

    static let setups: [Row<RegistryFacts, String>] = [
        Row("plain", facts(.open, .open, .open), "plain"),
        Row("htpasswd", facts(.basic, .basic, .basic), "htpasswd"),
        Row("A", facts(.open, .open, .basic), "a-basic-on-write"),
        Row("B", facts(.basic, .open, .basic), "b-basic-on-ping"),
        Row("C", facts(.token, .token, .login), "c-token"),
        Row("D", facts(.token, .open, .login), "d-static-bearer"),
        Row("E", facts(.open, .open, .closed), "e-read-only"),
        Row("tokens for all", facts(.login, .login, .login), "token-for-all"),
        Row("something else", facts(.other(status: 500), .basic, .open), "other"),
    ]

    @Test(arguments: setups) func `a set-up`(row: Row<RegistryFacts, String>) {
        #expect(RegistryDiagnosis(of: row.input).setup.rawValue == row.expected)
    }

    /// Each known bad set-up, what is said of it, and a word of what mends it.
    static let bad: [Row<RegistryFacts, [String]>] = [
        Row("A", facts(.open, .open, .basic), ["warning registry-access", "ci/registry/public-read"]),
        Row("B", facts(.basic, .open, .basic), ["warning registry-access", "ci/registry/public-read"]),
        Row("open to all", facts(.open, .open, .open), ["warning registry-access", "public-read FOLDER"]),
        Row(
            "nginx' megabyte", facts(.token, .open, .login, push: .tooLarge(server: "nginx")),
            ["refusal registry-body-limit", "client_max_body_size 0"]),
        Row(
            "a wrong password, or a hash that is not read", facts(.basic, .basic, .basic, push: .denied(status: 401)),
            ["refusal registry-login", "htpasswd -B"]),
        Row(
            "a cache that outlives a collection",
            facts(.open, .open, .open, push: .unserved("a layer"), host: "localhost:5"),
            ["refusal registry-serving", "inmemory"]),
        Row("read-only", facts(.open, .open, .closed, push: .readOnly), ["refusal registry-read-only", "readonly"]),
    ]

    @Test(arguments: bad) func `a bad set-up is named with what mends it`(row: Row<RegistryFacts, [String]>) throws {
        let diagnosis = RegistryDiagnosis(of: row.input)
        let first = try #require(diagnosis.conditions.first)
        #expect("\(first.severity.rawValue) \(first.code.rawValue)" == row.expected[0])
        #expect(first.fix?.contains(row.expected[1]) == true, "\(first.fix ?? "none")")
        #expect(first.cost != nil)
        #expect((diagnosis.fault == .environment) == (first.severity == .refusal))
    }

    @Test func `a proxy that does not say who was asked is a refusal of its own`() {
        var facts = Self.facts(.token, .open, .login)
        facts.strangeLocation = "http://10.0.0.5:5000/v2/x"
        let diagnosis = RegistryDiagnosis(of: facts)
        #expect(diagnosis.conditions.first?.code == .registryLocation)
        #expect(diagnosis.conditions.first?.fix?.contains("proxy_set_header Host $http_host") == true)
        #expect(diagnosis.fault == .environment)
    }

    @Test func `a good one has nothing to mend`() {
        var facts = Self.facts(.token, .open, .login)
        facts.capabilities = [RegistryCapability(.referrers, true)]
        let diagnosis = RegistryDiagnosis(of: facts)
        #expect(diagnosis.conditions.allSatisfy { $0.severity == .ok })
        #expect(diagnosis.fault == nil)
    }
}
