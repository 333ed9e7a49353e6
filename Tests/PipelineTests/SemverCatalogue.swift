import Fixtures
import Foundation
import Pipeline
import SystemPackage
import Testing

/// The catalogue of versions, tags and pushes that the project is held to.
enum SemverCatalogue {
    static let document: JSON = {
        let file = Golden.project.appending("Tests/EndToEndTests/Cases/semver.json")
        do {
            let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file.string)))
            return try JSON(parsing: bytes, profile: .lenient)
        } catch {
            fatalError("\(file): \(error)")
        }
    }()

    /// One case, called by its number in reports.
    struct Case: CustomTestStringConvertible, Sendable {
        let id: String
        let input: JSON
        let expected: JSON
        let testDescription: String

        func text(_ key: String) -> String { input[key]?.string ?? "" }
    }

    static func cases(_ kind: String) -> [Case] {
        (document["cases"]?.array ?? []).filter { $0["kind"]?.string == kind }.map { entry in
            let id = entry["id"]?.string ?? ""
            return Case(
                id: id, input: entry["input"] ?? .null, expected: entry["expected"] ?? .null,
                testDescription: "\(id) \(entry["title"]?.string ?? "")")
        }
    }

    static func texts(_ key: String) -> [String] { (document[key]?.array ?? []).compactMap(\.string) }

    static func chains(_ key: String) -> [[String]] {
        (document[key]?.array ?? []).map { ($0.array ?? []).compactMap(\.string) }
    }

    /// A commit that begins with these digits.
    static func commit(_ digits: String) -> ObjectID? {
        ObjectID(parsing: digits + String(repeating: "0", count: 40 - digits.utf8.count))
    }
}
