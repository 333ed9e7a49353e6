internal import Glibc
public import Pipeline
internal import Subprocess
public import SystemPackage

/// A process of our own kind beside this one, whose story is listened to.
public struct Companion: Sendable {
    /// The program by its full path, and its arguments.
    public var arguments: [String]
    public var environment: [String: String]
    /// How long it may take to come to its end when it is told to stop; it has children to end itself.
    public var grace = Duration.seconds(14)

    public init(_ arguments: [String], environment: [String: String]) {
        (self.arguments, self.environment) = (arguments, environment)
    }

    /// Runs it to its end, and hands on each line of its standard error; what it answers is not asked for.
    ///
    /// A cancelled task tells it to stop, and waits until it has.
    public func run(hearing hear: @Sendable (String) -> Void) async throws -> Ending {
        let launch = Launch(arguments: arguments, directory: ".", environment: environment, grace: grace)
        do {
            let result = try await Subprocess.run(
                launch.configuration, input: .none, output: .discarded, error: .sequence
            ) { execution in
                for try await line in execution.standardError.strings() { hear(line) }
            }
            Launch.endGroup(of: result.processIdentifier.value)
            return Launch.ending(result.terminationStatus)
        } catch let error as SubprocessError {
            guard !Task.isCancelled else { return .interrupted }
            throw ExecutionError.cannotStart(arguments.first ?? "", in: ".", reason: "\(error)")
        }
    }

    /// The path of this very program.
    public static func ownProgram() throws -> FilePath {
        guard let path = unsafe realpath("/proc/self/exe", nil) else {
            throw ExecutionError.cannotStart("slipway", in: ".", reason: "/proc does not tell where it is")
        }
        defer { unsafe free(path) }
        return unsafe FilePath(platformString: path)
    }

    /// Waits for a signal that may be on its way: who ends children first ends us a moment later.
    public static func awaitInterrupt(for patience: Duration = .seconds(6)) async {
        do { try await Task.sleep(for: patience) } catch {}
    }
}
