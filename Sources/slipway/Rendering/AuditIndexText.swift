import Pipeline

/// What is said of the audit indices of a cluster, as people read it.
struct AuditIndexText {
    let state: AuditIndexState
    /// Whether what is as it should be goes without saying.
    let isBrief: Bool
    let style: Style

    var text: String {
        let told = state.indices.filter { !isBrief || !$0.problems.isEmpty }
        let lines = told.map { index in
            let word = style.text(
                index.problems.isEmpty ? "ok      " : "error   ", index.problems.isEmpty ? .green : .red)
            let state = index.exists ? "" : " (not made yet)"
            let head = "\(word) \(index.service): \(index.call.printable) in \(index.index.printable)\(state)\n"
            return head + index.problems.map { "    \($0.printable)\n" }.joined()
        }
        let count = state.indices.filter { !$0.problems.isEmpty }.count
        let end = count == 0 ? "takes what is written" : "refuses documents of \(count) of \(state.indices.count) calls"
        return lines.joined() + "\(state.cluster.printable) \(end)\n"
    }
}
