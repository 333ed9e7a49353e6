extension Stability {
    /// How an image that was tested became a release.
    public struct ReleaseFacts: Equatable, Sendable, Codable {
        public var version: SemanticVersion
        public var tag: String
        /// The candidate that was released as it is.
        public var candidate: String?
        /// As the message of the tag has it.
        public var changelog: String
        /// Image tags that named another image before: what puts them back.
        public var moved: [MovedTag]
        /// What a person let pass.
        public var accepted: [String]

        public init(_ trailer: ReleaseTrailer, tag: String, changelog: String, accepted: [String]) {
            (version, self.tag, self.changelog) = (trailer.version, tag, changelog)
            candidate = trailer.candidate.map { "\($0)" }
            (moved, self.accepted) = ([], accepted)
        }
    }

    /// The same evidence, stated once more for the release it was good for.
    ///
    /// The tags are those of each image, in their order.
    public func released(_ facts: ReleaseFacts, tags: [[String]], by run: Run, scope: Scope) -> Stability {
        var copy = self
        copy.run = run
        copy.scope = scope
        copy.release = facts
        copy.images = zip(images, tags).map { image, tags in
            var image = image.standing(for: self.run.recordId)
            image.tags = tags
            return image
        }
        return copy
    }
}
