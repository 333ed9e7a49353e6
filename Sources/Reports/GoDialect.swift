import Pipeline

/// The events of `go test -json` (https://pkg.go.dev/cmd/test2json).
///
/// Lines that are no events are the compiler's.
struct GoDialect: OutputDialect {
    private struct Event {
        var action: String
        var package: String
        var test: String?
        var output: String?
    }

    private var outcomes: [TestCase.ID: TestCase.Outcome] = [:]
    private var messages: [TestCase.ID: String] = [:]
    private var known: Set<TestCase.ID> = []
    private var places: [TestCase.ID: String] = [:]
    private var failedPackages: Set<String> = []
    private var openPackages: Set<String> = []
    private var order: [TestCase.ID] = []

    mutating func read(_ line: Substring) {
        guard line.hasPrefix("{"), let event = event(line) else { return readPlain(line) }
        guard let test = event.test else {
            if event.action == "fail" { failedPackages.insert(event.package) }
            // What a compiler prints has no package.
            guard !event.package.isEmpty else { return }
            let isEnd = ["pass", "fail", "skip"].contains(event.action)
            _ = isEnd ? openPackages.remove(event.package) : openPackages.insert(event.package).memberAfterInsert
            return
        }
        openPackages.insert(event.package)
        let id = TestCase.ID(suite: event.package, name: test)
        switch event.action {
        case "run":
            list(id)
        case "pass": end(id, .passed)
        case "fail": end(id, .failed)
        case "skip": end(id, .skipped)
        case "output": note(event.output ?? "", for: id)
        default: break
        }
    }

    /// `FAIL	example.org/a [build failed]`: go 1.19 has no event for what it could not build.
    private mutating func readPlain(_ line: Substring) {
        guard line.hasPrefix("FAIL\t"), line.hasSuffix(" failed]"), let open = line.firstRange(of: " [") else { return }
        failedPackages.insert(String(line[..<open.lowerBound].dropFirst(5)))
    }

    private func event(_ line: Substring) -> Event? {
        do {
            let json = try JSON(parsing: String(line), profile: .lenient)
            guard let action = json["Action"]?.string else { return nil }
            return Event(
                action: action, package: json["Package"]?.string ?? "", test: json["Test"]?.string,
                output: json["Output"]?.string)
        } catch {
            return nil
        }
    }

    private mutating func list(_ id: TestCase.ID) {
        if known.insert(id).inserted { order.append(id) }
    }

    private mutating func end(_ id: TestCase.ID, _ outcome: TestCase.Outcome) {
        // One whose beginning is not there ended all the same.
        list(id)
        outcomes[id] = max(outcome, outcomes[id] ?? outcome)
    }

    /// The first line a test prints about a place in a file says best what went wrong, unless it panics.
    private mutating func note(_ output: String, for id: TestCase.ID) {
        let line = output.drop(while: \.isWhitespace).prefix { !$0.isNewline }
        if line.hasPrefix("panic: ") {
            guard messages[id]?.hasPrefix("panic: ") != true else { return }
            messages[id] = String(line)
            places[id] = nil
        } else if line.contains(".go:") {
            if messages[id] == nil { messages[id] = String(line) }
            var place = SourcePlace()
            place.read(line, suite: id.suite)
            if let found = place.text, places[id] == nil, found.contains("_test.go:") { places[id] = found }
        }
    }

    var count: Int { order.count }

    var finished: [TestCase] {
        let packages = unexplained.map { package in
            TestCase(
                id: .init(suite: package, name: "(package)"), outcome: .errored,
                message: "did not build, or failed outside of any test")
        }
        return tests + packages
    }

    private var tests: [TestCase] {
        order.map { id in
            // A test that began and did not end took its package with it.
            let outcome = outcomes[id] ?? .errored
            var test = TestCase(id: id, outcome: outcome, message: outcome >= .failed ? messages[id] : nil)
            if outcome >= .failed { test.place = places[id] }
            return test
        }
    }

    /// Packages that failed, and no test of theirs did.
    private var unexplained: [String] {
        let explained = Set(tests.filter { $0.outcome >= .failed }.map(\.id.suite))
        return failedPackages.subtracting(explained).sorted()
    }

    var incompleteness: String? {
        if let package = openPackages.min() { return "package \(package) began and did not end" }
        return unexplained.first.map { "package \($0) did not build, or failed outside of any test" }
    }
}
