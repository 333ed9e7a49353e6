/// What a registry is, what it can do, and what is wrong with it.
public struct RegistryDiagnosis: Equatable, Sendable, Codable {
    public var schema = 1
    public var registry: String
    public var setup: RegistrySetup
    public var capabilities: [RegistryCapability]
    /// The worst first.
    public var conditions: [Condition]
    /// What the trial left in the registry.
    public var left: [String]

    /// Judges what was seen.
    public init(of facts: RegistryFacts) {
        registry = "\(facts.host)/\(facts.repository)"
        setup = RegistrySetup(facts.doors)
        capabilities = facts.capabilities
        left = facts.left
        let all = [Self.access(facts, setup), Self.push(facts), Self.collection(facts)].flatMap(\.self)
        conditions = Condition.Severity.allCases.reversed().flatMap { severity in
            all.filter { $0.severity == severity }
        }
    }

    /// Why nothing can be pushed, when nothing can.
    public var fault: Fault? { conditions.contains { $0.severity == .refusal } ? .environment : nil }

    // MARK: - Rules

    private static func access(_ facts: RegistryFacts, _ setup: RegistrySetup) -> [Condition] {
        switch setup {
        case .basicOnWrite:
            return [
                Condition(
                    .registryAccess, .warning,
                    "the ping is open and writes want a password by Basic: docker and skopeo never send one here"
                ).costing("docker push and skopeo copy fail with \"unauthorized\"; Slipway pushes", fix: staticBearer)
            ]
        case .basicOnPing:
            return [
                Condition(
                    .registryAccess, .warning,
                    "reading is open and the ping wants a password by Basic: docker does not read here without one"
                ).costing("docker pull without a login fails; podman, skopeo and Slipway read", fix: staticBearer)
            ]
        case .plain where !isLoopback(facts.host):
            return [
                Condition(.registryAccess, .warning, "everybody who reaches this registry may write to it")
                    .costing(
                        "anybody can move a tag; slipway image verify finds it afterwards",
                        fix: "ci/registry/public-read FOLDER PORT HOST")
            ]
        case .other:
            return [
                Condition(.registryAccess, .note, "this is none of the set-ups that are known: \(doors(facts.doors))")
            ]
        default: return [Condition(.registryAccess, "\(setup.meaning)")]
        }
    }

    private static let staticBearer =
        "put the nginx block of ci/registry/public-read in front: it asks for a token, which every client understands"

    private static func isLoopback(_ host: String) -> Bool {
        host.hasPrefix("127.") || host.hasPrefix("localhost") || host.hasPrefix("[::1]")
    }

    private static func doors(_ doors: RegistryFacts.Doors) -> String {
        [("ping", doors.ping), ("reading", doors.read), ("writing", doors.write)]
            .map { "\($0) \($1.text)" }.joined(separator: ", ")
    }

    private static func push(_ facts: RegistryFacts) -> [Condition] {
        let trial = push(facts.push, facts.user)
        guard let location = facts.strangeLocation else { return [trial] }
        let headers = "proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto $scheme;"
        return [
            trial,
            Condition(
                .registryLocation, .refusal,
                "an upload to \(facts.host) is to go on at \(location): the proxy in front does not say who was asked"
            ).costing(
                "pushes fail, or send a password to another place", fix: "in the nginx location /v2/: \(headers)"),
        ]
    }

