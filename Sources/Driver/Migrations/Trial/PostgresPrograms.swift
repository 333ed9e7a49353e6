import Disk
import Execution
import Glibc
import Pipeline
import SystemPackage

/// The programs of a PostgreSQL of this machine, and as whom they are run: its server refuses to be root.
struct PostgresPrograms: Sendable {
    /// Where `initdb`, `postgres` and `psql` are.
    let folder: FilePath
    /// What precedes a program that must not run as root.
    let prefix: [String]
    private let environment: [String: String]

    /// Where Debian installs them, a folder for each version.
    static let home: FilePath = "/usr/lib/postgresql"
    private static let names = ["initdb", "postgres", "psql"]

    /// Looks for them: the newest that Debian installed, then whatever is in `PATH`.
    init(_ environment: [String: String], in home: FilePath = home) throws {
        let versions = try home.status(followingLinks: true)?.kind == .folder ? home.names() : []
        let installed = versions.compactMap { name in
            MigrationVersion(parsing: name.string).map { (version: $0, folder: home.appending(name).appending("bin")) }
        }.sorted { $1.version < $0.version }
        let places = installed.map(\.folder) + Self.paths(in: environment)
        guard let folder = try places.first(where: Self.holdsAll) else { throw TrialError.noServer }
        self.folder = folder
        self.environment = environment
        prefix = geteuid() == 0 ? try Self.stepDown(environment) : []
    }

    private static func paths(in environment: [String: String]) -> [FilePath] {
        (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":").map { FilePath(String($0)) }
    }

    private static func holdsAll(_ folder: FilePath) throws -> Bool {
        try names.allSatisfy { try folder.appending($0).status(followingLinks: true)?.kind == .file }
    }

    /// How root becomes somebody else: the user of Debian's package, or nobody.
    private static func stepDown(_ environment: [String: String]) throws -> [String] {
        let program = "setpriv"
        guard try paths(in: environment).contains(where: { try $0.appending(program).status() != nil }) else {
            throw TrialError.isRoot("there is no \(program) here")
        }
        let users = String(decoding: try FilePath("/etc/passwd").contents(limit: 1 << 20), as: UTF8.self)
            .split(separator: "\n").map { $0.split(separator: ":", omittingEmptySubsequences: false) }
        for name in ["postgres", "nobody"] {
            guard let user = users.first(where: { $0.count > 3 && $0[0] == name }) else { continue }
            return [program, "--reuid=\(user[2])", "--regid=\(user[3])", "--clear-groups"]
        }
        throw TrialError.isRoot("this machine has no user postgres, and no nobody")
    }

    /// What every one of them sees, and nothing that could lead it to another server.
    func variables(at place: FilePath) -> [String: String] {
        [
            "PATH": environment["PATH"] ?? "/usr/bin:/bin", "HOME": place.string, "LC_ALL": "C", "TZ": "UTC",
            TrialTraces.variable: place.string,
        ]
    }

    /// Makes a folder for one server that nobody else can enter.
    ///
    /// The address of a socket is short, so its folder is where temporary files are, and not in the checkout.
    func makePlace(_ traces: TrialTraces) async throws -> FilePath {
        var reason = ""
        for root in [environment["TMPDIR"], "/tmp"].compactMap(\.self)
        where root.utf8.count <= 64 && root.hasPrefix("/") {
            let place = traces.place(in: FilePath(root))
            try traces.mark(place)
            do {
                try await carryOut(["mkdir", "-m", "700", place.string], at: place)
                return place
            } catch TrialError.failed(_, let why) {
                reason = why
                try traces.forget(place)
            }
        }
        throw TrialError.failed("mkdir", reason)
    }

    /// Runs a command as whoever may, to its good end.
    func carryOut(_ arguments: [String], at place: FilePath) async throws {
        let inquiry = Inquiry(prefix + arguments, in: "/", environment: variables(at: place))
        let answer = try await inquiry.ask()
        guard answer.ending != .interrupted else { throw CancellationError() }
        guard answer.ending == .exited(0) else {
            throw TrialError.failed(FilePath(arguments[0]).lastComponent?.string ?? "", answer.reason)
        }
    }
}

/// Why migrations could not be tried.
enum TrialError: Failure, Equatable {
    case noServer
    case isRoot(String)
    case failed(String, String)
    case notUp(log: String)
    case noRelease(SemanticVersion)
    case setup(Path, String)
    case noFolder(SemanticVersion)
    case untested(String)

    var fault: Fault { .environment }

    /// Whether it will be so wherever it is tried.
    var isOfContent: Bool {
        if case .setup = self { return true }
        return false
    }

    var hint: String? {
        switch self {
        case .noServer: "apt-get install postgresql"
        case .noRelease: "fetch the rest: git fetch --unshallow --tags"
        default: nil
        }
    }

    var description: String {
        switch self {
        case .noServer: "there is no PostgreSQL on this machine (initdb, postgres, psql): apt-get install postgresql"
        case .isRoot(let why): "PostgreSQL does not run as root, and \(why)"
        case .failed(let program, let reason): "\(program): \(reason)"
        case .notUp(let log): "PostgreSQL did not start: see \(log)"
        case .noRelease(let version): "the migrations of release \(version) are not in this clone"
        case .setup(let path, let reason): "setup \(path): \(reason)"
        case .noFolder(let version): "release \(version) has none of the folders of the service"
        case .untested(let reason): "the tests of the version before could not be run: \(reason)"
        }
    }
}
