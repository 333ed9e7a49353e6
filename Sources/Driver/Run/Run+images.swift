import OCI
import Pipeline

extension Run {
    /// The images a record speaks for: those that were made, or, when red tests forbade that, those which an earlier run
    /// made of the same inputs: what is found out about them now closes the gate for them.
    func imageFacts(
        _ name: ServiceName, _ progress: Progress, judging: Bool
    ) -> [Stability.ImageFacts] {
        guard !progress.images.isEmpty else {
            if let reused = plan[name]?.imageRecord, let record = prepared.ledger.images[name]?.record,
                record.run.recordId == reused
            {
                return record.images.map { $0.standing(for: reused) }
            }
            return judging ? prepared.ledger.accepted[name]?.record.images ?? [] : []
        }
        return zip(service(name).images, progress.images).enumerated().map { number, made in
            let tags = progress.tags.indices.contains(number) ? progress.tags[number] : []
            return imageFacts(made.1, of: made.0, tags)
        }
    }

    private func imageFacts(
        _ image: BuiltImage, of source: Service.ImageSource, _ tags: [ImageTag]
    ) -> Stability.ImageFacts {
        let isPushed = !tags.isEmpty
        let repository = isPushed ? survey.configuration.repositoryText(of: source.name) : source.name
        var facts = Stability.ImageFacts(
            repository: repository, tags: tags.map(\.text), digest: image.descriptor.digest,
            mediaType: image.descriptor.mediaType, platforms: image.platforms,
            baseImages: [image.base].compactMap(\.self) + image.origins, pushed: isPushed)
        facts.builder = image.builder
        facts.manifests = Stability.ImageFacts.PlatformImage.list(image.parts)
        return facts
    }
}
