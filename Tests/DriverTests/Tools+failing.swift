import Testing

@testable import Driver

extension Tools {
    /// Where tests begin: whatever a test did not mean to happen is an issue, and throws.
    static let failing = Tools(
        resolve: { _ in
            unexpected("resolve")
            return BaseResolution()
        },
        testimony: { _, _ in throw unexpected("testimony") }, history: { _ in throw unexpected("history") },
        run: { _ in throw unexpected("run") }, contain: { _ in throw unexpected("contain") },
        dismiss: { _ in unexpected("dismiss") }, clearReports: { _ in throw unexpected("clearReports") },
        readReports: { _, _, _ in throw unexpected("readReports") },
        keepNames: { _, _ in throw unexpected("keepNames") }, names: { _ in throw unexpected("names") },
        assemble: { _ in throw unexpected("assemble") }, name: { _, _ in throw unexpected("name") },
        push: { _, _ in throw unexpected("push") }, edited: { _ in throw unexpected("edited") },
        evidence: { _ in
            unexpected("evidence")
            return .init()
        },
        tryMigrations: { _ in
            unexpected("tryMigrations")
            return .init(unmade: "unexpected")
        },
        seal: { _, _ in throw unexpected("seal") },
        now: {
            unexpected("now")
            return .now
        }, report: { _ in unexpected("report") })

    struct Unexpected: Error {
        let name: String
    }

    @discardableResult
    private static func unexpected(_ name: String) -> Unexpected {
        Issue.record("\(name) was called")
        return Unexpected(name: name)
    }
}
