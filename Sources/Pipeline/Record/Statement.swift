/// What a signed statement says of its subject: the predicate of an in-toto Statement.
public protocol Predicate: Equatable, Sendable, Codable {
    /// The URI that names the predicate and its major version.
    static var predicateType: String { get }
    /// The members that this version understands, for `crit`.
    static var knownMembers: Set<String> { get }
}

/// The statement about what became of one service.
public typealias Statement = InTotoStatement<Stability>

/// An in-toto Statement v1 (https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md).
///
/// The subjects are digests of images and nothing else: in-toto matches subjects by any digest, so a commit beside them
/// would make the statement speak for other images of that commit.
public struct InTotoStatement<Content: Predicate>: Equatable, Sendable, Codable {
    public let type: String
    public let subject: [StatementSubject]
    public let predicateType: String
    public let predicate: Content

    private enum CodingKeys: String, CodingKey {
        case type = "_type"
        case subject, predicateType, predicate
    }

    public init(_ predicate: Content, about subject: [StatementSubject]) {
        type = StatementForm.type
        predicateType = Content.predicateType
        (self.predicate, self.subject) = (predicate, subject)
    }

    /// Reads a payload strictly.
    ///
    /// Throws `RecordError` for what is no such statement, or one of a later major version.
    public init(payload: [UInt8]) throws {
        let json: JSON
        do {
            json = try JSON(parsing: payload)
        } catch {
            throw RecordError.malformed("\(error)")
        }
        guard json["_type"]?.string == StatementForm.type else {
            throw RecordError.malformed("no in-toto Statement v1")
        }
        let predicateType = json["predicateType"]?.string ?? ""
        guard predicateType == Content.predicateType else {
            throw RecordError.otherFormat(predicateType, wanted: Content.predicateType)
        }
        if let crit = json["predicate"]?["crit"]?.array {
            let unknown = crit.map { $0.string ?? $0.kind }.filter { !Content.knownMembers.contains($0) }
            guard unknown.isEmpty else { throw RecordError.unknownCritical(unknown) }
        }
        do {
            try self.init(json: json)
        } catch {
            throw RecordError.malformed("\(error)")
        }
    }

    /// The bytes that are signed.
    public var payload: [UInt8] {
        get throws { try JSON(encoding: self).canonicalBytes }
    }

    /// Whether an image is its only subject.
    public func names(_ digest: Digest) -> Bool { subject.count == 1 && subject[0].digest == ["sha256": digest.hex] }
}

/// One thing a statement is about.
public struct StatementSubject: Equatable, Sendable, Codable {
    public let name: String
    public let digest: [String: String]

    public init(name: String, digest: [String: String]) {
        (self.name, self.digest) = (name, digest)
    }

    /// An image, by the digest of its manifest or index.
    public init(image: Digest, of repository: String) {
        self.init(name: repository, digest: ["sha256": image.hex])
    }
}

/// The names that all statements share.
public enum StatementForm {
    public static let payloadType = "application/vnd.in-toto+json"
    public static let type = "https://in-toto.io/Statement/v1"
}

extension InTotoStatement where Content == Stability {
    public static var payloadType: String { StatementForm.payloadType }

    public init(_ record: Stability) {
        self.init(record, about: record.subjects)
    }

    /// Whether the record speaks for an image: one of its own, or that of a platform which an index of those lists.
    public func isAbout(_ digest: Digest) -> Bool {
        subject.map(\.digest) == predicate.subjects.map(\.digest) && predicate.images.contains { $0.holds(digest) }
    }
}

/// Why a document is no record that can be used.
public enum RecordError: Failure, Equatable {
    case malformed(String)
    case otherFormat(String, wanted: String)
    case unknownCritical([String])
    case tooLarge(Int)

    public var fault: Fault { .unverifiable }

    public var hint: String? {
        switch self {
        case .malformed: nil
        case .tooLarge: "part the service, or its tests: a record lists at most 200 failing tests and 500 suites"
        case .otherFormat(VerificationSummary.predicateType, _): "slipway gate --check tells whether it holds"
        case .otherFormat, .unknownCritical: "upgrade Slipway"
        }
    }

    public var description: String {
        switch self {
        case .malformed(let problem): "not a signed record: \(problem)"
        case .tooLarge(let bytes): "the record would have \(bytes) bytes, and no reader takes more than 1 MiB"
        case .otherFormat(VerificationSummary.predicateType, Stability.predicateType):
            "it is a decision of a gate (\(VerificationSummary.predicateType)), and no record"
        case .otherFormat(Waiver.predicateType, Stability.predicateType): "it is a waiver, and no record"
        case .otherFormat(Deployment.predicateType, Stability.predicateType): "it is a deployment, and no record"
        case .otherFormat(let type, let wanted):
            "the record is a \"\(type.prefix(80).description.printable)\", and this version of Slipway reads \(wanted)"
        case .unknownCritical(let names):
            "the record demands that its reader understand \(names.joined(separator: ", ").printable)"
        }
    }
}
