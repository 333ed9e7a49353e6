import Fixtures
import Foundation
import Testing

/// Scripts of our own, which the oracle reads as well: each says in its first lines what is to be found in it.
struct MigrationCorpusTests {
    private static let folder = Golden.project.appending("Tests/PipelineTests/Corpus")
    private static let names = [
        "quotes", "expand", "contract", "tighten", "functions", "data", "unknown", "locks", "types", "views",
    ]

    @Test(arguments: names)
    private func `what a script says is found in it`(name: String) throws {
        let text = try String(contentsOfFile: Self.folder.appending("\(name).sql").string, encoding: .utf8)
        let expected = text.split(separator: "\n").filter { $0.hasPrefix("-- expect: ") }.map {
            String($0.dropFirst(11))
        }
        #expect(found(in: text).sorted() == expected.sorted())
    }

    @Test func `no script is left out`() throws {
        let there = try FileManager.default.contentsOfDirectory(atPath: Self.folder.string)
        #expect(there.sorted() == Self.names.map { "\($0).sql" }.sorted())
    }
}
