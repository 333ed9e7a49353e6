import Glibc
import Pipeline
import Synchronization
import SystemPackage

/// Where text goes: answers to standard output, the story to standard error, each line whole.
enum Console {
    private static let turn = Mutex(())

    /// Throws when the answer cannot be written: half an answer must not look like a whole one.
    ///
    /// A reader that went away (`slipway plan | head`) is no error of ours.
    static func answer(_ text: String) throws(ConsoleError) {
        do {
            try turn.withLock { _ in _ = try FileDescriptor.standardOutput.writeAll(text.utf8) }
        } catch let code as Errno where code != .brokenPipe {
            throw ConsoleError(code: code)
        } catch {}
    }

    static func story(_ line: String) {
        turn.withLock { _ in
            do { _ = try FileDescriptor.standardError.writeAll((line + "\n").utf8) } catch {}
        }
    }

    static func error(_ text: String) {
        story(text.split(separator: "\n").map { "slipway: \($0)" }.joined(separator: "\n"))
    }
}

/// Standard output takes no more.
struct ConsoleError: Failure {
    let code: Errno

    var fault: Fault { .environment }
    var hint: String? { nil }
    var description: String { "the answer cannot be written: \(code)" }
}

/// How text looks: colours on a terminal that wants them.
struct Style {
    private let isColoured: Bool

    init(isPlain: Bool, environment: [String: String]) {
        let refuses = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        let isDumb = environment["TERM"].map { $0 == "dumb" || $0.isEmpty } ?? true
        isColoured = !isPlain && !refuses && !isDumb && isatty(STDOUT_FILENO) == 1
    }

    enum Colour: Int {
        case red = 31
        case green = 32
        case yellow = 33
        case grey = 90
    }

    func text(_ text: String, _ colour: Colour?) -> String {
        guard isColoured, let colour else { return text }
        return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
    }
}

/// Lines in columns, each as wide as its widest cell.
struct Table {
    private var rows: [[Cell]] = []

    struct Cell {
        let text: String
        let colour: Style.Colour?

        init(_ text: String, _ colour: Style.Colour? = nil) {
            (self.text, self.colour) = (text.printable, colour)
        }
    }

    mutating func add(_ cells: [Cell]) { rows.append(cells) }

    var isEmpty: Bool { rows.isEmpty }

    func text(_ style: Style, indent: String = "") -> String {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            rows.map { column < $0.count ? $0[column].text.count : 0 }.max() ?? 0
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let isLast = column == row.count - 1
                let gap = isLast ? "" : String(repeating: " ", count: widths[column] - cell.text.count)
                return style.text(cell.text, cell.colour) + gap
            }
            return indent + cells.joined(separator: "  ") + "\n"
        }.joined()
    }
}
