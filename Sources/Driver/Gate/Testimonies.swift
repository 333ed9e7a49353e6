import Pipeline
import Signing

/// Statements of one kind from several places: each once, with the signatures and the places of all that have it.
struct Testimonies<Content: Predicate>: Sendable {
    private var entries: [Entry] = []
    private var known: [Digest: Int] = [:]

    private struct Entry: Sendable {
        var envelope: Envelope
        let statement: InTotoStatement<Content>
        var places: [String]
        var isHanded: Bool
    }

    /// Adds what was found in some places; it is handed when somebody named it for this question.
    mutating func take(_ sealed: Sealed<Content>, at places: [String], isHanded: Bool = false) {
        let digest = sealed.payloadDigest
        guard let index = known[digest] else {
            known[digest] = entries.count
            entries.append(
                Entry(envelope: sealed.envelope, statement: sealed.statement, places: places, isHanded: isHanded))
            return
        }
        entries[index].envelope = entries[index].envelope.united(with: sealed.envelope) ?? entries[index].envelope
        entries[index].places += places.filter { !entries[index].places.contains($0) }
        entries[index].isHanded = entries[index].isHanded || isHanded
    }

    /// The same with what their signatures are worth.
    func opened(trusting trust: Trust) -> [Testimony<Content>] {
        entries.map { entry in
            var testimony = Testimony(
                places: entry.places, digest: .sha256(entry.envelope.bytes), statement: entry.statement,
                signatures: entry.envelope.worth(trusting: trust))
            testimony.isHanded = entry.isHanded
            return testimony
        }
    }
}
