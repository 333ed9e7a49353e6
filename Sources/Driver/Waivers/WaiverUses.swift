import Disk
import Pipeline
import SystemPackage

/// How often waivers were used, by the decisions that lie in a ledger folder (`decisions/`) and allowed something.
struct WaiverUses {
    private var counts: [String: Int] = [:]

    subscript(_ id: String) -> Int { counts[id] ?? 0 }

    /// Reads the decisions of a folder; one that is no decision uses nothing.
    init(in ledger: FolderLedger) throws {
        let folder = ledger.root.appending("decisions")
        guard try folder.status()?.kind == .folder else { return }
        for name in try folder.names() where name.string.hasSuffix(".json") {
            for id in Self.used(try folder.appending(name).contents(limit: 8 << 20)) { counts[id, default: 0] += 1 }
        }
    }

    /// The waivers that one decision used, each once.
    private static func used(_ bytes: [UInt8]) -> Set<String> {
        let decision: JSON
        do { decision = try JSON(parsing: bytes, profile: .lenient.limited(to: 8 << 20)) } catch { return [] }
        guard decision["decision"]?.string == Decision.Answer.allowed.rawValue else { return [] }
        return Set((decision["waived"]?.array ?? []).compactMap { $0["id"]?.string })
    }
}
