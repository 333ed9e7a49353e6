/// What came of one run of a tool that compares interfaces.
public enum AdapterVerdict: Equatable, Sendable {
    /// It did its work.
    case compared([InterfaceFacts.Change], count: Int, examined: Int)
    /// What it says is evidence of nothing, with the reason.
    case failed(String)

    /// The bump that it demands; nil when nobody can tell.
    public var level: Level? {
        if case .compared(let changes, _, _) = self { changes.map(\.level).max() ?? Level.none } else { nil }
    }
}

extension InterfaceAdapter {
    /// Judges how the tool ended and what it printed.
    ///
    /// A code that means that something breaks must come with a finding, and at least one thing must have been looked at.
    public func verdict(_ ending: Ending, output: [UInt8], errors: [UInt8], hash: HashFunction) -> AdapterVerdict {
        guard case .exited(let code) = ending else { return .failed("\(name): \(ending.summary)") }
        let said = Self.firstLine(errors).map { ": \($0)" } ?? ""
        guard let meaning = exits[code] else {
            return .failed("\(name): exit \(code), of which nothing is declared\(said)")
        }
        if meaning == .error { return .failed("\(name): exit \(code), which is declared an error\(said)") }
        let read: (findings: [AdapterFindings.Parsed], examined: Int?)
        do {
            read = try findings.read(output)
        } catch {
            return .failed("\(name): what it prints cannot be read: \(error)")
        }
        if meaning == .breaking, read.findings.isEmpty {
            return .failed("\(name): exit \(code) means that something breaks, and it names nothing")
        }
        if findings.examined != nil, (read.examined ?? 0) < 1 { return .failed("\(name): it looked at nothing") }
        return .compared(
            Array(changes(read.findings, meaning, hash: hash).sorted { $0.level > $1.level }.prefix(200)),
            count: read.findings.count, examined: read.examined ?? 1)
    }

    private func changes(
        _ found: [AdapterFindings.Parsed], _ meaning: AdapterMeaning, hash: HashFunction
    ) -> [InterfaceFacts.Change] {
        let worst = found.compactMap(\.level).max() ?? .none
        return found.map { finding in
            let level: Level =
                switch (meaning, finding.level) {
                // The code is believed where the findings say less.
                case (.breaking, let level?) where worst < .major && level == worst: .major
                case (.breaking, nil): .major
                case (_, let level?): level
                case (_, nil): .none
                }
            return InterfaceFacts.Change(id: finding.id, level: level, place: finding.place, hash: hash)
        }
    }

    private static func firstLine(_ output: [UInt8]) -> String? {
        let line = output.split(separator: UInt8(ascii: "\n")).first.map { String(decoding: $0, as: UTF8.self).brief }
        return line?.isEmpty == false ? line : nil
    }

    /// What of it decides what a record says.
    var keyConfiguration: JSON {
        get throws { try JSON(encoding: self) }
    }
}

extension InterfaceFacts.Change {
    /// A change with the fingerprint that a waiver names: the same for the same change, wherever it is found.
    public init(id: String, level: Level, place: String, hash: HashFunction) {
        let text = ["interface", id, place].joined(separator: "\n")
        self.init(id: id, level: level, place: place, fingerprint: hash(Array(text.utf8)).short)
    }
}

extension Service {
    /// What of its interface and its audit index decides what a record says, where something is declared.
    var evidenceConfiguration: [String: JSON] {
        get throws {
            var parts: [String: JSON] = [:]
            if let interface { parts["interface"] = try JSON(encoding: interface) }
            if let adapter { parts["adapter"] = try adapter.keyConfiguration }
            if let audit { parts["audit"] = audit.keyConfiguration }
            if let trial { parts["trial"] = try JSON(encoding: trial) }
            return parts
        }
    }
}
