import Foundation
import SystemPackage
import Testing

/// What a text is expected to be, kept as a file of the project.
///
/// `RECORD=1` rewrites the files and fails, so that a recording run is never green.
public struct Golden: Sendable {
    private let file: FilePath

    /// A file named from the root of the project.
    public init(_ path: String) {
        file = Self.project.appending(path)
    }

    /// The root of the project.
    public static let project = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .removingLastComponent()

    public func check(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        guard ProcessInfo.processInfo.environment["RECORD"] == nil else {
            try file.put(text)
            Issue.record("recorded \(file.lastComponent?.string ?? "")", sourceLocation: sourceLocation)
            return
        }
        let expected = file.isThere ? try String(contentsOfFile: file.string, encoding: .utf8) : ""
        guard text != expected else { return }
        let lines = expected.split(separator: "\n", omittingEmptySubsequences: false)
        let others = text.split(separator: "\n", omittingEmptySubsequences: false)
        let index = zip(lines, others).enumerated().first { $1.0 != $1.1 }?.offset ?? min(lines.count, others.count)
        func line(_ lines: [Substring]) -> Substring { index < lines.count ? lines[index] : "(the end)" }
        Issue.record(
            """
            \(file.lastComponent?.string ?? "") line \(index + 1): expected "\(line(lines))", found "\(line(others))"
            RECORD=1 swift test rewrites it; read the difference before you commit it
            """, sourceLocation: sourceLocation)
    }
}
