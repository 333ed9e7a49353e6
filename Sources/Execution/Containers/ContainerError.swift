public import Pipeline

/// Why nothing can be run in a container: never because of what was to be run.
public enum ContainerError: Failure, Equatable {
    /// None answers; what each said.
    case noEngine([String])
    case imageMissing(String, engine: String, reason: String)
    case notCreated(String, reason: String)
    case notStarted(String, reason: String)
    /// It answered before, and does no longer.
    case engineAway(String, reason: String)
    /// Its client ended, and the command did not.
    case leftAlone(engine: String)
    case unmountable(String)
    case sidecarEnded(Sidecar, code: Int32)
    case sidecarNotReady(Sidecar, within: Seconds)

    /// Which one failed, and what it said last.
    public struct Sidecar: Equatable, Sendable {
        public let name: String
        public let image: String
        public let lastLines: [String]
        /// What its health check said last; nil: nothing.
        public var check: String?

        public init(name: String, image: String, lastLines: [String]) {
            (self.name, self.image, self.lastLines) = (name, image, lastLines)
        }
    }

    public var fault: Fault { .environment }

    public var hint: String? {
        switch self {
        case .noEngine:
            "install docker or podman, start it, and see that this user may use it; SLIPWAY_CONTAINER_ENGINE names another"
        case .imageMissing(let image, let engine, _): "\(engine) pull \(image) shows whether it can be had"
        case .notCreated, .notStarted: "slipway doctor names the engine; it refuses this on this machine"
        case .engineAway: "run again when it answers"
        case .leftAlone: "run again"
        case .unmountable: "work in a folder whose path has neither comma nor quote"
        case .sidecarEnded, .sidecarNotReady:
            "its whole log is in the folder of the run; ready-within: gives it more time"
        }
    }

    public var description: String {
        switch self {
        case .noEngine(let problems): "no container engine answers: \(problems.joined(separator: "; "))"
        case .imageMissing(let image, _, let reason): "container image \(image): \(reason)"
        case .notCreated(let image, let reason): "no container of \(image) could be made: \(reason)"
        case .notStarted(let image, let reason): "the container of \(image) could not be started: \(reason)"
        case .engineAway(let engine, let reason): "\(engine) no longer answers: \(reason)"
        case .leftAlone(let engine): "the client of \(engine) ended before the command did"
        case .unmountable(let path): "\(path): cannot be mounted in a container"
        case .sidecarEnded(let sidecar, let code):
            "sidecar \(sidecar.name) (\(sidecar.image)) ended with exit \(code)\(sidecar.tail)"
        case .sidecarNotReady(let sidecar, let limit):
            "sidecar \(sidecar.name) (\(sidecar.image)) was not ready within \(limit)\(sidecar.tail)"
        }
    }
}

extension ContainerError.Sidecar {
    fileprivate var tail: String {
        let said = lastLines.isEmpty ? " and said nothing" : "; its last lines: " + lastLines.joined(separator: " | ")
        return said + (check.map { "; its health check: \($0)" } ?? "")
    }
}
