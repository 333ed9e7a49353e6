import SystemPackage
import Testing

/// What whoever deploys keeps outside of every repository: a key pair, a trust file and a policy.
public enum Office {
    /// What a build of branch `main` on Jenkins sees.
    public static let jenkins = [
        "JENKINS_URL": "https://ci.example", "BRANCH_NAME": "main", "JOB_NAME": "mono/main", "BUILD_NUMBER": "7",
    ]

    static let policy = """
        environments:
          development: {mode: advisory, allowUnsigned: true}
          production: {mode: enforced, branches: [main]}

        """
}

/// Runs a test on a monorepo and a folder outside of it with `ci.key`, `ci.trust.json` and `policy.yaml`.
public func withOffice<Value>(
    _ configuration: String = Monorepo.configuration, _ body: (Monorepo, FilePath) async throws -> Value
) async throws -> Value {
    try await withMonorepo(configuration) { repository in
        let office = repository.root.removingLastComponent().appending("office")
        let made = try await slipway("record", "key", "--out", office.string, "ci", in: "/")
        #expect(made.exit == 0, "\(made.errors)")
        try office.appending("policy.yaml").put(Office.policy)
        return try await body(repository, office)
    }
}
