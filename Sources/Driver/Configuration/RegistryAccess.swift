import Execution
import Pipeline
import Registry
import SystemPackage

/// How the registries of one repository are reached: what the configuration says of each host, and who asks.
struct RegistryAccess: Sendable {
    private let settings: [String: RegistrySettings]
    private let credentials: CredentialSource
    private let environment: [String: String]
    private let report: @Sendable (Event) -> Void

    init(_ survey: Survey, report: @escaping @Sendable (Event) -> Void) {
        self.init(
            survey.configuration, at: survey.root, environment: survey.request.environment,
            ownHost: survey.configuration.registryName?.host, report: report)
    }

    /// Only `ownHost` is given the password that variables hold.
    init(
        _ configuration: Configuration?, at root: FilePath, environment: [String: String], ownHost: String?,
        report: @escaping @Sendable (Event) -> Void
    ) {
        settings = (configuration?.file.registries ?? [:]).mapValues { RegistrySettings($0, root: root) }
        credentials = CredentialSource(environment: environment, host: ownHost, helper: .programs(environment))
        (self.environment, self.report) = (environment, report)
    }

    /// Opens connections, and closes them when `body` ends.
    func withConnections<Value>(
        _ limits: RegistryLimits = RegistryLimits(), _ body: (Connections) async throws -> Value
    ) async throws -> Value {
        let report = report
        return try await RegistryClient.withConnections(
            limits: limits, environment: environment, report: { report(.note($0)) }, body)
    }

    /// A client for what is published.
    func client(_ connections: Connections, _ host: String) -> RegistryClient {
        RegistryClient(
            connections, host: host, settings: settings[host] ?? RegistrySettings(), credentials: credentials)
    }

    /// A client for base images, which may come from a mirror.
    func reader(_ connections: Connections, _ host: String) -> RegistryClient {
        let settings = settings
        return RegistryClient.forReading(
            connections, host: host, settings: { settings[$0] ?? RegistrySettings() }, credentials: credentials)
    }
}

extension RegistrySettings {
    /// Files are named from the root of the repository.
    init(_ entry: ConfigurationFile.RegistryEntry, root: FilePath) {
        func file(_ name: String?) -> FilePath? {
            name.map { $0.hasPrefix("/") ? FilePath($0) : root.appending(FilePath($0).components) }
        }
        self.init(
            http: entry.http, ca: file(entry.ca), clientCertificate: file(entry.clientCert), mirror: entry.mirror)
    }
}

extension CredentialHelper {
    /// Asks the programs themselves, each for five seconds at most.
    static func programs(_ environment: [String: String]) -> CredentialHelper {
        CredentialHelper { program, server in
            var inquiry = Inquiry([program, "get"], in: "/", environment: environment)
            (inquiry.input, inquiry.timeout, inquiry.limit) = (Array(server.utf8), Seconds(5), 64 << 10)
            do {
                let answer = try await inquiry.ask()
                switch answer.ending {
                case .exited(let code): return .said(exit: code, output: answer.output)
                case .notFound: return .missing
                case .timedOut: return .tooSlow
                default: return .failed(answer.ending.summary)
                }
            } catch let error as ExecutionError {
                return .failed(error.description)
            } catch {
                return .failed("interrupted")
            }
        }
    }
}
