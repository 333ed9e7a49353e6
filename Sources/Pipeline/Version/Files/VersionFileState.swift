/// One of the files that should state the version of a service, and what it states.
public struct VersionFileState: Equatable, Sendable, Codable {
    public let path: Path
    public let line: Int?
    /// The version as it is written; nil when there is none to be read.
    public let states: String?
    /// What it may state: the version last released, or the next one.
    public let expected: [SemanticVersion]
    /// What is wrong with it; nil when nothing is.
    public let finding: VersionFile.Finding.Code?
    /// That in words.
    public let message: String?

    /// `reading` is nil for a file that is not there.
    public init(
        _ file: VersionFile, _ reading: VersionFile.Reading?, released: SemanticVersion?, next: SemanticVersion?
    ) {
        path = file.path
        guard let reading else {
            (line, states, expected) = (nil, nil, [])
            (finding, message) = (.unreadable, "\(file.path): there is no such file in this tree")
            return
        }
        switch reading {
        case .stated(let statement): (line, states) = (statement.line, String(statement.text.prefix(80)))
        case .dynamic(let line, _), .unreadable(_, let line): (self.line, states) = (line, nil)
        case .ambiguous(let lines): (line, states) = (lines.first, nil)
        case .absent: (line, states) = (nil, nil)
        }
        expected = VersionFile.expected(reading, released: released, next: next)
        let found = file.finding(stated: reading, released: released, next: next)
        (finding, message) = (found?.code, found?.message)
    }
}

extension VersionAnswer {
    /// The same answer with what the declared files state.
    public func stating(_ files: [(file: VersionFile, reading: VersionFile.Reading?)]) -> VersionAnswer {
        guard !files.isEmpty else { return self }
        var copy = self
        copy.files = files.map { VersionFileState($0.file, $0.reading, released: current, next: next) }
        return copy
    }

    /// What is wrong with them, as notes of a plan.
    public var fileNotes: [Plan.Note] {
        (files ?? []).compactMap { state in
            guard let finding = state.finding, let message = state.message else { return nil }
            return Plan.Note(Plan.Note.Code(finding), "\(name): \(message)")
        }
    }
}

extension Plan.Note.Code {
    fileprivate init(_ finding: VersionFile.Finding.Code) {
        switch finding {
        case .disagrees: self = .versionFileDisagrees
        case .ambiguous: self = .versionFileAmbiguous
        case .unreadable: self = .versionFileUnreadable
        }
    }
}
