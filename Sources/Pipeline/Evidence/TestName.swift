/// Takes out of the name of a test what is another in every run: addresses, ids, moments, temporary places, ports.
///
/// Without that, each run of a parameterised test would count as tests that vanished and others that are new.
public struct TestName {
    private let bytes: [UInt8]
    /// Where what is looked at begins.
    private var place = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The name with a word in angle brackets for each such part; nil when there is none.
    public static func normal(_ bytes: [UInt8]) -> [UInt8]? {
        var scan = TestName(bytes)
        var result: [UInt8]?
        var copied = 0
        while scan.place < bytes.count {
            guard let (end, word) = scan.match() else {
                scan.place += 1
                continue
            }
            result = (result ?? []) + bytes[copied..<scan.place] + Array(word.utf8)
            (copied, scan.place) = (end, end)
        }
        return result.map { $0 + bytes[copied...] }
    }

    /// The same for text.
    public static func normal(_ name: String) -> String {
        normal(Array(name.utf8)).map { String(decoding: $0, as: UTF8.self) } ?? name
    }

    private typealias Match = (end: Int, word: String)

    private func match() -> Match? {
        switch bytes[place] {
        case UInt8(ascii: "@"): address()
        case UInt8(ascii: "/"): temporaryPath()
        case UInt8(ascii: ":"): port()
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            isAtBoundary ? pointer() ?? uuid() ?? moment() ?? epoch() : nil
        default: nil
        }
    }

    // MARK: - Kinds

    /// `Thing@1a2b3c4d`, as Java prints what has no name.
    private func address() -> Match? {
        guard place > 0, isWord(place - 1) || at(place - 1, ";") else { return nil }
        let end = run(from: place + 1, isHexadecimal)
        let digits = bytes[(place + 1)..<end]
        guard (5...16).contains(digits.count), digits.contains(where: { Self.isDigit($0) }), !isWord(end) else {
            return nil
        }
        return (end, "@<address>")
    }

    /// `0x7ffe12345678`; a small number in that notation is somebody's constant.
    private func pointer() -> Match? {
        guard at(place, "0"), at(place + 1, "x") || at(place + 1, "X") else { return nil }
        let end = run(from: place + 2, isHexadecimal)
        return end - place - 2 >= 7 && !isWord(end) ? (end, "<address>") : nil
    }

    private func uuid() -> Match? {
        var index = place
        for (number, length) in [8, 4, 4, 4, 12].enumerated() {
            if number > 0 {
                guard at(index, "-") else { return nil }
                index += 1
            }
            guard run(from: index, isHexadecimal) == index + length else { return nil }
            index += length
        }
        return isWord(index) ? nil : (index, "<uuid>")
    }

    /// `2026-01-31T10:11:12.345Z`; a day alone is somebody's constant.
    private func moment() -> Match? {
        guard var index = fields([4, 2, 2], "-", from: place), at(index, "T") || at(index, " ") || at(index, "_"),
            let clock = fields([2, 2], ":", from: index + 1)
        else { return nil }
        index = clock
        if at(index, ":"), let seconds = fields([2], ":", from: index + 1) { index = seconds }
        if at(index, ".") || at(index, ",") {
            let end = run(from: index + 1, Self.isDigit)
            if end > index + 1 { index = end }
        }
        if at(index, "Z") { return (index + 1, "<time>") }
        if at(index, "+") || at(index, "-"), let hours = fields([2], ":", from: index + 1) {
            index = at(hours, ":") ? fields([2], ":", from: hours + 1) ?? hours : fields([2], ":", from: hours) ?? hours
        }
        return (index, "<time>")
    }

    /// Seconds, milliseconds, microseconds or nanoseconds since 1970, of the years 2017 to 2039.
    private func epoch() -> Match? {
        let end = run(from: place, Self.isDigit)
        guard [10, 13, 16, 19].contains(end - place), !isWord(end) else { return nil }
        let seconds = bytes[place..<(place + 10)].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return (1_500_000_000..<2_200_000_000).contains(seconds) ? (end, "<epoch>") : nil
    }

    /// A path in a folder for what does not stay; the name of a file is kept.
    private func temporaryPath() -> Match? {
        guard place == 0 || !isWord(place - 1) || at(place - 1, "_") else { return nil }
        let roots = ["/tmp/", "/var/tmp/", "/private/tmp/", "/var/folders/", "/private/var/folders/", "/dev/shm/"]
        guard let root = roots.first(where: { bytes[place...].starts(with: $0.utf8) }) else { return nil }
        let end = run(from: place) { !Self.endsPath.contains($0) }
        let path = bytes[(place + root.utf8.count)..<end]
        guard !path.isEmpty else { return nil }
        let last = path.lastIndex(of: UInt8(ascii: "/"))
        if let last, path[last...].dropFirst().contains(UInt8(ascii: ".")) { return (last, "<tmp>") }
        return (end, "<tmp>")
    }

    private static let endsPath = Set(" \t\"'`()[]{}<>,;:|=".utf8)

    private func port() -> Match? {
        let hosts = ["localhost", "127.0.0.1", "0.0.0.0", "[::1]"]
        guard hosts.contains(where: { bytes[..<place].reversed().starts(with: $0.utf8.reversed()) }) else { return nil }
        let end = run(from: place + 1, Self.isDigit)
        return (2...5).contains(end - place - 1) && !isWord(end) ? (end, ":<port>") : nil
    }

    // MARK: - Looking

    private var isAtBoundary: Bool { place == 0 || !isWord(place - 1) || at(place - 1, "_") }

    private func at(_ index: Int, _ character: Unicode.Scalar) -> Bool {
        index < bytes.count && bytes[index] == UInt8(ascii: character)
    }

    private func isWord(_ index: Int) -> Bool {
        guard index < bytes.count else { return false }
        let byte = bytes[index]
        return Self.isDigit(byte) || (0x61...0x7a).contains(byte | 0x20) || byte == UInt8(ascii: "_") || byte > 0x7f
    }

    private func run(from start: Int, _ isWanted: (UInt8) -> Bool) -> Int {
        var index = start
        while index < bytes.count, isWanted(bytes[index]) { index += 1 }
        return index
    }

    /// Numbers of so many digits with a sign between them; where they end.
    private func fields(_ lengths: [Int], _ sign: Unicode.Scalar, from start: Int) -> Int? {
        var index = start
        for (number, length) in lengths.enumerated() {
            if number > 0 {
                guard at(index, sign) else { return nil }
                index += 1
            }
            for offset in 0..<length {
                guard index + offset < bytes.count, Self.isDigit(bytes[index + offset]) else { return nil }
            }
            index += length
        }
        return index
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private func isHexadecimal(_ byte: UInt8) -> Bool {
        Self.isDigit(byte) || (0x61...0x66).contains(byte | 0x20)
    }
}
