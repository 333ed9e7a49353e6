/// An in-toto Statement v1 (https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md) about one service.
///
/// The subject is the image digest and nothing else: in-toto matches subjects by any digest, so a commit beside it would
/// make the record speak for other images of that commit. Without an image the subject is the tree of the service.
public struct Statement: Equatable, Sendable, Codable {
    public let type: String
    public let subject: [Subject]
    public let predicateType: String
    public let predicate: Stability

    public struct Subject: Equatable, Sendable, Codable {
        public let name: String
        public let digest: [String: String]
    }

    private enum CodingKeys: String, CodingKey {
        case type = "_type"
        case subject, predicateType, predicate
    }

    public static let payloadType = "application/vnd.in-toto+json"
    private static let statementType = "https://in-toto.io/Statement/v1"

    public init(_ record: Stability) {
        type = Self.statementType
        predicateType = Stability.predicateType
        predicate = record
        if let image = record.image {
            subject = [Subject(name: image.repository, digest: ["sha256": image.digest.hex])]
        } else {
            let name = "pkg:slipway/\(record.service.name)"
            subject = [Subject(name: name, digest: ["gitTree": "\(record.source.serviceTree)"])]
        }
    }

    /// Reads a payload strictly.
    ///
    /// Throws `RecordError` for what is no record, or one of a later major version.
    public init(payload: [UInt8]) throws {
        let json: JSON
        do {
            json = try JSON(parsing: payload)
        } catch {
            throw RecordError.malformed("\(error)")
        }
        guard json["_type"]?.string == Self.statementType else {
            throw RecordError.malformed("no in-toto Statement v1")
        }
        let predicateType = json["predicateType"]?.string ?? ""
        guard predicateType == Stability.predicateType else { throw RecordError.otherFormat(predicateType) }
        if let crit = json["predicate"]?["crit"]?.array {
            let unknown = crit.map { $0.string ?? $0.kind }.filter { !Stability.knownMembers.contains($0) }
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

    /// Whether the record speaks for an image.
    public func isAbout(_ digest: Digest) -> Bool {
        subject.count == 1 && subject[0].digest == ["sha256": digest.hex] && predicate.image?.digest == digest
    }
}

/// Why a document is no record that can be used.
public enum RecordError: Failure, Equatable {
    case malformed(String)
    case otherFormat(String)
    case unknownCritical([String])

    public var fault: Fault { .unverifiable }

    public var hint: String? {
        switch self {
        case .malformed: nil
        case .otherFormat, .unknownCritical: "upgrade Slipway"
        }
    }

    public var description: String {
        switch self {
        case .malformed(let problem): "not a stability record: \(problem)"
        case .otherFormat(let type):
            "the record is a \"\(type.prefix(80).description.printable)\", and this version of Slipway reads "
                + Stability.predicateType
        case .unknownCritical(let names):
            "the record demands that its reader understand \(names.joined(separator: ", ").printable)"
        }
    }
}
