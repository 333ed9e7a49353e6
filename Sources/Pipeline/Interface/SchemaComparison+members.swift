/// Something with a name that may be there or not, and its schemas.
struct Member: Equatable, Sendable {
    let nodes: [Int]
    let isRequired: Bool
    let line: Int?

    static func presence(_ member: Member?) -> Presence {
        guard let member else { return .absent }
        return member.isRequired ? .required : .optional
    }
}

extension SchemaComparison {
    mutating func compareMembers(_ before: Shape.Members, _ after: Shape.Members, _ context: Context) {
        let variance = context.variance
        let noun = variance == .accepted ? "request-property" : "response-property"
        let names = Set(before.properties.keys).union(after.properties.keys)
            .union(before.required).union(after.required)
        for name in names.sorted() {
            let place = context.place.property(name)
            let old = base.member(name, of: before, variance)
            let new = head.member(name, of: after, variance)
            guard !isExhausted else { return }
            comparePresence(old, new, Context(variance: variance, place: place, line: context.line), noun)
            if let old, let new { add(base: old.nodes, head: new.nodes, variance, at: place) }
        }
        compareOthers(before, after, context)
    }

    /// Reports what came, went, became required or optional.
    mutating func comparePresence(_ before: Member?, _ after: Member?, _ context: Context, _ noun: String) {
        let change = context.variance.change(from: Member.presence(before), to: Member.presence(after))
        guard let change else { return }
        let text = Self.sentence(change.code, context.variance)
        let code = "\(noun)-\(change.code)"
        report(context.change(change.kind, code, text, level: change.level, line: after?.line))
    }

    private static func sentence(_ code: String, _ variance: Variance) -> String {
        switch (code, variance) {
        case ("added", .accepted): "is new and may be left out"
        case ("added", .given): "is new"
        case ("added-required", _): "is new and must be sent"
        case ("removed", .accepted): "is not taken any more"
        case ("removed", .given): "is not given any more"
        case ("required", .accepted): "could be left out and must be sent now"
        case ("required", .given): "could be missing and is always given now"
        case ("optional", .accepted): "had to be sent and may be left out now"
        default: "was always given and may be missing now"
        }
    }

    /// Members of names that are not listed.
    ///
    /// Callers who get them have to pass over them in any case, as new properties come with minor versions.
    private mutating func compareOthers(_ before: Shape.Members, _ after: Shape.Members, _ context: Context) {
        if before.discriminator != after.discriminator {
            let (old, new) = (before.discriminator?.brief ?? "nothing", after.discriminator?.brief ?? "nothing")
            let text = "was told apart by \(old) and is by \(new)"
            let isLost = before.discriminator != nil
            let (kind, level): (InterfaceChange.Kind, Level) = isLost ? (.changed, .major) : (.added, .minor)
            report(context.change(kind, "discriminator-\(kind.rawValue)", text, level: level))
        }
        if before.isClosed != after.isClosed {
            let isClosed = after.isClosed
            let text = isClosed ? "has no further properties any more" : "may have further properties now"
            let kind: InterfaceChange.Kind = isClosed ? .narrowed : .widened
            let level = context.variance == .given ? Level.minor : nil
            let code = isClosed ? "properties-closed" : "properties-opened"
            report(context.change(kind, code, text, level: level))
        } else if !before.isClosed {
            add(base: before.others, head: after.others, context.variance, at: context.place.values())
        }
    }
}

extension InterfaceSource {
    /// A property as this direction has it: `readOnly` ones are not sent, `writeOnly` ones are not given.
    mutating func member(_ name: String, of members: Shape.Members, _ variance: Variance) -> Member? {
        let nodes = members.properties[name] ?? []
        guard !nodes.isEmpty || members.required.contains(name) else { return nil }
        let leaves = leaves(of: schema(nodes))
        budget -= leaves.count
        let hidden = variance == .accepted ? "readOnly" : "writeOnly"
        guard !leaves.contains(where: { flag(hidden, of: $0) == true }) else { return nil }
        return Member(
            nodes: nodes, isRequired: members.required.contains(name), line: nodes.first.map { line($0) })
    }
}
