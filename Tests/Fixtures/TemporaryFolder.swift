import Foundation
import SystemPackage

/// A folder of its own for one test, gone when the test ends.
public func withTemporaryFolder<Value>(_ body: (FilePath) async throws -> Value) async throws -> Value {
    let folder = URL(fileURLWithPath: "/tmp/slipway-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(FilePath(folder.resolvingSymlinksInPath().path))
}

extension FilePath {
    /// Writes a file, with the folders around it.
    public func put(_ text: String, executable: Bool = false) throws {
        try put(Data(text.utf8), executable: executable)
    }

    public func put(_ data: Data, executable: Bool = false) throws {
        let url = URL(fileURLWithPath: string)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: url)
        try FileManager.default.setAttributes([.posixPermissions: executable ? 0o755 : 0o644], ofItemAtPath: string)
    }

    public var text: String {
        get throws { String(decoding: try Data(contentsOf: URL(fileURLWithPath: string)), as: UTF8.self) }
    }

    public var isThere: Bool { FileManager.default.fileExists(atPath: string) }

    public var children: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: string).sorted() }
    }
}
