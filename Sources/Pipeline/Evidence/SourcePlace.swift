/// Finds the line of a source file at which a test failed, in what the test printed about it.
public struct SourcePlace: Equatable, Sendable {
    /// The best so far, as `file:line`.
    public private(set) var text: String?
    private var rank = Rank.none

    /// From worst to best.
    private enum Rank: Int {
        case none, any, ownFrame, certain
    }

    public init() {}

    /// What the report itself states.
    public mutating func state(file: String, line: Int) {
        guard line > 0, !file.isEmpty else { return }
        take("\(file):\(line)", .any)
    }

    /// Looks at one line of what a test of `suite` said.
    public mutating func read(_ line: Substring, suite: String) {
        let line = line.drop(while: \.isWhitespace)
        guard line.utf8.count < 1000, line.contains(":") else { return }
        if line.hasPrefix("at "), let frame = Self.frame(line.dropFirst(3), suite) {
            take(frame.place, frame.isOwn ? .certain : .ownFrame)
        } else if let place = Self.leading(line) {
            take(place: place)
        }
    }

    /// Whether nothing better can come.
    public var isSettled: Bool { rank == .certain && text?.hasSuffix(where: Self.lastWins) == false }

    private static let lastWins = [".py", ".php", ".feature"]

    /// A quick look at a line: whether it is worth reading; most lines of a stack of Java are not.
    public static func mayBe(in line: [UInt8], suite: String) -> Bool {
        let colon = UInt8(ascii: ":")
        let isNumbered = line.indices.dropLast().contains { line[$0] == colon && (0x30...0x39).contains(line[$0 + 1]) }
        guard isNumbered else { return false }
        let text = line.drop { $0 <= 0x20 }
        guard text.starts(with: "at ".utf8), line.last == UInt8(ascii: ")") else { return true }
        // Frames of Java count in the class of the test only; those of JavaScript name a path or an address.
        return text.dropFirst(3).starts(with: suite.utf8) || text.contains(UInt8(ascii: "/"))
            || text.contains(UInt8(ascii: "\\"))
    }

    /// Of some runners the last such line is the test's, of others the first; of Go's only that of a test file.
    private mutating func take(place: String) {
        if place.hasSuffix(where: Self.lastWins) {
            (text, rank) = (place, .certain)
        } else {
            take(place, place.hasSuffix(where: [".go"]) && !place.hasSuffix(where: ["_test.go"]) ? .any : .certain)
        }
    }

    private mutating func take(_ place: String, _ new: Rank) {
        if new.rawValue > rank.rawValue { (text, rank) = (place, new) }
    }

    /// `a.B.c(B.java:9)` or `f (/src/a.test.js:2:48)`: frames of Java and of JavaScript.
    private static func frame(_ line: Substring, _ suite: String) -> (place: String, isOwn: Bool)? {
        guard !line.contains("node_modules"), !line.contains("node:"), !line.contains("<anonymous>:") else {
            return nil
        }
        let inner: Substring
        if let open = line.lastIndex(of: "("), line.last == ")" {
            inner = line[line.index(after: open)...].dropLast()
        } else {
            inner = line
        }
        guard let place = numbered(inner) else { return nil }
        let called = line.prefix { $0 != "(" }
        let isJava = place.hasSuffix(where: [".java", ".kt", ".groovy", ".scala"])
        if isJava { return suite.isEmpty || !called.hasPrefix(suite + ".") ? nil : (place, true) }
        return (place, false)
    }

    /// `tests/test_a.py:3: AssertionError`, `a_test.go:12: want 1`, `/src/x.cc:3`: what begins with a place.
    private static func leading(_ line: Substring) -> String? {
        let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, !parts[0].contains(" "), isFile(parts[0]) else { return nil }
        let digits = parts[1].prefix { $0.isNumber }
        // A frame of Go goes on with an offset.
        let rest = parts[1][digits.endIndex...]
        guard let number = Int(digits), number > 0, rest.isEmpty || rest.hasPrefix(" +0x") else { return nil }
        // pytest: the frames in between end with `in name`.
        if parts.count == 3, parts[0].hasSuffix(".py"), parts[2].hasPrefix(" in ") { return nil }
        return "\(parts[0]):\(number)"
    }

    /// `file:line` or `file:line:column`, cut to the first two.
    private static func numbered(_ text: Substring) -> String? {
        var parts = text.split(separator: ":")
        let numbers = parts.reversed().prefix { $0.allSatisfy(\.isNumber) && $0.count < 9 }.count
        guard numbers == 1 || numbers == 2, parts.count > numbers else { return nil }
        if numbers == 2 { parts.removeLast() }
        let line = parts.removeLast()
        var file = parts.joined(separator: ":")
        if file.hasPrefix("file://") { file = String(file.dropFirst(7)) }
        return isFile(file[...]) ? "\(file):\(line)" : nil
    }

    private static func isFile(_ text: Substring) -> Bool {
        guard let point = text.lastIndex(of: "."), point > text.startIndex else { return false }
        return endings.contains(String(text[point...].dropFirst()))
    }

    /// What files with tests end in; a host, too, has a point and is followed by a number.
    private static let endings: Set<String> = [
        "py", "go", "swift", "java", "kt", "kts", "groovy", "scala", "js", "mjs", "cjs", "jsx", "ts", "mts", "cts",
        "tsx",
        "vue", "c", "cc", "cpp", "cxx", "h", "hh", "hpp", "m", "mm", "rs", "rb", "php", "cs", "fs", "feature", "bats",
        "sh",
        "ex", "exs", "erl", "hs", "clj", "dart", "lua", "pl", "t", "sql",
    ]
}

extension String {
    fileprivate func hasSuffix(where endings: [String]) -> Bool {
        let file = prefix(upTo: lastIndex(of: ":") ?? endIndex)
        return endings.contains { file.hasSuffix($0) }
    }
}
