/// What a JSON text says, one piece at a time.
protocol JSONListener {
    /// An object (or an array) begins at the place.
    mutating func begin(_ place: JSONPlace, isArray: Bool)
    mutating func end(_ place: JSONPlace, isArray: Bool)
    /// A text, number, `true`, `false` or `null`, the last four as they are written.
    mutating func value(_ text: String, at place: JSONPlace)
}

/// Where in a JSON text something stands: names of members, `[]` for an element of an array.
struct JSONPlace {
    fileprivate(set) var steps: [String] = []

    /// Whether it is this place, as `runs.[].results`.
    func matches(_ path: String) -> Bool { steps.joined(separator: ".") == path }
}

/// A JSON reader that is fed piece by piece and never holds the document; texts are cut to a length.
///
/// It is as strict as telling a whole document from a cut one demands, and no more.
struct JSONStream<Listener: JSONListener> {
    var listener: Listener
    private(set) var problem: String?
    private var place = JSONPlace()
    /// What is open, outermost first: whether it is an array, and whether a member's name is what comes next.
    private var open: [(isArray: Bool, wantsName: Bool)] = []
    private var state = State.between
    private var text: [UInt8] = []
    private var isDone = false

    private enum State: Equatable {
        case between, string, escape, word
        case unicode(digits: Int, value: UInt32)
    }

    private static var depthLimit: Int { 200 }
    private static var textLimit: Int { 1000 }

    init(_ listener: Listener) { self.listener = listener }

    mutating func feed(_ bytes: ArraySlice<UInt8>) {
        for byte in bytes where problem == nil { take(byte) }
    }

    mutating func finish() {
        if state == .word { endWord() }
        if !isDone || !open.isEmpty { fail("ends before its outermost object does") }
    }

    private mutating func fail(_ reason: String) { problem = problem ?? reason }

    private mutating func take(_ byte: UInt8) {
        switch state {
        case .string:
            if byte == UInt8(ascii: "\"") {
                endString()
            } else if byte == UInt8(ascii: "\\") {
                state = .escape
            } else {
                keep(byte)
            }
        case .escape: takeEscape(byte)
        case .unicode(let digits, let value): takeUnicode(byte, digits, value)
        case .word:
            if Self.isWord(byte) { return keep(byte) }
            endWord()
            takeSign(byte)
        case .between: takeSign(byte)
        }
    }

    private mutating func keep(_ byte: UInt8) {
        if text.count < Self.textLimit { text.append(byte) }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".")
    }

    private mutating func takeSign(_ byte: UInt8) {
        switch byte {
        case 0x20, 0x09, 0x0a, 0x0d: break
        case UInt8(ascii: "{"): begin(isArray: false)
        case UInt8(ascii: "["): begin(isArray: true)
        case UInt8(ascii: "}"): end(isArray: false)
        case UInt8(ascii: "]"): end(isArray: true)
        case UInt8(ascii: "\""):
            text.removeAll(keepingCapacity: true)
            state = .string
        case UInt8(ascii: ","): next()
        case UInt8(ascii: ":"): if open.isEmpty { fail("is no JSON") }
        default:
            guard Self.isWord(byte) else { return fail("is no JSON") }
            text.removeAll(keepingCapacity: true)
            keep(byte)
            state = .word
        }
    }

    private mutating func next() {
        guard let last = open.last else { return fail("is no JSON") }
        if !last.isArray {
            place.steps.removeLast()
            place.steps.append("")
            open[open.count - 1].wantsName = true
        }
    }

    private mutating func begin(isArray: Bool) {
        guard open.count < Self.depthLimit else { return fail("is nested deeper than \(Self.depthLimit)") }
        guard !isDone, open.last?.wantsName != true else { return fail("is no JSON") }
        listener.begin(place, isArray: isArray)
        open.append((isArray, !isArray))
        place.steps.append(isArray ? "[]" : "")
    }

    private mutating func end(isArray: Bool) {
        guard open.last?.isArray == isArray else { return fail("is no JSON") }
        open.removeLast()
        place.steps.removeLast()
        listener.end(place, isArray: isArray)
        if open.isEmpty { isDone = true }
    }

    private mutating func endString() {
        state = .between
        let value = String(decoding: text, as: UTF8.self)
        guard let last = open.last else { return fail("is no JSON object") }
        if last.wantsName {
            place.steps[place.steps.count - 1] = value
            open[open.count - 1].wantsName = false
        } else {
            listener.value(value, at: place)
        }
    }

    private mutating func endWord() {
        state = .between
        guard let last = open.last, !last.wantsName else { return fail("is no JSON object") }
        listener.value(String(decoding: text, as: UTF8.self), at: place)
    }

    // MARK: - Escapes

    private mutating func takeEscape(_ byte: UInt8) {
        state = .string
        switch byte {
        case UInt8(ascii: "n"): keep(0x0a)
        case UInt8(ascii: "t"): keep(0x09)
        case UInt8(ascii: "r"): keep(0x0d)
        case UInt8(ascii: "b"), UInt8(ascii: "f"): keep(0x20)
        case UInt8(ascii: "u"): state = .unicode(digits: 0, value: 0)
        default: keep(byte)
        }
    }

    /// Halves of pairs are left out: no name that is asked for here has one.
    private mutating func takeUnicode(_ byte: UInt8, _ digits: Int, _ value: UInt32) {
        guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return fail("is no JSON") }
        let value = value << 4 | UInt32(digit)
        guard digits == 3 else {
            state = .unicode(digits: digits + 1, value: value)
            return
        }
        state = .string
        if let scalar = Unicode.Scalar(value) {
            for byte in String(Character(scalar)).utf8 { keep(byte) }
        }
    }
}
