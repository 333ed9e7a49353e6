/// The tags of one service, and the releases they come to.
struct Series {
    /// One tag with what it says.
    struct Member {
        let tag: Adoption.Tag
        let reading: TagReading
    }

    struct Release {
        let version: SemanticVersion
        let tag: Adoption.Tag
        let template: String
    }

    private(set) var releases: [Release] = []
    private(set) var legacy: [AdoptionProposal.Legacy] = []
    private(set) var leftovers: [AdoptionProposal.Leftover] = []
    /// How many tags follow a template.
    let counts: [String: Int]
    /// The index of the release that has a version.
    private var taken: [String: Int] = [:]

    init(_ members: [Member]) {
        let counts = members.reduce(into: [:]) { $0[$1.reading.template, default: 0] += 1 }
        self.counts = counts
        // Of two tags for one version, that of the usual scheme is meant.
        let members = members.sorted { left, right in
            let (one, other) = (counts[left.reading.template] ?? 0, counts[right.reading.template] ?? 0)
            return (other, left.tag.name) < (one, right.tag.name)
        }
        // Where `1.0.0-0` is tagged, `1.0.0-1` comes before 1.0.0 and not after it.
        let counted = Set(members.compactMap { $0.reading.text.hasSuffix("-0") ? $0.reading.text.dropLast(2) : nil })
        var later: [String: [(member: Member, number: String)]] = [:]
        for member in members { takeSemantic(member, counted, &later) }
        for member in members { takeMapped(member) }
        for (_, group) in later.sorted(by: { $0.key < $1.key }) { takeLater(group) }
        leaveSlip()
        legacy.sort { $0.tag.utf8.lexicographicallyPrecedes($1.tag.utf8) }
    }

    /// The highest stable release.
    var baseline: Release? {
        releases.lazy.filter(\.version.isStable).reduce(nil as Release?) { best, next in
            guard let best else { return next }
            return best.version.precedes(next.version) ? next : best
        }
    }

    /// The highest release there is, stable or not.
    var highest: SemanticVersion? {
        releases.lazy.map(\.version).reduce(nil as SemanticVersion?) { best, next in
            guard let best else { return next }
            return best.precedes(next) ? next : best
        }
    }

    var schemes: [AdoptionProposal.Scheme] {
        let first = baseline?.template
        return counts.map { AdoptionProposal.Scheme(template: $0.key, tags: $0.value) }.sorted { left, right in
            if (left.template == first) != (right.template == first) { return left.template == first }
            return (right.tags, left.template) < (left.tags, right.template)
        }
    }

    // MARK: - One tag after the other

    /// Takes a version for a tag, unless another release has it.
    private mutating func take(_ version: SemanticVersion, _ member: Member) -> Bool {
        let key = Self.key(version)
        guard let index = taken[key] else {
            taken[key] = releases.count
            releases.append(Release(version: version, tag: member.tag, template: member.reading.template))
            return true
        }
        let other = releases[index]
        guard other.tag.commit != member.tag.commit else { return false }
        leave(member, "\(version) is tagged on another commit: \(other.tag.name)")
        return false
    }

    private static func key(_ version: SemanticVersion) -> String {
        version.core + "-" + version.prerelease.joined(separator: ".")
    }

    private mutating func leave(_ member: Member, _ reason: String) {
        leftovers.append(.init(tag: member.tag.name, reason: reason))
    }

    private mutating func takeSemantic(
        _ member: Member, _ counted: Set<Substring>, _ later: inout [String: [(member: Member, number: String)]]
    ) {
        switch member.reading.version {
        case .semantic(let version): _ = take(version, member)
        case .later(let base, let number):
            if counted.contains(Substring(base.core)), let version = SemanticVersion(parsing: member.reading.text) {
                _ = take(version, member)
            } else {
                later[base.core, default: []].append((member, number))
            }
        case .mapped, .marked: return
        }
    }

    private mutating func takeMapped(_ member: Member) {
        switch member.reading.version {
        case .mapped(let version, let note): enter(member, version, note)
        case .marked(let version, let mark): enter(member, version, "the mark \"\(mark)\" is left out")
        case .semantic, .later: return
        }
    }

    private mutating func enter(_ member: Member, _ version: SemanticVersion, _ note: String) {
        guard take(version, member) else { return }
        legacy.append(.init(tag: member.tag.name, version: version, note: note))
    }

    /// Fourth numbers over the same three: only the highest can become a version, and only the next patch.
    private mutating func takeLater(_ group: [(member: Member, number: String)]) {
        let sorted = group.sorted { Self.isLower($0.number, $1.number) }
        guard let last = sorted.last, case .later(let base, _) = last.member.reading.version else { return }
        for (member, _) in sorted.dropLast() {
            leave(member, "came after \(base) and before \(last.member.tag.name): no semantic version lies between")
        }
        let next = base.bumped(.patch)
        if let index = taken[Self.key(next)] {
            leave(
                last.member,
                "came after \(base), and \(next) is another release (\(releases[index].tag.name)): "
                    + "no semantic version lies between")
        } else {
            enter(
                last.member, next,
                "came after \(base), which no suffix can say: \(base)-\(last.number) would come before it")
        }
    }

    /// A single major far above all others is a slip of the pen, and would be the baseline for good: `20241.44` for
    /// `2024.1.44`.
    ///
    /// A year is none: schemes change to dates.
    private mutating func leaveSlip() {
        let majors = Set(releases.map(\.version.major)).map { (text: $0, number: Double($0) ?? .infinity) }
            .sorted { $0.number < $1.number }
        guard let last = majors.last, let other = majors.dropLast().last else { return }
        guard last.number > 2 * other.number + 100, !(1990..<2100).contains(last.number) else { return }
        let slips = releases.filter { $0.version.major == last.text }
        guard slips.count == 1 else { return }
        releases.removeAll { $0.version.major == last.text }
        legacy.removeAll { $0.version.major == last.text }
        let reason = "far above all others, a slip of the pen: the highest other major is \(other.text)"
        leftovers += slips.map { .init(tag: $0.tag.name, reason: reason) }
    }

    private static func isLower(_ left: String, _ right: String) -> Bool {
        (left.utf8.count, left) < (right.utf8.count, right)
    }
}
