import Foundation
import Subprocess
import SystemPackage

/// How a program ended and what it said.
public struct Said: Sendable {
    public let exit: Int32
    public let output: String
    public let errors: String
}

/// A program that a fixture could not do without failed.
public struct FixtureError: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}

/// Runs a program to its end.
@discardableResult
public func run(
    _ program: String, _ arguments: [String], in folder: FilePath? = nil, environment: [String: String]? = nil
) async throws -> Said {
    let keyed = environment.map { variables in
        Environment.custom(
            variables.reduce(into: [:]) { keyed, variable in
                if let key = Environment.Key(rawValue: variable.key) { keyed[key] = variable.value }
            })
    }
    let result = try await Subprocess.run(
        program.contains("/") ? .path(FilePath(program)) : .name(program), arguments: Arguments(arguments),
        environment: keyed ?? .inherit, workingDirectory: folder, output: .string(limit: 64 << 20),
        error: .string(limit: 16 << 20))
    let exit: Int32 =
        switch result.terminationStatus {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
    return Said(exit: exit, output: result.standardOutput, errors: result.standardError)
}

/// Runs a shell script that must succeed; returns what it printed.
@discardableResult
public func sh(_ script: String, in folder: FilePath, environment: [String: String] = [:]) async throws -> String {
    let said = try await run(
        "/bin/sh", ["-ec", script], in: folder,
        environment: GitFixture.environment.merging(environment) { $1 })
    guard said.exit == 0 else { throw FixtureError("\(script)\nexit \(said.exit)\n\(said.output)\(said.errors)") }
    return said.output
}
