import Pipeline

/// What is said of a registry, as people read it: what it is, what is wrong, what it can do.
struct RegistryDiagnosisText {
    let diagnosis: RegistryDiagnosis
    /// Whether what is as it should be goes without saying.
    let isBrief: Bool
    let style: Style

    var text: String {
        let head = "\(diagnosis.registry.printable): \(diagnosis.setup.meaning)\n"
        return head + conditions + (isBrief ? "" : capabilities) + left + summary
    }

    private var conditions: String {
        diagnosis.conditions.filter { !isBrief || $0.severity > .ok }.map { condition in
            let word = style.text(condition.severity.rawValue.padding(to: 8), condition.severity.colour)
            let details = [("costs", condition.cost), ("fix", condition.fix)]
                .compactMap { name, text in text.map { "    \(name): \($0.printable)\n" } }.joined()
            return "\(word) \(condition.code.rawValue)  \(condition.message.printable)\n\(details)"
        }.joined()
    }

    private var capabilities: String {
        var table = Table()
        for capability in diagnosis.capabilities {
            let word = capability.has.map { $0 ? "yes" : "no" } ?? "?"
            table.add([
                .init(capability.name.rawValue), .init(word, capability.has == true ? .green : .grey),
                .init(capability.meaning),
            ])
        }
        return table.text(style, indent: "  ")
    }

    private var left: String { diagnosis.left.map { "left: \($0.printable)\n" }.joined() }

    private var summary: String {
        guard let fault = diagnosis.fault else { return "images can be pushed here\n" }
        return "nothing can be pushed here: exit \(Exit(fault).rawValue)\n"
    }
}
