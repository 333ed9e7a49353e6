import Git
import OCI
import Pipeline

/// What is known of an image of a service before it is made.
struct SurveyedImage: Sendable {
    let source: Service.ImageSource
    /// Which of the images of its service it is, from 0.
    let number: Int
    let state: State
    /// What of its Dockerfile needs a builder; nil where nothing, and where none may be used.
    let part: BuilderPart?

    enum State: Sendable {
        case stage(ImagePlan)
        /// No assembly without a builder, or no Dockerfile that can be read: the sentence, and what to do.
        case impossible(String, hint: String?)
    }

    /// Reads the Dockerfile of an image of a service in a tree.
    init(_ number: Int, of service: Service, in tree: Tree) throws {
        let source = service.images[number]
        (self.source, self.number) = (source, number)
        let reading = try Self.read(source, of: service, in: tree)
        if let sibling = Self.sibling(under: reading, source, of: service) {
            let problem = "\(source.dockerfile): \(sibling) is another image of \(service.name)"
            state = .impossible(problem, hint: "make it a stage of this Dockerfile, or a service of its own")
            part = nil
        } else {
            (state, part) = reading
        }
    }

    private static func read(
        _ source: Service.ImageSource, of service: Service, in tree: Tree
    ) throws -> (State, BuilderPart?) {
        guard let bytes = try tree.content(of: source.dockerfile) else {
            let problem = "\(source.dockerfile): there is no such Dockerfile"
            return (.impossible(problem, hint: "is it committed?"), nil)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let dockerfile = Dockerfile(parsing: text, path: source.dockerfile)
        do {
            return (.stage(try source.plan(of: dockerfile)), nil)
        } catch {
            guard case .needsBuilder(_, let line, let reason) = error, service.recipe.builder != .native else {
                return (.impossible("\(error)", hint: error.hint), nil)
            }
            do {
                let part = try source.part(of: dockerfile, text: text, line: line, reason: reason)
                return (.stage(part.rest), part)
            } catch {
                return (.impossible("\(error)", hint: error.hint), nil)
            }
        }
    }

    /// The name of an image of the same service on which this one would stand: they are made side by side.
    private static func sibling(
        under reading: (State, BuilderPart?), _ source: Service.ImageSource, of service: Service
    ) -> String? {
        guard service.images.count > 1 else { return nil }
        let others = service.images.map(\.name).filter { $0 != source.name }
        return bases(of: reading.0, reading.1).lazy.compactMap { base in
            guard case .registry(let reference) = base, reference.digest == nil else { return nil }
            let path = reference.repository.text
            return others.first { path == $0 || path == "library/\($0)" || path.hasSuffix("/\($0)") }
        }.first
    }

    private static func bases(of state: State, _ part: BuilderPart?) -> [Stage.Base] {
        guard case .stage(let plan) = state else { return [] }
        return plan.images.map(\.base) + (part?.bases ?? [])
    }

    /// Every image that it is made of, each once.
    var bases: [NamedBase] {
        Self.bases(of: state, part).reduce(into: []) { bases, base in
            let named = NamedBase(base: base, context: source.context)
            if !bases.contains(named) { bases.append(named) }
        }
    }

    /// The one that it stands on.
    var base: NamedBase? {
        guard case .stage(let plan) = state else { return nil }
        return NamedBase(base: plan.base, context: source.context)
    }

    /// What a plan says of it.
    func notes(on service: ServiceName) -> [Plan.Note] {
        if case .impossible(let problem, let hint) = state {
            return [Plan.Note(.noImage, "\(service): \(problem)" + (hint.map { " (\($0))" } ?? ""))]
        }
        guard let part else { return [] }
        let often = part.seesContext ? "whenever it changes" : "once; what comes after RUN is assembled natively"
        return [
            Plan.Note(.needsBuilder, "\(part.dockerfile):\(part.line): \(part.reason) needs a builder, \(often)")
        ]
    }
}
