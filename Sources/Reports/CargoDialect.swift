import Pipeline

/// `test parse::adds ... ok`, by binary, each opened by `running n tests` and closed by `test result:`.
struct CargoDialect: OutputDialect {
    private(set) var finished: [TestCase] = []
    private var suite = ""
    private var announced: Int?
    private var seen = 0
    private(set) var incompletion: String?

    mutating func read(_ line: Substring) {
        let text = line.trimmingSpaces
        if text.hasPrefix("Running ") || text.hasPrefix("Doc-tests ") {
            suite = String(text.split(separator: " ").dropFirst().prefix { !$0.hasPrefix("(") }.joined(separator: " "))
        } else if line.hasPrefix("running "), line.hasSuffix(" test") || line.hasSuffix(" tests") {
            closeSuite()
            announced = Int(line.dropFirst(8).prefix { $0.isNumber })
            seen = 0
        } else if line.hasPrefix("test result: ") {
            close(with: line)
        } else if line.hasPrefix("test "), let dots = line.firstRange(of: " ... ") {
            add(line[line.index(line.startIndex, offsetBy: 5)..<dots.lowerBound], line[dots.upperBound...])
        }
    }

    private mutating func add(_ name: Substring, _ result: Substring) {
        let outcome: TestCase.Outcome? =
            result.hasSuffix("ok")
            ? .passed : result.hasSuffix("FAILED") ? .failed : result.hasPrefix("ignored") ? .skipped : nil
        guard let outcome else { return }
        seen += 1
        finished.append(TestCase(id: .init(suite: suite, name: String(name)), outcome: outcome))
    }

    /// What tests print can hide their own lines; the closing line counts them all the same.
    private mutating func close(with line: Substring) {
        func count(_ word: String) -> Int {
            let part = line.split { $0 == ";" || $0 == "." }.first { $0.hasSuffix(" " + word) }
            return part.flatMap { Int($0.trimmingSpaces.prefix { $0.isNumber }) } ?? 0
        }
        let own = finished.suffix(seen)
        for (word, outcome) in [("passed", TestCase.Outcome.passed), ("failed", .failed), ("ignored", .skipped)] {
            let hidden = count(word) - own.count { $0.outcome == outcome }
            for index in 0..<max(0, hidden) {
                finished.append(TestCase(id: .init(suite: suite, name: "(\(word) \(index + 1))"), outcome: outcome))
            }
        }
        announced = nil
    }

    private mutating func closeSuite() {
        guard let announced else { return }
        incompletion = incompletion ?? "cargo announced \(announced) tests in \"\(suite)\" and printed no result"
    }

    var incompleteness: String? {
        var copy = self
        copy.closeSuite()
        return copy.incompletion
    }
}

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
    private var failedPackages: Set<String> = []
    private var openPackages: Set<String> = []
    private var order: [TestCase.ID] = []

    mutating func read(_ line: Substring) {
        guard line.hasPrefix("{"), let event = event(line) else { return }
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

    /// The first line a test prints about a place in a file says best what went wrong.
    private mutating func note(_ output: String, for id: TestCase.ID) {
        let text = Substring(output).trimmingSpaces
        guard messages[id] == nil, text.contains(".go:") else { return }
        messages[id] = String(text.prefix { !$0.isNewline })
    }

    var count: Int { order.count }

    var finished: [TestCase] {
        let tests = order.compactMap { id -> TestCase? in
            // A test that began and did not end took its package with it.
            let outcome = outcomes[id] ?? .errored
            return TestCase(id: id, outcome: outcome, message: outcome >= .failed ? messages[id] : nil)
        }
        let explained = Set(tests.filter { $0.outcome >= .failed }.map(\.id.suite))
        let packages = failedPackages.subtracting(explained).sorted().map { package in
            TestCase(
                id: .init(suite: package, name: "(package)"), outcome: .errored,
                message: "did not build, or failed outside of any test")
        }
        return tests + packages
    }

    var incompleteness: String? {
        openPackages.min().map { "package \($0) began and did not end" }
    }
}
