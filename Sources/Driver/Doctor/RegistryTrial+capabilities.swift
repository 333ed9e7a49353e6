import OCI
import Pipeline
import Registry

/// What the registry can do, tried with the image that is there.
extension RegistryTrial {
    private mutating func note(_ name: RegistryCapability.Name, _ has: Bool?, _ note: String? = nil) {
        facts.capabilities.append(RegistryCapability(name, has, note: note))
    }

    private var layer: Digest { RegistryClient.digest(of: image.layer) }
    private var first: Digest { RegistryClient.digest(of: image.first) }
    private var accept: [(String, String)] { [("Accept", MediaType.manifest)] }

    mutating func tryReading() async throws {
        var range = PlainRequest(.get, "\(path)/blobs/\(layer)")
        range.headers = [("Range", "bytes=0-0")]
        let part = try await client.ask(range, in: repository)
        note(.range, part.status == 206 && part.body.count == 1)

        var read = PlainRequest(.get, "\(path)/manifests/\(first)")
        read.headers = accept
        let open = try await stranger.ask(read, in: repository)
        note(.publicRead, open.status == 200 && open.body == image.first)

        let listed = try await client.ask(PlainRequest(.get, "\(path)/tags/list?n=1"), in: repository)
        let count = try RegistryClient.tagCount(in: listed.body)
        note(.paging, listed.status == 200 ? count == 1 && listed.header("Link") != nil : nil)
        note(.throttling, listed.status == 429 ? true : false, listed.header("Retry-After"))
    }

    mutating func tryWriting() async throws {
        try await tryMount()
        try await tryResume()
        let about = RegistryClient.digest(of: image.about)
        let said = try await put(image.about, as: "\(about)")
        let listed = try await client.ask(PlainRequest(.get, "\(path)/referrers/\(first)"), in: repository)
        let isIndex = listed.header("Content-Type")?.hasPrefix(MediaType.index) == true
        note(.referrers, listed.status == 200 && isIndex && said.header("OCI-Subject") != nil)

        let moved = try await put(image.second, as: Self.tags[0])
        note(.immutableTags, moved.status != 201)
        let guarded = try await put(image.first, as: Self.tags[0], [("If-None-Match", "*")])
        note(.conditionalPut, moved.status == 201 ? guarded.status == 412 : nil)
    }

    /// A blob of this repository, asked for in another.
    private mutating func tryMount() async throws {
        guard let other = RepositoryName(parsing: repository.text + "-mount") else { return note(.mount, nil) }
        let target = "/v2/\(other.text)/blobs/uploads/?mount=\(layer)&from=\(repository.text)"
        var mount = PlainRequest(.post, target)
        mount.headers = [("Content-Length", "0")]
        let reply = try await client.ask(mount, in: other)
        switch reply.status {
        case 201:
            note(.mount, true)
            let gone = try await client.ask(PlainRequest(.delete, "/v2/\(other.text)/blobs/\(layer)"), in: other)
            if gone.status != 202 { facts.left.append("a layer in \(other.text)") }
        case 202:
            note(.mount, false)
            if let location = reply.header("Location") {
                _ = try await client.ask(PlainRequest(.delete, own(location)), in: other)
            }
        default: note(.mount, nil, "\(reply.status)")
        }
    }

    /// Whether the state of an upload whose connection was cut is what arrived.
    private mutating func tryResume() async throws {
        var open = PlainRequest(.post, "\(path)/blobs/uploads/")
        open.headers = [("Content-Length", "0")]
        let opened = try await client.ask(open, in: repository)
        guard let location = opened.header("Location").map(own) else { return note(.resume, nil, "\(opened.status)") }
        var part = PlainRequest(.patch, location)
        part.headers = [("Content-Type", "application/octet-stream")]
        part.body = image.layer
        part.cut = image.layer.count / 2
        do {
            _ = try await client.ask(part, in: repository)
            note(.resume, nil)
        } catch  where isDeliberateCut(error) {
            let state = try await client.ask(PlainRequest(.get, location), in: repository)
            let end = state.header("Range").flatMap { $0.split(separator: "-").last }.flatMap { Int($0) } ?? 0
            note(.resume, state.status == 204 && end > 0)
        }
        _ = try await client.ask(PlainRequest(.delete, location), in: repository)
    }

    /// Takes away what the trial brought, as far as the registry lets it.
    mutating func tidy() async throws {
        var isGone = true
        for manifest in [image.about, image.second, image.first] {
            let digest = RegistryClient.digest(of: manifest)
            let reply = try await client.ask(PlainRequest(.delete, "\(path)/manifests/\(digest)"), in: repository)
            if ![200, 202, 404].contains(reply.status) { isGone = false }
        }
        note(.deletion, isGone)
        facts.left +=
            isGone
            ? ["1.5 MiB in \(repository.text) that nothing names, until its garbage is collected"]
            : ["the tags \(Self.tags.joined(separator: " and ")) in \(repository.text), 1.5 MiB"]
        facts.capabilities.sort { $0.name.rawValue < $1.name.rawValue }
    }
}
