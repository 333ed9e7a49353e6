/// A manifest with places that Helm fills in, made readable without it.
public struct ChartTemplate: Sendable {
    /// The same as YAML: lines that only steer are gone, and what is filled in is a word.
    public private(set) var text: [UInt8] = []
    /// What stands for the words.
    private var places: [String] = []
    private static let mark = "xHELM"

    public init(_ source: [UInt8]) {
        let lines = source.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var isOpen = false
        for line in lines {
            let (bytes, isSteering, rest) = fill(line, isOpen)
            isOpen = rest
            if !isSteering { text += bytes }
            text.append(UInt8(ascii: "\n"))
        }
    }

    /// Whether there is anything of Helm in a text.
    public static func isOne(_ source: [UInt8]) -> Bool {
        zip(source, source.dropFirst()).contains { $0 == UInt8(ascii: "{") && $1 == UInt8(ascii: "{") }
    }

    /// A line with words for what stands in double braces, and whether nothing else is on it.
    private mutating func fill(_ line: ArraySlice<UInt8>, _ wasOpen: Bool) -> ([UInt8], Bool, isOpen: Bool) {
        var (filled, at, isOpen): ([UInt8], Int, Bool) = ([], line.startIndex, wasOpen)
        var start = at
        var count = 0
        while at < line.endIndex {
            let next = at + 1 < line.endIndex ? line[at + 1] : 0
            if !isOpen, line[at] == UInt8(ascii: "{"), next == line[at] {
                (isOpen, start) = (true, at)
                at += 2
            } else if isOpen, line[at] == UInt8(ascii: "}"), next == line[at] {
                isOpen = false
                at += 2
                count += 1
                filled += Array("\(Self.mark)\(places.count)x".utf8)
                places.append(String(decoding: line[start..<at], as: UTF8.self))
            } else {
                if !isOpen { filled.append(line[at]) }
                at += 1
            }
        }
        // A line that begins in the middle of something, or ends so, is no value.
        let plain = String(decoding: filled, as: UTF8.self).split(separator: " ").map(String.init)
        let isBare = count == plain.count && plain.allSatisfy { $0.hasPrefix(Self.mark) }
        return (filled, wasOpen || isOpen || count > 0 && isBare, isOpen)
    }

    /// What was read, with what Helm fills in as it was written.
    public func restoring(_ value: JSON) -> JSON {
        switch value {
        case .string(let text):
            return .string(restoring(text))
        case .array(let elements): return .array(elements.map(restoring))
        case .object(let members): return .object(members.mapValues(restoring))
        default: return value
        }
    }

    private func restoring(_ text: String) -> String {
        var (restored, rest) = ("", text[...])
        while let mark = rest.firstRange(of: Self.mark) {
            restored += rest[..<mark.lowerBound]
            rest = rest[mark.upperBound...]
            let digits = rest.prefix { $0.isNumber }
            guard let number = Int(digits), places.indices.contains(number), rest.dropFirst(digits.count).first == "x"
            else {
                restored += Self.mark
                continue
            }
            restored += places[number]
            rest = rest.dropFirst(digits.count + 1)
        }
        return restored + rest
    }
}
