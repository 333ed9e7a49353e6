/// The keys of all services, made of the keys of what they need.
public struct Keys: Sendable {
    public private(set) var parts: [ServiceName: KeyParts] = [:]
    private var modules: [Path: Digest] = [:]

    /// What the key of a module is made from.
    public struct ModuleMaterial: Sendable {
        /// Trees and files.
        public var files: [TreeFile]
        public var lockfiles: [String: Digest]
        /// The files themselves, when they were asked for.
        public var listed: [TreeFile]

        public init(files: [TreeFile], lockfiles: [String: Digest] = [:], listed: [TreeFile] = []) {
            (self.files, self.lockfiles, self.listed) = (files, lockfiles, listed)
        }
    }

    /// Needs come before what needs them; those that need each other in a circle have all of each other in their keys.
    public init(
        _ materials: [ServiceName: KeyParts.Material], modules: [Path: ModuleMaterial], wiring: Wiring,
        hash: HashFunction
    ) {
        let nodes = materials.keys.map(Wiring.Node.service) + modules.keys.map(Wiring.Node.module)
        for group in wiring.groups(nodes) {
            let shared = group.count > 1 ? own(group, materials, modules, wiring, hash) : nil
            for node in group {
                if case .module(let folder) = node, let material = modules[folder] {
                    self.modules[folder] = shared ?? key(of: material, at: folder, wiring, hash)
                }
            }
            for case .service(let name) in group {
                guard var material = materials[name] else { continue }
                take(wiring.needs(of: .service(name)), into: &material)
                if let shared { material.modules["*"] = shared }
                parts[name] = KeyParts(material, hash: hash)
            }
        }
        addTestNeeds(materials, wiring, hash)
    }

    /// Of what something needs: the name and, where it is known by now, the key.
    private func digests(_ needs: [Wiring.Node]) -> [(name: String, digest: Digest)] {
        needs.compactMap { node in
            switch node {
            case .service(let name): parts[name]?.image.map { ("\(node)", $0) }
            case .module(let folder): modules[folder].map { ("\(node)", $0) }
            }
        }
    }

    private func take(_ needs: [Wiring.Node], into material: inout KeyParts.Material) {
        for node in needs {
            switch node {
            case .service(let name): material.needs[name] = parts[name]?.image
            case .module(let folder): material.modules["\(node)"] = modules[folder]
            }
        }
    }

    private func key(
        of material: ModuleMaterial, at folder: Path, _ wiring: Wiring, _ hash: HashFunction
    ) -> Digest {
        var fields = Fields(files: material.files)
        fields.append(material.lockfiles.map { ($0.key, $0.value) })
        fields.append(digests(wiring.needs(of: .module(folder))))
        return hash(fields.bytes)
    }

    /// What the members of a circle are made of, each without the others.
    private func own(
        _ group: [Wiring.Node], _ materials: [ServiceName: KeyParts.Material], _ modules: [Path: ModuleMaterial],
        _ wiring: Wiring, _ hash: HashFunction
    ) -> Digest {
        let members = group.compactMap { node -> (name: String, digest: Digest)? in
            switch node {
            case .service(let name):
                guard var material = materials[name] else { return nil }
                take(wiring.needs(of: node).filter { !group.contains($0) }, into: &material)
                return KeyParts(material, hash: hash).image.map { ("\(node)", $0) }
            case .module(let folder):
                return modules[folder].map { ("\(node)", key(of: $0, at: folder, wiring, hash)) }
            }
        }
        var fields = Fields()
        fields.append(members)
        return hash(fields.bytes)
    }

    /// What only tests need may need what it is needed by: it comes last.
    private mutating func addTestNeeds(
        _ materials: [ServiceName: KeyParts.Material], _ wiring: Wiring, _ hash: HashFunction
    ) {
        let built = self
        for (name, material) in materials {
            let needs = wiring.needs(of: .service(name), [.test])
            guard !needs.isEmpty, let known = built.parts[name] else { continue }
            var material = material
            material.needs = known.needs
            for module in known.modules ?? [] { material.modules[module.name] = module.digest }
            for (name, digest) in built.digests(needs) { material.testNeeds[name] = digest }
            parts[name] = KeyParts(material, hash: hash)
        }
    }
}
