import Disk
import OCI
import Pipeline
import Registry
import SystemPackage

/// What the base images of services stand for, and which of them nobody could tell.
struct BaseResolution: Sendable {
    /// By their labels.
    var images: [ServiceName: [String: BaseImage]] = [:]
    var problems: [ServiceName: String] = [:]
}

/// A base image as one Dockerfile means it: a layout is looked for in the context.
struct NamedBase: Hashable, Sendable {
    let base: Stage.Base
    let context: Path

    /// What tells it from the others that a service is made of.
    var label: String { base.isLayout ? "\(context) \(base.text)" : base.text }
}

/// Where base images come from.
struct BaseSource: Sendable {
    let workTree: FilePath?
    let isOffline: Bool
    /// A client for a registry host.
    let client: @Sendable (String) -> RegistryClient

    /// Asks for each base once, however many services stand on it.
    ///
    /// What a service of this repository makes is not asked for: who stands on it needs that service, and so its key.
    func resolve(_ survey: Survey) async -> BaseResolution {
        var resolution = BaseResolution()
        var answers: [String: Result<BaseImage, Problem>] = [:]
        for service in survey.catalog.services {
            guard let known = survey.services[service.name] else { continue }
            for named in known.bases where survey.owner(of: named.base, for: service.name) == nil {
                let result: Result<BaseImage, Problem>
                if let seen = answers[named.label] {
                    result = seen
                } else {
                    result = await self.result(named.base, context: named.context)
                }
                answers[named.label] = result
                switch result {
                case .success(let image): resolution.images[service.name, default: [:]][named.label] = image
                case .failure(let problem): resolution.problems[service.name] = problem.text
                }
            }
        }
        return resolution
    }

    private struct Problem: Error {
        let text: String
    }

    private func result(_ base: Stage.Base, context: Path) async -> Result<BaseImage, Problem> {
        do {
            return .success(BaseImage(ref: base.text, digest: try await digest(of: base, context: context)))
        } catch {
            return .failure(Problem(text: "\(error)"))
        }
    }

    private func digest(of base: Stage.Base, context: Path) async throws -> Digest {
        switch base {
        case .scratch: preconditionFailure("scratch stands for nothing")
        case .layout(let folder, let name): return try layout(folder, name, context: context).image.digest
        case .registry(let reference):
            if let digest = reference.digest { return digest }
            guard !isOffline else { throw ImageError.base(base.text, "not resolved offline; pin it with @sha256:…") }
            let tag = reference.tag?.text ?? "latest"
            guard let digest = try await client(reference.apiHost).digest(of: tag, in: reference.repository) else {
                throw RegistryError.notFound("\(reference)")
            }
            return digest
        }
    }

    func layout(
        _ folder: String, _ name: String?, context: Path
    ) throws -> (layout: Layout, image: Descriptor) {
        guard let workTree else {
            throw ImageError.base(folder, "a layout needs a work tree, and this repository is bare")
        }
        let root = workTree.appending(FilePath("\(context)").components).appending(FilePath(folder).components)
        let layout = try Layout(existing: root)
        guard let image = try layout.descriptor(named: name) else {
            throw ImageError.base(folder, "the layout has no image \(name ?? "that is the only one")")
        }
        return (layout, image)
    }
}

extension ImageReference {
    /// Where the registry's interface is: Docker Hub's is not under its own name.
    var apiHost: String { host == "docker.io" ? "registry-1.docker.io" : host }
}
