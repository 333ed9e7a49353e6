import Disk
import Git
public import Pipeline
import SystemPackage

extension Request {
    /// Releases services: their tags, the names of their images, a record; or says what that would be.
    ///
    /// Throws when nothing could be begun; whatever keeps one service from being released is part of the outcome.
    public func release(
        _ wish: ReleaseWish, reporting report: @escaping @Sendable (Event) -> Void
    ) async throws -> ReleaseOutcome {
        let repository = try Repository(at: folder.string)
        let workspace = Self.workspace(of: repository)
        if wish.isReal { try workspace.prepare(commonFolder: FilePath(repository.commonFolder)) }
        let place = try await releasePlace(wish)
        let desk = ReleaseDesk(request: self, wish: wish, place: place, workspace: workspace, report: report)
        switch wish.task {
        case .cut: return try await desk.cut()
        case .resume: return try await desk.resume()
        case .repair: return try await desk.repair()
        }
    }
}
