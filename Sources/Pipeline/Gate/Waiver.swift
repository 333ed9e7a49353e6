/// The predicate `urn:slipway:waiver:v1`: a person's exception for one digest in one environment, until a date.
///
/// Its subject is the image. It covers only the items it names, and counts only while a gate believes its signers.
public struct Waiver: Predicate {
    /// The minor version of the format; the major is in the predicate type.
    public var schema: String
    public var crit: [String]?
    public var id: String
    /// The items of a decision that it covers.
    public var items: [Decision.Item.ID]
    /// Fingerprints of the findings that it covers; nil: whichever the items have.
    public var findings: [String]?
    public var service: ServiceName
    public var image: Digest
    public var environment: String
    /// For people; at least twenty characters.
    public var reason: String
    public var category: Category
    public var ticket: String?
    public var approver: Person
    /// Who asked for it.
    public var requester: String?
    public var madeAt: Timestamp
    public var notBefore: Timestamp
    public var expires: Timestamp
    /// How many decisions may use it.
    public var uses: Int
    public var followUp: FollowUp?
    /// The policy it was made against: under another it does not count.
    public var policy: Digest

    public enum Category: String, Codable, Sendable, CaseIterable {
        case urgentSecurity = "urgent-security"
        case lowRisk = "low-risk"
        case infrastructureOutage = "infra-outage"
    }

    /// Who signs, as policies name roles of people.
    public struct Person: Equatable, Sendable, Codable {
        /// The name or address by which commits know the person.
        public var id: String
        public var role: String

        public init(id: String, role: String) {
            (self.id, self.role) = (id, role)
        }
    }

    /// Who makes the exception unnecessary, and until when.
    public struct FollowUp: Equatable, Sendable, Codable {
        public var by: String
        public var due: Timestamp

        public init(by: String, due: Timestamp) {
            (self.by, self.due) = (by, due)
        }
    }

    public static let currentSchema = "1.0"
    public static let predicateType = "urn:slipway:waiver:v1"
    public static let knownMembers: Set<String> = [
        "schema", "crit", "id", "items", "findings", "service", "image", "environment", "reason", "category", "ticket",
        "approver", "requester", "madeAt", "notBefore", "expires", "uses", "followUp", "policy",
    ]
}

extension Waiver {
    /// How often its image went where it was waived for since it was made.
    func deployments(among deployments: [Deployment]) -> Int {
        deployments.count { deployment in
            deployment.service == service && deployment.environment == environment && deployment.to.image == image
                && deployment.at > madeAt
        }
    }

    /// Whether somebody who asks a question may have meant it: others of a ledger are none of its business.
    func isFor(_ question: GateQuestion) -> Bool {
        service == question.service && image == question.image && environment == question.environment
    }
}
