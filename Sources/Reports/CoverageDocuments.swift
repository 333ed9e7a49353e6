import Pipeline

/// A report of coverage in XML: what it came to, once it is read.
protocol CoverageListener: XMLListener {
    var coverage: Coverage? { get }
}

/// JaCoCo: counters of the whole report stand directly in its root (https://www.jacoco.org/jacoco/trunk/coverage/report.dtd).
final class JaCoCoDocument: CoverageListener {
    private var depth = 0
    private var counters: [String: Coverage.Ratio] = [:]

    func begin(_ element: XMLElement) {
        depth += 1
        guard depth == 2, element.word == .counter, let type = element[.type], type == "LINE" || type == "BRANCH" else {
            return
        }
        func count(_ word: XMLWord) -> Int { min(element[word].flatMap { Int($0) } ?? 0, 1 << 40) }
        counters[type] = Coverage.Ratio(covered: count(.covered), total: count(.covered) + count(.missed))
    }

    func text(_ text: XMLText) {}

    func end(_ word: XMLWord) { depth -= 1 }

    var coverage: Coverage? {
        counters["LINE"].map { Coverage(.jacoco, lines: $0, branches: counters["BRANCH"]) }
    }
}

/// Cobertura: counts in the root where the tool writes them; else its lines are counted, each class once.
final class CoberturaDocument: CoverageListener {
    private var stated: (lines: Coverage.Ratio, branches: Coverage.Ratio?)?
    private var counted = (lines: 0, covered: 0, branches: 0, taken: 0)
    private var hasClasses = false
    /// The open elements that matter: lines of a method stand once more in its class.
    private var open: [XMLWord] = []

    func begin(_ element: XMLElement) {
        defer { open.append(element.word) }
        if open.isEmpty { return takeRoot(element) }
        if element.word == .class { hasClasses = true }
        guard element.word == .line, open.suffix(2) == [.class, .lines] else { return }
        var (hits, condition) = (0, "")
        element.eachAttribute { word, text in
            switch word {
            case .hits: hits = text.number ?? 0
            case .conditionCoverage: condition = text.string
            default: break
            }
        }
        counted.lines += 1
        if hits > 0 { counted.covered += 1 }
        takeCondition(condition)
    }

    private func takeRoot(_ element: XMLElement) {
        func ratio(_ covered: XMLWord, _ valid: XMLWord) -> Coverage.Ratio? {
            guard let covered = element[covered].flatMap({ Int($0) }), let valid = element[valid].flatMap({ Int($0) }),
                valid > 0
            else { return nil }
            return Coverage.Ratio(covered: covered, total: valid)
        }
        stated = ratio(.linesCovered, .linesValid).map { ($0, ratio(.branchesCovered, .branchesValid)) }
    }

    /// `50% (1/2)`.
    private func takeCondition(_ text: String) {
        guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"), open < close else { return }
        let parts = text[text.index(after: open)..<close].split(separator: "/").map { Int($0) ?? 0 }
        guard parts.count == 2, parts.allSatisfy({ (0...1_000_000).contains($0) }) else { return }
        counted.taken += parts[0]
        counted.branches += parts[1]
    }

    func text(_ text: XMLText) {}

    func end(_ word: XMLWord) { open.removeLast() }

    var coverage: Coverage? {
        if let stated { return Coverage(.cobertura, lines: stated.lines, branches: stated.branches) }
        let branches = Coverage.Ratio(covered: counted.taken, total: counted.branches)
        return Coverage(
            .cobertura, lines: Coverage.Ratio(covered: counted.covered, total: counted.lines),
            branches: branches.total > 0 ? branches : nil)
    }
}

/// A document of a format that is not read: its root says which.
final class ForeignDocument: XMLListener {
    func begin(_ element: XMLElement) {}
    func text(_ text: XMLText) {}
    func end(_ word: XMLWord) {}

    /// Formats of tests that look like JUnit XML to a glob, and what to do instead.
    static func name(ofRoot root: String) -> String? {
        switch root {
        case "TestRun": "TRX of Visual Studio: let dotnet write JUnit XML (dotnet test --logger junit)"
        case "test-run": "NUnit 3: let it write JUnit XML (--result=FILE;transform=…, or dotnet test --logger junit)"
        case "test-results": "NUnit 2: let it write JUnit XML"
        case "assemblies", "assembly": "xUnit.net: let it write JUnit XML (-junit FILE, or dotnet test --logger junit)"
        case "testng-results": "TestNG's own: take the files in its folder junitreports"
        case "Site": "CTest's own: let it write JUnit XML (ctest --output-junit FILE)"
        case "testExecutions": "SonarQube's test executions: let the runner write JUnit XML"
        case "checkstyle": "Checkstyle's: let the tool write SARIF or JUnit XML"
        case "pmd", "BugCollection": "a report of findings: let the tool write SARIF"
        default: nil
        }
    }
}
