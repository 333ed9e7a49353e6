import Disk
import Git
public import Pipeline
import Signing
public import SystemPackage

extension Request {
    /// Unites the notes of this clone with those of a remote, and pushes them; nil when nobody has any.
    public func pushNotes(to remote: String) async throws -> NotesPush? {
        let ground = try LedgerGround(self)
        let git = GitProgram(at: folder, environment: environment, scratch: ground.workspace.root)
        let notes = NotesLedger(git, commonFolder: ground.commonFolder)
        return try await notes.push(to: GitRemote(remote, of: git))
    }

    /// The commit that a name leads to in this clone.
    public func commit(named name: String) throws -> ObjectID { try Repository(at: folder.string).commit(named: name) }

    /// Goes through a file whose lines are chained, opens every envelope in it, and says what is wrong.
    ///
    /// `head` is the digest of a line that somebody noted: with it, lines that are gone at the end show, too.
    public static func chain(in file: FilePath, head: Digest?) throws -> ChainReport {
        var problems: [LedgerChain.Fault] = []
        var hasHead = head == nil
        let audit = AuditFile(at: file)
        let chain = try audit.read { line in
            hasHead = hasHead || line.digest == head
            guard let envelope = line.envelope else { return }
            do {
                _ = try LedgerLine(parsing: envelope.canonicalBytes, at: AuditFile.place)
            } catch {
                problems.append(.init(line: line.number, problem: "holds no envelope that can be read: \(error)"))
            }
        }
        guard let chain else { throw ConfigurationError(file: file.string, line: 1, "is not there") }
        if !hasHead {
            let problem = "no line has the digest that was noted: lines at the end are gone, or were written anew"
            problems.append(.init(line: chain.count, problem: problem))
        }
        return ChainReport(
            lines: chain.count, head: chain.head, faults: (chain.faults + problems).sorted { $0.line < $1.line })
    }
}

/// What a chained file was found to be.
public struct ChainReport: Equatable, Sendable, Codable {
    public let lines: Int
    /// The digest of the last line: whoever keeps it elsewhere finds out when lines are gone.
    public let head: Digest?
    public let faults: [LedgerChain.Fault]
}
