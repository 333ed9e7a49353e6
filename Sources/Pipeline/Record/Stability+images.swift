extension Stability {
    /// All images of the service, the one it is called after first.
    public var images: [ImageFacts] {
        get { [image].compactMap(\.self) + (otherImages ?? []) }
        set {
            image = newValue.first
            otherImages = newValue.count > 1 ? Array(newValue.dropFirst()) : nil
        }
    }

    /// Whether an image is one of the service's.
    public func has(_ image: Digest) -> Bool { images.contains { $0.digest == image } }

    /// What statements about it are about: the images, or without one the tree of the service.
    public var subjects: [StatementSubject] {
        guard images.isEmpty else { return images.map { StatementSubject(image: $0.digest, of: $0.repository) } }
        return [
            StatementSubject(name: "pkg:slipway/\(service.name)", digest: ["gitTree": "\(source.serviceTree)"])
        ]
    }

    /// Which images it is about, for people.
    var subjectName: String {
        images.isEmpty ? "no image" : images.map { "\($0.digest)" }.joined(separator: ", ")
    }
}
