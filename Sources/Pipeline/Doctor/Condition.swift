/// Something about a clone, a machine or a configuration: as it should be, or what it costs and what mends it.
public struct Condition: Equatable, Sendable, Codable {
    public var code: Code
    public var severity: Severity
    /// One sentence.
    public var message: String
    /// What is refused, unknown or slower because of it, here.
    public var cost: String?
    /// One line for a shell in the clone.
    public var fix: String?
    /// The line of a Jenkinsfile that keeps it from coming back.
    public var jenkinsfile: String?

    init(_ code: Code, _ severity: Severity, _ message: String) {
        (self.code, self.severity, self.message) = (code, severity, message)
    }

    /// One that is as it should be.
    init(_ code: Code, _ message: String) {
        self.init(code, .ok, message)
    }

    /// The same with what it costs and what mends it.
    func costing(_ cost: String, fix: String? = nil, jenkinsfile: Jenkinsfile? = nil) -> Condition {
        var condition = self
        (condition.cost, condition.fix, condition.jenkinsfile) = (cost, fix, jenkinsfile?.line)
        return condition
    }

    /// Names that stay what they are.
    public enum Code: String, Codable, Sendable, CaseIterable {
        case alternates, bare, blobless, containers
        case caseFolding = "case-folding"
        case clock, configuration, conversions, disk, grafts,
            head, index
        case largeFiles = "large-files"
        case ledger, libgit2
        case lineEndings = "line-endings"
        case
            linkedWorkTree = "linked-worktree"
        case objectFormat = "object-format"
        case objects, owner, plan, program
        case
            refStorage = "ref-storage"
        case registryAccess = "registry-access"
        case registryBodyLimit = "registry-body-limit"
        case registryGarbage = "registry-garbage"
        case registryLocation = "registry-location"
        case registryLogin = "registry-login"
        case registryPush = "registry-push"
        case registryReadOnly = "registry-read-only"
        case registryServing = "registry-serving"
        case replacements, repository, shallow
        case signingKey = "signing-key"
        case
            sparseCheckout = "sparse-checkout"
        case sparseIndex = "sparse-index"
        case splitIndex = "split-index"
        case submodules,
            tags
        case targetBranch = "target-branch"
        case treeless, uncommitted, workspace
    }

    /// How much it matters.
    public enum Severity: String, Codable, Sendable, CaseIterable, Comparable {
        /// As it should be.
        case ok
        /// Worth knowing.
        case note
        /// Something is refused, unknown or done in vain.
        case warning
        /// No plan can be made.
        case refusal

        public static func < (left: Severity, right: Severity) -> Bool {
            let order = allCases
            return order.firstIndex(of: left) ?? 0 < order.firstIndex(of: right) ?? 0
        }
    }

    /// What a Jenkinsfile says to have a clone as it should be.
    enum Jenkinsfile {
        /// A checkout with one more behaviour.
        case checkout(String)
        /// A checkout that fetches these references too.
        case refspec(String)
        case line(String)

        static let complete = checkout("cloneOption(shallow: false, noTags: false, reference: '')")

        var line: String {
            switch self {
            case .checkout(let behaviour):
                "checkout scmGit(branches: scm.branches, extensions: scm.extensions + [\(behaviour)], "
                    + "userRemoteConfigs: scm.userRemoteConfigs)"
            case .refspec(let refspec):
                "checkout scmGit(branches: scm.branches, extensions: scm.extensions, userRemoteConfigs: "
                    + "scm.userRemoteConfigs.collect { [url: it.url, credentialsId: it.credentialsId, "
                    + "name: it.name, refspec: \"${it.refspec} \(refspec)\"] })"
            case .line(let text): text
            }
        }
    }
}
