import CProcess
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

    static func story(_ line: String) { raw(line + "\n") }

    /// Text for a terminal, control sequences and all.
    static func raw(_ text: String) {
        turn.withLock { _ in
            do { _ = try FileDescriptor.standardError.writeAll(text.utf8) } catch {}
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
    /// How many columns there are; nil where nobody looks at them.
    let width: Int?

    init(isPlain: Bool, environment: [String: String], descriptor: Int32 = STDOUT_FILENO) {
        let columns = Int(slipway_terminal_width(descriptor))
        width = columns >= 40 ? columns : nil
        let refuses = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        let isDumb = environment["TERM"].map { $0 == "dumb" || $0.isEmpty } ?? true
        isColoured = !isPlain && !refuses && !isDumb && isatty(descriptor) == 1
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

    /// A text that fits a terminal; what would leave next to nothing of it is not done.
    private static func cut(_ text: String, to width: Int?) -> String {
        guard let width, width >= 16, text.columns > width else { return text }
        var room = width - 1
        let kept = text.prefix { character in
            room -= String(character).columns
            return room >= 0
        }
        return kept + "…"
    }

    /// With `isCut` each line ends where the terminal does, so that a table of long texts stays one.
    func text(_ style: Style, indent: String = "", isCut: Bool = false) -> String {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            rows.map { column < $0.count ? $0[column].text.count : 0 }.max() ?? 0
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let isLast = column == row.count - 1
                let start = widths[..<column].reduce(indent.count) { $0 + $1 + 2 }
                let text = isLast && isCut ? Self.cut(cell.text, to: style.width.map { $0 - start }) : cell.text
                let gap = isLast ? "" : String(repeating: " ", count: widths[column] - cell.text.count)
                return style.text(text, cell.colour) + gap
            }
            return indent + cells.joined(separator: "  ") + "\n"
        }.joined()
    }
}

extension String {
    /// How many columns of a terminal it takes, as far as that is known: letters of Asia and pictures take two.
    fileprivate var columns: Int {
        reduce(0) { count, character in
            guard let scalar = character.unicodeScalars.first else { return count }
            switch scalar.value {
            case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
                0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
                return count + 2
            default: return count + 1
            }
        }
    }
}
