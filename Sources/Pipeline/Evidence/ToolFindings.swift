/// What a checking tool found in the sources, counted (SARIF, https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html).
public struct ToolFindings: Equatable, Sendable, Codable {
    public let tool: String
    /// False when the tool wrote down no list of results: it did not run to its end, which is not the same as clean.
    public var ran: Bool
    public var errors: Int
    public var warnings: Int
    public var notes: Int

    public init(tool: String, ran: Bool, errors: Int = 0, warnings: Int = 0, notes: Int = 0) {
        (self.tool, self.ran) = (String(tool.prefix(TestReport.nameLimit)), ran)
        (self.errors, self.warnings, self.notes) = (errors, warnings, notes)
    }

    /// Adds up what one tool found in several runs, by name of the tool; one that did not run is not made up for.
    public static func united(_ parts: [ToolFindings]) -> [ToolFindings] {
        Dictionary(grouping: parts, by: \.tool).values.map { same in
            ToolFindings(
                tool: same[0].tool, ran: same.allSatisfy(\.ran), errors: same.reduce(0) { $0 + $1.errors },
                warnings: same.reduce(0) { $0 + $1.warnings }, notes: same.reduce(0) { $0 + $1.notes })
        }.sorted { $0.tool.utf8.lexicographicallyPrecedes($1.tool.utf8) }
    }
}
