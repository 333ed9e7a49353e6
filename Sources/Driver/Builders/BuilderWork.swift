import Builders
import Disk
import OCI
import Pipeline
import Signing
import SystemPackage

/// What a builder has to do for an image, and what it is given.
struct BuilderWork: Sendable {
    let part: BuilderPart
    /// Who may do it, the first that works.
    let kinds: [BuilderKind]
    /// Values of the secrets that RUN lines mount.
    let secrets: [String: String]
    /// Values of its build arguments.
    var arguments: [String: String] = [:]
    let story: BuildOrder.Story
    /// Marks of the processes that are started.
    let marks: [String: String]

    /// What stands for the result where no file of the context is seen: two builds of it are worth the same.
    func key(by kind: BuilderKind, on base: BaseImage?) -> Digest {
        let known = base.map { ["ref": JSON.string($0.ref), "digest": .string("\($0.digest)")] }
        return JSON.object([
            "algorithm": .string("slipway-base-key/1"), "bases": .array([known].compactMap { $0.map(JSON.object) }),
            "platform": .string("\(part.rest.baseSource.platform)"), "builder": .string(kind.rawValue),
            "text": .string(part.text(naming: [:], labels: [:])),
            "arguments": .object(arguments.mapValues(JSON.string)),
        ]).sha256
    }

    /// The variable that names the builder to use, where the configuration names none.
    static let variable = "SLIPWAY_BUILDER"
}

extension JSON {
    fileprivate var sha256: Digest { .sha256(canonicalBytes) }
}

/// Why an image is not made that needs a builder.
enum BuilderRefusal: Failure, Equatable {
    case noBuilder(Path, line: Int, String, found: String, hint: String?)
    case unknown(String)
    case secretsMissing(Path, line: Int, [String])

    var fault: Fault {
        if case .noBuilder = self { return .environment }
        return .input
    }

    var hint: String? {
        switch self {
        case .noBuilder(_, _, _, _, let hint): hint
        case .unknown: "docker, buildah or podman; without it, the first that works"
        case .secretsMissing(_, _, let names): "add secrets: [\(names.joined(separator: ", "))] to the service"
        }
    }

    var description: String {
        switch self {
        case .noBuilder(let path, let line, let reason, let found, _):
            "\(path):\(line): \(reason) needs a builder; \(found)"
        case .unknown(let name): "\(BuilderWork.variable): there is no builder \"\(name.printable)\""
        case .secretsMissing(let path, let line, let names):
            "\(path):\(line): RUN mounts secrets that the service does not declare: \(names.joined(separator: ", "))"
        }
    }
}

extension Run {
    /// What a builder has to do for an image of a service; nil where nothing.
    func builderWork(for service: Service, _ image: SurveyedImage) throws -> BuilderWork? {
        guard let part = image.part else { return nil }
        let given = vault.variables(of: service.name)
        let missing = part.secrets.filter { given[$0] == nil }.sorted()
        guard missing.isEmpty else {
            throw BuilderRefusal.secretsMissing(part.dockerfile, line: part.line, missing)
        }
        let kinds = try Self.kinds(service.recipe.builder, survey.request.environment)
        return BuilderWork(
            part: part, kinds: kinds, secrets: given.filter { part.secrets.contains($0.key) },
            arguments: (image.source.arguments ?? [:]).filter { part.takes(argument: $0.key) },
            story: .init(
                log: folder.log(of: Step(service.name, .image), attempt: image.number + 1), redaction: vault.redaction,
                timeout: service.recipe.timeout),
            marks: ["SLIPWAY_RUN": id, "SLIPWAY_ROOT": root.string])
    }

    private static func kinds(_ choice: BuilderChoice?, _ environment: [String: String]) throws -> [BuilderKind] {
        if let choice { return choice.kinds }
        guard let stated = environment[BuilderWork.variable], !stated.isEmpty, stated != "auto" else {
            return BuilderKind.preferred
        }
        guard let kind = BuilderKind(rawValue: stated) else { throw BuilderRefusal.unknown(stated) }
        return [kind]
    }

    /// The log of the image step, where a builder wrote one: of several images that of the last.
    func imageLog(of step: Step) -> String? {
        guard step.kind == .image else { return nil }
        let made = (survey.services[step.service]?.images ?? []).filter { $0.part != nil }
        return made.reversed().lazy.compactMap { image in
            do {
                let name = try folder.logName(of: step, attempt: image.number + 1)
                return try folder.root.appending(FilePath(name).components).status() == nil ? nil : name
            } catch {
                return nil
            }
        }.first
    }
}
