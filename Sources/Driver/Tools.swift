import Execution
import OCI
import Pipeline
import SystemPackage

/// Everything the line does to the world, as a value: the one seam.
///
/// `Tools.live` is where the modules meet; tests begin with one whose every entry fails, and set those they mean.
struct Tools: Sendable {
    /// What the base images of services stand for.
    var resolve: @Sendable (Survey) async -> BaseResolution
    /// What the ledgers say about keys.
    var testimony: @Sendable (Survey, [ServiceName: KeyParts]) async throws -> LedgerAnswer
    var history: @Sendable (HistoryQuestion) async throws -> History
    /// A command → how it ended, and what it used.
    var run: @Sendable (Invocation) async throws -> Conclusion
    /// A command in a container, what is to stand beside it included → how it ended.
    var contain: @Sendable (ContainerOrder) async throws -> Conclusion
    /// Ends what stands beside the commands of a service.
    var dismiss: @Sendable (ServiceName) async -> Void
    /// Removes the reports of earlier runs.
    ///
    /// Returns the moment from which new ones count.
    var clearReports: @Sendable (ReportPlace) throws -> Int64
    var readReports: @Sendable (ReportPlace, _ since: Int64, _ exit: Int32) throws -> TestReading
    /// The names of the tests of a run → a file beside it, and one in the ledger that is called by their digest.
    var keepNames: @Sendable (TestNames, FilePath) throws -> Digest
    /// The names of earlier tests, where they are here.
    var names: @Sendable (Digest) throws -> TestNames?
    var assemble: @Sendable (ImageOrder) async throws -> BuiltImage
    /// Lets an image be found by its version and commit in the local layout.
    ///
    /// One at a time.
    var name: @Sendable (ImageOrder, BuiltImage) throws -> Void
    /// An image → the registry.
    ///
    /// Returns the tags it has there.
    var push: @Sendable (ImageOrder, BuiltImage) async throws -> [ImageTag]
    /// Those of some files that were changed or removed since the survey.
    var edited: @Sendable ([TreeFile]) throws -> [Path]
    /// What became of the interfaces and the audit index of a service since its last release.
    var evidence: @Sendable (EvidenceQuestion) async -> EvidenceQuestion.Answer
    /// The new migrations of a service, on a database that is made for them → what they made of it.
    var tryMigrations: @Sendable (TrialOrder) async -> MigrationFacts.Trial
    /// A record, sealed and kept in every ledger there is.
    ///
    /// Returns what could not be done, as sentences.
    var seal: @Sendable (Stability, [BuiltImage]) async throws -> [String]
    var now: @Sendable () -> Timestamp
    var report: @Sendable (Event) -> Void

    /// For lines that nobody follows.
    static let silence: @Sendable (Event) -> Void = { _ in }
}
