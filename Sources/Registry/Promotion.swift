import OCI
public import Pipeline

extension RegistryClient {
    /// The tags that an image is to have as a release.
    public struct Promotion: Sendable {
        public var image: Digest
        /// Never moved: refused when it stands for something else.
        public var exact: ImageTag
        /// Moved on from wherever they are.
        public var moving: [ImageTag]

        public init(image: Digest, exact: ImageTag, moving: [ImageTag]) {
            (self.image, self.exact, self.moving) = (image, exact, moving)
        }
    }

    /// Gives an image that is there more names: what was tested is what is released, byte for byte.
    ///
    /// The name that never moves comes first. Returns those that moved, and from where; nothing for what was done before.
    public func promote(_ promotion: Promotion, in repository: RepositoryName) async throws -> [MovedTag] {
        guard let served = try await manifest("\(promotion.image)", in: repository) else {
            throw RegistryError.unusable(
                "\(host)/\(repository.text)@\(promotion.image)", reason: "is not there any more")
        }
        if let existing = try await digest(of: promotion.exact.text, in: repository) {
            guard existing == promotion.image else {
                throw RegistryError.tagTaken(
                    promotion.exact, in: "\(host)/\(repository.text)",
                    existing: .init(digest: existing, annotations: nil),
                    new: .init(digest: promotion.image, annotations: nil))
            }
        } else {
            try await put(served.bytes, mediaType: served.mediaType, as: promotion.exact.text, in: repository)
            try await check(promotion.exact, is: promotion.image, in: repository)
        }
        var moved: [MovedTag] = []
        for tag in promotion.moving {
            let existing = try await digest(of: tag.text, in: repository)
            guard existing != promotion.image else { continue }
            try await put(served.bytes, mediaType: served.mediaType, as: tag.text, in: repository)
            moved.append(MovedTag(tag: tag.text, from: existing))
        }
        return moved
    }

    private func check(_ tag: ImageTag, is image: Digest, in repository: RepositoryName) async throws {
        let found = try await digest(of: tag.text, in: repository)
        guard found == image else {
            throw RegistryError.mismatch(
                "\(host)/\(repository.text):\(tag)", expected: image, found: found.map { "\($0)" } ?? "nothing")
        }
    }
}
