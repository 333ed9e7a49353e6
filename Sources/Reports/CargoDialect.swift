import Pipeline

/// `test parse::adds ... ok`, by binary, each opened by `running n tests` and closed by `test result:`.
struct CargoDialect: OutputDialect {
    private(set) var finished: [TestCase] = []
    private var suite = ""
    private var announced: Int?
    private var seen = 0
    private(set) var incompletion: String?
    /// The failed test whose output is being read, and whether its next line is the message.
    private var told: (index: Int, isMessage: Bool)?

    mutating func read(_ line: Substring) {
        let text = line.trimmingSpaces
        if text.hasPrefix("Running ") || text.hasPrefix("Doc-tests ") {
            suite = String(text.split(separator: " ").dropFirst().prefix { !$0.hasPrefix("(") }.joined(separator: " "))
        } else if line.hasPrefix("running "), line.hasSuffix(" test") || line.hasSuffix(" tests") {
            closeSuite()
            announced = Int(line.dropFirst(8).prefix { $0.isNumber })
            (seen, told) = (0, nil)
        } else if line.hasPrefix("test result: ") {
            close(with: line)
        } else if line.hasPrefix("---- "), line.hasSuffix(" stdout ----") {
            tellOf(line.dropFirst(5).dropLast(12))
        } else if told != nil {
            readPanic(line)
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

    private mutating func tellOf(_ name: Substring) {
        let start = finished.count - seen
        told = finished[start...].lastIndex { $0.outcome == .failed && $0.id.name == name }.map { ($0, false) }
    }

    /// `thread 'tests::adds' panicked at src/lib.rs:9:5:` and then the message; before Rust 1.73 in one line, the message first.
    private mutating func readPanic(_ line: Substring) {
        guard let (index, isMessage) = told else { return }
        if isMessage {
            finished[index].message = line.isEmpty ? nil : String(line)
            told = nil
        } else if let start = line.firstRange(of: " panicked at ")?.upperBound {
            let rest = line[start...]
            guard rest.first == "'", let end = rest.firstRange(of: "', ") else {
                finished[index].place = Self.place(rest)
                told = (index, true)
                return
            }
            finished[index].message = String(rest[..<end.lowerBound].dropFirst())
            finished[index].place = Self.place(rest[end.upperBound...])
            told = nil
        }
    }

    /// `src/lib.rs:9:5:` without the column.
    private static func place(_ text: Substring) -> String? {
        let parts = text.split(separator: ":")
        guard parts.count >= 2, Int(parts[1]) != nil else { return nil }
        return "\(parts[0]):\(parts[1])"
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
