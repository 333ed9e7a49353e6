import OCI
import Pipeline
import Registry

/// What is pushed on trial: the same bytes each time, so that repeated trials leave no more than one, and a registry that
/// remembers what it has lost is found out.
struct TrialImage {
    let layer: [UInt8]
    let configuration: [UInt8]
    /// Two images that differ in a word, and a document about the first.
    let first: [UInt8]
    let second: [UInt8]
    let about: [UInt8]

    init() throws {
        // More than the megabyte that nginx takes unless it is told otherwise; without pattern, as compressed layers are.
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        var bytes: [UInt8] = []
        bytes.reserveCapacity(3 << 19)
        while bytes.count < 3 << 19 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            bytes.append(UInt8(truncatingIfNeeded: state >> 56))
        }
        layer = bytes
        let json: JSON = .object([
            "architecture": .string("amd64"), "os": .string("linux"), "config": .object([:]),
            "rootfs": .object([
                "type": .string("layers"), "diff_ids": .array([.string("\(RegistryClient.digest(of: bytes))")]),
            ]),
        ])
        configuration = json.canonicalBytes
        let plain = Descriptor(
            mediaType: "application/vnd.oci.image.layer.v1.tar", digest: RegistryClient.digest(of: bytes),
            size: Int64(bytes.count))
        let config = Descriptor(
            mediaType: MediaType.configuration, digest: RegistryClient.digest(of: configuration),
            size: Int64(configuration.count))
        func manifest(_ word: String) -> Manifest {
            Manifest(config: config, layers: [plain], annotations: ["slipway.doctor": word])
        }
        first = try manifest("first").bytes
        second = try manifest("second").bytes
        var document = manifest("about")
        document.subject = Descriptor(
            mediaType: MediaType.manifest, digest: RegistryClient.digest(of: first), size: Int64(first.count))
        document.artifactType = "application/vnd.slipway.doctor"
        about = try document.bytes
    }
}

/// One repository of a registry, asked about things one by one.
struct RegistryTrial {
    let client: RegistryClient
    let stranger: RegistryClient
    let repository: RepositoryName
    let image: TrialImage
    var facts: RegistryFacts

    static let tags = ["slipway-doctor-1", "slipway-doctor-2"]

    init(
        _ client: RegistryClient, stranger: RegistryClient, repository: RepositoryName, user: String?
    ) throws {
        (self.client, self.stranger, self.repository) = (client, stranger, repository)
        image = try TrialImage()
        facts = RegistryFacts(host: client.host, repository: repository.text, user: user)
    }

    var path: String { "/v2/\(repository.text)" }

    /// Looks at the doors, pushes, tries what it can do, and tidies up.
    mutating func run() async throws {
        try await knock()
        guard facts.doors.write != .closed || facts.user != nil else {
            facts.push = .readOnly
            return
        }
        guard try await pushes() else { return }
        facts.push = .done
        try await readBack()
        guard facts.push == .done else { return }
        try await tryReading()
        try await tryWriting()
        try await tidy()
    }

    // MARK: - Doors

    private mutating func knock() async throws {
        try await refuseOtherProtocol()
        facts.doors.ping = try await door(PlainRequest(.get, "/v2/"))
        facts.doors.read = try await door(PlainRequest(.get, "\(path)/tags/list"))
        var open = PlainRequest(.post, "\(path)/blobs/uploads/")
        open.headers = [("Content-Length", "0")]
        facts.doors.write = try await door(open)
    }

    /// Servers with TLS answer plain HTTP with a sentence of their own.
    private func refuseOtherProtocol() async throws {
        guard client.isPlain else { return }
        let reply = try await stranger.askBare(PlainRequest(.get, "/v2/"))
        guard reply.status == 400, String(decoding: reply.body, as: UTF8.self).contains("HTTPS") else { return }
        throw RegistryError.unusable(
            client.host, reason: "speaks TLS, and is asked in plain HTTP, as loopback addresses are: call it by a name")
    }

    /// How a stranger is answered, and whether a token that anybody gets changes that.
    private func door(_ request: PlainRequest) async throws -> RegistryFacts.Door {
        let bare = try await stranger.askBare(request)
        if bare.status == 202, let location = bare.header("Location") { try await cancel(location, bare: true) }
        switch bare.status {
        case 200, 202, 404: return .open
        case 405: return .closed
        case 401, 403:
            if bare.challenges.contains("bearer") {
                if request.target == "/v2/" { return .token }
                let reply = try await stranger.ask(request, in: repository)
                if reply.status == 202, let location = reply.header("Location") {
                    try await cancel(location, bare: false)
                }
                return [401, 403].contains(reply.status) ? .login : reply.status == 405 ? .closed : .token
            }
            return bare.challenges.contains("basic") ? .basic : .other(status: bare.status)
        default: return .other(status: bare.status)
        }
    }

