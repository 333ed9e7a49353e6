/// The predicate `https://slsa.dev/verification_summary/v1`: that an image was verified, by what, and what came of it
/// (https://slsa.dev/spec/v1.0/verification_summary).
///
/// A decision of the gate stands in it whole, so that others can read what they know and Slipway all of it.
public struct VerificationSummary: Predicate {
    public var verifier: Verifier
    public var timeVerified: Timestamp
    public var resourceUri: String
    public var policy: Resource
    public var inputAttestations: [Resource]
    public var verificationResult: Outcome
    public var verifiedLevels: [String]
    public var slsaVersion: String
    public var extended: Extension

    public struct Verifier: Equatable, Sendable, Codable {
        public var id: String
    }

    /// What was read, as in-toto describes things
    /// (https://github.com/in-toto/attestation/blob/main/spec/v1/resource_descriptor.md).
    public struct Resource: Equatable, Sendable, Codable {
        public var uri: String?
        public var digest: [String: String]
    }

    public enum Outcome: String, Codable, Sendable {
        case passed = "PASSED"
        case failed = "FAILED"
    }

    /// What only Slipway says.
    public struct Extension: Equatable, Sendable, Codable {
        public var type: String
        public var decision: Decision
    }

    private enum CodingKeys: String, CodingKey {
        case verifier, timeVerified, resourceUri, policy, inputAttestations, verificationResult, verifiedLevels
        case slsaVersion
        case extended = "slipway_decision"
    }

    public static let predicateType = "https://slsa.dev/verification_summary/v1"
    public static let decisionType = "urn:slipway:decision:v1"
    public static let knownMembers: Set<String> = [
        "verifier", "timeVerified", "resourceUri", "policy", "inputAttestations", "verificationResult",
        "verifiedLevels", "dependencyLevels", "slsaVersion", "slipway_decision",
    ]

    /// What a decision about an image comes to in the words of others.
    public init(_ decision: Decision, of image: ImageReference) {
        self.init(decision, resource: Self.uri(of: image, decision.image))
    }

    private init(_ decision: Decision, resource: String) {
        verifier = Verifier(id: decision.verifier.id)
        (timeVerified, resourceUri) = (decision.at, resource)
        policy = Resource(
            uri: "urn:slipway:policy:\(Self.escaped(decision.environment))", digest: ["sha256": decision.policy.hex])
        inputAttestations = decision.attestations
        verificationResult = decision.exit == 0 ? .passed : .failed
        verifiedLevels = [decision.level]
        slsaVersion = "1.0"
        extended = Extension(type: Self.decisionType, decision: decision)
    }

    /// The decision in it, when the rest says the same and the subject is its image.
    ///
    /// Whatever is wrong with it is returned as a sentence.
    static func decision(in statement: InTotoStatement<VerificationSummary>) -> (Decision, objection: String?) {
        let summary = statement.predicate
        let decision = summary.extended.decision
        if !statement.names(decision.image) {
            return (decision, "the decision is about another image than its subject")
        }
        let same = VerificationSummary(decision, resource: summary.resourceUri)
        let isSame = summary == same && summary.resourceUri.contains("sha256%3A\(decision.image.hex)")
        return (decision, isSame ? nil : "the summary says something else than the decision in it")
    }

    // MARK: - Names

    /// A package URL (https://github.com/package-url/purl-spec).
    private static func uri(of image: ImageReference, _ digest: Digest) -> String {
        let repository = image.repository.text
        let name = repository.split(separator: "/").last.map(String.init) ?? repository
        return "pkg:oci/\(name)@sha256%3A\(digest.hex)?repository_url=\(escaped("\(image.host)/\(repository)"))"
    }

    /// The text with every byte that means something in a URI written as a number (RFC 3986).
    private static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8.map { byte in
            let isPlain = byte.isPlainKeyByte || byte == UInt8(ascii: "~")
            return isPlain
                ? String(UnicodeScalar(byte)) : "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
        }.joined()
    }
}

extension Decision {
    /// Everything it rests on, with a name where it has one.
    fileprivate var attestations: [VerificationSummary.Resource] {
        let named = Dictionary((origins ?? []).map { ($0.sha256, "urn:slipway:\($0.kind.rawValue):\($0.id)") }) {
            first, _ in first
        }
        return Set(inputs + named.keys).sorted().map { digest in
            VerificationSummary.Resource(uri: named[digest], digest: ["sha256": digest.hex])
        }
    }

    /// How far the origin of the image is proved: a provenance was checked, or nobody looked at one.
    ///
    /// Who holds the key of the build is nothing that a gate can see, so it never says more than level 1.
    fileprivate var level: String {
        guard exit == 0 else { return "FAILED" }
        let isProved = items.contains { $0.id == .identity && $0.state == .pass }
        let hasProvenance = (origins ?? []).contains { $0.kind == .provenance }
        return isProved && hasProvenance ? "SLSA_BUILD_LEVEL_1" : "SLSA_BUILD_LEVEL_UNEVALUATED"
    }
}

/// A decision as it is handed to whoever acts on it: plain, or in a summary that somebody may have signed.
public struct HandedDecision: Equatable, Sendable {
    public let decision: Decision
    let signatures: Exhibit.Signatures
    /// Why it is not what a gate wrote, whoever signed it; nil when nothing shows.
    let objection: String?

    public init(plain decision: Decision) {
        (self.decision, signatures, objection) = (decision, .none, nil)
    }

    public init(_ statement: InTotoStatement<VerificationSummary>, _ signatures: Exhibit.Signatures) {
        (decision, objection) = VerificationSummary.decision(in: statement)
        self.signatures = signatures
    }

    /// Why it is not signed well enough; nil when it is.
    ///
    /// Keys are counted, not signatures. What was changed after it was signed is refused whoever demands what.
    func signatureObjection(_ question: GateQuestion) -> String? {
        if signatures == .broken { return "the decision was changed after it was signed" }
        let wanted = question.policy.origin.decisions
        guard wanted > 0 else { return nil }
        let mayNot = { (key: Trust.Key) in
            key.objection(
                toSigningAs: .decision, for: decision.service, in: decision.environment, at: decision.at)
        }
        if let objection = signatures.objection(allowUnsigned: false, "the decision", mayNot) { return objection }
        guard case .by(let keys) = signatures else { return nil }
        let good = Set(keys.filter { mayNot($0) == nil }.map(\.spki)).count
        return good < wanted ? "the decision is signed by \(good) trusted keys, and \(wanted) are wanted" : nil
    }
}