    private static func push(_ push: RegistryFacts.Push, _ user: String?) -> Condition {
        switch push {
        case .untried: return Condition(.registryPush, .note, "nothing was pushed")
        case .done: return Condition(.registryPush, "an image was pushed and read back")
        case .readOnly:
            return Condition(.registryReadOnly, .refusal, "the registry takes nothing: it is read-only (405)")
                .costing(
                    "slipway run keeps images and records on this machine (exit 75)",
                    fix: "push to its writing side, or remove storage.maintenance.readonly from its configuration")
        case .denied(let status):
            guard let user else {
                return Condition(.registryLogin, .refusal, "writing needs a password, and none is known (\(status))")
                    .costing(
                        "slipway run pushes nothing (exit 75)",
                        fix: "set SLIPWAY_REGISTRY_USER and SLIPWAY_REGISTRY_PASSWORD, or docker login")
            }
            return Condition(.registryLogin, .refusal, "\(user) is refused (\(status))")
                .costing(
                    "slipway run pushes nothing (exit 75)",
                    fix:
                        "check the password; docker-registry reads bcrypt only: htpasswd -B FILE USER, not -m, -s or the default"
                )
        case .tooLarge(let server):
            return Condition(.registryBodyLimit, .refusal, "\(server) refuses 1.5 MiB at once (413)")
                .costing(
                    "no layer above its limit can be pushed",
                    fix: "in nginx: client_max_body_size 0; proxy_request_buffering off;")
        case .unserved(let what):
            return Condition(.registryServing, .refusal, "the registry accepted \(what) and does not hand it out")
                .costing(
                    "docker push ends with success and stores nothing; Slipway pushes fail (exit 75)",
                    fix:
                        "restart the registry after every garbage collection, and remove storage.cache (blobdescriptor: inmemory) from its configuration"
                )
        case .failed(let reason): return Condition(.registryPush, .refusal, reason)
        }
    }

    /// What a garbage collection would do: nobody can see it from outside, but where it matters is known.
    private static func collection(_ facts: RegistryFacts) -> [Condition] {
        guard facts.push == .done else { return [] }
        let hasReferrers = facts.capabilities.first { $0.name == .referrers }?.has == true
        guard !hasReferrers else { return [] }
        return [
            Condition(
                .registryGarbage, .note,
                "garbage-collect -m deletes what no tag names: records have tags of their own, what others attach has none"
            ).costing(
                "signatures and descriptions of other tools may go; records stay",
                fix: "stop the registry or make it read-only, collect without -m, and start it anew")
        ]
    }
}

/// The ways to run a registry that are known.
public enum RegistrySetup: String, Equatable, Sendable, Codable {
    case plain, htpasswd
    /// A: reading and the ping are open, writing wants Basic.
    case basicOnWrite = "a-basic-on-write"
    /// B: reading is open, ping and writing want Basic.
    case basicOnPing = "b-basic-on-ping"
    /// C: a token server, which gives anybody a token to read.
    case token = "c-token"
    /// D: a proxy that lets anybody read, and asks for a token to write.
    case staticBearer = "d-static-bearer"
    /// E: the public side of a store that is written elsewhere.
    case readOnly = "e-read-only"
    /// A token server that knows nobody it was not told of.
    case tokenForAll = "token-for-all"
    case other

    public init(_ doors: RegistryFacts.Doors) {
        switch (doors.ping, doors.read, doors.write) {
        case (.open, .open, .open): self = .plain
        case (.basic, .basic, .basic): self = .htpasswd
        case (.open, .open, .basic): self = .basicOnWrite
        case (.basic, .open, .basic): self = .basicOnPing
        case (.token, .token, .login), (.token, .token, .token): self = .token
        case (.token, .open, .login), (.token, .open, .token), (.login, .open, .login): self = .staticBearer
        case (_, .open, .closed), (_, .token, .closed): self = .readOnly
        case (.login, .login, .login): self = .tokenForAll
        default: self = .other
        }
    }

    public var meaning: String {
        switch self {
        case .plain: "everybody may read and write"
        case .htpasswd: "reading and writing want a password by Basic"
        case .basicOnWrite: "A: everybody may read, writing wants a password by Basic, the ping is open"
        case .basicOnPing: "B: everybody may read, writing and the ping want a password by Basic"
        case .token: "C: a token server; everybody gets a token to read"
        case .staticBearer: "D: everybody may read without a token, writing wants one"
        case .readOnly: "E: the reading side of a registry; nobody may write"
        case .tokenForAll: "a token server that gives strangers nothing"
        case .other: "a set-up that is not known"
        }
    }
}

extension RegistryFacts.Door {
    fileprivate var text: String {
        switch self {
        case .open: "is open"
        case .basic: "wants a password by Basic"
        case .token: "wants a token, which anybody gets"
        case .login: "wants a token, which strangers do not get"
        case .closed: "is closed (405)"
        case .other(let status): "answers \(status)"
        }
    }
}
