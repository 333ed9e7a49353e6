import OCI
import Pipeline

extension Service.ImageSource {
    /// What is to be done for it: for the first of its platforms, which the others follow.
    func plan(of dockerfile: Dockerfile) throws(ImageError) -> ImagePlan {
        let plan = try ImagePlan(dockerfile, for: request)
        for other in allPlatforms.dropFirst() { _ = try plan.made(for: other) }
        return plan
    }

    /// What of it a builder has to do, when a line of its Dockerfile needs one.
    func part(
        of dockerfile: Dockerfile, text: String, line: Int, reason: String
    ) throws(ImageError) -> BuilderPart {
        guard allPlatforms.count < 2 else {
            throw .invalid(
                dockerfile.path, line: line,
                "\(reason) needs a builder, and images for several platforms are made natively only",
                hint: "make it in the build step and COPY the result, or name one platform")
        }
        return try BuilderPart(dockerfile, text: text, for: request, line: line, reason: reason)
    }

    /// What the Dockerfile is asked to make.
    private var request: ImageRequest {
        get throws(ImageError) {
            var all: [Descriptor.Platform] = []
            for text in platforms ?? ["\(Descriptor.Platform.standard)"] {
                guard let platform = Descriptor.Platform(parsing: text) else {
                    throw .base(name, "\"\(text.printable)\" under platforms: is no platform, as linux/arm64 is")
                }
                guard !all.contains(platform) else {
                    throw .base(name, "\(platform) stands twice under platforms:")
                }
                all.append(platform)
            }
            return ImageRequest(arguments: arguments ?? [:], platform: all.first ?? .standard, target: target)
        }
    }

    /// Its platforms, each once.
    var allPlatforms: [Descriptor.Platform] {
        (platforms ?? []).compactMap { Descriptor.Platform(parsing: $0) }
    }
}
