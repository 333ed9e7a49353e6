/// How two plans differ: what the second does that the first did not, and the other way round.
public struct PlanDifference: Equatable, Sendable, Codable {
    public let heads: Change<ObjectID>?
    /// The services that differ in anything a run or a person would notice.
    public let services: [Entry]
    public let added: [ServiceName]
    public let gone: [ServiceName]

    public struct Change<Value: Equatable & Sendable & Codable>: Equatable, Sendable, Codable {
        public let old: Value
        public let new: Value

        /// Nil when there is none.
        init?(_ old: Value, _ new: Value) {
            guard old != new else { return nil }
            (self.old, self.new) = (old, new)
        }
    }

    /// One service as the two plans have it; members that are the same are left out.
    public struct Entry: Equatable, Sendable, Codable {
        public let name: ServiceName
        public let selected: Change<Bool>?
        public let key: Change<Digest>?
        public let reason: Change<String>?
        public let because: Change<[Path]>?
        public let version: Change<String>?
        public let steps: Change<[Step.Kind]>?
        public let needs: Change<[ServiceName]>?

        init?(_ old: Plan.Entry, _ new: Plan.Entry) {
            func text(_ version: Plan.VersionSummary?) -> String { version.map { "\($0.snapshot)" } ?? "" }
            name = new.name
            selected = Change(old.selected, new.selected)
            key = Change(old.key, new.key)
            reason = Change(old.reason?.rawValue ?? "", new.reason?.rawValue ?? "")
            because = Change(old.because, new.because)
            version = Change(text(old.version), text(new.version))
            steps = Change(old.steps, new.steps)
            needs = Change(old.needs, new.needs)
            let isSame =
                selected == nil && key == nil && reason == nil && because == nil && steps == nil && needs == nil
                && version == nil
            if isSame { return nil }
        }
    }

    public init(from old: Plan, to new: Plan) {
        heads = Change(old.repository.head, new.repository.head)
        services = new.services.compactMap { entry in old[entry.name].flatMap { Entry($0, entry) } }
        added = new.services.map(\.name).filter { old[$0] == nil }
        gone = old.services.map(\.name).filter { new[$0] == nil }
    }

    public var isEmpty: Bool { heads == nil && services.isEmpty && added.isEmpty && gone.isEmpty }
}
