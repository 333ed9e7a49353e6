import Git
import Pipeline

extension Ground {
    /// What was found side by side.
    struct Exploration<Value> {
        let ground: Ground
        let value: Value
        let chronicle: Chronicle
    }

    /// Looks at the work tree, then does something on that ground; reads the commits meanwhile.
    ///
    /// They are read anew where uncommitted work changes whose they are.
    static func explored<Value>(
        by request: Request, _ repository: borrowing Repository, _ detail: ChronicleQuestion.Detail,
        _ remoteTags: [KnownTag]?, _ body: (Ground) async throws -> Value
    ) async throws -> Exploration<Value> {
        async let suspects = suspects(request)
        let outset = try Outset(request, repository)
        let guess = outset.reading?.catalog
        let question = ChronicleQuestion(
            folder: request.folder, head: outset.facts.head, detail: detail, remoteTags: remoteTags)
        async let early = Chronicle.ifAny(guess, question)
        let state = try await repository.workTreeState(of: suspects, hash: contentHash)
        let ground = try Ground(outset, request, repository, state)
        let value = try await body(ground)
        let known = try await ground.catalog == guess ? early : nil
        let chronicle = if let known { known } else { try await Chronicle(of: ground.catalog, question) }
        return Exploration(ground: ground, value: value, chronicle: chronicle)
    }
}
