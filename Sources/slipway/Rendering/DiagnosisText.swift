import Pipeline

/// A diagnosis as people read it: the worst first, with what mends it.
struct DiagnosisText {
    let diagnosis: Diagnosis
    /// Whether what is as it should be goes without saying.
    let isBrief: Bool
    let showsJenkinsfile: Bool
    let style: Style

    var text: String {
        let shown = diagnosis.conditions.filter { !isBrief || $0.severity > .ok }
        // Stable, so that codes stay sorted.
        let sorted = Condition.Severity.allCases.reversed().flatMap { severity in
            shown.filter { $0.severity == severity }
        }
        var table = Table()
        for condition in sorted {
            table.add([
                .init(condition.severity.rawValue, condition.severity.colour), .init(condition.code.rawValue),
                .init(condition.message),
            ])
        }
        let rows = table.text(style).split(separator: "\n").map(String.init)
        return zip(rows, sorted).flatMap { row, condition in [row] + details(condition) }
            .map { $0 + "\n" }.joined() + summary + "\n"
    }

    private func details(_ condition: Condition) -> [String] {
        guard condition.severity > .ok else { return [] }
        let lines = [
            ("costs", condition.cost), ("fix", condition.fix),
            ("Jenkinsfile", showsJenkinsfile ? condition.jenkinsfile : nil),
        ]
        return lines.compactMap { name, text in text.map { "    \(name): \($0.printable)" } }
    }

    private var summary: String {
        let counts = [(Condition.Severity.refusal, "refusal"), (.warning, "warning"), (.note, "note")]
            .map { ($1, diagnosis.count(of: $0)) }
        let parts = counts.filter { $1 > 0 }.map { "\($1) \($0)\($1 == 1 ? "" : "s")" }
        let head = parts.isEmpty ? "nothing is the matter" : parts.joined(separator: ", ")
        guard let fault = diagnosis.fault else { return "\(head): a plan can be made" }
        return "\(head): plan ends with \(Exit(fault).rawValue)"
    }
}

extension Condition.Severity {
    var colour: Style.Colour {
        switch self {
        case .ok: .green
        case .note: .grey
        case .warning: .yellow
        case .refusal: .red
        }
    }
}
