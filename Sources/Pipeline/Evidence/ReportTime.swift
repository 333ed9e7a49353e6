/// How long something took, as a report writes it.
public enum ReportTime {
    /// Longer than any test: ten years.
    private static let limit: Int64 = 315_360_000 * 1_000_000

    /// Microseconds; nil for what is no time (`NaN`, a negative one, more than ten years).
    ///
    /// One comma without a point is a decimal comma, as `0,12`; commas before a point are thousands, as `1,234.5`.
    public static func microseconds(_ text: some Collection<UInt8>) -> Int64? {
        plain(text) ?? odd(text)
    }

    /// Digits with at most one point, as nearly all are.
    private static func plain(_ text: some Collection<UInt8>) -> Int64? {
        var (value, decimals, seen) = (Int64(0), -1, 0)
        for byte in text {
            if byte == UInt8(ascii: "."), decimals < 0 {
                decimals = 0
                continue
            }
            guard byte >= 0x30, byte <= 0x39, seen < 18 else { return nil }
            if decimals >= 6 { continue }
            value = value * 10 + Int64(byte - 0x30)
            seen += 1
            if decimals >= 0 { decimals += 1 }
        }
        guard seen > 0, seen - max(decimals, 0) <= 9 else { return nil }
        for _ in max(decimals, 0)..<6 { value *= 10 }
        return value <= limit ? value : nil
    }

    private static func odd(_ text: some Collection<UInt8>) -> Int64? {
        guard text.count <= 64 else { return nil }
        var word = String(decoding: text, as: UTF8.self).filter { !$0.isWhitespace }
        var unit = 1_000_000.0
        if word.hasSuffix("ms") {
            (word, unit) = (String(word.dropLast(2)), 1000)
        } else if word.hasSuffix("s") || word.hasSuffix("S") {
            word = String(word.dropLast())
        }
        let commas = word.filter { $0 == "," }.count
        if let point = word.lastIndex(of: "."), let comma = word.lastIndex(of: ","), comma > point {
            word = word.filter { $0 != "." }.replacing(",", with: ".")
        } else if commas == 1, !word.contains(".") {
            word = word.replacing(",", with: ".")
        } else {
            word = word.filter { $0 != "," }
        }
        guard word.utf8.allSatisfy({ (0x30...0x39).contains($0) || [0x2e, 0x65, 0x45, 0x2d, 0x2b].contains($0) }),
            let seconds = Double(word), seconds >= 0, seconds * unit <= Double(limit)
        else { return nil }
        return Int64((seconds * unit).rounded())
    }
}

extension String {
    fileprivate func replacing(_ old: Character, with new: Character) -> String {
        String(map { $0 == old ? new : $0 })
    }
}
