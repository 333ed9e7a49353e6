extension ServiceReader {
    /// Under what conditions commands run, as far as that is written.
    func conditions(in reader: inout CatalogReader) -> Service.Conditions {
        var conditions = Service.Conditions()
        conditions.idle = entry.`idle-timeout`
        conditions.hasScratchHome = entry.`scratch-home` ?? false
        conditions.secrets = (entry.secrets ?? []).map(\.secret)
        var names: Set<String> = []
        for secret in conditions.secrets {
            guard let (problem, hint) = objection(to: secret, besides: names) else {
                names.insert(secret.name)
                continue
            }
            reader.report(place("secrets", in: reader), "service \"\(name)\": secret \(problem)", hint: hint)
        }
        return conditions
    }

    private func objection(to secret: Secret, besides names: Set<String>) -> (problem: String, hint: String)? {
        let text = "\"\(secret.name.printable)\""
        if !secret.name.isVariable { return ("\(text) is no name of a variable", "such as DB_PASSWORD") }
        if secret.name.hasPrefix("SLIPWAY_") {
            return ("\(text) cannot be passed on", "SLIPWAY_ variables are set by Slipway")
        }
        if names.contains(secret.name) { return ("\(text) is named twice", "keep one") }
        if entry.environment?.contains(secret.name) == true {
            return ("\(text) is in environment, too, whose values enter the key", "keep it under secrets")
        }
        if secret.file?.isEmpty == true {
            return ("\(text) has a file without a name", "{name: \(secret.name), file: path}")
        }
        return nil
    }
}

extension String {
    /// Whether every shell takes it for the name of a variable.
    fileprivate var isVariable: Bool {
        guard let first = utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
        return utf8.allSatisfy { byte in
            byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte & 0xDF)
        }
    }
}
