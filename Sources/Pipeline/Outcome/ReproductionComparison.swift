extension Reproduction {
    /// One service as it was recorded, beside what became of it here.
    public struct Comparison: Equatable, Sendable, Codable {
        public let service: ServiceName
        public let items: [Item]
        /// In what the first images that differ do, as far as both are at hand.
        public let image: ImageDifference?
        /// Inputs that were not the same.
        public let inputs: [InputDifference]
        public let conclusion: Conclusion

        /// One thing that can be compared.
        public struct Item: Equatable, Sendable, Codable {
            public let aspect: Aspect
            public let conclusion: Conclusion
            public let recorded: String
            public let here: String
            /// What differs, or why it cannot be compared.
            public let details: [String]
        }

        public enum Aspect: String, Codable, Sendable {
            case verdict, tests, names, failing, image
        }

        /// The rule: what both sides tell of is compared, and nothing else decides.
        public init(recorded: Account, here: Account, image: ImageDifference? = nil) {
            service = recorded.service
            let verdict = Item(verdict: recorded.verdict, here.verdict)
            let tests = Item.tests(recorded.tests, here.tests, isDecided: verdict.conclusion != .incomparable)
            let images = Item.images(recorded.images, here.images)
            items = [verdict] + tests + images
            self.image = images.contains { $0.conclusion == .differs } ? image : nil
            inputs = InputDifference.all(recorded.inputs, here.inputs)
            // What the recorded run was kept from proves nothing against it; what this one was kept from, proves nothing.
            let isShort = here.verdict.map { $0.isUnfinished || $0.blamesTheWorld } ?? true
            let found = Conclusion(ofAny: items.map(\.conclusion))
            conclusion = found == .agrees && isShort ? .incomparable : found
        }
    }
}

extension Reproduction.Comparison.Item {
    static let detailLimit = 5

    init(
        _ aspect: Reproduction.Comparison.Aspect, _ conclusion: Reproduction.Conclusion, _ recorded: String,
        _ here: String,
        _ details: [String] = []
    ) {
        (self.aspect, self.conclusion) = (aspect, conclusion)
        (self.recorded, self.here, self.details) = (recorded, here, details)
    }

    // MARK: - Verdicts

    init(verdict recorded: Verdict?, _ here: Verdict?) {
        let texts = (recorded?.brief ?? "not told", here?.brief ?? "not run")
        guard let recorded, let here else {
            self.init(.verdict, .incomparable, texts.0, texts.1, recorded == nil ? ["only a plan is known"] : [])
            return
        }
        let unfinished = [(recorded, "there"), (here, "here")].first { $0.0.isUnfinished }
        if let (verdict, place) = unfinished {
            let why = "it did not come to its end \(place): \(verdict.told)"
            self.init(.verdict, .incomparable, texts.0, texts.1, [why])
        } else if let (verdict, place) = [(recorded, "there"), (here, "here")].first(where: { $0.0.blamesTheWorld }) {
            let why = "what failed \(place) is no matter of the sources: \(verdict.told)"
            self.init(.verdict, .incomparable, texts.0, texts.1, [why])
        } else if recorded.state == here.state, recorded.codes == here.codes {
            self.init(.verdict, .agrees, texts.0, texts.1)
        } else {
            self.init(.verdict, .differs, texts.0, texts.1, ["there \(recorded.told), here \(here.told)"])
        }
    }

    // MARK: - Tests

    /// Numbers, names, and which of them failed; nothing where neither side has tests.
    static func tests(_ recorded: TestReport?, _ here: TestReport?, isDecided: Bool) -> [Self] {
        guard let recorded, let here else {
            guard recorded != nil || here != nil else { return [] }
            let texts = [recorded, here].map { $0?.brief ?? "none" }
            return [Self(.tests, isDecided ? .differs : .incomparable, texts[0], texts[1])]
        }
        let isSame = recorded.totals == here.totals && recorded.kind == here.kind
        let suites = isSame ? [] : differingSuites(recorded, here)
        let numbers = Self(.tests, isSame ? .agrees : .differs, recorded.brief, here.brief, suites)
        return [numbers, names(recorded, here), failing(recorded, here)].compactMap(\.self)
    }

