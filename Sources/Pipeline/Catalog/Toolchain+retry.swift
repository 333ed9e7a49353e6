extension Toolchain {
    /// How a test command is run again for those of its tests that failed.
    ///
    /// Whoever runs it again must not take silence for success: a test that the second run does not tell of has still
    /// failed.
    public struct Retry: Equatable, Sendable {
        /// How other commands than the default begin that understand the same arguments.
        let programs: [[String]]
        let selection: Selection

        /// How tests are named to the tool.
        enum Selection: Equatable, Sendable {
            /// It knows itself which failed: these arguments.
            case remembered([String])
            case cargo, go, gradle, maven, swift
        }

        /// More names than this are no retry any more.
        static let limit = 50
    }

    /// The command that runs only these tests again, named as reports name them; nil where only the whole step can be
    /// run again.
    public func command(rerunning failing: [String], of command: Command) -> Command? {
        guard let retry, !failing.isEmpty, failing.count <= Retry.limit,
            failing.allSatisfy({ $0.count < TestReport.nameLimit && $0.printable == $0 }),
            takesArguments(command, retry), let arguments = retry.arguments(for: failing, of: command)
        else { return nil }
        return command.appending(arguments)
    }

    /// Whether what is written behind a command reaches its test runner.
    private func takesArguments(_ command: Command, _ retry: Retry) -> Bool {
        if case .shell(let line) = command.form {
            if line == commands.test { return true }
            guard !line.utf8.contains(where: { ";|&<>()`#\\\n".utf8.contains($0) }) else { return false }
        }
        let words = command.plainWords.drop { $0.contains("=") }
        return retry.programs.contains { words.starts(with: $0) }
            && (retry.selection != .gradle || words.dropFirst().filter { !$0.hasPrefix("-") }.count == 1)
    }
}

extension Toolchain.Retry {
    static let gradle = Toolchain.Retry(programs: [["gradle"], ["./gradlew"]], selection: .gradle)
    static let maven = Toolchain.Retry(programs: [["mvn"], ["./mvnw"]], selection: .maven)
    static let swift = Toolchain.Retry(programs: [["swift", "test"]], selection: .swift)
    static let cargo = Toolchain.Retry(programs: [["cargo", "test"]], selection: .cargo)
    static let go = Toolchain.Retry(programs: [["go", "test"]], selection: .go)
    static let python = Toolchain.Retry(
        programs: [["pytest"], ["python3", "-m", "pytest"], ["python", "-m", "pytest"]],
        selection: .remembered(["--last-failed", "--last-failed-no-failures=none"]))
    static let ctest = Toolchain.Retry(programs: [["ctest"]], selection: .remembered(["--rerun-failed"]))

    fileprivate func arguments(for failing: [String], of command: Command) -> [String]? {
        switch selection {
        case .remembered(let arguments): return arguments
        case .go:
            guard !command.plainWords.contains("-args"), let names = Self.each(failing, Self.goName) else { return nil }
            return ["-run", "^(\(names.joined(separator: "|")))$", "-count=1"]
        case .cargo:
            guard let names = Self.each(failing, Self.cargoName) else { return nil }
            return (command.plainWords.contains("--") ? [] : ["--"]) + ["--exact"] + names
        case .swift: return failing.flatMap { ["--filter", Self.swiftPattern($0)] }
        case .gradle:
            guard let tests = Self.each(failing, JavaTest.init) else { return nil }
            return tests.flatMap { ["--tests", $0.type + ($0.method.map { ".\($0)*" } ?? "")] }
        case .maven:
            guard let tests = Self.each(failing, JavaTest.init), !tests.contains(where: \.isIntegrationTest) else {
                return nil
            }
            let names = tests.map { $0.type + ($0.method.map { "#\($0)*" } ?? "") }
            // Those that were green need no second run, and modules without any of these are no failure.
            return [
                "-Dtest=\(names.joined(separator: ","))", "-DskipITs", "-DfailIfNoTests=false",
                "-Dsurefire.failIfNoSpecifiedTests=false",
            ]
        }
    }

