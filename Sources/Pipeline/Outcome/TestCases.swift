/// Test cases as they are read, a million of them in little memory.
///
/// One name twice in one scope (a suite of a report) is a second attempt, as runners that retry write it. In two scopes,
/// or on the output of a runner, it is two tests: the worse counts. A case is kept as sixteen bytes for its name and
/// what became of it; words only of those that failed, and all names as long as they are few.
public struct TestCases: Equatable, Sendable {
    /// Where two of a name are attempts at one test.
    public typealias Scope = UInt32

    /// By the first bits of the identity, so that no array grows large.
    private(set) var shelves = [[Entry]](repeating: [], count: 64)
    private(set) var suites = SuiteTable()
    private(set) var failures = FailureTable()
    /// The names, each after its length in three bytes, until there are too many.
    private(set) var names: [UInt8] = []
    private(set) var keepsNames = true
    /// Where a second pass of a name tells of a first attempt that did not pass.
    private(set) var retryingScopes: Set<Scope> = []
    /// Suites that are none of tests, but what a checking tool writes in their form.
    private(set) var checks: Set<[UInt8]> = []
    private var scopeCount: Scope = 1
    public private(set) var count = 0
    private var scratch: [UInt8] = []

    /// More names than that many bytes are not kept.
    static let nameBytesLimit = 16 << 20

    /// One case.
    struct Entry: Equatable, Sendable {
        let identity: TestIdentity
        /// Of the name before it was normalised; 0 where that is the same.
        let raw: UInt64
        var order: UInt32
        var scope: Scope
        /// Where in `names`, when names are kept.
        var name: UInt32
        private var suiteAndOutcome: UInt32

        var suite: Int {
            get { Int(suiteAndOutcome >> 3) }
            set { suiteAndOutcome = UInt32(newValue) << 3 | suiteAndOutcome & 7 }
        }
        var outcome: TestCase.Outcome { TestCase.Outcome(rawValue: Int(suiteAndOutcome & 7)) ?? .errored }

        init(
            _ identity: TestIdentity, raw: UInt64, order: UInt32, scope: Scope, name: UInt32, suite: Int,
            _ outcome: TestCase.Outcome
        ) {
            (self.identity, self.raw, self.order, self.scope, self.name) = (identity, raw, order, scope, name)
            suiteAndOutcome = UInt32(suite) << 3 | UInt32(outcome.rawValue)
        }
    }

    /// One case as bytes; whoever reads many fills the same one again and again.
    public struct Raw: Sendable {
        public var suite: [UInt8] = []
        public var name: [UInt8] = []
        public var outcome = TestCase.Outcome.passed
        public var message: String?
        /// `file:line` of the failure.
        public var place: String?
        /// How long it took, in microseconds.
        public var time: Int64?

        public init() {}
    }

    public init() {}

    public init(_ test: TestCase) { add(test) }

    public var isEmpty: Bool { count == 0 }

    /// Begins a scope; where repeats are retries, a name that passes twice had not passed at first.
    public mutating func openScope(repeatsAreRetries: Bool = false) -> Scope {
        defer { scopeCount += 1 }
        if repeatsAreRetries { retryingScopes.insert(scopeCount) }
        return scopeCount
    }

    /// Says that a suite is what a checking tool found.
    public mutating func declareCheck(_ suite: [UInt8]) { checks.insert(suite) }

    public mutating func add(_ test: TestCase) {
        var raw = Raw()
        (raw.suite, raw.name) = (Array(test.id.suite.utf8), Array(test.id.name.utf8))
        (raw.outcome, raw.message, raw.place, raw.time) = (test.outcome, test.message, test.place, test.time)
        add(raw, in: 0)
    }

    /// Adds one case.
    ///
    /// Those without a name are each a test of their own.
    public mutating func add(_ test: Raw, in scope: Scope) {
        let isNameless = test.name.isEmpty
        let normal = isNameless ? Array("(unnamed)".utf8) : TestName.normal(test.name)
        scratch.removeAll(keepingCapacity: true)
        scratch += test.suite
        scratch.append(0)
        scratch += normal ?? test.name
        let identity = TestIdentity(scratch)
        let order = UInt32(count)
        let raw = isNameless ? UInt64(order) + 1 : normal == nil ? 0 : TestIdentity(test.name).high | 1
        let suite = suites.index(of: test.suite, adding: test.time)
        let entry = Entry(
            identity, raw: raw, order: order, scope: scope, name: keep(normal ?? test.name), suite: suite, test.outcome)
        shelves[Int(identity.high >> 58)].append(entry)
        if test.outcome >= .flaky { failures.note(test, named: normal ?? test.name, order: order) }
        count += 1
    }

    private mutating func keep(_ name: [UInt8]) -> UInt32 {
        guard keepsNames else { return 0 }
        guard names.count + name.count + 3 <= Self.nameBytesLimit else {
            (names, keepsNames) = ([], false)
            return 0
        }
        let place = UInt32(names.count)
        for shift in [16, 8, 0] { names.append(UInt8(truncatingIfNeeded: name.count >> shift)) }
        names += name
        return place
    }

    func name(at place: UInt32) -> ArraySlice<UInt8>? {
        let start = Int(place)
        guard keepsNames, start + 3 <= names.count else { return nil }
        let length = names[start..<(start + 3)].reduce(0) { $0 << 8 | Int($1) }
        return names[(start + 3)..<(start + 3 + length)]
    }

    /// Writes places in files of a folder as seen from there.
    public mutating func shortenPlaces(below folder: String) { failures.shortenPlaces(below: folder) }

    /// Adds what another report says.
    public mutating func add(_ other: TestCases) {
        guard !other.isEmpty else { return }
        guard !isEmpty || scopeCount > 1 else {
            self = other
            return
        }
        let map = suites.add(other.suites)
        let places = UInt32(names.count)
        if keepsNames, other.keepsNames, names.count + other.names.count <= Self.nameBytesLimit {
            names += other.names
        } else {
            (names, keepsNames) = ([], false)
        }
        for (index, shelf) in other.shelves.enumerated() where !shelf.isEmpty {
            shelves[index] += shelf.map { entry in
                var copy = entry
                copy.order += UInt32(count)
                copy.scope += scopeCount
                copy.suite = map[entry.suite]
                copy.name = keepsNames ? entry.name + places : 0
                return copy
            }
        }
        failures.add(other.failures, after: UInt32(count))
        checks.formUnion(other.checks)
        retryingScopes.formUnion(other.retryingScopes.map { $0 + scopeCount })
        count += other.count
        scopeCount += other.scopeCount
    }
}
