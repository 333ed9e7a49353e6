extension AuditReadiness {
    /// Why a file that was meant to make the index ready does not.
    struct Objection: Equatable {
        let file: Path
        /// The rest of a sentence that begins with the file.
        let text: String
    }

    /// What is new, names the call, and counts for nothing all the same: what its author should know.
    func objections(to need: Need) -> [Objection] {
        let made = templates.all.compactMap { template -> Objection? in
            guard template.names(need.new.index), let file = templates.changedFile(of: template) else { return nil }
            return Objection(file: file.path, text: objection(to: template, need))
        }
        let pipelines = support.pipelines.filter { $0.isChanged && $0.names(need.new) }.map { file in
            Objection(file: file.path, text: "does not make the new documents fit, or does what cannot be followed")
        }
        let jobs = support.reindex.filter { $0.isChanged && $0.names(need.new) }.map { file in
            Objection(file: file.path, text: "is no job that carries the old documents over as they are")
        }
        return made + pipelines + jobs
    }

    private func objection(to template: IndexTemplate, _ need: Need) -> String {
        guard let choice = templates.choice(for: need.new.index), choice.template == template else {
            let rival = templates.rival(of: template, for: need.new.index)
            return rival.map { "is shadowed by \($0.file.path) of priority \($0.priority)" }
                ?? "is made of a component that is not there"
        }
        guard isBumped(template) else { return "has no version above the one that was released" }
        if let path = choice.mapping.firstPathNotMade(for: need.new.shape) {
            let fieldClass = need.new.shape.fields[path].map { "\($0)" } ?? ""
            return "does not map \(path) to \(fieldClass)"
        }
        var mapping = choice.mapping
        for (shape, age) in [(need.old.shape, "before"), (need.new.shape, "now")] {
            if let conflict = mapping.index(shape.sample).first {
                return "does not take a document of \(age): \(conflict.path) \(conflict.text)"
            }
        }
        return "counts for nothing"
    }
}
