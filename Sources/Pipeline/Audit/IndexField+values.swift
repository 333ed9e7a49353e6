extension IndexMapping.Field {
    /// What an index makes of a value whose path it meets for the first time.
    init(dynamic value: JSON) {
        switch value {
        case .bool: self.init(type: "boolean")
        case .integer: self.init(type: "long")
        case .decimal: self.init(type: "double")
        case .string(let text): self.init(type: Self.isDay(text) || Self.isMoment(text) ? "date" : "text")
        case .object, .array, .null: self.init(type: "object")
        }
    }

    /// Why it does not take a value, as the rest of a sentence; nil when it does.
    ///
    /// What does not fit may be ignored, but never an object in place of a value, or the other way round.
    func objection(to value: JSON, ignoring ignores: Bool) -> String? {
        let isObject = value.object != nil
        if type == "flattened" { return isObject ? nil : "is flattened, and gets \(value.kind)" }
        if isFolder != isObject { return "is \(type), and gets \(value.kind)" }
        guard !isObject, !takes(value), !ignores else { return nil }
        return "is \(type), and gets \(value.kind)" + (formats.isEmpty ? "" : " (\(formats.joined(separator: "||")))")
    }

    private static let texts: Set = ["keyword", "text", "wildcard", "constant_keyword", "match_only_text"]
    private static let integers: Set = ["long", "integer", "short", "byte", "unsigned_long"]
    private static let numbers: Set = ["double", "float", "half_float", "scaled_float"]

    private func takes(_ value: JSON) -> Bool {
        if Self.texts.contains(type) { return true }
        if Self.integers.contains(type) { return takesInteger(value) }
        if Self.numbers.contains(type) { return takesNumber(value) }
        switch (type, value) {
        case ("boolean", .bool): return true
        case ("boolean", .string(let text)): return ["true", "false", ""].contains(text)
        case ("binary", .string(let text)): return Self.isBase64(text)
        case ("date", _), ("date_nanos", _): return takesDate(value)
        default: return false
        }
    }

    /// A fraction would be cut off, which is no error there and a loss all the same.
    private func takesInteger(_ value: JSON) -> Bool {
        switch value {
        case .integer: true
        case .string(let text): Int64(text) != nil
        default: false
        }
    }

    private func takesNumber(_ value: JSON) -> Bool {
        switch value {
        case .integer, .decimal: true
        case .string(let text): Double(text) != nil
        default: false
        }
    }

    private func takesDate(_ value: JSON) -> Bool {
        let formats = formats.isEmpty ? ["strict_date_optional_time", "epoch_millis"] : formats
        switch value {
        case .integer: return formats.contains("epoch_millis") || formats.contains("epoch_second")
        case .string(let text):
            return formats.contains { format in
                switch format {
                case "strict_date_optional_time", "date_optional_time", "strict_date_optional_time_nanos":
                    Self.isDay(text) || Self.isMoment(text)
                case "yyyy-MM-dd", "strict_date", "date": Self.isDay(text)
                case "strict_date_time", "date_time", "strict_date_time_no_millis", "date_time_no_millis":
                    Self.isMoment(text)
                default: false
                }
            }
        default: return false
        }
    }

    /// Whether it is written as `2026-01-31`.
    static func isDay(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return parts.map(\.count) == [4, 2, 2] && parts.allSatisfy { $0.allSatisfy(\.isDigit) }
    }

    /// Whether it is written as `2026-01-31T12:00:00Z`, or the beginning of that.
    static func isMoment(_ text: String) -> Bool {
        let parts = text.split(separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count == 2 && isDay(String(parts[0])) && parts[1].utf8.prefix(2).allSatisfy(\.isDigit)
            && parts[1].utf8.count >= 2
    }

    private static func isBase64(_ text: String) -> Bool {
        text.utf8.count.isMultiple(of: 4)
            && text.utf8.allSatisfy { $0.isLetter || $0.isDigit || "+/=".utf8.contains($0) }
    }
}