    /// What each text becomes, once; nil when one of them becomes nothing.
    private static func each<Value: Hashable>(_ texts: [String], _ transform: (String) -> Value?) -> [Value]? {
        var values: [Value] = []
        var seen: Set<Value> = []
        for text in texts {
            guard let value = transform(text) else { return nil }
            if seen.insert(value).inserted { values.append(value) }
        }
        return values
    }

    /// `example.org/x.TestAdd/of_two` → `TestAdd`: subtests run with the test they are in.
    private static func goName(_ id: String) -> String? {
        for word in ["Test", "Fuzz", "Example"] {
            guard let start = id.firstRange(of: "." + word)?.lowerBound else { continue }
            let name = id[start...].dropFirst().prefix { $0 != "/" }
            return name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } ? String(name) : nil
        }
        return nil
    }

    /// `unittests src/lib.rs.parse::adds` → `parse::adds`.
    private static func cargoName(_ id: String) -> String? {
        let mark = id.firstRange(of: ".rs.") ?? id.firstRange(of: ".")
        let name = mark.map { id[$0.upperBound...] } ?? ""
        // The name of a test in documentation has spaces, and is parted at them on its way.
        return name.isEmpty || name.contains(" ") || name.hasPrefix("(") || name.hasPrefix("-") ? nil : String(name)
    }

    /// `Sums.Inner.adds()` as a pattern for how the tool writes it: `Module.Sums/Inner/adds()/File.swift:1:2`.
    private static func swiftPattern(_ id: String) -> String {
        let escaped = id.reduce(into: "") { text, character in
            switch character {
            case ".": text += "[./]"
            case "(", ")", "[", "]", "{", "}", "*", "+", "?", "^", "$", "|", "\\": text += "\\\(character)"
            default: text.append(character)
            }
        }
        return "(^|[./])\(escaped)(/|$)"
    }
}

/// A test of the JVM as its reports name it: `com.example.FooTest.adds(int)[1]`.
private struct JavaTest: Hashable {
    let type: String
    /// Nil when only the whole class can be named.
    let method: String?

    /// What stands for a class that did not even begin.
    private static let notMethods: Set = ["initializationError", "executionError", "classMethod"]

    init?(_ id: String) {
        let head = id.prefix { !"([ ".contains($0) }
        guard let dot = head.lastIndex(of: ".") else { return nil }
        let (type, method) = (String(head[..<dot]), String(head[head.index(after: dot)...]))
        func isName(_ text: String, with others: String) -> Bool {
            !text.isEmpty && text.allSatisfy { $0.isLetter || $0.isNumber || others.contains($0) }
        }
        guard isName(type, with: "._$") else { return nil }
        self.type = type
        // A space means a name for people, which is no method's.
        let isMethod =
            isName(method, with: "_") && !Self.notMethods.contains(method) && id.dropFirst(head.count).first != " "
        self.method = isMethod ? method : nil
    }

    /// Whether another plugin than that of unit tests runs it, by its name.
    var isIntegrationTest: Bool {
        let name = type.split(separator: ".").last ?? ""
        return name.hasPrefix("IT") || name.hasSuffix("IT") || name.hasSuffix("ITCase")
    }
}

extension Command {
    /// The words of a command that a shell would not change.
    fileprivate var plainWords: [String] {
        switch form {
        case .exec(let arguments): arguments
        case .shell(let line): line.split(whereSeparator: \.isWhitespace).map(String.init)
        }
    }

    fileprivate func appending(_ arguments: [String]) -> Command {
        var copy = self
        copy.form =
            switch form {
            case .exec(let own): .exec(own + arguments)
            case .shell(let line): .shell(([line] + arguments.map(\.quoted)).joined(separator: " "))
            }
        return copy
    }
}
