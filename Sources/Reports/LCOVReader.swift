import Pipeline

/// Reads LCOV tracefiles (https://github.com/linux-test-project/lcov, geninfo(1)): `SF:` opens a file, `DA:` is a line of it.
///
/// A file that stands there again, as for each test of several, has the union of its lines.
struct LCOVReader {
    private var partial: [UInt8] = []
    private var files: [String: UInt32] = [:]
    private var file: UInt32 = 0
    /// Lines: the number of the file, the line, and in the last bit whether it was hit.
    private var lines: [UInt64] = []
    /// Branches: the number of the file and of the line and a hash of which, and in the last bit whether it was taken.
    private var branches: [UInt64] = []
    private(set) var problem: String?
    private var isOpen = false

    /// More lines than any repository has.
    private static let limit = 4_000_000
    private static let lineLimit = 1 << 12

    mutating func feed(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            take(partial.isEmpty ? rest[..<end] : (partial + rest[..<end])[...])
            partial.removeAll(keepingCapacity: true)
            rest = rest[(end + 1)...]
        }
        if partial.count < Self.lineLimit { partial += rest.prefix(Self.lineLimit - partial.count) }
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>) {
        guard problem == nil, bytes.count > 2 else { return }
        if bytes.starts(with: "DA:".utf8) {
            let parts = bytes.dropFirst(3).split(separator: UInt8(ascii: ","))
            guard parts.count >= 2, let line = Self.number(parts[0]) else { return }
            lines.append(UInt64(file) << 40 | UInt64(line) << 1 | (Self.isHit(parts[1]) ? 1 : 0))
        } else if bytes.starts(with: "BRDA:".utf8) {
            let parts = bytes.dropFirst(5).split(separator: UInt8(ascii: ","))
            guard parts.count >= 4, let last = parts.last, let line = Self.number(parts[0]) else { return }
            let which = parts[1..<(parts.count - 1)].joined(separator: [0]).reduce(UInt64(7)) {
                ($0 &* 31 &+ UInt64($1)) & 0x7fff
            }
            branches.append(
                UInt64(file) << 40 | UInt64(line & 0xff_ffff) << 16 | which << 1 | (Self.isHit(last) ? 1 : 0))
        } else if bytes.starts(with: "SF:".utf8) {
            open(String(decoding: bytes.dropFirst(3), as: UTF8.self))
        } else if bytes.starts(with: "end_of_record".utf8) {
            isOpen = false
        }
        if lines.count + branches.count > Self.limit { problem = "has more than \(Self.limit) lines and branches" }
    }

    private mutating func open(_ name: String) {
        isOpen = true
        file = files[name] ?? UInt32(files.count)
        files[name] = file
        if files.count > 1 << 20 { problem = "has more files than any repository" }
    }

    private static func number(_ text: ArraySlice<UInt8>) -> UInt32? {
        guard (1...9).contains(text.count), text.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return text.reduce(0) { $0 * 10 + UInt32($1 - 0x30) }
    }

    private static func isHit(_ text: ArraySlice<UInt8>) -> Bool { text.contains { (0x31...0x39).contains($0) } }

    /// What it came to; nil when it cannot be believed.
    mutating func finish() -> Coverage? {
        if !partial.isEmpty { take(partial[...]) }
        if isOpen { problem = problem ?? "ends within the record of a file" }
        guard problem == nil else { return nil }
        let found = Self.ratio(&branches)
        return Coverage(.lcov, lines: Self.ratio(&lines), branches: found.total > 0 ? found : nil)
    }

    /// Counts what differs in more than the last bit; hit is what was hit once.
    private static func ratio(_ marks: inout [UInt64]) -> Coverage.Ratio {
        marks.sort()
        var (total, covered) = (0, 0)
        for (index, mark) in marks.enumerated() {
            // Of one line the last in the order is the one that was hit, if any was.
            if index + 1 < marks.count, marks[index + 1] >> 1 == mark >> 1 { continue }
            total += 1
            covered += Int(mark & 1)
        }
        return Coverage.Ratio(covered: covered, total: total)
    }
}
