import Disk
import Pipeline

/// Carries out what a plan says.
public struct ImageBuilder {
    private let kit: Kit
    private var made: [Int: StageBuild] = [:]

    /// What all stages work with.
    struct Kit {
        let plan: ImagePlan
        let context: BuildContext
        let bases: [ImagePlan.Source: BaseContent]
        let marks: ImageMarks
        let layout: Layout
    }

    /// `bases` holds every image that the plan names.
    public init(
        _ plan: ImagePlan, context: BuildContext, bases: [ImagePlan.Source: BaseContent], marks: ImageMarks,
        layout: Layout
    ) throws {
        kit = Kit(plan: plan, context: context, bases: bases, marks: marks, layout: layout)
        for source in plan.images {
            guard let base = bases[source] else { throw ImageError.base(source.base.text, "was not fetched") }
            try base.check()
        }
    }

    /// Assembles the image.
    ///
    /// The same plan, files, bases and marks give the same digest on every machine.
    public mutating func build() async throws -> BuiltImage {
        let work = kit.layout.temporaryFile()
        do {
            var extraction = LayerExtraction(to: work)
            for (number, stage) in kit.plan.stages.sorted(by: { $0.key < $1.key }) {
                var build = try begun(stage, number)
                for instruction in stage.instructions {
                    try await build.carryOut(instruction, number: number, among: made, &extraction)
                }
                try await build.finishLayer()
                made[number] = build
            }
            try work.remove()
        } catch {
            work.removeQuietly()
            throw error
        }
        return try finished()
    }

    private func begun(_ stage: Stage, _ number: Int) throws -> StageBuild {
        if case .stage(let parent) = stage.parent, let build = made[parent] { return build.child() }
        let base = kit.bases[kit.plan.source(of: number)]
        if let trigger = base?.triggers.first {
            throw ImageError.needsBuilder(
                kit.plan.dockerfile, line: stage.line,
                "ONBUILD of the base (\(trigger.prefix(60).description.printable))")
        }
        return StageBuild(kit, base: base, platform: stage.platform)
    }

    private func finished() throws -> BuiltImage {
        let plan = kit.plan
        guard var build = made[plan.target] else { preconditionFailure("the target reaches itself") }
        build.configuration.setLabels(kit.marks.labels)
        let config = try kit.layout.add(build.configuration.bytes, mediaType: MediaType.configuration)
        let manifest = Manifest(config: config, layers: build.layers, annotations: kit.marks.labels)
        let bytes = try manifest.bytes
        guard bytes.count <= Manifest.maximumBytes else {
            throw ImageError.layout(
                "\(plan.dockerfile)", "makes a manifest of \(bytes.count) bytes, and registries take 4 MiB")
        }
        let descriptor = try kit.layout.add(bytes, mediaType: MediaType.manifest)
        var image = BuiltImage(
            descriptor: descriptor, manifest: manifest, platform: build.configuration.platform,
            base: kit.bases[plan.baseSource]?.image)
        image.origins = plan.images.filter { $0 != plan.baseSource }.compactMap { kit.bases[$0]?.image }
        image.notes = made.sorted { $0.key < $1.key }.flatMap(\.value.notes) + unusedArguments
        if build.layers.count > Self.layerLimit {
            let count = "it has \(build.layers.count) layers"
            image.notes.append("\(plan.dockerfile): \(count), and Docker mounts at most \(Self.layerLimit)")
        }
        return image
    }

    /// More are mounted by nobody who uses overlays.
    private static let layerLimit = 127

    private var unusedArguments: [String] {
        kit.plan.request.arguments.keys.sorted().filter { name in
            !kit.plan.declared.contains(name)
                && !ImageRequest.undeclared.contains(name.uppercased())
        }.map { "\(kit.plan.dockerfile): no ARG takes the argument \($0)" }
    }
}
