/// What the policy of an environment says of waivers.
public struct WaiverRules: Equatable, Sendable, Decodable {
    /// Whoever may sign, by role; nobody else.
    public var roles: [String]
    /// How many days one may hold; nil: any number.
    public var maximumDays: Int64?
    /// Items that cannot be waived; of identity two people can, whatever stands here.
    public var forbidden: [String]
    /// Items that need two people.
    public var twoPersonFor: [String]
    /// Within how many hours it must be followed up; nil: it need not be.
    public var followUpHours: Int64?
    /// Whether people may approve what they committed to or asked for.
    public var approveOwn: Bool

    /// How many characters a reason has at least.
    public static let shortestReason = 20

    private enum CodingKeys: String, CodingKey {
        case roles, maxDays, forbid, twoPersonFor, followUpHours, approveOwn
    }

    public init(roles: [String] = []) {
        (self.roles, forbidden, twoPersonFor, approveOwn) = (roles, [], [], false)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        roles = try container.decodeIfPresent([String].self, forKey: .roles) ?? []
        maximumDays = try container.decodeIfPresent(Int64.self, forKey: .maxDays)
        forbidden = try container.decodeIfPresent([String].self, forKey: .forbid) ?? []
        twoPersonFor = try container.decodeIfPresent([String].self, forKey: .twoPersonFor) ?? []
        followUpHours = try container.decodeIfPresent(Int64.self, forKey: .followUpHours)
        approveOwn = try container.decodeIfPresent(Bool.self, forKey: .approveOwn) ?? false
    }

    /// Why no gate under this policy would ever take a waiver, each a sentence; empty where one may.
    public func objections(to waiver: Waiver) -> [String] {
        formObjections(to: waiver) + timeObjections(to: waiver) + followUpObjections(to: waiver)
    }

    private func formObjections(to waiver: Waiver) -> [String] {
        var objections: [String] = []
        // Air does not count.
        let words = waiver.reason.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        if words.count < Self.shortestReason {
            objections.append(
                "the reason has \(words.count) characters, and takes \(Self.shortestReason): it is read in a year, too")
        }
        if waiver.items.isEmpty { objections.append("it names no item") }
        for item in waiver.items where item != .identity && forbidden.contains(item.rawValue) {
            objections.append("the policy lets nobody waive \(item.rawValue)")
        }
        if !roles.contains(waiver.approver.role) {
            let allowed = roles.isEmpty ? "nobody" : "only " + roles.joined(separator: ", ")
            objections.append("the policy lets \(allowed) waive here, not \"\(waiver.approver.role)\"")
        }
        if waiver.uses < 1 { objections.append("it cannot be used at all") }
        return objections
    }

    private func timeObjections(to waiver: Waiver) -> [String] {
        var objections: [String] = []
        if waiver.expires <= waiver.notBefore { objections.append("it is over before it begins") }
        if let maximumDays, waiver.expires.seconds - waiver.madeAt.seconds > maximumDays * 86_400 {
            objections.append("it would hold until \(waiver.expires), and \(maximumDays) days is the most")
        }
        return objections
    }

    private func followUpObjections(to waiver: Waiver) -> [String] {
        guard let followUp = waiver.followUp else {
            return followUpHours.map { ["somebody has to follow it up within \($0) hours, and it names nobody"] } ?? []
        }
        if followUp.due < waiver.madeAt { return ["it was to be followed up before it was made"] }
        guard let followUpHours, followUp.due.seconds - waiver.madeAt.seconds > followUpHours * 3600 else { return [] }
        return ["it is to be followed up by \(followUp.due), and within \(followUpHours) hours is the latest"]
    }

    /// The items of a waiver that count only when two people have signed it.
    ///
    /// Who or what an image is takes two in any case: then they are its identity.
    public func itemsForTwo(in waiver: Waiver) -> [Decision.Item.ID] {
        waiver.items.filter { $0 == .identity || twoPersonFor.contains($0.rawValue) }
    }
}