    private func cancel(_ location: String, bare: Bool) async throws {
        let request = PlainRequest(.delete, own(location))
        _ = try await bare ? stranger.askBare(request) : client.ask(request, in: repository)
    }

    /// An address that a reply gave, on the host that was asked.
    func own(_ location: String) -> String {
        guard location.hasPrefix("http://") || location.hasPrefix("https://") else { return location }
        let rest = location.drop { $0 != "/" }.dropFirst(2)
        return String(rest.drop { $0 != "/" })
    }

    // MARK: - Push

    /// Pushes an image as the user that is known; false when that was refused.
    private mutating func pushes() async throws -> Bool {
        for (bytes, name) in [(image.configuration, "a configuration"), (image.layer, "a layer")] {
            // What it says it has from an earlier trial is what clients do not send again.
            let digest = RegistryClient.digest(of: bytes)
            let known = try await client.ask(PlainRequest(.head, "\(path)/blobs/\(digest)"), in: repository)
            if known.status == 200, try await !isServed(bytes) {
                facts.push = .unserved(name)
                return false
            }
            if let trouble = try await store(bytes) {
                facts.push = trouble
                return false
            }
        }
        for tag in Self.tags {
            let reply = try await put(image.first, as: tag)
            // A tag of an earlier trial that could not be taken away again.
            if reply.status == 409 || reply.status == 412 { continue }
            guard reply.status == 201 else {
                facts.push = trouble(reply, "a manifest")
                return false
            }
        }
        return true
    }

    private mutating func store(_ bytes: [UInt8]) async throws -> RegistryFacts.Push? {
        var open = PlainRequest(.post, "\(path)/blobs/uploads/")
        open.headers = [("Content-Length", "0")]
        let opened = try await client.ask(open, in: repository)
        guard opened.status == 202, let location = opened.header("Location") else {
            return trouble(opened, "an upload")
        }
        if own(location) != location, !location.contains("://\(client.host)/") || isDowngrade(location) {
            facts.strangeLocation = location.prefix { $0 != "?" }.description
        }
        let digest = RegistryClient.digest(of: bytes)
        var put = PlainRequest(.put, own(location) + (location.contains("?") ? "&" : "?") + "digest=\(digest)")
        put.headers = [("Content-Type", "application/octet-stream")]
        put.body = bytes
        let reply = try await client.ask(put, in: repository)
        return reply.status == 201 ? nil : trouble(reply, "a blob")
    }

    private func isDowngrade(_ location: String) -> Bool { location.hasPrefix("http://") && !client.isPlain }

    func put(_ manifest: [UInt8], as reference: String, _ headers: [(String, String)] = []) async throws -> PlainReply {
        var request = PlainRequest(.put, "\(path)/manifests/\(reference)")
        request.headers = [("Content-Type", MediaType.manifest)] + headers
        request.body = manifest
        return try await client.ask(request, in: repository)
    }

    private func trouble(_ reply: PlainReply, _ what: String) -> RegistryFacts.Push {
        switch reply.status {
        case 401, 403: return .denied(status: reply.status)
        case 405: return .readOnly
        case 413: return .tooLarge(server: reply.header("Server")?.printable ?? "the proxy")
        default:
            let text = String(decoding: reply.body.prefix(200), as: UTF8.self).printable
            return .failed("\(what) was refused (\(reply.status)): \(text)")
        }
    }

    /// Reads what was accepted, every byte of it.
    private mutating func readBack() async throws {
        for (bytes, name) in [(image.configuration, "a configuration"), (image.layer, "a layer")]
        where try await !isServed(bytes) { facts.push = .unserved(name) }
    }

    private func isServed(_ bytes: [UInt8]) async throws -> Bool {
        let target = "\(path)/blobs/\(RegistryClient.digest(of: bytes))"
        do {
            let reply = try await client.ask(PlainRequest(.get, target), in: repository)
            return reply.status == 200 && reply.body == bytes
        } catch let error as RegistryError {
            // It says how much it is going to send, and ends before.
            guard case .unreachable = error else { throw error }
            return false
        }
    }
}
