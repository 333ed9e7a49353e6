/// What moves documents from one index into another: the body of a `_reindex` call, or a job of the cluster that is run
/// when migrations are.
enum ReindexJob: Equatable, Sendable {
    /// From which indices, into which, and whether documents are changed on the way in a manner nobody here can follow.
    case body(sources: [String], target: String, isObscure: Bool)
    /// A manifest, and all that it says.
    case manifest(texts: [String])

    init?(_ content: JSON) {
        if let target = content["dest"]?["index"]?.string, let source = content["source"]?["index"] {
            self = .body(
                sources: source.array?.compactMap(\.string) ?? source.string.map { [$0] } ?? [], target: target,
                isObscure: content["script"] != nil || content["dest"]?["pipeline"] != nil)
            return
        }
        guard let kind = content["kind"]?.string, kind == "Job" || kind == "CronJob" else { return nil }
        let texts = content.texts
        guard texts.contains(where: { $0.uppercased() == "MIGRATE" }) else { return nil }
        self = .manifest(texts: texts)
    }

    /// Whether it is about the index of a call.
    func names(_ call: AuditCatalogue.Call) -> Bool {
        let stem = call.index.stem
        switch self {
        case .body(let sources, _, let isObscure):
            return !isObscure && sources.contains { $0.contains(stem) && Wildcard($0).matches(call.index.sampleIndex) }
        case .manifest(let texts): return texts.contains { $0.holds(stem) || $0.holds(call.name) }
        }
    }

    /// The index whose mapping documents get.
    func target(of call: AuditCatalogue.Call) -> String {
        if case .body(_, let target, _) = self { return target }
        return call.index
    }
}
