import OCI
import Pipeline

extension Service.ImageSource {
    /// What is to be done for it: for the first of its platforms, which the others follow.
    func plan(of dockerfile: Dockerfile) throws(ImageError) -> ImagePlan {
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
        let plan = try ImagePlan(
            dockerfile,
            for: ImageRequest(arguments: arguments ?? [:], platform: all.first ?? .standard, target: target))
        for other in all.dropFirst() { _ = try plan.made(for: other) }
        return plan
    }

    /// Its platforms, each once.
    var allPlatforms: [Descriptor.Platform] {
        (platforms ?? []).compactMap { Descriptor.Platform(parsing: $0) }
    }
}
