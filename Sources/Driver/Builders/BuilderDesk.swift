import Builders
import Disk
import OCI
import Pipeline
import Registry
import SystemPackage

/// Has the part of an image made that needs a builder, or finds it where it was made before.
struct BuilderDesk: Sendable {
    let workspace: Workspace
    let environment: [String: String]
    let bases: BaseSource
    let shelf: PrefixShelf

    /// The base with the builder's layers on it, and who made them.
    struct Extended: Sendable {
        let content: BaseContent
        let builder: String
    }

    /// What is asked of it.
    struct Job {
        let order: ImageOrder
        let work: BuilderWork
        /// What the last stage stands on; nil for nothing.
        let base: BaseContent?
        let context: BuildContext
        let layout: Layout
    }

    private var traces: BuilderTraces { BuilderTraces(workspace) }

    /// Gives what the rest of the Dockerfile is assembled on.
    func extend(_ job: Job, _ report: @Sendable (Event) -> Void) async throws -> Extended {
        let work = job.work
        guard !work.part.seesContext else { return try await make(job, report).extended }
        let keys = work.kinds.map { (kind: $0, key: work.key(by: $0, on: job.base?.image)) }
        guard let first = keys.first else { preconditionFailure("what no builder may do is refused in the plan") }
        // Whoever comes second finds what the first has made.
        let lock = try await traces.lock(first.key)
        for (_, key) in keys {
            if let known = try shelf.local(key, on: job.base, in: job.layout) { return known }
        }
        for (_, key) in keys {
            let known = try await shelf.remote(key, of: job.order, on: job.base, into: job.layout, report)
            if let known { return known }
        }
        let made = try await make(job, report)
        if let key = keys.first(where: { $0.kind == made.kind })?.key {
            try await shelf.keep(made.extended, as: key, of: job.order, in: job.layout, report)
        }
        try lock.sign("")
        return made.extended
    }

    private func make(
        _ job: Job, _ report: @Sendable (Event) -> Void
    ) async throws -> (extended: Extended, kind: BuilderKind) {
        try checkArguments(of: job.work)
        let found = try await builder(for: job.work)
        if let warning = found.warning { report(.note(warning)) }
        let mark = BuildMark(root: traces.root, build: String(UInt64.random(in: .min ... .max), radix: 16))
        let scratch = traces.folder.appending("work-\(mark.build)")
        do {
            try scratch.makeFolders()
            let build = try await order(job, mark: mark, scratch: scratch)
            let built = try await traces.marking([found.kind]) {
                try await found.maker.build(build, above: job.base?.diffIDs ?? [])
            }
            try check(built, job.work)
            let content = try join(built, to: job.base, in: job.layout, by: found.maker.name)
            try scratch.remove()
            return (Extended(content: content, builder: found.maker.name), found.kind)
        } catch {
            try scratch.remove()
            throw error
        }
    }

    private func builder(for work: BuilderWork) async throws -> BuilderSearch.Found {
        let search = traces.search(environment.merging(work.marks) { $1 })
        do {
            return try await traces.marking(work.kinds) {
                try await search.first(of: work.kinds, mounting: work.secrets.keys.sorted())
            }
        } catch let error as BuilderError {
            throw BuilderRefusal.noBuilder(
                work.part.dockerfile, line: work.part.line, work.part.reason, found: error.description,
                hint: error.hint)
        }
    }

    private func order(_ job: Job, mark: BuildMark, scratch: FilePath) async throws -> BuildOrder {
        let (order, part) = (job.order, job.work.part)
        var names: [ImagePlan.Source: String] = [:]
        var archives: [String: TarStream] = [:]
        for (number, source) in part.sources.enumerated() {
            let name = mark.base(number)
            names[source] = name
            var content = source == part.rest.baseSource ? job.base : nil
            if content == nil {
                let errand = BaseSource.Errand(source: source, context: order.source.context, into: job.layout)
                content = try await bases.fetch(
                    errand, order.pin(of: source.base), own: order.bases.own[source.base.text])
            }
            archives[name] = try content?.archive(from: job.layout, named: name)
        }
        let text = part.text(naming: names, labels: mark.labels)
        var build = BuildOrder(
            mark, dockerfile: text, bases: archives, modified: order.created, scratch: scratch, story: job.work.story)
        (build.arguments, build.secrets) = (job.work.arguments, job.work.secrets)
        if part.seesContext {
            build.context = try ContextFiles(
                of: Dockerfile(parsing: text, path: part.dockerfile), in: job.context, modified: order.created)
        }
        return build
    }

    /// Throws when what everybody can read tells a secret.
    private func check(_ built: BuiltArchive, _ work: BuilderWork) throws {
        try refuse(built.configuration.canonicalBytes, of: "the configuration of the image", telling: work.secrets)
    }

    /// Build arguments stay in the history of an image.
    private func checkArguments(of work: BuilderWork) throws {
        for (name, value) in work.arguments.sorted(by: { $0.key < $1.key }) {
            try refuse(Array(value.utf8), of: "the build argument \(name)", telling: work.secrets)
        }
    }

    private func refuse(_ bytes: [UInt8], of place: String, telling secrets: [String: String]) throws {
        for (name, value) in secrets.sorted(by: { $0.key < $1.key }) {
            guard let redaction = Redaction(hiding: [Array(value.utf8)]) else { continue }
            var stream = RedactionStream(redaction)
            guard stream.feed(bytes[...]) + stream.finish() == bytes else {
                throw BuilderError.leak(place, secret: name)
            }
        }
    }

    /// The base with what is new above it: layers that the base has keep its descriptors, others are packed by us.
    private func join(
        _ built: BuiltArchive, to base: BaseContent?, in layout: Layout, by builder: String
    ) throws -> BaseContent {
        let own = base?.manifest.layers ?? []
        let known = Dictionary(zip(base?.diffIDs ?? [], own)) { first, _ in first }
        let new = try built.layers.map { layer -> Descriptor in
            if let same = known[layer.diffID] { return same }
            if let packed = layer.packed {
                try layout.adopt(layer.file, as: packed.digest)
                return packed
            }
            let pressed = try layout.press(layer.file)
            guard pressed.diffID == layer.diffID else {
                throw BuilderError.strange(builder, reason: "a layer is not what its digest says")
            }
            return pressed.descriptor
        }
        let config = try layout.add(built.configuration.canonicalBytes, mediaType: MediaType.configuration)
        return BaseContent(
            image: base?.image ?? BaseImage(ref: "scratch", digest: config.digest),
            manifest: Manifest(config: config, layers: own + new), configuration: built.configuration)
    }
}
