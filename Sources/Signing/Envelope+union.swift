extension Envelope {
    /// The same document with the signatures of both; nil when they are two documents.
    public func united(with other: Envelope) -> Envelope? {
        guard payload == other.payload, payloadType == other.payloadType else { return nil }
        var union = self
        union.signatures += other.signatures.filter { !signatures.contains($0) }
        return union
    }
}