    private static func names(_ recorded: TestReport, _ here: TestReport) -> Self? {
        guard let one = recorded.namesDigest, let other = here.namesDigest else { return nil }
        return Self(.names, one == other ? .agrees : .differs, one.short, other.short)
    }

    private static func differingSuites(_ recorded: TestReport, _ here: TestReport) -> [String] {
        let there = Dictionary(recorded.suites.map { ($0.name, $0.totals) }) { $0 + $1 }
        let own = Dictionary(here.suites.map { ($0.name, $0.totals) }) { $0 + $1 }
        let names = Set(there.keys).union(own.keys).filter { there[$0] != own[$0] }.sorted()
        return names.prefix(detailLimit).map { name in
            "\(name.isEmpty ? "(no suite)" : name): \(there[name]?.brief ?? "absent") there, "
                + "\(own[name]?.brief ?? "absent") here"
        }
    }

    private static func failing(_ recorded: TestReport, _ here: TestReport) -> Self? {
        let (there, own) = (recorded.troubled, here.troubled)
        guard !there.isEmpty || !own.isEmpty else { return nil }
        let lists = [there, own].map { $0.first.map { $0.id } ?? "none" }
        let more = [there, own].map { $0.count > 1 ? " and \($0.count - 1) more" : "" }
        let details = [(there, own, "only there"), (own, there, "only here")].flatMap { one, other, place in
            one.filter { !other.contains($0) }.prefix(detailLimit).map { "\(place): \($0.id) (\($0.how))" }
        }
        return Self(
            .failing, details.isEmpty ? .agrees : .differs, lists[0] + more[0], lists[1] + more[1], details)
    }

    // MARK: - Images

    /// Of each that was made then: of somebody else's image only what tests see was new.
    static func images(_ recorded: [Stability.ImageFacts], _ here: [Stability.ImageFacts]) -> [Self] {
        recorded.indices.filter { recorded[$0].from == nil }.map { index in
            let digest = recorded[index].digest
            guard here.indices.contains(index) else {
                return Self(.image, .incomparable, digest.short, "none", ["none was made here"])
            }
            let own = here[index].digest
            return Self(.image, digest == own ? .agrees : .differs, digest.short, own.short)
        }
    }
}

extension TestReport {
    /// A test that was not simply content.
    fileprivate struct Trouble: Equatable {
        let id: String
        let how: String
    }

    fileprivate var troubled: [Trouble] {
        failing.map { Trouble(id: $0.id, how: $0.kind == .error ? "error" : "failed") }
            + flaky.map { Trouble(id: $0, how: "flaky") }
    }

    fileprivate var brief: String { kind == .exitCode ? "by exit code, \(totals.brief)" : totals.brief }
}

extension TestTotals {
    /// The numbers that are not nothing.
    fileprivate var brief: String {
        let parts = [
            (passed, "passed"), (flaky, "flaky"), (failed + errored, "failed"), (skipped, "skipped"),
        ]
        let text = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        return text.isEmpty ? "none ran" : text
    }
}

extension Verdict {
    fileprivate var codes: Set<String> { Set(reasons.map(\.code.rawValue)) }

    fileprivate var brief: String { state.rawValue + (reasons.first.map { " (\($0.code.rawValue))" } ?? "") }

    fileprivate var told: String {
        let reasons = reasons.map { $0.detail.isEmpty ? $0.code.rawValue : "\($0.code.rawValue): \($0.detail)" }
        return reasons.isEmpty ? state.rawValue : reasons.joined(separator: "; ")
    }

    /// Whether somebody stopped it, so that it says nothing.
    private static let stopped: Set<Code> = [.interrupted, .notRun, .inputsChanged]

    fileprivate var isUnfinished: Bool { reasons.contains { Self.stopped.contains($0.code) } }

    /// Whether only what is not repeated here, or not the same here, was to blame.
    fileprivate var blamesTheWorld: Bool {
        let world: Set<Code> = [.pushFailed, .tagTaken, .unavailable]
        return state == .failed && reasons.contains { world.contains($0.code) }
    }
}
