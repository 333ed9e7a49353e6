import Git
import Pipeline

extension MigrationFacts {
    /// The same with what carries out the migrations, as the manifests of the service say it.
    ///
    /// Without manifests nothing is said; what cannot be told is a sentence, and never a guess.
    func finding(_ service: Service, in tree: Tree) throws -> MigrationFacts {
        guard let folder = service.manifests else { return self }
        var jobs = MigrationJobs()
        for file in try tree.files(below: folder) where file.path.isManifest {
            guard let bytes = try tree.content(of: file) else { continue }
            do {
                for document in try JSON.manifests(in: bytes, file.path) { jobs.take(document, at: file.path) }
            } catch {
                jobs.refuse(file.path, error.sentence)
            }
        }
        var facts = self
        (facts.job, facts.jobProblem) = (jobs.job, jobs.problem(in: folder))
        return facts
    }
}

extension Path {
    fileprivate var isManifest: Bool {
        let name = self.name.lowercased()
        return [".yaml", ".yml", ".json"].contains(where: name.hasSuffix)
    }
}

extension JSON {
    /// The documents of a manifest; of a chart's template, with what Helm fills in as it was written.
    fileprivate static func manifests(in bytes: [UInt8], _ path: Path) throws -> [JSON] {
        guard ChartTemplate.isOne(bytes) else { return try documents(in: bytes, path).get() }
        let template = ChartTemplate(bytes)
        return try documents(in: template.text, path).get().map(template.restoring)
    }
}
