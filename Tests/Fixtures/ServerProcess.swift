import Subprocess

/// Runs a server until the body ends.
public func withProcess<Value: Sendable>(
    _ arguments: [String], _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask {
            _ = try await Subprocess.run(
                .name(arguments[0]), arguments: Arguments(Array(arguments.dropFirst())), output: .discarded,
                error: .discarded)
            return nil
        }
        group.addTask { try await body() }
        while let value = try await group.next() {
            guard let value else { continue }
            group.cancelAll()
            return value
        }
        throw FixtureError("\(arguments[0]) ended early")
    }
}
