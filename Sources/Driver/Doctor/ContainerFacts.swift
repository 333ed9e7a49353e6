import Execution
import Pipeline

extension MachineFacts.Program {
    /// The container engine that services need; nil when none does.
    init?(engineFor catalog: Catalog, _ environment: [String: String]) {
        let callers = catalog.services.filter { $0.recipe.container != nil }.map(\.name)
        guard !callers.isEmpty else { return nil }
        do throws(ContainerError) {
            let found = try ContainerEngine(in: environment)
            self.init(found.program, path: nil, services: callers)
            engine = .answers(version: found.version)
        } catch {
            self.init("docker", path: nil, services: callers)
            engine = .silent("\(error)", hint: error.hint)
        }
    }
}
