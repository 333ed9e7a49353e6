public import Pipeline

/// Why an image cannot be made: of the Dockerfile, of the files, of the base.
public enum ImageError: Failure, Equatable {
    /// Something that no native assembly can do.
    case needsBuilder(Path, line: Int, String)
    case invalid(Path, line: Int, String, hint: String?)
    case base(String, String)
    case layout(String, String)

    public var fault: Fault { .input }

    public var hint: String? {
        switch self {
        case .needsBuilder:
            "make it in the build step and COPY the result, or declare images: false"
        case .invalid(_, _, _, let hint): hint
        case .base, .layout: nil
        }
    }

    public var description: String {
        switch self {
        case .needsBuilder(let path, let line, let what): "\(path):\(line): \(what) needs a builder"
        case .invalid(let path, let line, let problem, _): "\(path):\(line): \(problem)"
        case .base(let name, let problem): "base image \(name): \(problem)"
        case .layout(let path, let problem): "\(path): \(problem)"
        }
    }
}
