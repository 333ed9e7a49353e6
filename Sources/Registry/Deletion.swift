import NIOHTTP1
public import Pipeline

extension RegistryClient {
    /// Deletes an image with every tag that stands for it; false when it was not there.
    ///
    /// By digest only: registries that delete by tag leave the image, and most refuse it.
    public func delete(_ image: Digest, in repository: RepositoryName) async throws -> Bool {
        let request = Request(
            method: .DELETE, target: "/v2/\(repository.text)/manifests/\(image)", repository: repository,
            operation: "deletion", scope: .delete)
        let reply = try await transport.send(request)
        switch reply.status {
        case 200, 202, 204: return true
        case 404: return false
        case 405:
            throw RegistryError.unusable(
                "\(host)/\(repository.text)@\(image)",
                reason: "the registry deletes nothing: it is read-only, or has storage.delete.enabled: false (405)")
        default:
            try await expect(reply, [], repository, request.operation)
            return false
        }
    }
}
