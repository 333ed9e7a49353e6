import Foundation
import SystemPackage

/// The built program, as users run it.
public enum SlipwayBinary {
    /// Beside the test bundle, where the package manager puts products.
    public static let path: FilePath = {
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        for _ in 0..<4 {
            let candidate = folder.appendingPathComponent("slipway")
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isFolder), !isFolder.boolValue {
                return FilePath(candidate.path)
            }
            folder.deleteLastPathComponent()
        }
        fatalError("the slipway program is not beside the tests")
    }()

    /// What the program sees unless a test says otherwise: nothing of CI, no key, no colour.
    public static var environment: [String: String] {
        var environment = GitFixture.environment
        environment["HOME"] = "/tmp"
        for name in ["SWIFTLY_HOME_DIR", "JAVA_HOME"] { environment[name] = ProcessInfo.processInfo.environment[name] }
        return environment
    }
}

/// Runs slipway in a folder.
@discardableResult
public func slipway(
    _ arguments: String..., in folder: FilePath, environment: [String: String] = [:]
) async throws -> Said {
    try await run(
        SlipwayBinary.path.string, arguments, in: folder,
        environment: SlipwayBinary.environment.merging(environment) { $1 })
}
