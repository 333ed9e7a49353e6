import Pipeline
import Signing

extension Survey {
    /// The key of every service, needs before those that need them.
    func parts(_ bases: BaseResolution) -> [ServiceName: KeyParts] {
        catalog.closure(of: catalog.services.map(\.name)).reduce(into: [:]) { parts, name in
            guard let service = catalog[name], var material = services[name]?.material else { return }
            for need in service.inputs.needs { material.needs[need] = parts[need]?.key }
            material.bases = [bases.images[name]].compactMap(\.self)
            parts[name] = KeyParts(material, hash: Digest.sha256)
        }
    }
}
