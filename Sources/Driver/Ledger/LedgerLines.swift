import Pipeline
import Signing

/// Lines of which some are statements and others say more of a record that names them, in any order.
struct LedgerLines {
    let place: String
    private var found = LedgerFound()
    /// By the digest of what they say.
    private var companions: [Digest: [UInt8]] = [:]

    init(at place: String) {
        self.place = place
    }

    mutating func take(_ line: [UInt8], named name: String) {
        do {
            switch try LedgerLine(parsing: line, at: place) {
            case .item(let item): found.items.append(item)
            case .companion(let bytes): companions[.sha256(try Envelope(parsing: line).payload)] = bytes
            }
        } catch {
            found.damaged.append("\(name): \(error)")
        }
    }

    /// What is looked for, each record with what it names.
    func found(_ query: LedgerQuery) -> LedgerFound {
        var found = found
        found.items = found.items.filter { query.takes($0.content) }.map { item in
            var item = item
            item.companions = (item.content.record?.run.statements ?? []).compactMap { companions[$0.sha256] }
            return item
        }
        return found
    }
}
