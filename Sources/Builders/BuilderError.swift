public import Pipeline

/// Why a builder could not be asked, or did not do what it was asked for.
public enum BuilderError: Failure, Equatable {
    /// There is none that could: what was found of each.
    case none([String])
    case away(String, reason: String)
    /// It speaks an older interface than any that is understood.
    case tooOld(String, version: String, least: String)
    /// What was built ended badly: what the builder says.
    case failed(String, reason: String)
    /// What came back is not an image on the base it was given.
    case strange(String, reason: String)
    /// The stream of its story ended before the build did.
    case cutOff(String)
    case noSecrets(String, [String])
    case leak(String, secret: String)

    public var fault: Fault {
        switch self {
        case .failed, .noSecrets, .leak: .input
        default: .environment
        }
    }

    public var hint: String? {
        switch self {
        case .none: "start docker, or install buildah or podman; SLIPWAY_BUILDER and builder: name one"
        case .away: "is it running, and may this user speak to it?"
        case .tooOld: "update it, or use buildah or podman: builder: buildah"
        case .failed, .strange: nil
        case .cutOff: "was its daemon restarted? the next run begins the build anew"
        case .noSecrets: "BuildKit, buildah and podman can: DOCKER_BUILDKIT=1, or builder: buildah"
        case .leak: "RUN --mount=type=secret,id=NAME gives it to one line only, and leaves nothing"
        }
    }

    public var description: String {
        switch self {
        case .none(let found): "no builder: " + found.joined(separator: "; ")
        case .away(let builder, let reason): "\(builder) does not answer: \(reason)"
        case .tooOld(let builder, let version, let least):
            "\(builder) speaks version \(version) of its interface, and \(least) is the oldest that is understood"
        case .failed(let builder, let reason): "\(builder): \(reason)"
        case .strange(let builder, let reason): "\(builder) gave an image that cannot be used: \(reason)"
        case .cutOff(let builder): "\(builder) stopped telling of the build before its end"
        case .noSecrets(let builder, let names):
            "\(builder) cannot be given secrets (\(names.joined(separator: ", ")))"
        case .leak(let place, let secret): "\(place) would hold the secret \(secret) for everybody to read"
        }
    }
}
