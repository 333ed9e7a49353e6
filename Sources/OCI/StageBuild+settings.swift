import Pipeline

/// Ports and health checks.
extension StageBuild {
    func ports(_ instruction: Dockerfile.Instruction) throws -> [String] {
        try variables.words(of: instruction.arguments).map { try expand($0, at: instruction) }.flatMap {
            word -> [String] in
            let parts = word.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
            let name = parts.count == 2 ? parts[1].lowercased() : "tcp"
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first <= last,
                parts.count <= 2, ["tcp", "udp", "sctp"].contains(name)
            else { throw invalid(instruction, "\"\(word.printable)\" is no port") }
            return (first...last).map { "\($0)/\(name)" }
        }
    }

    func healthcheck(_ instruction: Dockerfile.Instruction) throws -> JSON {
        let (flags, rest) = instruction.flagged
        var members: [String: JSON] = [:]
        let times = [
            "interval": "Interval", "timeout": "Timeout", "start-period": "StartPeriod",
            "start-interval": "StartInterval",
        ]
        for flag in flags {
            let parts = flag.dropFirst(2).split(separator: "=", maxSplits: 1).map(String.init)
            let value = parts.count == 2 ? parts[1] : ""
            if let name = times[parts.first ?? ""], let time = Self.nanoseconds(value),
                time == 0 || time >= 1_000_000
            {
                if time > 0 { members[name] = .integer(time) }
            } else if parts.first == "retries", let count = Int64(value), count >= 0 {
                if count > 0 { members["Retries"] = .integer(count) }
            } else {
                throw invalid(instruction, "HEALTHCHECK does not know \(flag.printable)")
            }
        }
        let keyword = rest.prefix { !$0.isWhitespace }.uppercased()
        let command = String(rest.dropFirst(keyword.count)).trimmed
        if keyword == "NONE", command.isEmpty, flags.isEmpty {
            return .object(["Test": .array([.string("NONE")])])
        }
        guard keyword == "CMD" else { throw invalid(instruction, "HEALTHCHECK wants CMD or NONE") }
        guard !command.isEmpty else { throw invalid(instruction, "HEALTHCHECK CMD wants a command") }
        let test = Dockerfile.Instruction.list(command).map { ["CMD"] + $0 } ?? ["CMD-SHELL", command]
        members["Test"] = .array(test.map(JSON.string))
        return .object(members)
    }

    /// A duration as Go writes it: `1m30s`, `1.5s`, `200ms`; nil for anything else, and for what no clock counts.
    static func nanoseconds(_ text: String) -> Int64? {
        let units: [(String, Double)] = [
            ("ns", 1), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9),
        ]
        if text == "0" { return 0 }
        var rest = text[...]
        var total = 0.0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard let count = Double(number), let factor = units.first(where: { $0.0 == unit })?.1 else { return nil }
            total += count * factor
        }
        return total < 9e18 ? Int64(total.rounded()) : nil
    }
}
